"""Usual mistakes, each answered in one line with what to type instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.conftest import ROOT
from tests.support.command import call, tree
from tests.support.tiny import GAS, PORT
from usiran.cli.main import app
from usiran.corpus import Corpus

COMMANDS = ", ".join(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
IN_ARTICLES = "add, remove, list, sentences, link, withdraw, restore-text"
# What is typed in a corpus of two articles, and the line that answers it.
USAGE = {
    "valdiate": f"usiran: found 'valdiate'; allowed: {COMMANDS}; to mend: type `usiran validate`",
    "list": f"usiran: found 'list'; allowed: {COMMANDS}; to mend: type `usiran articles list`",
    "articles ad": (
        f"usiran articles: found 'ad'; allowed: {IN_ARTICLES}; to mend: type `usiran articles add`"
    ),
    "frobnicate": f"usiran: found 'frobnicate'; allowed: {COMMANDS}; to mend: see `usiran --help`",
    "validate --ful": (
        "usiran validate: found '--ful'; allowed: --full, --corpus, --json, --help; "
        "to mend: type --full"
    ),
    "validate -full": (
        "usiran validate: found '-f'; allowed: --full, --corpus, --json, --help; "
        "to mend: type --full"
    ),
    "--full validate": (
        "usiran: found '--full'; allowed: --version, --corpus, --install-completion, "
        "--show-completion, --help; to mend: type --full behind the command that takes it"
    ),
    "validate \u202e": (
        "usiran validate: found '⟨U+202E⟩'; allowed: usiran validate [OPTIONS]; "
        "to mend: for example: usiran validate --full"
    ),
    "validate --\u202e\x1b[31m": (
        "usiran validate: found '--⟨U+202E⟩⟨U+001B⟩[31m'; "
        "allowed: --full, --corpus, --json, --help; to mend: see `usiran validate --help`"
    ),
    "annotate pull --annotator ann": (
        "usiran annotate pull: found 'no --round'; allowed: one of r1; to mend: add --round ROUND"
    ),
    "annotate pull --annotator ann --round": (
        "usiran annotate pull: found 'no --round'; allowed: one of r1; to mend: add --round ROUND"
    ),
    "show": (
        f"usiran show: found 'no ID'; allowed: one of {GAS}, {PORT}; "
        "to mend: for example: usiran show 2020-us#7 --system tfidf-logreg"
    ),
    "predict texts --output out --format josnl": (
        "usiran predict: --format: found 'josnl'; allowed: parquet, jsonl, csv; "
        "to mend: type --format jsonl"
    ),
    "benchmark power --difference 7": (
        "usiran benchmark power: --difference: found '7'; allowed: less than or equal to 1; "
        "to mend: for example: usiran benchmark power --difference .05 --task stance"
    ),
    "-c elsewhere validate -c .": (
        "usiran validate: --corpus: found 'usiran -c elsewhere validate -c .'; allowed: one "
        "folder; before the command stands --corpus elsewhere; "
        "to mend: for example: usiran validate --full"
    ),
    "site": (
        "usiran site: --output, --serve or --publish: found 'usiran site'; allowed: one of them; "
        "to mend: for example: usiran site --output pages"
    ),
}
INPUT = {
    "show 2031-05-gas-waiver-end_": (
        f"ID: found '2031-05-gas-waiver-end_'; allowed: the beginning of one of {GAS}, {PORT}; "
        f"to mend: type {GAS}"
    ),
    "articles link 1999 --list": (
        f"ID: found '1999'; allowed: the beginning of one of {GAS}, {PORT}; "
        "to mend: see `usiran articles list`"
    ),
    "export xml --output out": (
        "FORMAT: found 'xml'; allowed: one of conll, brat, spacy, events, dyads, label-studio; "
        "to mend: name one of these"
    ),
    "articles add none.txt": (
        "none.txt: found 'no such file or directory'; allowed: an article's text, one UTF-8 file; "
        "to mend: check the path"
    ),
    "annotate import dan=dan.txt --round r1": (
        "annotation/annotators.csv: dan: annotator_id: found 'dan'; allowed: one of ann, bob, cy; "
        "to mend: name one with --annotator or NAME=FILE, or add one: "
        "`usiran annotate register dan --name NAME`"
    ),
}


@pytest.mark.parametrize("typed", USAGE, ids=ascii)
def test_wrong_usage_is_answered_in_one_line_with_what_to_type(
    typed: str, tiny_corpus: Corpus
) -> None:
    before = tree(tiny_corpus.root)
    done = call(*typed.split(" "), at=tiny_corpus)
    assert (done.code, done.out, done.err) == (2, "", f"{USAGE[typed]}\n")
    assert tree(tiny_corpus.root) == before


@pytest.mark.parametrize("typed", INPUT)
def test_wrong_input_is_answered_in_one_line_with_what_to_type(
    typed: str, tiny_corpus: Corpus
) -> None:
    done = call(*typed.split(" "), at=tiny_corpus)
    assert (done.code, done.out, done.err) == (1, "", f"usiran: {INPUT[typed]}\n")


def test_names_misspelt_are_answered_with_the_nearest() -> None:
    for words, near in (
        ("benchmark compare tfidf-svn majority --task stance", "tfidf-svm"),
        ("train stanc tfidf-svm --output out", "stance"),
        ("show 2013 --system tfidf-svn", "tfidf-svm"),
        ("train stance tfidf-svn --output out", "tfidf-svm"),
    ):
        done = call(*words.split(), at=ROOT)
        assert done.code == 1
        assert done.err.endswith(f"; to mend: did you mean '{near}'?\n"), done.err


def test_a_corpus_with_findings_is_not_built_and_the_way_on_is_named(sample: Corpus) -> None:
    sentences = sample.source / "sentences.csv"
    sentences.write_text(sentences.read_text("utf-8").replace(",body,", ",bdy,"), "utf-8")
    before = tree(sample.root)
    done = call("build", at=sample)
    assert done.code == 1
    assert done.err.splitlines()[-1] == "`usiran validate --full` lists every one of them"
    assert tree(sample.root) == before


def test_a_sheet_for_a_round_that_is_not_there_is_told(sample: Corpus) -> None:
    sheet = call("annotate", "sheet", "2013", "--from", "core/core-c", at=sample)
    (sample.root / "sheet.txt").write_text(sheet.out, encoding="utf-8")
    words = ("annotate", "import", "sheet.txt", "-a", "core-c", "-n")
    done = call(*words, "--round", "coer", at=sample)
    assert done.err.splitlines()[-1].startswith("coer is a new round; there were core, ")
    assert "new round" not in call(*words, "--round", "core", at=sample).err


def test_wrong_usage_is_one_json_document_where_that_was_asked_for(tiny_corpus: Corpus) -> None:
    for flag in ("--json", "-j"):
        done = call("validate", "--ful", flag, at=tiny_corpus)
        (finding,) = json.loads(done.out)["findings"]
        assert (finding["value"], finding["fix"]) == ("--ful", "type --full")
        assert (done.code, done.err) == (2, "")


def test_the_corpus_may_be_named_before_or_behind_the_command(
    tiny_corpus: Corpus, tmp_path: Path
) -> None:
    folder = str(tiny_corpus.root)
    words = [
        ("--corpus", folder, "articles", "sentences", PORT),
        ("articles", "-c", folder, "sentences", PORT),
        ("articles", "sentences", PORT, f"--corpus={folder}"),
        ("-c", folder, "articles", "sentences", PORT, "--corpus", folder),
    ]
    answers = {call(*typed, at=tmp_path) for typed in words}
    assert len(answers) == 1
    assert "Iranian boats seized a tanker." in answers.pop().out


def _params(command: Any) -> Iterator[Any]:
    yield from command.params
    for child in getattr(command, "commands", {}).values():
        yield from _params(child)


def test_a_letter_means_one_thing_in_every_command() -> None:
    meanings: dict[str, set[str]] = {"-h": {"--help"}}
    for param in _params(typer.main.get_command(app)):
        for letter in (name for name in param.opts if len(name) == 2 and name[0] == "-"):
            meanings.setdefault(letter, set()).add(param.opts[0])
    assert meanings == {
        "-a": {"--annotator"},
        "-c": {"--corpus"},
        "-h": {"--help"},
        "-j": {"--json"},
        "-n": {"--dry-run"},
        "-o": {"--output"},
        "-q": {"--quiet"},
        "-r": {"--round"},
        "-s": {"--system"},
        "-t": {"--task"},
    }


def test_an_option_that_has_a_letter_has_it_in_every_command() -> None:
    with_letter = {"--annotator", "--corpus", "--json", "--dry-run", "--output", "--quiet"}
    with_letter |= {"--round", "--system", "--task"}
    for param in _params(typer.main.get_command(app)):
        if with_letter & {*param.opts}:
            assert any(len(name) == 2 for name in param.opts), param.opts


def test_the_letters_are_told_by_the_help_of_each_command() -> None:
    assert "-c" in call("validate", "-h", at=ROOT).out
