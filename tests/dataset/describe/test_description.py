"""description.toml: what a corpus says of itself, with its figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.described import DESCRIPTION
from usiran.corpus import Corpus
from usiran.dataset.describe.description import read_description
from usiran.errors import FileError

FIGURES: dict[str, object] = {"articles": 5, "scored": 161, "rarest": "R", "guidelines": "1.2.0"}


def corpus_with(folder: Path, text: str | None) -> Corpus:
    (folder / "dataset").mkdir()
    if text is not None:
        (folder / "dataset" / DESCRIPTION.name).write_text(text, "utf-8")
    return Corpus(folder)


def test_figures_are_put_into_its_words(tmp_path: Path) -> None:
    corpus = corpus_with(tmp_path, 'limits = "{articles} texts; {rarest}."\nkeywords = ["news"]\n')
    words = read_description(corpus, FIGURES)
    assert words.limits == "5 texts; R."
    assert words.keywords == ("news",)
    assert words.uses == ""


def test_a_corpus_without_one_still_says_how_large_it_is(tmp_path: Path) -> None:
    words = read_description(corpus_with(tmp_path, None), FIGURES)
    assert words.summary == "A corpus of 5 articles (161 scored sentences)."


def test_this_corpus_fills_in_every_key(tmp_path: Path) -> None:
    corpus = corpus_with(tmp_path, None)
    shutil.copy(DESCRIPTION, corpus.dataset)
    words = read_description(corpus, FIGURES)
    # It has no repository that others can open yet.
    empty = [name for name in words.__struct_fields__ if not getattr(words, name)]
    assert empty == ["repository"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('sumary = "x"', "dataset/description.toml: .*sumary.*; allowed: summary, purpose"),
        ('uses = "{actors}"', "uses: 'actors'.*; allowed: {articles}, {scored}"),
        ('uses = "{articles.x}"', "uses: "),
        ('uses = "{articles.real}"', "uses: 'articles.real'"),
        ('uses = "{rarest[0]}"', "uses: "),
        ('uses = "a { brace"', "uses: .*; to mend: .*write a brace of the text twice"),
        ("uses = 3", "Expected `str`"),
        ('repository = "javascript:x"', "https://.*repository"),
        ('repository = "https://a.org/x) [y"', "https://.*repository"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused(
    tmp_path: Path, text: str, match: str
) -> None:
    with pytest.raises(FileError, match=match):
        read_description(corpus_with(tmp_path, text), FIGURES)
