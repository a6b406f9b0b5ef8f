"""Jobs that are killed at one call to the operating system after another, and run again.

Run as a program, for the reasons that `killing` has.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.jobs import left
from tests.support.killing import ROOT, survives


class Killed(NamedTuple):
    """What was there after a kill at a call, and whether the run after it made the rest."""

    at: int
    whole_parts: int
    same: bool


def kills(models: Path, texts: Path, work: Path, step: int) -> list[Killed]:
    """Kill a job at every `step`-th call, run it again each time, compare with one never killed."""
    code = "from tests.support.killing_jobs import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(models), str(texts), str(work), str(step)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [Killed(*row) for row in json.loads(done.stdout)]


def main() -> None:
    """Do what the words say."""
    from usiran.inference.job.parts import code_sha256, code_versions
    from usiran.inference.job.run import Options, run_job
    from usiran.inference.store import load_all

    models, texts, work, step = sys.argv[1:]
    loaded, output = load_all([Path(models)]), Path(work) / "out"
    # What never changes is looked up once, not by every child.
    code_sha256(), code_versions()
    os.fsync = lambda fd: None  # noqa: ARG005 - its own name of it

    def job() -> None:
        run_job(loaded, [texts], output, Options(part=2))

    survives(sys.maxsize, job)
    whole, rows, at, survived = left(output), list[Killed](), 1, False
    while not survived:
        shutil.rmtree(output)
        survived = survives(at, job)
        parts = len(list(output.glob("parts/*.json")))
        survives(sys.maxsize, job)
        rows.append(Killed(at, parts, left(output) == whole))
        at += int(step)
    # A part is the least that is kept: killed again and again after one more, it comes to its end.
    shutil.rmtree(output)
    calls = at // len(list(Path(texts).iterdir())) * 2
    while not survives(calls, job):
        pass
    rows.append(Killed(calls, len(list(output.glob("parts/*.json"))), left(output) == whole))
    print(json.dumps(rows))
