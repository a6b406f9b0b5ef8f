"""Writing files all or none, even where the program is killed half-way; folders that appear whole.

`replace_files` first lays everything ready in a folder beside the files, the *swap folder*; then
one rename puts a journal there: the list of the files. Before that rename nothing outside the
folder has changed; after it `settle` follows the journal to its end, in the same program or the
next one: ``forward.json`` puts what lies ready in place, ``back.json`` (a swap had failed, and
its undoing too) what was there. File number n lies in the swap folder as ``n.new`` and ``n.old``;
where one of the two is missing, the file is none after the swap, or was none before.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, shorten

if sys.platform != "win32":
    import fcntl

_FORWARD, _BACK = "forward.json", "back.json"
_MEND = "check the folder's rights and the free space, then run it again"


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
        pending = f"the next command brings the files to one state from {swap}"
        state = pending if _journal(swap) else "the files are as they were"
        raise _file_error(error, f"a file that can be written; {state}") from None


def settle(swap: Path) -> tuple[Path, ...]:
    """Bring to its end what a program that was killed had begun; wait for one that is writing.

    Returns the files that are now as that program meant them to be; none where it had changed
    nothing yet.
    """
    if not swap.exists():
        return ()
    try:
        with _locked(swap.parent):
            return _settle(swap)
    except OSError as error:
        allowed = f"a file that can be written; the next command goes on from {swap}"
        raise _file_error(error, allowed) from None


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


@contextmanager
def new_folder(target: Path, *, marker: str, force: bool | None = None) -> Iterator[Path]:
    """Give a folder to write into, which becomes `target` when the block ends well.

    The target is not there, or an empty folder. Every folder of its kind holds a `marker` file:
    with `force` one that holds it is replaced, and somebody's own stays. `force` is None where
    the user has no such choice, so that no message offers it.

    >>> import tempfile
    >>> with new_folder(Path(tempfile.mkdtemp()) / "out", marker="a.txt") as folder:
    ...     _ = (folder / "a.txt").write_text("one")
    """
    target = target.absolute()
    _check_free(target, marker, force=force)
    # The process's number keeps two long runs with one target apart: a lock that is held while
    # the block runs would make one of them wait for hours, only to be refused.
    staged, old = (
        target.with_name(f".{target.name}.{os.getpid()}.{end}") for end in ("new", "old")
    )
    try:
        staged.mkdir(parents=True)
        yield staged
        _swap_folder(staged, target, old)
    except OSError as error:
        allowed = "a folder that can be written; nothing was changed"
        raise _file_error(error, allowed, default=target) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, named relative to it, into a folder that nobody reads yet."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)


def _settle(swap: Path) -> tuple[Path, ...]:
    journal = _journal(swap)
    paths = _follow(journal) if journal else ()
    _remove(swap)
    return paths if journal and journal.name == _FORWARD else ()


def _journal(swap: Path) -> Path | None:
    paths = (swap / name for name in (_BACK, _FORWARD))
    return next((path for path in paths if path.exists()), None)


def _replace(files: Mapping[Path, bytes | None], swap: Path) -> None:
    if not files:
        return
    swap.mkdir()
    for number, (path, content) in enumerate(files.items()):
        if content is not None:
            _write(swap / f"{number}.new", content)
            if path.exists():
                shutil.copymode(path, swap / f"{number}.new")
    if len(files) == 1:
        # One rename is a whole step by itself: without a journal and a copy of what was there,
        # saving one file is as cheap as it can be.
        (path,) = files
        _put(swap / "0.new", path)
        _flush_parents((path,), swap.parent)
        return
    for number, path in enumerate(files):
        if path.exists():
            _copy(path, swap / f"{number}.old")
    names = [os.path.relpath(path, swap.parent) for path in files]
    _write(swap / "journal", json.dumps(names).encode())
    _flush_folder(swap)
    _flush_folder(swap.parent)
    (swap / "journal").replace(swap / _FORWARD)
    _flush_folder(swap)
    try:
        _follow(swap / _FORWARD)
    except OSError:
        # From here on a kill must lead back, not forward.
        (swap / _FORWARD).replace(swap / _BACK)
        _flush_folder(swap)
        _follow(swap / _BACK)
        raise


def _follow(journal: Path) -> tuple[Path, ...]:
    """Put every file in place, flush the renames, and take the journal away: all is done."""
    swap, end = journal.parent, "new" if journal.name == _FORWARD else "old"
    paths = _read(journal)
    for number, path in enumerate(paths):
        ready, spare = swap / f"{number}.{end}", swap / f"{number}.{end}.swap"
        if ready.exists():
            # What lies ready stays until the end: whoever goes on from here puts every file in
            # place again, and does not depend on what was done to the targets in between.
            _copy(ready, spare)
        _put(spare, path)
    _flush_parents(paths, swap.parent)
    journal.unlink()
    _flush_folder(swap)
    return paths


def _read(journal: Path) -> tuple[Path, ...]:
    # Relative to the swap folder: a corpus that was moved is settled where it is now.
    root = journal.parent.parent
    try:
        names = json.loads(journal.read_bytes())
        return tuple(Path(os.path.normpath(root / name)) for name in names)
    except (ValueError, TypeError) as error:
        fix = f"put the files back with git, then remove {journal.parent}"
        raise FileError(journal, shorten(error), "a list of files", fix) from None


def _put(source: Path, path: Path) -> None:
    """Rename a file onto its target; where there is no such file, the target goes."""
    if source.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        source.replace(path)
    # Below what is no folder there is nothing to remove, and asking `unlink` would fail.
    elif path.is_file():
        path.unlink()


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
        os.close(handle)


def _check_free(target: Path, marker: str, *, force: bool | None) -> None:
    if not target.exists():
        return
    allowed = "a folder that is not there yet"
    if not target.is_dir():
        raise FileError(target, "a file", allowed, "name another folder")
    replaceable = (target / marker).is_file()
    if any(target.iterdir()) and not (replaceable and force):
        offered = replaceable and force is not None
        fix = "replace it with --force, or name another" if offered else "name another folder"
        raise FileError(target, "a folder that is there already", allowed, fix)


def _swap_folder(staged: Path, target: Path, old: Path) -> None:
    # No system call replaces a folder that holds files, so the old one steps aside first.
    exists = target.exists()
    if exists:
        target.rename(old)
    try:
        staged.rename(target)
    except OSError:
        if exists:
            old.rename(target)
        raise
    if exists:
        shutil.rmtree(old, ignore_errors=True)


def _file_error(error: OSError, allowed: str, default: Path | str = "a file") -> FileError:
    where = str(error.filename2 or error.filename or default)
    return FileError(where, error.strerror or str(error), allowed, _MEND)
