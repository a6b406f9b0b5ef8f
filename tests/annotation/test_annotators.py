"""Somebody new may label: a row of annotators.csv, or a refusal and nothing written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.command import call, tree
from usiran import loading
from usiran.annotation.submissions import read_annotators
from usiran.corpus import Corpus
from usiran.dataset.next_step import next_step
from usiran.dataset.status import status_of


def test_a_new_annotator_is_added_at_the_end(tiny_corpus: Corpus) -> None:
    before = list(read_annotators(tiny_corpus))
    words = ("dee", "--name", "Dee, a clerk", "--kind", "language-model", "--note", "By sheets.")
    done = call("annotate", "register", *words, at=tiny_corpus)
    assert (done.code, done.out) == (0, "dee: registered as language-model\n")
    assert list(read_annotators(tiny_corpus)) == [*before, "dee"]
    last = (tiny_corpus.annotation / "annotators.csv").read_text("utf-8").splitlines()[-1]
    assert last == 'dee,language-model,"Dee, a clerk",By sheets.'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ann", "--name", "Ann"), "allowed: an id that is nobody's"),
        (("Not A Slug", "--name", "Ann"), "annotator_id: found 'Not A Slug'"),
        (("dee", "--name", ""), "name: found ''"),
    ],
)
def test_what_the_table_does_not_allow_is_refused(
    tiny_corpus: Corpus, words: tuple[str, ...], message: str
) -> None:
    before = tree(tiny_corpus.root)
    done = call("annotate", "register", *words, at=tiny_corpus)
    assert (done.code, message in done.err) == (1, True)
    assert tree(tiny_corpus.root) == before


def test_where_nobody_may_label_status_asks_for_somebody(
    three_template: Path, tmp_path: Path
) -> None:
    corpus = Corpus(shutil.copytree(three_template, tmp_path / "three"))
    shutil.rmtree(corpus.submissions)
    table = corpus.annotation / "annotators.csv"
    table.write_text(table.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    command, *_ = next_step(status_of(loading.open(corpus))).commands
    assert command == 'usiran annotate register new-annotator --name "NAME"'
