"""Output folders that appear whole: prepared beside the target, swapped in at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usiran.errors import FileError


@contextmanager
def new_folder(target: Path, *, marker: str, force: bool | None = None) -> Iterator[Path]:
    """Give a folder to write into, which becomes `target` when the block ends well.

    Parameters
    ----------
    target : Path
        It must not be there, or be an empty folder.
    marker : str
        A file that every folder of this kind holds. With `force` a folder that holds it is
        replaced; one that does not is somebody's own and stays.
    force : bool, optional
        Whether an earlier folder of this kind is replaced; None where the user has no such
        choice, so that no message offers it.

    Raises
    ------
    FileError
        The target is there already, or cannot be written. It is as it was.

    Examples
    --------
    >>> import tempfile
    >>> with new_folder(Path(tempfile.mkdtemp()) / "out", marker="a.txt") as folder:
    ...     _ = (folder / "a.txt").write_text("one")
    """
    target = target.absolute()
    _check(target, marker, force=force)
    staged, old = (target.with_name(f".{target.name}.{os.getpid()}.{s}") for s in ("new", "old"))
    try:
        staged.mkdir(parents=True)
        yield staged
        _swap(staged, target, old)
    except OSError as error:
        where = error.filename2 or error.filename or target
        raise FileError(
            str(where),
            error.strerror or str(error),
            "a folder that can be written; nothing was changed",
            "check the rights and the free space, then run it again",
        ) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _check(target: Path, marker: str, *, force: bool | None) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise FileError(target, "a file", "a folder that is not there yet", "name another folder")
    if not any(target.iterdir()):
        return
    ours = (target / marker).is_file()
    if not ours or not force:
        offered = ours and force is not None
        fix = "replace it with --force, or name another" if offered else "name another folder"
        raise FileError(target, "a folder that is there already",
                        "a folder that is not there yet", fix)  # fmt: skip


def _swap(staged: Path, target: Path, old: Path) -> None:
    there = target.exists()
    if there:
        target.rename(old)
    try:
        staged.rename(target)
    except OSError:
        if there:
            old.rename(target)
        raise
    if there:
        shutil.rmtree(old, ignore_errors=True)
