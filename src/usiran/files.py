"""Reading files of other people: regular ones of bounded size, never a wait without end."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

T = TypeVar("T")
LARGEST = 1 << 30
"""Bytes of the largest file that is read whole: 1 GiB."""

BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON of other people may raise: broken, not UTF-8, nested too deeply."""


def open_file(path: Path | str) -> BinaryIO:
    """Open a regular file for reading.

    A pipe would keep the reader waiting for a writer that never comes, and a device has no end.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file; `strerror` says what it is.
    """
    # Without this flag a pipe is waited for here already. Windows has neither pipe nor flag.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = "a pipe" if stat.S_ISFIFO(mode) else "a device"
    raise OSError(errno.EINVAL, f"{kind}, no file: save what it gives to one", str(path))


def read_bytes(path: Path, *, most: int = LARGEST) -> bytes:
    """Return what a regular file of at most so many bytes holds.

    Raises
    ------
    OSError
        As `open_file`, or the file is larger.
    """
    with open_file(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"more than {most:,} bytes", str(path))
    return content


def content_of(path: Path) -> bytes:
    """Return what a file of ours holds, nothing where there is none."""
    return path.read_bytes() if path.is_file() else b""


def read_json(path: Path, kind: type[T]) -> T | None:
    """Return what a JSON file holds; None where there is none, or it holds something else."""
    try:
        return msgspec.json.decode(read_bytes(path), type=kind)
    except (OSError, *BAD_JSON):
        return None


def is_there(path: Path) -> bool:
    """Whether something has this name, be it a link that leads nowhere."""
    return os.path.lexists(path)


def readable(path: Path) -> str:
    """Return a path as text: bytes of a name that are no characters are written as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")
