"""Writing files all or none, even where the program is killed half-way.

`replace_files` first lays everything ready in a folder beside the files, the *swap folder*; then
one rename puts a journal there: the list of the files. Before that rename nothing outside the
folder has changed; after it `settle` follows the journal to its end, in the same program or the
next one: ``forward.json`` puts what lies ready in place, ``back.json`` (a swap had failed, as on a
full disk) what was there. File number n lies in the swap folder as ``n.new`` and ``n.old``.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, shorten
from usiran.io import dry_run

if sys.platform != "win32":
    import fcntl

_FORWARD, _BACK = "forward.json", "back.json"
_MEND = "check the folder's rights and the free space, then run it again"
SHORTER = "choose a shorter name: most systems allow 255 bytes"


def write_file(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all; missing folders are made."""
    replace_files({path: content}, path.with_name(f".{path.name}.new"))


def replace_files(files: Mapping[Path, bytes | None], swap: Path) -> None:
    """Write several files, all of them or none, whenever the program is stopped.

    `files` leads from path to whole content, None for a file that goes; all lie on one file
    system. A file that already has the content is left alone, its time of change too. The `swap`
    folder is not there before, or left by a program that was killed. Programs with the same one
    wait for each other, but on Windows and on network file systems without locks.

    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> replace_files({root / "a.txt": b"one", root / "b" / "c.txt": b"two"}, root / ".swap")
    >>> sorted(path.name for path in root.iterdir())
    ['a.txt', 'b']
    """
    if dry_run.is_on():
        dry_run.note(files)
        return
    made = missing_folders([swap])
    try:
        swap.parent.mkdir(parents=True, exist_ok=True)
        with _locked(swap.parent):
            _settle(swap)
            try:
                _replace(
                    {path: files[path] for path in files if not holds(path, files[path])}, swap
                )
            finally:
                _remove(swap)
    except OSError as error:
        remove_folders(made)
        pending = f"the next command brings the files to one state from {swap}"
        state = pending if _journal(swap) else "the files are as they were"
        raise file_error(error, f"a file that can be written; {state}") from None


class Settled(NamedTuple):
    """What became of what a program that was killed had begun.

    `done`: the files are as it meant them to be; `undone`: as they were; `nothing`: none of them
    was half-way. `files` are those that it meant to change, where that is known.
    """

    state: Literal["done", "undone", "nothing"]
    files: tuple[Path, ...] = ()


def settle(swap: Path) -> Settled | None:
    """Bring to its end what a program that was killed had begun; wait for one that is writing.

    What cannot be brought to its end, as on a full disk, is undone. None: there was nothing.
    """
    if not swap.exists():
        return None
    try:
        with _locked(swap.parent):
            return _settle(swap)
    except OSError as error:
        allowed = f"a file that can be written; the next command goes on from {swap}"
        raise file_error(error, allowed) from None


def is_pending(swap: Path) -> bool:
    """Whether files may be half-way: a program was killed, or is at it."""
    return _journal(swap) is not None


def holds(path: Path, content: bytes | None) -> bool:
    """Whether a file has this content already; None: whether there is no such file."""
    try:
        if content is None:
            return not path.exists()
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def drift(corpus: Corpus, files: Mapping[Path, bytes], *, allowed: str, fix: str) -> list[Finding]:
    """Return a finding for every file that does not hold what it should."""
    return [
        Finding(corpus.name_of(path), "", "", value, allowed, fix)
        for path, content in files.items()
        if not holds(path, content)
        for value in ["another content" if path.is_file() else "no file"]
    ]


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, named relative to it, into a folder that nobody reads yet."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)


def _settle(swap: Path) -> Settled | None:
    if not swap.exists():
        return None
    settled = Settled("nothing")
    if _journal(swap):
        settled, _ = _follow(swap)
    _remove(swap)
    return settled


def _journal(swap: Path) -> Path | None:
    paths = (swap / name for name in (_BACK, _FORWARD))
    return next((path for path in paths if path.exists()), None)


def _replace(files: Mapping[Path, bytes | None], swap: Path) -> None:
    if not files:
        return
    swap.mkdir()
    made = missing_folders(path for path, content in files.items() if content is not None)
    if len(files) == 1 and not made:
        # One rename is a whole step by itself: without a journal and a copy of what was there,
        # saving one file is as cheap as it can be.
        ((path, content),) = files.items()
        if content is not None:
            _lay_ready(content, path, swap / "0.new")
        _put(swap / "0.new", path)
        _flush_parents((path,), swap.parent)
        return
    rows = []
    for number, (path, content) in enumerate(files.items()):
        if content is not None:
            _lay_ready(content, path, swap / f"{number}.new")
            # Twice: no step after the journal may need space on the disk.
            _copy(swap / f"{number}.new", swap / f"{number}.put")
        if path.exists():
            _copy(path, swap / f"{number}.old")
        rows.append(_Row(_relative(path, swap), content is not None, path.exists()))
    journal = _Journal(rows, [_relative(folder, swap) for folder in made])
    _write(swap / "journal", msgspec.json.encode(journal))
    _flush_folder(swap)
    _flush_folder(swap.parent)
    (swap / "journal").replace(swap / _FORWARD)
    _flush_folder(swap)
    _, error = _follow(swap)
    if error:
        raise error


