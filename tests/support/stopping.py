"""The program, which gets a real signal when it is about to rename a file of some name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

from tests.support.command import Done
from tests.support.killing import ROOT
from usiran.corpus import Corpus


def run_stopped(corpus: Corpus, name: str, number: signal.Signals, *words: str) -> Done:
    """Run `usiran` with these words in a process of its own; the first such rename stops it."""
    program = [sys.executable, "-c", "from tests.support.stopping import main; main()"]
    done = subprocess.run(
        [*program, name, str(int(number)), *words, "--corpus", str(corpus.root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def main() -> None:
    """Do what the words say."""
    from usiran.cli.main import main as usiran

    name, number, *words = sys.argv[1:]
    # A shell's background jobs ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    waiting = [name]

    def audit(event: str, paths: tuple[Any, ...]) -> None:
        if event == "os.rename" and waiting and name in os.fsdecode(paths[1]):
            waiting.clear()
            os.kill(os.getpid(), int(number))

    sys.addaudithook(audit)
    sys.argv = ["usiran", *words]
    usiran()
