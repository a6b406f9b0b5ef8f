"""A corpus is read once: what a command opens, and what a generated corpus of any size holds."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.generated import build_generated
from tests.support.three_passes import build_three
from usiran import loading
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.cli.main import app
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.validation.validate import validate

# A build reads these: whatever else it opens it writes, or loads back to compare.
SOURCES = (
    "dataset/source/",
    "dataset/corpus.toml",
    "annotation/a",
    "annotation/crosswalks/",
    "annotation/gold/",
    "annotation/labels.toml",
    "annotation/submissions/",
)
_open_files: list[Counter[Path]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _open_files and isinstance(arguments[0], str | bytes | os.PathLike):
        _open_files[-1][Path(os.fsdecode(arguments[0]))] += 1


# An audit hook cannot be taken out again: this one counts only where a test says so.
sys.addaudithook(_hook)


@contextmanager
def opened_files(root: Path) -> Iterator[Counter[str]]:
    """Count how often each file below a folder is opened."""
    counts: Counter[str] = Counter()
    _open_files.append(Counter())
    try:
        yield counts
    finally:
        for path, number in _open_files.pop().items():
            if path.is_relative_to(root) and path.is_file():
                counts[path.relative_to(root).as_posix()] += number


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return build_generated(tmp_path_factory.mktemp("generated") / "corpus", 3)


def test_a_generated_corpus_has_no_findings_and_the_gold_that_its_decisions_give(
    generated: Corpus,
) -> None:
    opened = loading.open(generated)
    report = validate(opened)
    assert report.findings == ()
    assert report.counts["stance"] == 3 * 32
    assert report.counts["decisions"] > 0
    assert Adjudicator(generated).drift() == []


def test_the_same_number_gives_the_same_generated_corpus(generated: Corpus, tmp_path: Path) -> None:
    again = build_generated(tmp_path / "corpus", 3)
    for path in sorted(generated.root.rglob("*.*")):
        assert path.read_bytes() == (again.root / path.relative_to(generated.root)).read_bytes()


def test_validate_opens_every_file_once(generated: Corpus) -> None:
    with opened_files(generated.root) as counts:
        done = CliRunner().invoke(app, ["validate", "--corpus", str(generated.root)])
    assert done.exit_code == 0, done.output
    assert counts["annotation/submissions/r1/ann/spans.json"] == 1
    assert {name: number for name, number in counts.items() if number != 1} == {}


def test_build_opens_every_source_once(generated: Corpus) -> None:
    with opened_files(generated.root) as counts:
        done = CliRunner().invoke(app, ["build", "--corpus", str(generated.root)])
    assert done.exit_code == 0, done.output
    sources = {name: number for name, number in counts.items() if name.startswith(SOURCES)}
    assert sources.keys() > {"annotation/labels.toml", "dataset/source/sentences.csv"}
    assert {name: number for name, number in sources.items() if number != 1} == {}


def test_what_could_not_be_read_is_refused(tmp_path: Path) -> None:
    corpus = build_three(tmp_path / "three")
    opened = loading.open(corpus)
    assert {finding.file for finding in opened.findings} >= {"annotation/gold/votes.csv"}
    with pytest.raises(InputError, match=r"gold/votes\.csv"):
        opened.refuse_findings()
