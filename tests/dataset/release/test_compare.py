"""Comparing states of a corpus, each named by a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.releasable import FIRST
from tests.support.releasable import turn_holder as turn
from usiran.corpus import Corpus
from usiran.dataset.release.compare import compare
from usiran.errors import CorpusNotFound, InputError


def test_sides_are_versions_the_working_tree_and_folders(
    first_release: Corpus, corpus: Corpus
) -> None:
    old, new = turn(corpus, FIRST)
    folder = first_release.dataset / "releases" / "1.0.0"
    for word in ("1.0.0", "v1.0.0", str(folder), str(first_release.root)):
        found = compare(word, "working", start=corpus.root)
        rows = [row for row in found.changes.rows if row.table == "stance"]
        assert [(row.key, row.field, row.old, row.new) for row in rows] == [
            (FIRST, "contested", False, True),  # nobody gave the label that it has now
            (FIRST, "holder", old, new),
        ]
        assert (found.bump, str(found.least)) == ("MAJOR", "2.0.0")


def test_two_folders_are_compared_without_a_corpus_around(
    first_release: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = first_release.dataset / "releases" / "1.0.0"
    assert not compare(str(folder), str(first_release.root)).changes
    with pytest.raises(CorpusNotFound):
        compare("1.0.0", str(folder))


@pytest.mark.parametrize("word", ["nowhere", "dataset", "1.0"])
def test_what_names_no_state_is_refused(first_release: Corpus, word: str) -> None:
    with pytest.raises(InputError, match=rf"diff: found '{word}'; allowed: a release's version"):
        compare(word, ".", start=first_release.root)
