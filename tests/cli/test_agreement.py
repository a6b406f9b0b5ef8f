"""`usiran annotate agreement`, `adjudicate` and `queue`, run as a user runs them."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.command import Done, call, tree
from tests.support.three_passes import CLERK, FIRST, HOLDER, ROLE, STANCE, errors, fill, three
from tests.support.tiny import GAS
from usiran.corpus import Corpus
from usiran.errors import counted

__all__ = ["three"]

JUDGE = ("--adjudicator", "judge")


class Run(Protocol):
    def __call__(self, *words: str | Path, typed: str = "") -> Done: ...


@pytest.fixture
def run(three: Corpus) -> Run:
    """Return what runs `usiran annotate` inside the tiny corpus."""
    return partial(call, "annotate", at=three)


def talk(corpus: Corpus, *words: str, typed: str) -> Done:
    """Run the adjudication in a dialogue with an adjudicator who types."""
    command = ("annotate", "adjudicate", "--interactive", *JUDGE, *words)
    return call(*command, at=corpus, typed=typed)


@pytest.mark.parametrize("command", ["agreement", "adjudicate", "queue"])
def test_every_command_has_help_with_an_example(command: str, run: Run) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert f"Example: usiran annotate {command}" in done.out


def test_agreement_is_a_table_on_stdout(run: Run, three: Corpus) -> None:
    before = tree(three.root)
    done = run("agreement", "--draws", "200")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Agreement of 3 annotators: ann, bob, cy\n")
    assert max(map(len, done.out.splitlines())) <= 80
    assert "\x1b" not in done.out
    assert tree(three.root) == before


def test_agreement_as_json_is_one_document(run: Run) -> None:
    done = run("agreement", "--round", "r1", "--draws", "200", "--json")
    document = json.loads(done.out)
    assert document["annotators"] == ["ann", "bob", "cy"]
    assert document["labels"][0]["name"] == "stance"
    assert document["labels"][0]["alpha"]["value"] == pytest.approx(0.630435)


def test_agreement_draws_the_confusion(run: Run, three: Corpus) -> None:
    done = run("agreement", "--draws", "100", "--figure", "confusion.svg")
    assert (done.code, done.err) == (0, "drawn: confusion.svg\n")
    assert (three.root / "confusion.svg").read_text("utf-8").startswith("<?xml")


def test_agreement_takes_exports(run: Run) -> None:
    words = [f"{who}=annotation/submissions/r1/{who}/stance.json" for who in ("ann", "bob")]
    done = run("agreement", *words, "--draws", "100")
    assert done.code == 0
    assert done.out.startswith("Agreement of 2 annotators: ann, bob\n")


def test_a_whole_adjudication_by_sheets(run: Run, three: Corpus) -> None:
    listed = run("adjudicate", "--list")
    assert listed.out.count("] ") >= len(FIRST)
    assert "8 open, 0 decided, 21 answered alike by all" in listed.err
    assert f"roles come once the spans are decided: {GAS}" in listed.err
    sheet = three.root / "sheet.toml"
    for answers, left in ((FIRST, 1), ({ROLE: "A"}, 0)):
        text = run("adjudicate", "--list", "--as-sheet").out
        sheet.write_text(fill(text, answers), "utf-8")
        done = run("adjudicate", "--decide", sheet, *JUDGE)
        assert done.code == 0, done.err
        assert (
            f"{counted(len(answers), 'decision')} saved, 0 stood already, 0 entries left empty"
            in done.err
        )
        assert ("the gold is written once nothing is open" in done.err) == (left > 0)
    assert done.out.splitlines()[0] == "34 questions: 25 answered alike by all, 9 decided"
    assert errors(three) == []
    assert run("adjudicate", "--check").code == 0
    kept = three.gold / "adjudication.csv"
    text = kept.read_text("utf-8")
    first = next(csv.DictReader(text.splitlines()))
    for column in ("seen", "answer"):
        kept.write_text(text.replace(first[column], "what nobody said", 1), "utf-8")
        assert run("adjudicate", "--check").code == 1, column
    kept.write_text(text, "utf-8")
    before = tree(three.root)
    again = run("adjudicate", "--decide", sheet, *JUDGE, "--json")
    assert json.loads(again.out)["saved"] == 0
    assert run("adjudicate").code == 0
    assert tree(three.root) == before


def test_a_dialogue_that_is_cut_off_goes_on_where_it_was(three: Corpus) -> None:
    # Two decisions, then the terminal goes away in the middle of the third one.
    done = talk(three, typed="1\nS4: both sides\nB\nE2\n2\n")
    assert done.code == 1
    assert f"[8 open] {STANCE}" in done.out
    assert "stopped; 2 decisions saved" in done.err
    assert not (three.gold / "stance.json").exists()
    # A wrong answer is told and asked again; a question is skipped; the rest is decided.
    told = "maybe\nauthor\nH1\n" + "2\nA1\n" + "A\nM1\n" + "s\n" + "A\nA3\n" + "1\nS9\n"
    done = talk(three, typed=told + "1\nR1\n")
    assert done.code == 0, done.err
    assert f"[6 open] {HOLDER}" in done.out
    assert "found 'maybe'; allowed: one of author, source" in done.err
    assert "1 open" in done.err
    done = talk(three, typed="none\nA2\n")
    assert done.code == 0
    assert 'does not say gold_basis = "adjudicated" yet' in done.err
    assert f"[1 open] {CLERK}" in done.out
    assert "written: annotation/gold/stance.json" in done.out
    assert errors(three) == []


def test_quitting_saves_what_was_decided(three: Corpus) -> None:
    done = talk(three, typed="A\nS4\nq\n")
    assert done.code == 0
    assert "7 open, 1 decided" in done.err
    assert len((three.gold / "adjudication.csv").read_text("utf-8").splitlines()) == 2


def test_deciding_again_shows_the_decision_that_stands(three: Corpus) -> None:
    talk(three, typed="A\nS4\nq\n")
    done = talk(three, "--redo", STANCE, typed="B\nS5\nq\n")
    assert "decided: neutral us- iran- (S4, judge)" in done.out
    ledger = (three.gold / "adjudication.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[2] for row in ledger[1:]] == ["neutral us- iran-", "pro-US iran-"]


def test_a_question_to_decide_again_is_named_by_what_is_enough_of_it(three: Corpus) -> None:
    talk(three, typed="A\nS4\nq\n")
    article, _, ordinal = STANCE.partition("/")[2].partition("#")
    for word in (f"{article[:-2]}#{int(ordinal)}", f"stance/{article[:-2]}#{ordinal}"):
        done = talk(three, "--redo", word, typed="q\n")
        assert f" open] {STANCE}" in done.out, (word, done.err)
    for word, told in (
        ("2099#3", "found '2099#3'"),
        (f"{article}#999", f"found '{article}#999'"),
        (f"spans/{article}#{ordinal}", f"found 'spans/{article}#{ordinal}'"),
    ):
        done = talk(three, "--redo", word, typed="q\n")
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert told in done.err
        assert "open]" not in done.out


def test_what_is_open_as_json(run: Run) -> None:
    done = run("adjudicate", "--list", "--json")
    document = json.loads(done.out)
    assert [one["id"] for one in document] == list(FIRST)
    assert document[0]["answers"] == {
        "A": "neutral us- iran-", "B": "pro-US iran-", "C": "pro-Iran us-",
    }  # fmt: skip


def test_the_queue_says_why_each_sentence_is_there(run: Run) -> None:
    done = run("queue", "--by", "disagreement", "--top", "1")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"  1  1.00  {GAS}#002",
        "           Washington accused Tehran of stalling, and Tehran blamed Washington.",
        "           disagreement 1.00: stance: 1 pro-US, 1 pro-Iran, 1 neutral",
    ]
    assert done.err == "1 of 2 sentences shown\n"


def test_the_queue_as_json_is_one_document(run: Run) -> None:
    done = run("queue", "--by", "disagreement", "--json")
    document = json.loads(done.out)
    assert document["queued"] == 2
    assert document["sentences"][0]["reasons"] == [
        {"kind": "disagreement", "score": 1.0, "why": "stance: 1 pro-US, 1 pro-Iran, 1 neutral"}
    ]


BAD = [
    ("agreement", "--round", "r9"),
    ("agreement", "gone.json"),
    ("agreement", "--figure", "x.jpeg"),
    ("agreement", "--round", "r1", "annotation/submissions/r1/ann/stance.json"),
    ("agreement", "annotation/submissions/r1/ann/stance.json"),
    ("adjudicate",),
    ("adjudicate", "--check"),
    ("adjudicate", "--round", "r9", "--list"),
    ("adjudicate", "--list", "--redo", "stance/gone#001"),
    ("adjudicate", "--decide", "gone.toml", *JUDGE),
    ("adjudicate", "--decide", "gone.toml"),
    ("adjudicate", "--decide", "gone.toml", "--adjudicator", "eve"),
    ("adjudicate", "--interactive"),
    ("queue", "--by", "mood"),
]


@pytest.mark.parametrize("words", BAD, ids=" ".join)
def test_bad_input_is_one_line_and_exit_code_1_and_nothing_is_written(
    run: Run, three: Corpus, words: tuple[str, ...]
) -> None:
    before = tree(three.root)
    done = run(*words)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "allowed: " in done.err
    assert tree(three.root) == before


@pytest.mark.parametrize("option", ["--push", "--pull"])
def test_label_studio_is_not_asked_before_the_adjudicator_is_named(run: Run, option: str) -> None:
    done = run("adjudicate", option)
    assert done.code == 2
    assert "--adjudicator" in done.err
    assert "name who decides" in done.err
