"""Running the real program as a user does, and seeing what it changed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from usiran.corpus import Corpus


class Done(NamedTuple):
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def run(*words: str | Path, at: Corpus | Path, timeout: float = 120) -> Done:
    """Run `usiran` with these words from inside a corpus or another folder."""
    folder = at.root if isinstance(at, Corpus) else at
    program = [sys.executable, "-c", "from usiran.cli.main import main; main()"]
    done = subprocess.run(
        [*program, *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def tree(folder: Path) -> dict[str, str]:
    """Return every file below a folder with the SHA-256 of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
