"""Findings of one kind are told together, and a count has its noun."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.command import call
from tests.validation.test_validate import change_rows
from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, grouped
from usiran.io.csv import read_rows


def finding(record: str, value: str = "", file: str = "a.csv") -> Finding:
    return Finding(file, record, "fold", value, "a number", "number it")


def test_up_to_three_findings_of_a_kind_stand_alone() -> None:
    rows = [finding(f"x-{number}") for number in range(3)]
    assert grouped(rows) == [str(row) for row in rows]


def test_more_are_one_line_with_their_count_the_first_places_and_a_value_they_share() -> None:
    rows = [finding(f"x-{number}", "y") for number in range(17)]
    line = "a.csv: fold: 17 times, found 'y', first at x-0, x-1, x-2; allowed: a number; "
    assert grouped([*rows, finding("z", file="b.csv")]) == [
        line + "to mend: number it",
        str(finding("z", file="b.csv")),
    ]
    assert "found" not in grouped([*rows, finding("x-17", "n")])[0]


def test_a_table_names_all_rows_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n1\n1,2,3\n")
    with pytest.raises(FileError, match="'row 3: 1 cell; row 4: 3 cells'; allowed: 2 cells"):
        read_rows(path, name="a.csv")


def test_an_unlabelled_corpus_is_told_in_a_few_lines(tiny_three: Corpus) -> None:
    short, full = call("validate", at=tiny_three), call("validate", "--full", at=tiny_three)
    assert (short.code, full.code) == (1, 1)
    assert len(short.out.splitlines()) < len(full.out.splitlines())
    told = "annotation/gold/stance.json: stance: 6 times"
    assert told in short.out
    assert told not in full.out
    assert full.err.startswith(f"{len(full.out.splitlines())} findings. Rows checked")
    refused = call("build", "--check", at=tiny_three)
    assert told in refused.err
    assert "`usiran validate --full` lists every one" in refused.err


@pytest.fixture
def tiny_three(three_template: Path, tmp_path: Path) -> Corpus:
    """The tiny corpus with exports of a gold that hold no task."""
    corpus = Corpus(shutil.copytree(three_template, tmp_path / "three"))
    corpus.gold.mkdir(exist_ok=True)
    for name in ("stance", "spans"):
        (corpus.gold / f"{name}.json").write_text("[]")
    return corpus


@pytest.mark.parametrize(
    ("file", "column"),
    [("article_aliases.csv", "actor_id"), ("actors.csv", "type"), ("actors.csv", "affiliation")],
)
def test_a_row_that_cannot_be_read_is_no_fault_of_the_mentions_it_would_link(
    sample: Corpus, file: str, column: str
) -> None:
    change_rows(sample.annotation / file, lambda rows: rows[0].update({column: "No Such"}))
    done = call("validate", at=sample)
    assert [line.partition(":")[0] for line in done.out.splitlines()] == [f"annotation/{file}"]
