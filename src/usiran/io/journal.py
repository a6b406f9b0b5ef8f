"""Replacing many files as one step, even where the program is killed half-way.

`usiran.io.atomic.replace_files` undoes what it began when something fails, but a kill between two
renames leaves some files new and others old. Here everything is first laid ready in a folder
beside the corpus's files, the *swap folder*; then one rename puts a journal there. Before that
rename nothing outside the folder has changed; after it the journal is followed to its end,
by the same program or by the next one that calls `settle`.

====================== ===============================================================
in the swap folder     what `settle` does
====================== ===============================================================
no journal             removes the folder: nothing had begun
``forward.json``       swaps in what is lying ready
``back.json``          puts back what was there: a swap had failed, and its undoing too
====================== ===============================================================
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from usiran.errors import FileError, shorten
from usiran.io.atomic import flush_folder, holds, stage

_FORWARD, _BACK = "forward.json", "back.json"


class _Step(NamedTuple):
    """One file: its target, what is laid ready for it, what was there (None: nothing)."""

    path: Path
    new: Path
    old: Path | None

    def forward(self) -> None:
        _put(self.new, self.path)

    def back(self) -> None:
        if self.old is None:
            # Below what is no folder there is nothing to remove, nor can it be asked for.
            if self.path.is_file():
                self.path.unlink()
        else:
            _put(self.old, self.path)


def replace_together(files: Mapping[Path, bytes], folder: Path) -> None:
    """Write several files, all of them or none, whenever the program is stopped.

    Parameters
    ----------
    files : mapping
        From a file's path to its whole content. All lie on one file system.
    folder : Path
        The swap folder: not there, or left by a program that was killed; in a folder that
        stays. It is gone at the end.

    Raises
    ------
    FileError
        A folder or file cannot be written. The old files are in place again.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> replace_together({root / "a.txt": b"one", root / "b" / "c.txt": b"two"}, root / ".swap")
    >>> sorted(path.name for path in root.iterdir())
    ['a.txt', 'b']
    """
    try:
        with _locked(folder.parent):
            _settle(folder)
            try:
                _replace(files, folder)
            finally:
                _remove(folder)
    except OSError as error:
        left = f"the next command brings the files to one state from {folder}"
        state = left if _journal(folder) else "the files are as they were"
        raise _fault(error, state) from None


def settle(folder: Path) -> tuple[Path, ...]:
    """Bring to its end what a program that was killed had begun.

    Parameters
    ----------
    folder : Path
        The swap folder, as given to `replace_together`. Where it is not there, nothing is
        done; where another program is writing, its end is waited for.

    Returns
    -------
    tuple of Path
        The files that are now as that program meant them to be; none where it had changed
        nothing yet.

    Raises
    ------
    FileError
        A file cannot be swapped in, or the journal cannot be read.
    """
    if not folder.exists():
        return ()
    try:
        with _locked(folder.parent):
            return _settle(folder)
    except OSError as error:
        raise _fault(error, f"the next command goes on from {folder}") from None


def _settle(folder: Path) -> tuple[Path, ...]:
    journal = _journal(folder)
    steps = _read(journal) if journal else ()
    if journal and journal.name == _BACK:
        _follow_back(steps, folder)
        steps = ()
    elif journal:
        _follow(steps, folder)
    _remove(folder)
    return tuple(step.path for step in steps)


def _journal(folder: Path) -> Path | None:
    found = (folder / name for name in (_BACK, _FORWARD))
    return next((path for path in found if path.exists()), None)


def _replace(files: Mapping[Path, bytes], folder: Path) -> None:
    changed = {path: content for path, content in files.items() if not holds(path, content)}
    if changed:
        _swap(_lay_ready(changed, folder), folder)


def _lay_ready(files: Mapping[Path, bytes], folder: Path) -> tuple[_Step, ...]:
    """Write what is to be swapped in, keep what is there, and put the journal in place."""
    folder.mkdir()
    steps = []
    for number, (path, content) in enumerate(files.items()):
        step = _Step(path, folder / f"{number}.new", None)
        stage(step.new, content)
        if path.exists():
            step = step._replace(old=folder / f"{number}.old")
            shutil.copymode(path, step.new)
            _copy(path, folder / f"{number}.old")
        steps.append(step)
    names = [[os.path.relpath(path, folder.parent), old is not None] for path, _, old in steps]
    stage(folder / "journal", json.dumps(names).encode())
    flush_folder(folder)
    flush_folder(folder.parent)
    (folder / "journal").replace(folder / _FORWARD)
    flush_folder(folder)
    return tuple(steps)


def _put(source: Path, path: Path) -> None:
    """Rename a copy of a file onto its target.

    The file itself stays until the end: whoever goes on from here swaps in every file again,
    and so does not depend on what was done to the targets in between.
    """
    spare = source.with_suffix(".swap")
    _copy(source, spare)
    path.parent.mkdir(parents=True, exist_ok=True)
    spare.replace(path)


def _copy(source: Path, spare: Path) -> None:
    # A second name for the same file would not do: who edits in place would edit both.
    stage(spare, source.read_bytes())
    shutil.copymode(source, spare)


def _read(journal: Path) -> tuple[_Step, ...]:
    folder = journal.parent
    try:
        names = json.loads(journal.read_bytes())
        return tuple(
            _Step(
                Path(os.path.normpath(folder.parent / path)),
                folder / f"{number}.new",
                folder / f"{number}.old" if kept else None,
            )
            for number, (path, kept) in enumerate(names)
        )
    except (ValueError, TypeError) as error:
        fix = f"put the files back with git, then remove {folder}"
        raise FileError(journal, shorten(error), "a list of files", fix) from None


def _swap(steps: tuple[_Step, ...], folder: Path) -> None:
    try:
        _follow(steps, folder)
    except OSError:
        # From here on a kill must lead back, not forward.
        (folder / _FORWARD).replace(folder / _BACK)
        flush_folder(folder)
        _follow_back(steps, folder)
        raise


def _follow(steps: tuple[_Step, ...], folder: Path) -> None:
    for step in steps:
        step.forward()
    _end(steps, folder / _FORWARD)


def _follow_back(steps: tuple[_Step, ...], folder: Path) -> None:
    for step in steps:
        step.back()
    _end(steps, folder / _BACK)


def _end(steps: tuple[_Step, ...], journal: Path) -> None:
    """Flush the renames, then take the journal away: the swap is over."""
    root = os.path.commonpath([journal.parent.parent, *(step.path.parent for step in steps)])
    # New folders must be on the disk as well, so those above the files are flushed too.
    parents = {parent for step in steps for parent in step.path.parents}
    for parent in sorted(parents, reverse=True):
        if parent.is_relative_to(root):
            flush_folder(parent)
    journal.unlink()
    flush_folder(journal.parent)


def _remove(folder: Path) -> None:
    """Remove the swap folder, unless a journal that was not followed to its end is there."""
    if _journal(folder) is None:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other programs out while the swap folder is written or followed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems offer no locks; there, two programs at once are not kept
        # apart. A program that is killed gives its lock back.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _fault(error: OSError, state: str) -> FileError:
    where = str(error.filename2 or error.filename or "a file")
    found = error.strerror or str(error)
    fix = "check the folder's rights and the free space, then run it again"
    return FileError(where, found, f"a file that can be written; {state}", fix)
