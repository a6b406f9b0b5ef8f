"""Running the real program as a user does, and seeing what it changed."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import typer.main

from usiran.cli.main import main
from usiran.corpus import Corpus

# The program makes its commands once; a process that calls it often need not make them each time.
typer.main.get_command = cache(typer.main.get_command)


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


def call(*words: str | Path, at: Corpus | Path, typed: str = "") -> Done:
    """Do what `run` does inside this process, without the seconds that a start takes.

    `typed` is what a user types before the terminal goes away.
    """
    folder = at.root if isinstance(at, Corpus) else at
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv = mock.patch.object(sys, "argv", ["usiran", *map(str, words)])
    stdin = mock.patch.object(sys, "stdin", io.StringIO(typed))
    with argv, stdin, chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def tree(folder: Path) -> dict[str, str]:
    """Return every file below a folder with the SHA-256 of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
