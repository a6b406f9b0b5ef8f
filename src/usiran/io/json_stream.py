"""The objects of a JSON array or of a file of JSON lines, a few megabytes at a time.

Only where an object begins and ends is found here, so that memory stays flat and a typed
decoder sees one object only: quotes and braces are counted with whole-array arithmetic, which
takes a fifth of the time at most that decoding the objects does.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec
import numpy as np

from usiran.errors import FileError, shorten
from usiran.files import open_file

CHUNK = 1 << 21
"""Bytes read at a time; more where one object is longer."""

Objects = Sequence[msgspec.Raw | bytes]
_BOM = b"\xef\xbb\xbf"
_QUOTE, _OPEN, _CLOSE = b'"{}'
_LINE_END = re.compile(rb"\s*\n\s*")
_decode_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ALLOWED = "a JSON array of tasks, or one task a line"
_EXPORT_AGAIN = "export the project again as JSON and take the whole file"


def batches(path: Path, *, name: str, strays: bool = False) -> Iterator[Objects]:
    """Yield the elements of a file, some at a time, each as its JSON bytes.

    The elements themselves are not checked: decode them. An error, which calls the file `name`,
    can come after batches that were yielded. With `strays` there may be other values between
    the objects, such as null.
    """
    try:
        with open_file(path) as file:
            yield from _Splitter(file, name, strays=strays).batches()
    except FileNotFoundError:
        raise FileError(name, "no such file", _ALLOWED, "check the path") from None
    except IsADirectoryError:
        raise FileError(name, "a folder", _ALLOWED, "name a file in it") from None
    except OSError as error:
        raise FileError.of(error, name, _ALLOWED, "check the file's rights") from None


class _Splitter:
    """Cuts one open file between its objects."""

    def __init__(self, file: BinaryIO, name: str, *, strays: bool) -> None:
        self._file, self._name, self._strays = file, name, strays
        self._comma = b""
        self._in_array = False

    def batches(self) -> Iterator[Objects]:
        rest = self._head()
        self._in_array = rest[:1] == b"[" and not self._begins_astray(rest)
        rest = rest[1:] if self._in_array else rest
        more = True
        while more:
            # At least as much again as is left over, so that a huge object is not rescanned often.
            chunk = self._file.read(max(CHUNK, len(rest)))
            more, rest = bool(chunk), rest + chunk
            objects, rest = self._cut(rest)
            if objects:
                yield objects
        rest = rest.strip()
        if self._strays and (values := self._values(rest, b"]" if self._in_array else b"")):
            yield values
            return
        self._check_end(rest)

    def _head(self) -> bytes:
        """Return the first bytes from the first that is not blank."""
        raw = self._file.read(CHUNK)
        if not raw:
            raise FileError(self._name, "0 bytes", _ALLOWED, _EXPORT_AGAIN)
        head = raw[len(_BOM) if raw.startswith(_BOM) else 0 :].lstrip()
        begins = head[:1] in (b"[", b"{") or self._begins_astray(head)
        if b"\0" in raw or not begins:
            value = "a binary file" if _binary(raw) else f"text that begins {_show(head)}"
            raise FileError(self._name, value, _ALLOWED, _EXPORT_AGAIN)
        return head

    def _begins_astray(self, head: bytes) -> bool:
        """Tell whether these are JSON lines of which the first is a value that is no object."""
        first, _, behind = head.partition(b"\n")
        if not self._strays or not behind.strip() or first[:1] == b"{":
            return False
        try:
            msgspec.json.decode(first, type=msgspec.Raw)
        except msgspec.DecodeError:
            return False
        return True

    def _cut(self, rest: bytes) -> tuple[Objects, bytes]:
        """Return the whole objects in these bytes, and what is left behind them."""
        done = 0
        objects: list[msgspec.Raw | bytes] = []
        for start, end in self._bounds(rest):
            gap = rest[done:start].strip()
            if gap != self._comma:
                values = self._values(gap, b"," if self._in_array else b"")
                if not values or not self._strays:
                    self._refuse(gap)
                objects += values
            objects.append(rest[start:end])
            done, self._comma = end, b"," if self._in_array else b""
        return objects, rest[done:]

    def _values(self, gap: bytes, end: bytes) -> list[msgspec.Raw]:
        """Return the values behind an object, up to what ends them; none where that is no JSON."""
        if not gap.startswith(self._comma) or not gap.endswith(end):
            return []
        inner = gap[len(self._comma) : len(gap) - len(end)].strip()
        listed = inner if self._in_array else _LINE_END.sub(b",", inner)
        try:
            return _decode_array(b"[" + listed + b"]")
        except msgspec.DecodeError:
            return []

    def _bounds(self, raw: bytes) -> list[tuple[int, int]]:
        """Return the bounds of the whole objects in `raw`, which begins outside any object."""
        # Same length, and each backslash is used up once, from the left, as in JSON.
        clean = raw.replace(b"\\\\", b"  ").replace(b'\\"', b"  ") if b"\\" in raw else raw
        codes = np.frombuffer(clean, dtype=np.uint8)
        quotes = np.flatnonzero(codes == _QUOTE)
        braces = np.flatnonzero((codes == _OPEN) | (codes == _CLOSE))
        # A brace is in a string where an odd number of quotes stands before it.
        braces = braces[np.searchsorted(quotes, braces) % 2 == 0]
        opening = codes[braces] == _OPEN
        depth = np.cumsum(np.where(opening, 1, -1))
        if depth.size and depth.min() < 0:
            self._refuse(b"}")
        starts = braces[opening & (depth == 1)].tolist()
        ends = (braces[~opening & (depth == 0)] + 1).tolist()
        # The last object may go on in the next chunk.
        return list(zip(starts, ends, strict=False))

    def _check_end(self, rest: bytes) -> None:
        if rest == (b"]" if self._in_array else b""):
            return
        if b"{" in rest or (self._in_array and rest in (b"", b",")):
            self._fail("a file that stops inside a task")
        self._refuse(rest)

    def _refuse(self, between: bytes) -> NoReturn:
        self._fail(
            f"{_show(between)} between or behind tasks" if between else "no comma between tasks"
        )

    def _fail(self, value: str) -> NoReturn:
        if not self._in_array and (line := self._broken_line()):
            value, fix = f"{line}, which is no whole task", f"correct it, or {_EXPORT_AGAIN}"
            raise FileError(self._name, value, _ALLOWED, fix)
        raise FileError(self._name, value, _ALLOWED, _EXPORT_AGAIN)

    def _broken_line(self) -> str:
        """Return the number and the beginning of the first line that is no JSON, behind others."""
        self._file.seek(0)
        for number, line in enumerate(self._file, start=1):
            try:
                if line.strip():
                    msgspec.json.decode(line.removeprefix(_BOM), type=msgspec.Raw)
            except msgspec.DecodeError:
                return f"line {number} ({_show(line.strip())})" if number > 1 else ""
        return ""


def _binary(raw: bytes) -> bool:
    try:
        raw[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        # A cut through the last character does not make text binary.
        return error.start < len(raw[:4096]) - 4
    return b"\0" in raw


def _show(raw: bytes) -> str:
    return shorten(raw[:60].decode("utf-8", "replace") or "with nothing but blanks", 30)
