"""`usiran release` and `usiran diff`, as a user runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Done, call, run, tree
from tests.support.releasable import FIRST, commit, git, turn_holder
from usiran.corpus import Corpus
from usiran.dataset.build import drift

# Kills the program at its fourth rename onto a file of the corpus.
KILLER = """
import os, sys
real, left = os.replace, [3]
def rename(source, target):
    if ".swap.new" not in str(target):
        if not left[0]:
            os.kill(os.getpid(), 9)
        left[0] -= 1
    return real(source, target)
os.replace = rename
from usiran.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def first(first_release: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return a corpus of which 1.0.0 is released, and a holder turned since."""
    folder = tmp_path_factory.mktemp("turned") / "corpus"
    corpus = Corpus.find(shutil.copytree(first_release.root, folder))
    turn_holder(corpus, FIRST)
    return commit(corpus)


@pytest.fixture
def corpus(first: Corpus, tmp_path: Path) -> Corpus:
    return Corpus.find(shutil.copytree(first.root, tmp_path / "corpus"))


@pytest.fixture(scope="module")
def made(first: Corpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Done]:
    """Return a copy that was released as 2.0.0, not yet committed, and what was printed."""
    folder = shutil.copytree(first.root, tmp_path_factory.mktemp("made") / "corpus")
    return Corpus.find(folder), call("release", "2.0.0", "--quiet", at=folder)


def state(corpus: Corpus) -> dict[str, str]:
    return {name: hash_ for name, hash_ in tree(corpus.root).items() if not name.startswith(".git")}


def test_a_release_writes_everything_and_names_the_next_steps(made: tuple[Corpus, Done]) -> None:
    corpus, done = made
    assert done.code == 0, done.err
    assert done.out.startswith("Data 2.0.0, ")
    written = {line.split(": ")[1] for line in done.out.splitlines() if "written: " in line}
    changed = git(corpus, "status", "--porcelain", "--untracked-files=all").split()[1::2]
    assert written == set(changed)
    assert {"CHANGELOG.md", "dataset/corpus.toml", "dataset/README.md"} <= written
    assert done.out.splitlines()[-2:] == [
        '  git add --all && git commit -m "Data 2.0.0"', "  git tag v2.0.0",
    ]  # fmt: skip
    assert done.err == "Next:\n"
    assert drift(Corpus.find(corpus.root)) == []


def test_a_dry_run_shows_it_all_and_writes_nothing(corpus: Corpus) -> None:
    before = state(corpus)
    done = call("release", "v2.0.0", "--dry-run", "--quiet", "--json", at=corpus)
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert document["bump"] == "MAJOR"
    assert document["changes"]["stance"] == {"added": 0, "removed": 0, "edited": 1, "moved": 0}
    assert document["written"] is False
    assert document["tag"] == "v2.0.0"
    assert state(corpus) == before


def test_a_smaller_version_is_refused_in_one_line_and_nothing_is_written(corpus: Corpus) -> None:
    before = state(corpus)
    done = call("release", "1.1.0", "--quiet", at=corpus)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert f"demand a MAJOR step (stance {FIRST} edited: contested" in done.err
    assert "to mend: release 2.0.0" in done.err
    assert state(corpus) == before


def test_a_release_that_was_killed_is_brought_to_its_end_by_the_next_command(
    corpus: Corpus, made: tuple[Corpus, Done]
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLER, "release", "2.0.0", "--quiet"],
        cwd=corpus.root, check=False, capture_output=True,
    )  # fmt: skip
    assert killed.returncode == -9
    assert corpus.swap.exists()
    done = run("articles", "list", "--json", at=corpus)
    assert len(json.loads(done.out)) == 2
    assert "an interrupted command was brought to its end: " in done.err
    assert state(corpus) == state(made[0])
    assert not corpus.swap.exists()


def test_diff_names_each_record_and_field(first: Corpus) -> None:
    done = call("diff", "1.0.0", at=first)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == (
        "From 1.0.0 to the working tree: 2 records differ; a release would be MAJOR: "
        "2.0.0 or greater"
    )
    assert lines[2].split() == ["added", "removed", "edited", "moved"]
    assert [line.split() for line in lines[3:5]] == [
        ["decisions", "1", "0", "0", "0"], ["stance", "0", "0", "1", "0"],
    ]  # fmt: skip
    assert f"  edited  {FIRST}" in lines
    assert lines[-1].startswith("    holder: ")
    assert max(map(len, lines)) <= 100


def test_diff_as_json_is_one_document_and_can_exit_with_1(first: Corpus) -> None:
    done = call("diff", "1.0.0", ".", "--json", "--exit-code", at=first)
    assert done.code == 1
    document = json.loads(done.out)
    assert (document["from"], document["to"]) == ("1.0.0", "the working tree")
    assert (document["bump"], document["least"]) == ("MAJOR", "2.0.0")
    edits = [row for row in document["changes"] if row["kind"] == "edited"]
    assert [(edit["table"], edit["key"], edit["field"]) for edit in edits] == [
        ("stance", FIRST, field) for field in ("contested", "holder")
    ]


def test_diff_says_where_nothing_differs(first: Corpus) -> None:
    done = call("diff", "1.0.0", "v1.0.0", "--exit-code", at=first)
    assert (done.code, done.out) == (0, "From 1.0.0 to 1.0.0: no record differs\n")
