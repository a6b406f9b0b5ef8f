"""Killing a program at its n-th call to the operating system that changes files.

Run as a program: reads a job (pickle) from standard input, kills children of itself at one
call after another, and prints as JSON what each left behind. It imports little and starts no
thread, so that it can fork.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_CALLS = ("replace", "rename", "link", "fsync", "mkdir", "unlink", "rmdir", "chmod")


class Job(NamedTuple):
    """What to write where (None: to remove), and at which calls to kill: every `step`-th.

    `nested` names the first kills after which the recovery itself is killed at every call.
    """

    base: Path
    work: Path
    files: Mapping[str, bytes | None]
    swap: str
    step: int = 1
    nested: tuple[int, ...] = ()


class Left(NamedTuple):
    """What was there after a kill at a call: as a word (old, new, mixed), before and after."""

    at: int
    killed: str
    settled: str


def kills(job: Job) -> list[Left]:
    """Run the job in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.support.killing import main; main()"],
        input=pickle.dumps(job),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [Left(*row) for row in json.loads(done.stdout)]


def kill_at_rename(files: Mapping[Path, bytes], swap: Path, renames: int) -> None:
    """Run a program that replaces files and is killed after so many renames."""
    code = "from tests.support.killing import die_at_rename; die_at_rename()"
    words = pickle.dumps((dict(files), swap, renames))
    done = subprocess.run([sys.executable, "-c", code], input=words, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL


def die_at_rename() -> None:
    """Do what standard input says, and die."""
    from usiran.io.atomic import replace_files

    files, swap, renames = pickle.load(sys.stdin.buffer)
    rename, calls = os.replace, iter(range(sys.maxsize))

    def counted(*paths: Any) -> None:
        if next(calls) == renames:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(*paths)

    os.replace = counted  # type: ignore[assignment]  # its options are not used
    replace_files(files, swap)


def die_at(number: int) -> None:
    """Kill this process before its `number`-th call from now on."""
    calls = iter(range(1, sys.maxsize))
    flush = os.fsync

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **options: Any) -> Any:
            if next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            # A kill loses nothing that was flushed or not; leaving it out is ten times faster.
            return None if real is flush else real(*words, **options)

        return call

    for name in _CALLS:
        setattr(os, name, counted(getattr(os, name)))


def main() -> None:
    """Do the job that standard input holds."""
    job: Job = pickle.load(sys.stdin.buffer)
    os.fsync = lambda fd: None  # noqa: ARG005 - its own name of it
    print(json.dumps(list(_rows(job))))


def _rows(job: Job) -> Iterator[Left]:
    from usiran.io.atomic import settle

    number, survived = 1, False
    while not survived:
        survived = _write(job, number)
        killed = _state(job)
        if number in job.nested:
            yield from _killed_again(job, number, killed)
            _write(job, number)
        settle(job.work / job.swap)
        yield Left(number, killed, _state(job))
        number += job.step


def _killed_again(job: Job, number: int, killed: str) -> Iterator[Left]:
    from usiran.io.atomic import settle

    again, survived = 1, False
    while not survived:
        _write(job, number)
        survived = survives(again, lambda: settle(job.work / job.swap))
        settle(job.work / job.swap)
        yield Left(number, killed, _state(job))
        again += 1


def _write(job: Job, number: int) -> bool:
    """Write into a fresh copy, killed at a call; return whether it came to its end."""
    from usiran.io.atomic import replace_files

    shutil.rmtree(job.work, ignore_errors=True)
    shutil.copytree(job.base, job.work)
    files = {job.work / name: content for name, content in job.files.items()}
    return survives(number, lambda: replace_files(files, job.work / job.swap))


def survives(number: int, act: Callable[[], object]) -> bool:
    """Whether an act comes to its end in a child that is killed at its `number`-th call."""
    child = os.fork()
    if not child:
        die_at(number)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _state(job: Job) -> str:
    """Return old or new where every file is so and nothing else is there, else mixed."""
    old, now = _tree(job.base), _tree(job.work, without=job.swap)
    written = {name: content for name, content in job.files.items() if content is not None}
    new = {name: content for name, content in old.items() if name not in job.files} | written
    return "old" if now == old else "new" if now == new else "mixed"


def _tree(folder: Path, without: str = "") -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not (without and path.is_relative_to(folder / without))
    }
