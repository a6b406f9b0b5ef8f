"""`usiran annotate`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner

from tests.support.command import Done, call
from tests.support.tiny import GAS, PORT
from usiran.cli.annotate import app
from usiran.corpus import Corpus

DATA = Path(__file__).parents[1] / "data" / "exports"
SHEET = f"article {PORT}\narticle_stance neutral\n001 pro-US source us+\n002 neutral author\n"


class Run(Protocol):
    def __call__(self, *words: str | Path) -> Done: ...


@pytest.fixture
def run(tiny_corpus: Corpus) -> Run:
    """Return what runs `usiran annotate` inside the tiny corpus."""
    return partial(call, "annotate", at=tiny_corpus)


@pytest.fixture
def sheet(tiny_corpus: Corpus) -> Path:
    """Return a sound sheet."""
    path = tiny_corpus.root / "port.txt"
    path.write_text(SHEET, encoding="utf-8")
    return path


WHO = ("--round", "r1", "--annotator", "ann")


@pytest.mark.parametrize("command", ["sheet", "import", "adopt"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: usiran annotate {command}" in result.output


def test_a_sheet_is_printed(run: Run) -> None:
    code, out, err = run("sheet", GAS)
    assert (code, err) == (0, "")
    assert f"\narticle {GAS}\narticle_stance ?\n" in out


def test_an_import_is_reported(run: Run, sheet: Path) -> None:
    code, out, err = run("import", sheet, *WHO)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "stance: 2 new, 0 changed, 0 unchanged, 0 skipped, 0 unlabelled in the file; "
        "4 of the corpus still missing",
        "spans: 1 new, 0 changed, 0 unchanged, 0 skipped, 0 unlabelled in the file; "
        "1 of the corpus still missing",
        "0 spans, 0 roles, 0 repaired",
        "written: annotation/submissions/r1/ann/stance.json, "
        "annotation/submissions/r1/ann/spans.json",
    ]
    assert run("import", sheet, *WHO).out.endswith("nothing to write\n")


def test_an_import_as_json_is_one_document(run: Run, sheet: Path, tiny_corpus: Corpus) -> None:
    code, out, _ = run("import", sheet, *WHO, "--json", "--dry-run")
    document = json.loads(out)
    assert code == 0
    assert document["tasks"]["stance"]["new"] == 2
    assert document["repairs"] == []
    assert document["written"] is False
    assert not tiny_corpus.submissions.exists()


def test_a_submission_is_adopted(run: Run, sheet: Path, tiny_corpus: Corpus) -> None:
    run("import", sheet, *WHO)
    code, out, err = run("adopt", *WHO)
    assert (code, err) == (0, "")
    assert out.startswith("6 labels counted over 1 annotator: ann\nwritten: annotation/gold/")
    assert sorted(path.name for path in tiny_corpus.gold.iterdir()) == [
        "decisions.csv", "spans.json", "stance.json", "votes.csv",
    ]  # fmt: skip
    assert json.loads(run("adopt", *WHO, "--json").out)["votes"] == 6


def test_a_sheet_is_filled_from_a_submission(run: Run, sheet: Path) -> None:
    run("import", sheet, *WHO)
    assert "001 pro-US source us+\n" in run("sheet", PORT, "--from", "r1/ann").out


BAD = [
    ("sheet", "gone"),
    ("sheet", PORT, "--from", "r9/ann"),
    ("adopt", "--round", "r9", "--annotator", "ann"),
    ("import", "none.json", *WHO),
    ("import", "none.txt", *WHO),
    *(
        ("import", DATA / file, *WHO)
        for file in ("truncated.json", "empty.json", "binary.json", "wrong_type.json")
    ),
]


@pytest.mark.parametrize("words", BAD, ids=lambda words: " ".join(map(str, words[:2])))
def test_bad_input_is_one_line_and_exit_code_1_and_nothing_is_written(
    run: Run, tiny_corpus: Corpus, words: tuple[str | Path, ...]
) -> None:
    before = sorted(tiny_corpus.root.rglob("*"))
    code, out, err = run(*words)
    assert code == 1
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "allowed: " in err
    assert "to mend: " in err
    assert sorted(tiny_corpus.root.rglob("*")) == before


def test_every_fault_of_a_sheet_is_a_line(run: Run, tiny_corpus: Corpus) -> None:
    path = tiny_corpus.root / "port.txt"
    path.write_text(SHEET.replace("source", "sauce").replace("002 neutral", "002 neutrel"))
    code, out, err = run("import", path, *WHO)
    assert (code, out) == (1, "")
    assert [line.split(":")[1:3] for line in err.splitlines()] == [
        [" line 3", " holder"], [" line 4", " stance"],
    ]  # fmt: skip


def test_no_corpus_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    done = call("annotate", "sheet", GAS, "--corpus", tmp_path, at=tmp_path)
    assert done.code == 1
    assert "no dataset/corpus.toml here" in done.err
