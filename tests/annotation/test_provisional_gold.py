"""The provisional gold and the votes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tiny import PORT, write_csv
from usiran.annotation.provisional_gold import Adoption, adopt
from usiran.annotation.submissions import import_labels, submission_file
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError

SHEET = f"""\
article {PORT}
article_stance neutral
001 pro-US source us+
  COALITION "US patrol" p
  AID "protects" agent=p
002 neutral author
"""


def submit(corpus: Corpus, who: str, sheet: str, round: str = "r1") -> None:
    path: Path = corpus.root / f"{who}.txt"
    path.write_text(sheet, encoding="utf-8")
    import_labels({who: path}, corpus, round=round)


@pytest.fixture
def labelled(tiny_corpus: Corpus) -> Corpus:
    """Return the corpus with three submissions in r1 and one in another round."""
    submit(tiny_corpus, "ann", SHEET)
    submit(tiny_corpus, "bob", SHEET.replace("002 neutral author", "002 pro-US author iran-"))
    submit(tiny_corpus, "cy", SHEET.replace("AID", "COERCE").replace("US patrol", "patrol"))
    return tiny_corpus


def test_the_gold_is_the_submission_and_the_votes_are_the_rounds(labelled: Corpus) -> None:
    submit(labelled, "bob", SHEET, round="r2")
    done = adopt(labelled, round="r1", annotator_id="ann")
    assert done == Adoption(
        files=(
            "annotation/gold/stance.json",
            "annotation/gold/spans.json",
            "annotation/gold/votes.csv",
            "annotation/gold/decisions.csv",
        ),
        annotators=("ann", "bob", "cy"),
        votes=15,
    )
    for project in ("stance", "spans"):
        gold = (labelled.gold / f"{project}.json").read_bytes()
        assert gold == (labelled.submissions / "r1" / "ann" / f"{project}.json").read_bytes()
    event, actor = f"{PORT}@event:14-22", f"{PORT}@actor:4-13"
    assert (labelled.gold / "votes.csv").read_text().splitlines() == [
        "layer,unit_id,label,target,votes",
        f"actor,{actor},COALITION,,2",
        f"actor,{PORT}@actor:7-13,COALITION,,1",
        f"article_stance,{PORT},neutral,,3",
        f"event,{event},AID,,2",
        f"event,{event},COERCE,,1",
        f"grounds,{PORT}#001,us+,,3",
        f"grounds,{PORT}#002,iran-,,1",
        f"holder,{PORT}#001,source,,3",
        f"holder,{PORT}#002,author,,3",
        f"mode,{event},actual,,3",
        f"role,{event},agent,{actor},2",
        f"role,{event},agent,{PORT}@actor:7-13,1",
        f"stance,{PORT}#001,pro-US,,3",
        f"stance,{PORT}#002,neutral,,2",
        f"stance,{PORT}#002,pro-US,,1",
    ]


def test_adopting_twice_changes_nothing(labelled: Corpus) -> None:
    adopt(labelled, round="r1", annotator_id="ann")
    before = {path: path.stat().st_mtime_ns for path in labelled.gold.iterdir()}
    adopt(labelled, round="r1", annotator_id="ann")
    assert {path: path.stat().st_mtime_ns for path in labelled.gold.iterdir()} == before


def test_an_adjudicated_gold_is_replaced_only_with_force(labelled: Corpus) -> None:
    adopt(labelled, round="r1", annotator_id="ann")
    decisions = labelled.gold / "decisions.csv"
    write_csv(decisions, ("layer", "unit_id"), [])
    adopt(labelled, round="r1", annotator_id="ann")
    write_csv(decisions, ("layer", "unit_id"), [("stance", f"{PORT}#001")])
    before = (labelled.gold / "stance.json").read_bytes()
    with pytest.raises(InputError, match=r"decisions\.csv: found '1 decisions'.*--force"):
        adopt(labelled, round="r1", annotator_id="bob")
    assert (labelled.gold / "stance.json").read_bytes() == before
    adopt(labelled, round="r1", annotator_id="bob", force=True)
    assert (labelled.gold / "stance.json").read_bytes() != before


def test_a_submission_that_is_not_there_is_refused(labelled: Corpus) -> None:
    with pytest.raises(FileError, match=r"allowed: .*; there are r1/ann, r1/bob, r1/cy"):
        adopt(labelled, round="r1", annotator_id="dan")
    assert not labelled.gold.exists()


def test_a_round_that_is_no_gold_round_is_refused(labelled: Corpus) -> None:
    submit(labelled, "ann", SHEET, round="pilot")
    with pytest.raises(InputError, match="found 'pilot'; allowed: one of the gold rounds: r1"):
        adopt(labelled, round="pilot", annotator_id="ann")
    assert not labelled.gold.exists()


def test_a_round_with_a_faulty_submission_is_refused(labelled: Corpus) -> None:
    path = submission_file(labelled, "r1", "cy", "spans")
    path.write_text(path.read_text().replace('"COERCE"', '"HUG"'))
    with pytest.raises(InputError, match=r"r1/cy/spans\.json: .*found 'HUG'"):
        adopt(labelled, round="r1", annotator_id="ann")
    assert not labelled.gold.exists()
