"""Writing files so that an interruption leaves the old state or the new one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from usiran.errors import FileError


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Write several files, all of them or none.

    Every content is first written and flushed to the disk beside its target; only then are
    the targets swapped in, one rename each. Missing folders are made. A file that already
    has the content is left alone, its time of change too.

    Parameters
    ----------
    files : mapping
        From a file's path to its whole content.

    Raises
    ------
    FileError
        A folder or file cannot be written. The old files are in place again.

    Notes
    -----
    Limits. No file is ever half written, whatever happens. A fault that the program lives
    through (full disk, no right to write) restores all the old files. A kill or a crash of the
    machine between two renames may leave some files new and the rest old; the same command run
    again completes them. Where that is not enough, `usiran.io.journal.replace_together` has a
    journal. Two programs writing the same files at once are not kept apart.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> replace_files({folder / "a.txt": b"one", folder / "b" / "c.txt": b"two"})
    >>> (folder / "b" / "c.txt").read_bytes()
    b'two'
    """
    for folder in {path.parent for path in files}:
        _clear(folder, {path.name for path in files})
    changed = {path: content for path, content in files.items() if not holds(path, content)}
    staged: dict[Path, Path] = {}
    try:
        for path, content in changed.items():
            staged[path] = _beside(path, "new")
            stage(staged[path], content)
        _swap(staged)
    except OSError as error:
        where = error.filename2 or error.filename or ", ".join(map(str, changed))
        raise FileError(
            str(where),
            error.strerror or str(error),
            "a file that can be written; the files are as they were",
            "check the folder's rights and the free space, then run it again",
        ) from None
    finally:
        for temporary in staged.values():
            # What could not be made cannot be removed either.
            with suppress(OSError):
                temporary.unlink()


def _clear(folder: Path, names: set[str]) -> None:
    """Remove what a program that was killed left beside its targets."""
    for left in folder.glob(".*.*.*"):
        name, _, rest = left.name[1:].rpartition(".")[0].rpartition(".")
        pid = int(rest) if rest.isdecimal() else 0
        if name in names and left.suffix in (".new", ".old") and pid and not _alive(pid):
            left.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def holds(path: Path, content: bytes) -> bool:
    """Whether a file has this content already."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _beside(path: Path, what: str) -> Path:
    # In the same folder, so that the rename never crosses file systems.
    return path.with_name(f".{path.name}.{os.getpid()}.{what}")


def stage(temporary: Path, content: bytes) -> None:
    """Write a file and flush it to the disk; missing folders are made."""
    temporary.parent.mkdir(parents=True, exist_ok=True)
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _swap(staged: Mapping[Path, Path]) -> None:
    """Rename every staged file onto its target; undo all of it where one fails."""
    kept: dict[Path, Path | None] = {}
    try:
        for path in staged:
            kept[path] = _keep(path)
        done: list[Path] = []
        try:
            for path, temporary in staged.items():
                if path.exists():
                    shutil.copymode(path, temporary)
                temporary.replace(path)
                done.append(path)
        except OSError:
            _undo(done, kept)
            raise
        for folder in {path.parent for path in staged}:
            flush_folder(folder)
    finally:
        for old in filter(None, kept.values()):
            old.unlink(missing_ok=True)


def _keep(path: Path) -> Path | None:
    """Keep the old file under a second name; None where there is none."""
    if not path.exists():
        return None
    old = _beside(path, "old")
    old.unlink(missing_ok=True)
    try:
        os.link(path, old)
    except OSError:
        # Some file systems have no hard links; a folder at the path fails here too.
        shutil.copy2(path, old)
    return old


def _undo(done: Sequence[Path], kept: Mapping[Path, Path | None]) -> None:
    for path in done:
        old = kept[path]
        if old is None:
            path.unlink(missing_ok=True)
        else:
            old.replace(path)


def flush_folder(folder: Path) -> None:
    """Flush the renames themselves; not every system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        # The renames stand; only their flushing is not offered here.
        pass
    finally:
        os.close(handle)
