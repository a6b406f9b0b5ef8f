"""The training companion: frozen, apart from the articles, and sharing no wording with them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT
from usiran import loading
from usiran.corpus import Corpus
from usiran.errors import Finding
from usiran.loading import Opened
from usiran.loading.companion import families_of, passages_of
from usiran.schemas.tables import FILES
from usiran.text.ngrams import words_of
from usiran.validation.companion import frozen, shared_runs, trained_on_alone, unshared
from usiran.validation.validate import validate

PASSAGE = "w1-gas-waiver"
SENTENCE = "Deliveries through the Iranian line fell by half in May"


@pytest.fixture(scope="module")
def opened(repo: Corpus) -> Opened:
    return loading.open(repo)


@pytest.fixture(scope="module")
def companion(opened: Opened) -> Opened:
    assert opened.companion is not None
    return opened.companion


@pytest.fixture
def accompanied(sample: Corpus, repo: Corpus) -> Corpus:
    """Two of the articles with the companion, which a test may break."""
    shutil.copytree(repo.annotation / "synthetic", sample.annotation / "synthetic")
    return sample


def findings(corpus: Corpus, file: str) -> list[Finding]:
    return [one for one in validate(loading.open(corpus)).findings if one.file == file]


def test_the_companion_is_a_corpus_without_findings(companion: Opened) -> None:
    assert validate(companion).findings == ()


def test_its_sentences_are_those_that_the_writers_wrote_and_the_annotators_read(
    companion: Opened,
) -> None:
    stance = companion.tables["stance"]
    for folder in ("written", "labelled"):
        for passage_id, rows in stance.groupby("article_id"):
            text = (ROOT / f"annotation/synthetic/{folder}/{passage_id}.txt").read_text("utf-8")
            assert re.findall(r"^# body: (.*)$", text, re.MULTILINE) == rows["text"].to_list()


def test_a_family_has_three_to_six_members_of_different_labels(companion: Opened) -> None:
    rows = companion.tables["stance"]
    stances = dict(zip(rows["sentence_id"], rows["stance"], strict=True))
    families: dict[str, list[str]] = {}
    for sentence_id, member in families_of(companion).items():
        families.setdefault(member.family_id, []).append(stances[sentence_id])
    assert {len(labels) for labels in families.values()} <= {3, 4, 5, 6}
    assert all(len(set(labels)) > 1 for labels in families.values())


def of_round(labels: pd.DataFrame) -> dict[str, str]:
    return dict(zip(labels["article_id"], labels["annotator_id"], strict=True))


def test_no_writer_labelled_a_passage_of_its_own(companion: Opened) -> None:
    written, blind = companion.corpus.manifest.gold_rounds
    labels = companion.tables["annotations"]
    who = {name: of_round(labels[labels["round"] == name]) for name in (written, blind)}
    assert who[written].keys() == who[blind].keys() == passages_of(companion).keys()
    assert set(who[written].values()).isdisjoint(who[blind].values())


def test_it_shares_five_words_in_a_row_once_and_six_never(opened: Opened) -> None:
    assert [run for *_, run in shared_runs(opened)] == ["the united states and iran"]
    assert list(unshared(opened)) == []


def test_six_words_of_a_passage_in_an_article_are_found(accompanied: Corpus) -> None:
    path = next(accompanied.articles.glob("*.txt"))
    path.write_text(f"{path.read_text('utf-8')}{SENTENCE}\n", "utf-8")
    found = list(unshared(loading.open(accompanied)))
    assert [(one.file, one.record, one.value) for one in found] == [
        (f"annotation/synthetic/written/{PASSAGE}.txt", path.stem, " ".join(words_of(SENTENCE)))
    ]


def test_six_words_of_a_passage_in_an_edit_are_found(opened: Opened) -> None:
    edits = opened.tables["contrast"].copy()
    edits.loc[3, "text"] = f"He said: {SENTENCE}."
    planted = Opened(
        *(opened.corpus, opened.scheme, {**opened.tables, "contrast": edits}, opened.texts),
        *({}, {}, (), ()),
    )
    assert [one.record for one in unshared(planted)] == [edits.loc[3, "contrast_id"]]


def test_a_passage_in_a_fold_is_found(accompanied: Corpus) -> None:
    path = accompanied.source / "folds.csv"
    path.write_text(f"{path.read_text('utf-8')}{PASSAGE},5\n", "utf-8")
    allowed = {one.allowed for one in findings(accompanied, FILES["folds"]) if one.value == PASSAGE}
    assert "an article: a passage of the companion is for training alone" in allowed


def test_an_unfrozen_edit_is_found_by_its_file(accompanied: Corpus) -> None:
    folder = accompanied.annotation / "synthetic"
    edited, gone, new = (
        folder / "annotation/gold/stance.json",
        folder / "labelled" / f"{PASSAGE}.txt",
        folder / "written/w9-late.txt",
    )
    edited.write_text(edited.read_text("utf-8").replace("pro-US", "pro-Iran", 1), "utf-8")
    gone.unlink()
    new.write_text("passage w9-late\n", "utf-8")
    found = {one.file: one.value for one in frozen(loading.open(accompanied))}
    assert found.keys() == {accompanied.name_of(path) for path in (edited, gone, new)}
    assert found[accompanied.name_of(gone)] == "no such file"
    assert found[accompanied.name_of(new)] == "a new file"


def test_a_corpus_without_a_companion_has_none(tiny_corpus: Corpus) -> None:
    opened = loading.open(tiny_corpus)
    assert opened.companion is None
    rules = (frozen, trained_on_alone, unshared, shared_runs)
    assert [list(rule(opened)) for rule in rules] == [[], [], [], []]


def test_a_hash_that_is_none_is_a_finding_on_its_line(accompanied: Corpus) -> None:
    path = Path(accompanied.root / FILES["companion"])
    path.write_text(f"{path.read_text('utf-8')}abc  briefs/w6.md\n", "utf-8")
    (finding,) = (one for one in findings(accompanied, FILES["companion"]) if one.value == "abc")
    assert finding.record == "briefs/w6.md"