def _follow(swap: Path) -> tuple[Settled, OSError | None]:
    """Put every file in place, or where that fails, back; then the journal goes: all is done."""
    journal = _read(swap)
    paths = tuple(journal.path(row.name, swap) for row in journal.files)
    error = None
    if not (swap / _BACK).exists():
        try:
            _forward(journal, paths, swap)
        except OSError as failure:
            error = failure
            # From here on a kill must lead back, not forward.
            (swap / _FORWARD).replace(swap / _BACK)
            _flush_folder(swap)
    if (swap / _BACK).exists():
        _back(journal, paths, swap)
        (swap / _BACK).unlink()
        return Settled("undone", paths), error
    (swap / _FORWARD).unlink()
    return Settled("done", paths), None


def _forward(journal: _Journal, paths: Sequence[Path], swap: Path) -> None:
    for number, (row, path) in enumerate(zip(journal.files, paths, strict=True)):
        ready, spare = swap / f"{number}.new", swap / f"{number}.put"
        if row.new and not spare.exists():
            # What lies ready stays until the end: whoever goes on from here puts every file in
            # place again, and does not depend on what was done to the targets in between.
            _copy(ready, spare)
        _put(spare, path)
    _flush_parents(paths, swap.parent)


def _back(journal: _Journal, paths: Sequence[Path], swap: Path) -> None:
    # Renamed, not copied: the disk may be full. What is not there any more is back already.
    for number, (row, path) in enumerate(zip(journal.files, paths, strict=True)):
        if (swap / f"{number}.old").exists() or not row.old:
            _put(swap / f"{number}.old", path)
    remove_folders([journal.path(name, swap) for name in journal.made])
    _flush_parents(paths, swap.parent)


class _Row(msgspec.Struct, array_like=True):
    """A file of a journal: whether it is there after the swap, and whether it was before."""

    name: str
    new: bool
    old: bool


class _Journal(msgspec.Struct):
    """The files of a swap, and the folders that are made for them, the outermost first."""

    files: list[_Row]
    made: list[str]

    def path(self, name: str, swap: Path) -> Path:
        # Relative to the swap folder: a corpus that was moved is settled where it is now.
        return Path(os.path.normpath(swap.parent / name))


def _relative(path: Path, swap: Path) -> str:
    return os.path.relpath(path, swap.parent)


def _read(swap: Path) -> _Journal:
    path = _journal(swap) or swap / _FORWARD
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Journal)
    except msgspec.DecodeError as error:
        fix = f"put the files back with git, then remove {swap}"
        raise FileError(path, shorten(error), "a list of files", fix) from None


def missing_folders(paths: Iterable[Path]) -> list[Path]:
    """Return the folders above files that are not there, the outermost first."""
    folders = {folder for path in paths for folder in path.parents if not folder.exists()}
    return sorted(folders)


def remove_folders(folders: Sequence[Path]) -> None:
    """Remove folders that were made for files which did not come, unless something is in them."""
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _lay_ready(content: bytes, path: Path, ready: Path) -> None:
    _write(ready, content)
    if path.exists():
        shutil.copymode(path, ready)


def _put(source: Path, path: Path) -> None:
    """Rename a file onto its target; where there is no such file, the target goes."""
    if source.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        source.replace(path)
    # Below what is no folder there is nothing to remove, and asking `unlink` would fail.
    elif _is_file(path):
        path.unlink()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        # Where no file can have the name there is none: going back must not stop here.
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False


def _copy(source: Path, target: Path) -> None:
    # A second name for the same file would not do: who edits in place would edit both.
    _write(target, source.read_bytes())
    shutil.copymode(source, target)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_parents(paths: Sequence[Path], folder: Path) -> None:
    """Flush the folders of files: new folders must be on the disk, so those above them too."""
    root = os.path.commonpath([folder, *(path.parent for path in paths)])
    for parent in sorted({parent for path in paths for parent in path.parents}, reverse=True):
        if parent.is_relative_to(root):
            _flush_folder(parent)


def _flush_folder(folder: Path) -> None:
    # Some systems open no folders, or do not flush them: the renames stand all the same.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(swap: Path) -> None:
    """Remove the swap folder, unless a journal that was not followed to its end is there."""
    if _journal(swap) is None:
        shutil.rmtree(swap, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other programs out while the swap folder is written or followed."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems offer no locks. A program that is killed gives its lock back.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def file_error(error: OSError, allowed: str, default: Path | str = "a file") -> FileError:
    """Return what the system says of the file that it names."""
    where = str(error.filename2 or error.filename or default)
    fix = SHORTER if error.errno == errno.ENAMETOOLONG else _MEND
    return FileError(where, error.strerror or str(error), allowed, fix)
