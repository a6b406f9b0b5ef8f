"""The tables inside CASEBOOK.md come from the label scheme."""

from __future__ import annotations

import pytest

from usiran.annotation.casebook import fill
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.schemas.label_scheme import read_scheme
from usiran.text.articles import read_text


def test_every_label_stands_in_the_casebook_with_its_definition(repo: Corpus) -> None:
    text = read_text(repo.annotation / "CASEBOOK.md")
    for field in read_scheme(repo.labels).fields:
        for label in field.labels:
            assert f"| `{label.name}` |" in text
            assert label.definition in text


def test_filling_twice_changes_nothing(repo: Corpus) -> None:
    text = read_text(repo.annotation / "CASEBOOK.md")
    assert fill(text, read_scheme(repo.labels), file="CASEBOOK.md") == text


def test_a_changed_table_is_made_anew(repo: Corpus) -> None:
    text = read_text(repo.annotation / "CASEBOOK.md")
    changed = text.replace("| `pro-US` |", "| `pro-USA` |")
    assert fill(changed, read_scheme(repo.labels), file="CASEBOOK.md") == text


def test_a_field_without_a_table_is_refused(repo: Corpus) -> None:
    text = read_text(repo.annotation / "CASEBOOK.md").replace("labels: holder", "labels: hoder")
    with pytest.raises(InputError, match=r"hoder.*one table each for stance, grounds, holder"):
        fill(text, read_scheme(repo.labels), file="CASEBOOK.md")
