"""A command stopped at every call that changes a file: killed, with a full disk, by a signal.

Run as a program: reads cases (pickle) from standard input and prints as JSON what each fault left.
The command itself runs once. Before each of its calls the program forks: one child is what
another command finds after a kill there, another goes on with a disk that is full from there on,
or sends itself SIGINT or SIGTERM there. Calls are
seen by an audit hook, so that none is missed whichever library makes it.
"""

from __future__ import annotations

import errno
import faulthandler
import gc
import hashlib
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import filelock

from tests.support.killing import ROOT

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# From an event to the places of its paths and of the folders that these are relative to.
_CHANGES = {
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.chmod": ((0, 2),),
    "os.truncate": ((0, None),),
}
# A full disk takes these no more; it still lets files go.
_NEEDS_SPACE = {"open", "write", "fsync", "os.mkdir", "os.link", "os.symlink"}


_HANGS = 120  # seconds
# Where not every call is tried, they take turns.
_FAULTS = ("full", "SIGINT", "full", "SIGTERM")
_FILELOCK = str(Path(filelock.__file__).parent)


class Case(NamedTuple):
    """A command, the folder in which it runs (copied for it), and what is typed after it.

    `then` are commands of which each brings the folder to one state; they take turns. What the
    pattern `aside` matches is no state: notes from which an interrupted run goes on. What the
    command leaves when nothing is wrong is kept in the folder `keep`, a template of other cases.
    `typed` is what a user types before the terminal goes away.
    """

    name: str
    template: Path
    words: tuple[str, ...]
    then: tuple[tuple[str, ...], ...]
    step: int = 1
    at: str = "corpus"
    aside: str = r"(?!)"
    keep: Path | None = None
    typed: str = ""


class Left(NamedTuple):
    """What a fault at a call left: in a word (old, new, mixed) at once and after a command.

    `code` is what the command ended with, None where it was killed; `text` is what it and the next
    one wrote to standard error.
    """

    case: str
    number: int
    call: str
    fault: str
    at_once: str
    settled: str
    code: int | None
    text: str


