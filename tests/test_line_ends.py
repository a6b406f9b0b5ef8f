"""Claims about the files of a clone: hashes are of content, and git must not change a byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


def git(*words: str) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not in a git checkout")
def test_a_clone_that_turns_line_ends_has_the_bytes_of_the_repository(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--shared", "--config", "core.autocrlf=true", str(ROOT), str(clone))
    recorded = {}
    for line in git("-C", str(clone), "ls-files", "--stage", "-z").split("\0")[:-1]:
        about, _, name = line.partition("\t")
        recorded[name] = about.split()[1]
    names = list(recorded)
    lines = subprocess.run(
        ["git", "-C", str(clone), "hash-object", "--no-filters", "--stdin-paths"],
        check=True,
        capture_output=True,
        text=True,
        input="\n".join(names) + "\n",
    ).stdout.split()
    assert len(names) > 500
    assert dict(zip(names, lines, strict=True)) == recorded
