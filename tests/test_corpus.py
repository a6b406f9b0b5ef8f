"""Finding a corpus folder, and what corpus.toml must say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from usiran.corpus import Corpus, read_toml
from usiran.errors import CorpusNotFound, FileError


def test_a_corpus_is_found_from_any_folder_inside_it(repo: Corpus) -> None:
    assert Corpus.find(repo.articles).root == repo.root
    assert Corpus.find(repo.root).root == repo.root


def test_outside_a_corpus_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match=r"no dataset/corpus\.toml .* name one with --corpus"):
        Corpus.find(tmp_path)


def test_paths_inside_the_corpus_are_named_relative_to_it(repo: Corpus, tmp_path: Path) -> None:
    assert repo.name_of(repo.gold / "stance.json") == "annotation/gold/stance.json"
    assert repo.name_of(tmp_path / "x.csv") == str(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("key", "new", "told"),
    [
        ("name", "", "no text under name"),
        ("name", "name = 3", "no text under name"),
        ("gold_rounds", "gold_rounds = 1", "a list of round names"),
        ("gold_rounds", 'gold_rounds = ["r1", "r1"]', "each round once"),
        ("gold_basis", 'gold_basis = "adjudicated"\ngold_basics = ""', "the key gold_basics"),
        ("gold_basis", 'gold_basis = "guess"', "one of first-pass, adjudicated"),
        ("name", "name = ", "TOML 1.0 in UTF-8"),
        ("version", 'version = "banana"', "three whole numbers with dots between"),
        ("name", 'name = "n"\nrounds.x.given = "y"', r"not two texts under \[rounds.x\]"),
        ("scores", "scores = 3", "found 'scores = 3'; allowed: a text; to mend: put it in quot"),
        ("name", 'name = "n"\nrounds.x = 3', r"\[rounds.x\].*given and guidelines of a round"),
    ],
)
def test_a_broken_manifest_is_refused_with_the_key(
    sample: Corpus, key: str, new: str, told: str
) -> None:
    path = sample.dataset / "corpus.toml"
    text, count = re.subn(rf"(?m)^{key} = .*$", new, path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=told):
        _ = sample.manifest


def test_toml_that_is_not_utf8_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.toml"
    with pytest.raises(FileError, match="no such file or directory"):
        read_toml(path)
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(FileError, match=r"TOML 1\.0 in UTF-8"):
        read_toml(path)