def faults(cases: list[Case], work: Path) -> list[Left]:
    """Run the cases in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.support.faults import main; main()"],
        input=pickle.dumps((cases, work)),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [Left(*row) for row in json.loads(done.stdout)]


def main() -> None:
    """Do what standard input says."""
    from tests.support.command import call

    cases, work = pickle.load(sys.stdin.buffer)
    # A fault loses nothing that was flushed or not; leaving it out is ten times faster.
    os.fsync = lambda fd: _seen("fsync", f"/proc/self/fd/{fd}")
    # A shell's background jobs ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    real = io.open

    def opened(file: Any, mode: str = "r", *words: Any, **options: Any) -> Any:
        stream = real(file, mode, *words, **options)
        return _Written(stream, file) if set(mode) & set("wax+") else stream

    io.open = opened
    sys.addaudithook(_audited)
    call("--help", at=ROOT)
    # What is loaded stays shared with the children: collecting garbage would copy all of it.
    gc.freeze()
    gc.disable()
    rows = [row for case in cases for row in _Run(case, work).rows()]
    print(json.dumps(rows))


class _Written:
    """A file that tells of every write."""

    def __init__(self, stream: Any, file: object) -> None:
        self._stream, self._file = stream, file

    def write(self, content: Any) -> Any:
        _seen("write", self._file)
        return self._stream.write(content)

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __iter__(self) -> Any:
        return iter(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_watcher: _Run | None = None


def _audited(event: str, words: tuple[Any, ...]) -> None:
    if _watcher is None:
        return
    if event == "open" and isinstance(words[0], str | bytes) and words[2] & _WRITES:
        _seen("open", words[0])
    for path, folder in _CHANGES.get(event, ()):
        parent = words[folder] if folder is not None and len(words) > folder else -1
        root = Path(f"/proc/self/fd/{parent}").readlink() if parent > 0 else Path()
        _seen(event, root / os.fsdecode(words[path]), inside=parent > 0)


def _seen(event: str, path: object, *, inside: bool = False) -> None:
    if _watcher is not None:
        _watcher.see(event, path, inside=inside)


class _Run:
    """One case: the command runs once, its faults in children."""

    def __init__(self, case: Case, work: Path) -> None:
        self.case, self.work = case, work / "work"
        self.before, self.copy = work / "before", work / "copy"
        self.number, self.turn, self.full = 0, -1, False
        self.writer: int | None = None  # in a child that goes on: where it tells how it ended
        self.hashes: dict[tuple[int, int, int], bytes] = {}
        self.results: list[tuple[int, str, str, list[Any]]] = []

    def rows(self) -> list[Left]:
        from tests.support.command import call

        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.case.template, self.work)
        # What the next commands need is loaded once, not by every child.
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.case.template, self.copy)
        for words in self.case.then:
            (self.copy / self.case.at / "dataset" / ".swap.new").mkdir()
            call(*words, at=self.copy / self.case.at)
        old = self._digest(self.work)
        done = self._watched()
        assert done.code == 0, (self.case.words, done)
        new = self._digest(self.work)
        assert old != new
        if self.case.keep:
            shutil.copytree(self.work, self.case.keep)
        names = {old: "old", new: "new"}
        rows = []
        for number, event, fault, (at_once, settled, code, text) in self.results:
            before, after = (names.get(digest, "mixed") for digest in (at_once, settled))
            rows.append(Left(self.case.name, number, event, fault, before, after, code, text))
        return rows

    def _watched(self) -> Any:
        from tests.support.command import call

        global _watcher  # noqa: PLW0603 - a hook cannot be taken away, only told to rest
        _watcher, done, code, text = self, None, -1, ""
        try:
            at, words = self.work / self.case.at, self.case.words
            done = call(*words, at=at, typed=self.case.typed)
            code, text = done.code, done.err
        except BaseException:  # told by the child, whose parent shows it
            if self.writer is None:
                raise
            text = traceback.format_exc()
        finally:
            _watcher = None
        if self.writer is not None:
            os.write(self.writer, json.dumps(self._after(code, text)).encode())
            os._exit(0)
        return done

    def see(self, event: str, path: object, *, inside: bool) -> None:
        """Try what can go wrong at a call; `inside` a folder that is open, this is a removal."""
        place = Path(os.fsdecode(path) if isinstance(path, str | bytes | Path) else str(path))
        place = place.readlink() if place.is_relative_to("/proc/self/fd") else place.absolute()
        # That a folder is not flushed stops nobody: some systems never do it.
        if not place.is_relative_to(self.work) or (event == "fsync" and place.is_dir()):
            return
        # A lock that is being taken refuses to go on in a child.
        if _is_locking(sys._getframe()):
            return
        name = str(place)
        if self.full:
            if event in _NEEDS_SPACE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
            return
        self.number += 1
        if self.number % self.case.step:
            return
        global _watcher  # noqa: PLW0603
        _watcher = None
        call = f"{event} {name.removeprefix(f'{self.work}/')}"
        killed = self._forked(self._after)
        assert killed is not None
        self.results.append((self.number, call, "killed", killed))
        # What a child then removes would be there again, but not in the folder that is open here.
        for fault in () if inside else self._due():
            _share(self.work, self.before)
            failed = self._forked(None)
            if failed is None:
                # The child: from here on the disk is full, or here the signal comes.
                self.fail(fault, name)
                return
            self.results.append((self.number, call, fault, failed))
            self._restore()
        _watcher = self

    def _due(self) -> list[str]:
        if self.case.step == 1:
            return sorted({*_FAULTS})
        self.turn += 1
        return [_FAULTS[self.turn % len(_FAULTS)]]

    def fail(self, fault: str, name: str) -> None:
        """Fail in a child, at a call that changes a file of this name."""
        global _watcher
        if fault == "full":
            self.full, _watcher = True, self
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
        os.kill(os.getpid(), signal.Signals[fault])

    def _after(self, code: int | None = None, text: str = "") -> list[Any]:
        """Return what is there, and what another command makes of it: in a copy, free of locks."""
        _share(self.work, self.copy)
        at_once = self._digest(self.copy)
        text += self._then(self.copy)
        return [at_once, self._digest(self.copy), code, text]

    def _then(self, root: Path) -> str:
        from tests.support.command import call
        from usiran.cli import session

        # What the command holds in the parent is not this child's to give back.
        self.held = session._held.pop_all()
        words = self.case.then[self.number % len(self.case.then)]
        return call(*words, at=root / self.case.at).err

    def _forked(self, act: Callable[[], list[Any]] | None) -> list[Any] | None:
        """Return what a child found; None in the child that goes on with the command."""
        reader, writer = os.pipe()
        child = os.fork()
        if child:
            os.close(writer)
            with os.fdopen(reader, "rb") as stream:
                content = stream.read()
            os.waitpid(child, 0)
            assert content, f"a child hung at {self.number}"
            return list(json.loads(content))
        faulthandler.dump_traceback_later(_HANGS, exit=True, file=2)
        if act is None:
            self.writer = writer
            return None
        os.write(writer, json.dumps(act()).encode())
        os._exit(0)

    def _restore(self) -> None:
        """Put back what a child changed, as the same files: some may be open here."""
        for path in sorted(self.work.rglob("*"), reverse=True):
            kept = self.before / path.relative_to(self.work)
            if path.is_dir() and not path.is_symlink():
                if not kept.is_dir():
                    path.rmdir()
            elif not kept.exists() or not path.samefile(kept):
                path.unlink()
        for kept in sorted(self.before.rglob("*")):
            path = self.work / kept.relative_to(self.before)
            if kept.is_dir():
                path.mkdir(exist_ok=True)
            elif not path.exists():
                os.link(kept, path)

    def _digest(self, folder: Path) -> str:
        """Return a hash over every path and content below a folder."""
        digest = hashlib.sha256()
        for path, names, files in os.walk(folder):
            names.sort()
            for name in (*names, *sorted(files)):
                place = f"{path}/{name}"
                if not re.search(self.case.aside, place):
                    digest.update(f"{place.removeprefix(str(folder))}\0".encode())
                    digest.update(self._content(Path(place)) if name in files else b"a folder")
        return digest.hexdigest()

    def _content(self, path: Path) -> bytes:
        """Return the hash of a file's content; nearly all are looked at hundreds of times."""
        state = path.stat()
        key = (state.st_ino, state.st_size, state.st_mtime_ns)
        if key not in self.hashes:
            self.hashes[key] = hashlib.sha256(path.read_bytes()).digest()
        return self.hashes[key]


def _is_locking(frame: FrameType | None) -> bool:
    for _ in range(12):
        if frame and frame.f_code.co_filename.startswith(_FILELOCK):
            return True
        frame = frame and frame.f_back
    return False


def _share(source: Path, target: Path) -> None:
    """Copy a folder as second names of its files, but those that are locked or half written."""
    shutil.rmtree(target, ignore_errors=True)
    for folder, names, files in os.walk(source):
        place = target / Path(folder).relative_to(source)
        place.mkdir()
        copy = shutil.copyfile if target.name == "copy" and ".new" in folder else os.link
        for name in files:
            act = shutil.copyfile if target.name == "copy" and name.endswith(".lock") else copy
            act(Path(folder, name), place / name)
        names.sort()
