"""A dry run: whatever would be written or removed is noted, and nothing on the disk changes.

What replaces files asks here first, so that a command under `--dry-run` does all that it does
without it, up to the writing.
"""

from collections.abc import Mapping
from pathlib import Path

_noted: list[dict[Path, str]] = []  # one while a dry run is on


def begin() -> None:
    """Note from here on what would be written."""
    _noted[:] = [{}]


def end() -> dict[Path, str]:
    """Return what was noted, from path to ``write``, ``change`` or ``remove``; write again."""
    noted = dict(_noted[0]) if _noted else {}
    _noted.clear()
    return noted


def is_on() -> bool:
    """Return whether nothing may be written."""
    return bool(_noted)


def note(files: Mapping[Path, bytes | None]) -> None:
    """Note the files that do not have their content yet; None stands for one that goes."""
    for path, content in files.items():
        exists = path.is_file()
        if content is None and exists:
            _noted[0][path] = "remove"
        elif content is not None and not (exists and path.read_bytes() == content):
            _noted[0][path] = "change" if exists else "write"
