"""One writer at a time: a lock on what a command changes, which says who holds it.

The lock is the system's own on a file (`filelock`): it ends with the program that holds it,
however that ends. The file says who that is, and goes when the lock is given back; one that is
there and free was left by a program that was killed.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from usiran.errors import FileError

Tell = Callable[[str], object]


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock: a command, its process, and since when."""

    command: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"`{self.command}` (process {self.pid}, since {self.since})"


class Busy(FileError):
    """Another command is writing there."""


@contextmanager
def locked(
    path: Path,
    *,
    target: Path | None = None,
    wait: Tell | None = None,
    fix: str = "wait until it is done",
) -> Iterator[Holder | None]:
    """Keep other commands out of `target` (default: its folder) by a lock on a file at `path`.

    Yields who was killed while it held the lock, if anybody was. A lock that is held is waited
    for where `wait` is given, which is told whom for; else `fix` says what to do.

    Raises
    ------
    Busy
        Another program holds it.
    FileError
        The file cannot be written.
    """
    lock = FileLock(path)
    try:
        _acquire(lock, target or path.parent, wait, fix)
    except OSError as error:
        raise FileError.of(error, path, "a folder that can be written", "see its rights") from None
    try:
        killed = _holder(path)
        try:
            path.write_bytes(msgspec.json.encode(_this_program()))
        except OSError as error:
            fix = "free some space, or see the folder's rights"
            raise FileError.of(error, path, "a file that can be written", fix) from None
        yield killed
    finally:
        # Before it is free: whoever waits for it notices, and makes a file of its own.
        with suppress(OSError):
            path.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, target: Path, wait: Tell | None, fix: str) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        holder = _holder(Path(lock.lock_file))
        who = str(holder or "another command")
        if wait is None:
            raise Busy(target, f"{who} is writing", "one command at a time", fix) from None
        wait(f"waiting for {who}")
        lock.acquire()


def _holder(path: Path) -> Holder | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None


def _this_program() -> Holder:
    # Options and arguments may hold what no other user of the machine should read.
    words = [word for word in sys.argv[1:3] if word.isalpha() or "-" in word[1:-1]]
    return Holder(" ".join(["usiran", *words]), os.getpid(), f"{datetime.now():%Y-%m-%d %H:%M:%S}")
