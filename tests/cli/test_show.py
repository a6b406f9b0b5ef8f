"""`usiran show`, ids by their beginning, the gold as a sheet, and what was decided."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.support.command import call
from tests.support.sample import FIRST, SECOND
from tests.support.three_passes import build_three
from tests.support.tiny import GAS, PORT
from usiran.annotation.submissions import sheet_of
from usiran.corpus import Corpus
from usiran.loading.tables import load_tables

HIT = f"{FIRST}#003"


@pytest.fixture(scope="module")
def shown(
    sample_template: Corpus, repo: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Corpus:
    """Two articles with the stored results of two systems."""
    root = tmp_path_factory.mktemp("shown") / "corpus"
    corpus = Corpus(shutil.copytree(sample_template.root, root))
    for system in ("tagger", "nearest-actor"):
        stored = repo.baselines / "results" / system
        shutil.copytree(stored, corpus.baselines / "results" / system)
    return corpus


def test_a_sentence_is_shown_with_its_labels_spans_roles_votes_and_decisions(shown: Corpus) -> None:
    done = call("show", "2013#3", at=shown)
    assert done.code == 0
    first, *lines = done.out.strip().splitlines()
    assert first == f"{HIT}  body · neutral · author"
    words = " ".join(" ".join(lines).split())
    assert "a [suicide bomber ARMED_GROUP] driving an oil tanker {rammed ASSAULT}" in words
    assert "suicide bomber [OTHER] -> ASSAULT (material conflict, actual) rammed -> ISF" in words
    assert "votes: stance neutral 6; holder author 6; suicide bomber ARMED_GROUP 6" in words
    decided = "decided: role rammed: agent: suicide bomber; recipient: ISF officers (4.2: the"
    assert decided in words
    assert words.endswith("numbers in reasons: sections of annotation/GUIDELINES.md")
    assert max(map(len, done.out.splitlines())) <= 80


def test_an_article_is_shown_whole(shown: Corpus) -> None:
    lines = call("show", FIRST, at=shown).out.splitlines()
    assert lines[0].startswith(f"{FIRST}  Weekly Security Update")
    assert sum(line.startswith(f"{FIRST}#") for line in lines) == 15
    assert f"{FIRST}#015  boilerplate" in lines


def test_a_systems_predictions_stand_beside_the_gold(shown: Corpus) -> None:
    done = call("show", "2013#3", "--system", "tagger", "--json", at=shown)
    document = json.loads(done.out)
    (sentence,) = document["sentences"]
    assert (sentence["sentence_id"], sentence["stance"]) == (HIT, "neutral")
    predicted = sentence["predictions"]["tagger"]["actors"]["spans"]
    gold = {(m["start"], m["end"], m["label"]) for m in sentence["marks"] if m["layer"] == "actor"}
    stated = {tuple(span) for span in predicted}
    words = " ".join(call("show", "2013#3", "-s", "tagger", at=shown).out.split())
    told = words.partition("tagger actors: ")[2].partition(" tagger ")[0]
    for sign, spans in (("=", gold & stated), ("+", stated - gold), ("-", gold - stated)):
        assert told.count(f"{sign} ") == len(spans)
    assert "+ only the system's" in words
    roles = call("show", "2013#3", "-s", "nearest-actor", at=shown).out
    assert "agent of ASSAULT:" in roles


def test_an_unlabelled_article_is_shown_and_said_to_be_so(tiny_corpus: Corpus) -> None:
    corpus = build_three(tiny_corpus.root.parent / "three")
    done = call("show", "2032#1", at=corpus)
    lines = done.out.splitlines()
    assert lines[1] == f"{PORT}#001  body · not in the gold"
    # Nothing is decided yet: what each annotator says is shown.
    assert lines[3] == "  ann: stance pro-US, grounds us+, holder source"
    assert "see `usiran validate`" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("20",), f"allowed: the beginning of one: {FIRST}, {SECOND}"),
        (("nope",), "the beginning of one of"),
        (("2013#99",), f"found '{FIRST}#99'; allowed: #001 to #015"),
        (("2013#x",), "allowed: #001 to #015"),
        (("2013#3", "--system", "nope"), "allowed: one of nearest-actor, tagger"),
    ],
)
def test_what_is_not_there_is_told(shown: Corpus, words: tuple[str, ...], message: str) -> None:
    done = call("show", *words, at=shown)
    assert (done.code, done.out) == (1, "")
    assert message in done.err


def test_commands_take_the_beginning_of_an_id(shown: Corpus) -> None:
    for words in (("articles", "sentences"), ("annotate", "sheet")):
        whole = call(*words, FIRST, at=shown)
        assert call(*words, "2013", at=shown) == whole
        assert whole.code == 0
        assert "the beginning of one" in call(*words, "20", at=shown).err


def test_the_gold_fills_a_sheet(shown: Corpus) -> None:
    gold = call("annotate", "sheet", "2013", "--from", "gold", at=shown)
    assert gold.out == sheet_of(shown, FIRST, "gold")
    stances = load_tables(shown)["stance"].set_index("sentence_id")["stance"]
    assert f"\n003 {stances[HIT]} author" in gold.out
    assert '\n  ASSAULT "rammed" agent=' in gold.out


def test_a_corpus_without_a_gold_offers_none(tiny_corpus: Corpus) -> None:
    done = call("annotate", "sheet", GAS, "--from", "gold", at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    assert "no submission is stored yet" in done.err


def test_what_was_decided_is_listed(shown: Corpus) -> None:
    listed = call("annotate", "adjudicate", "--list", "--all", at=shown)
    assert listed.code == 0
    decided = int(listed.err.partition(" decided")[0].split()[-1])
    assert listed.out.count("decided: ") == decided > 20
    (document,) = [
        row
        for row in json.loads(
            call("annotate", "adjudicate", "--list", "--all", "--json", at=shown).out
        )
        if row["unit_id"].startswith(f"{FIRST}@event")
        and row["layer"] == "role"
        and "casebook" not in row["decision"]["reason"]
    ][:1]
    assert set(document["decision"]) == {"answer", "reason", "decided_by", "decided_at"}
    assert call("annotate", "adjudicate", "--list", at=shown).out == ""
    assert call("annotate", "adjudicate", "--list", "--as-sheet", "--all", at=shown).code == 2
