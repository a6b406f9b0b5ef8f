"""Reading and writing CSV as texts, strictly: one way for every command, without pandas."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from usiran.errors import FileError, InputError, counted
from usiran.files import read_bytes
from usiran.hidden import plain

LONGEST_CELL = 131_072
"""Characters of the longest cell of a corpus' tables."""

# Also the wide forms, which some spreadsheets take for the narrow ones; a number is no formula.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_FIX = "save it as CSV in UTF-8, with commas, and put back what is missing"


@contextmanager
def cells_up_to(most: int) -> Iterator[None]:
    """Have `csv` refuse longer cells; its limit is the whole process's, and is put back."""
    limit = csv.field_size_limit(most)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def read_rows(path: Path, *, name: str, columns: Sequence[str] = ()) -> list[dict[str, str]]:
    """Read a CSV file: one dict a row, texts as they stand; a byte order mark is passed over.

    `name` is how an error calls it, `columns` are those that must be there.
    """
    header, rows = read_cells(path, name=name, columns=columns)
    return [dict(zip(header, cells, strict=True)) for cells in rows]


def read_cells(
    path: Path, *, name: str, columns: Sequence[str] = ()
) -> tuple[list[str], list[list[str]]]:
    """Read a CSV file as its header and its rows, each of as many cells; see `read_rows`."""
    allowed = f"CSV in UTF-8 with the columns {', '.join(columns)}" if columns else "CSV in UTF-8"
    try:
        text = read_bytes(path).decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        with cells_up_to(LONGEST_CELL):
            lines = list(reader)
    except FileNotFoundError:
        raise FileError(name, "no such file", allowed, "put it back") from None
    except OSError as error:
        raise FileError.of(error, name, allowed, "make it a file to read") from None
    except UnicodeDecodeError as error:
        value = f"byte {error.start} is not UTF-8"
        raise FileError(name, value, allowed, "save it as UTF-8") from None
    except csv.Error as error:
        raise FileError(name, f"line {reader.line_num}: {error}", allowed, _FIX) from None
    header = lines[0] if lines else []
    if fault := _header_fault(header, columns) or ("a NUL character" if "\0" in text else ""):
        raise FileError(name, fault, allowed, _FIX)
    rows = [(number, cells) for number, cells in enumerate(lines[1:], 2) if cells]
    _refuse_lengths(rows, len(header), name)
    return header, [cells for _, cells in rows]


def _header_fault(header: Sequence[str], columns: Sequence[str]) -> str:
    """Return what is wrong with a header, "" for nothing."""
    if not header:
        return "no header"
    if twice := sorted({column for column in header if header.count(column) > 1}):
        return f"the column {', '.join(twice)} twice"
    missing = [column for column in columns if column not in header]
    return f"no column {', '.join(missing)}" if missing else ""


def _refuse_lengths(rows: Iterable[tuple[int, Sequence[str]]], width: int, name: str) -> None:
    """Refuse rows that have more or fewer cells than the header, all of them at once."""
    faulty = [(number, len(cells)) for number, cells in rows if len(cells) != width]
    if faulty:
        value = "; ".join(f"row {number}: {counted(length, 'cell')}" for number, length in faulty)
        fix = "correct the row" if len(faulty) == 1 else "correct the rows"
        raise FileError(name, value, f"{width} cells, as in the header", fix)


def csv_bytes(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """Return rows as CSV: UTF-8, LF, the columns in order.

    A cell that `read_rows` would not read again is an InputError.
    """
    rows = list(rows)
    for column, cell in ((column, cell) for row in rows for column, cell in row.items()):
        if len(cell) > LONGEST_CELL:
            value, allowed = f"{len(cell):,} characters", f"at most {LONGEST_CELL:,} in a cell"
            raise InputError.of(column, value, allowed, "shorten it")
    return _written(rows, columns)


def _written(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    # LF on every system: the hash of a file must not depend on who wrote it.
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def spreadsheet_bytes(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """Return rows as `csv_bytes` does, for whoever opens them in a spreadsheet."""
    safe = ({column: _inert(cell) for column, cell in row.items()} for row in rows)
    return _written(safe, columns)


def _inert(cell: str) -> str:
    r"""Return a cell that no spreadsheet computes, and that hides nothing.

    >>> _inert("=1+1"), _inert("-0.5"), _inert("a\u202eb")
    ("'=1+1", '-0.5', 'a⟨U+202E⟩b')
    """
    formula = _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{plain(cell)}" if formula else plain(cell)
