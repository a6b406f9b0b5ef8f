"""Folders that appear whole, or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from usiran.errors import FileError
from usiran.io import dry_run
from usiran.io.atomic import file_error, missing_folders, remove_folders
from usiran.io.lock import Tell, locked

_BESIDE = ("new", "old", "lock")
_DONE = "it is whole and in place"


@contextmanager
def new_folder(
    target: Path, *, marker: str, force: bool | None = None, tell: Tell = lambda _: None
) -> Iterator[Path]:
    """Give a folder to write into, which becomes `target` when the block ends well.

    The target is not there, or an empty folder. Every folder of its kind holds a `marker` file:
    with `force` one that holds it is replaced, and somebody's own stays. `force` is None where
    the user has no such choice, so that no message offers it. `tell` is told what became of a
    folder that a program which was killed was about to make.

    >>> import tempfile
    >>> with new_folder(Path(tempfile.mkdtemp()) / "out", marker="a.txt") as folder:
    ...     _ = (folder / "a.txt").write_text("one")
    """
    target = target.absolute()
    if dry_run.is_on():
        _refuse_taken(target, marker, force=force)
        with TemporaryDirectory() as name:
            yield Path(name)
            _note(Path(name), target)
        return
    staged, old, lock = _beside(target)
    made = missing_folders([staged])
    try:
        check_free(target, marker, force=force)
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(lock, target=target):
            if told := _settle_folder(staged, target, old):
                tell(f"an interrupted command was to make {target}: {told}")
            _refuse_taken(target, marker, force=force)
            try:
                staged.mkdir()
                yield staged
                _swap_folder(staged, target, old)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        allowed = "a folder that can be written; nothing was changed"
        raise file_error(error, allowed, default=target) from None
    finally:
        remove_folders(made)


def _note(made: Path, target: Path) -> None:
    """Note what a folder would hold, and what of the one that it replaces would go."""
    old, new = (
        {path.relative_to(root) for path in root.rglob("*") if path.is_file()}
        for root in (target, made)
    )
    dry_run.note({target / name: None for name in sorted(old - new)})
    dry_run.note({target / name: (made / name).read_bytes() for name in sorted(new)})


def check_free(target: Path, marker: str, *, force: bool | None = None) -> None:
    """Refuse a folder that `new_folder` would not make, for whoever asks or reads much first.

    Beside one that a killed program was about to make it refuses nothing: `new_folder` settles it.
    """
    _, old, lock = _beside(target.absolute())
    if not (old.exists() or lock.exists()):
        _refuse_taken(target, marker, force=force)


def _beside(target: Path) -> list[Path]:
    return [target.with_name(f".{target.name}.{end}") for end in _BESIDE]


def _refuse_taken(target: Path, marker: str, *, force: bool | None) -> None:
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
    shutil.rmtree(old, ignore_errors=True)


def _settle_folder(staged: Path, target: Path, old: Path) -> str:
    """Bring to its end what a program that was killed had begun; return in words what it was."""
    if old.exists() and not target.exists():
        # The old one steps aside when the new one is whole.
        if staged.exists():
            _swap_folder(staged, target, old)
            return _DONE
        old.rename(target)
        return "what was there before is back"
    if not staged.exists() and not old.exists():
        return ""
    done = old.exists()
    for folder in (staged, old):
        shutil.rmtree(folder, ignore_errors=True)
    return _DONE if done else "nothing of it was in place"
