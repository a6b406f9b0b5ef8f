"""Rows of one input from any place in it on: a reader a kind, none holding more than it must."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from usiran.errors import FileError, shorten
from usiran.files import BAD_JSON, open_file
from usiran.inference.job.records import NOT_UTF_8, Row
from usiran.inference.job.sources import Source, dataset, local
from usiran.io.csv import cells_up_to
from usiran.text.articles import LONGEST_TEXT

# In JSON a character takes up to six bytes, in UTF-8 up to four.
LONGEST_LINE = 8 * LONGEST_TEXT
_TOO_LONG = f"a line of more than {LONGEST_LINE:,} bytes"
_ROWS = 256
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Columns:
    """The columns that hold the text and the id; an id's column that was not named may lack."""

    text: str = "text"
    id: str | None = None

    @property
    def id_name(self) -> str:
        """The id's column, named or usual."""
        return self.id or "id"


class Place(NamedTuple):
    """Where reading begins: what `Row.after` said of the row before, and the next row's number."""

    after: int = 0
    number: int = 1


_START = Place()


class LongLine(NamedTuple):
    """The beginning of a line that is too long to be read."""

    head: bytes


class Lines:
    """The lines of a file from here on; of one that is too long, the beginning alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes | LongLine]:
        return self

    def __next__(self) -> bytes | LongLine:
        line = self._file.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) <= LONGEST_LINE:
            return line
        head = line[:LONGEST_TEXT]
        while line and not line.endswith(b"\n"):
            line = self._file.readline(LONGEST_LINE)
        return LongLine(head)

    @property
    def after(self) -> int:
        """Where the next line begins, in bytes."""
        return self._file.tell()


class _Decoded:
    """Lines as the csv module takes them; goes on after an error, as no generator would."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if isinstance(line, LongLine):
            raise csv.Error(_TOO_LONG)
        # A bad byte makes one row unreadable, not the file: `record` finds what it decodes to.
        return line.decode("utf-8", "surrogateescape")


def read(source: Source, columns: Columns, place: Place = _START) -> Iterator[Row]:
    """Yield the rows of an input from a place on.

    Raises
    ------
    FileError
        The file as a whole cannot be read, or lacks a column. One row that cannot be read is a
        row with an `error`.
    """
    return _READERS[source.kind](source, columns, place)


def _texts(source: Source, _: Columns, place: Place) -> Iterator[Row]:
    for after, file in enumerate(source.files[place.after :], start=place.after + 1):
        path = Path(file.place)
        try:
            with open_file(path) as opened:
                content = opened.read(LONGEST_LINE + 1)
        except OSError as error:
            yield Row(1, after, None, None, error.strerror or str(error))
            continue
        if len(content) > LONGEST_LINE:
            error_text = f"a file of more than {LONGEST_LINE:,} bytes"
            yield Row(1, after, None, None, error_text, content[:LONGEST_TEXT])
            continue
        # `record` finds the surrogates of bytes that could not be decoded.
        yield Row(1, after, None, content.decode("utf-8", "surrogateescape"))


def _jsonl(source: Source, columns: Columns, place: Place) -> Iterator[Row]:
    decoder = msgspec.json.Decoder(dict[str, Any])

    def row(number: int, after: int, line: bytes) -> Row:
        try:
            values = decoder.decode(line)
        except UnicodeDecodeError:
            return Row(number, after, None, None, NOT_UTF_8, line)
        except BAD_JSON as error:
            return Row(number, after, None, None, shorten(error), line)
        missing = [name for name in (columns.text, columns.id) if name and name not in values]
        error_text = f"no key '{missing[0]}'" if missing else ""
        text, key = values.get(columns.text), values.get(columns.id_name)
        return Row(number, after, key, text, error_text, line if missing else None)

    return _line_by_line(source, place, row)


def _lines(source: Source, _: Columns, place: Place) -> Iterator[Row]:
    def row(number: int, after: int, line: bytes) -> Row:
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        return Row(number, after, None, text)

    return _line_by_line(source, place, row)


def _line_by_line(
    source: Source, place: Place, row: Callable[[int, int, bytes], Row]
) -> Iterator[Row]:
    """Yield a row a line; blank lines are passed over, and counted."""
    with _opened(source) as file:
        file.seek(place.after)
        lines = Lines(file)
        for number, line in zip(count(place.number), lines, strict=False):
            if isinstance(line, LongLine):
                yield Row(number, lines.after, None, None, _TOO_LONG, line.head)
            elif line.strip():
                yield row(number, lines.after, line.removeprefix(_BOM) if number == 1 else line)


def _csv(source: Source, columns: Columns, place: Place) -> Iterator[Row]:
    # A quote that is not closed ends there.
    with cells_up_to(LONGEST_LINE), _opened(source) as file:
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        lines = Lines(file)
        reader = csv.reader(_Decoded(lines), strict=True)
        try:
            header = next(reader, [])
        except csv.Error as error:
            fix = "write it again"
            raise FileError(source.file, str(error), "a header with column names", fix) from None
        text, key = places(source.file, columns, header)
        if place.after:
            file.seek(place.after)
        for number in count(place.number):
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # The reader begins anew with the line after the one where it failed.
                yield Row(number, lines.after, None, None, str(error))
                continue
            if len(cells) == len(header):
                yield Row(
                    number, lines.after, None if key is None else cells[key] or None, cells[text]
                )
            elif cells:
                error_text = f"{len(cells)} fields under {len(header)} columns"
                yield Row(number, lines.after, None, None, error_text, ",".join(cells))


def _parquet(source: Source, columns: Columns, place: Place) -> Iterator[Row]:
    # Arrow would wait for a pipe without end.
    with _opened(source):
        pass
    try:
        with pq.ParquetFile(local(source)) as file:
            names = file.schema_arrow.names
            places(source.file, columns, names)
            group, skipped = 0, 0
            sizes = [
                file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)
            ]
            while group < len(sizes) and skipped + sizes[group] <= place.after:
                skipped += sizes[group]
                group += 1
            groups = list(range(group, len(sizes)))
            present = [name for name in (columns.text, columns.id_name) if name in names]
            batches = file.iter_batches(
                _ROWS, row_groups=groups, columns=list(dict.fromkeys(present))
            )
            for batch in batches:
                if (begin := max(place.after - skipped, 0)) < batch.num_rows:
                    yield from _rows(pa.Table.from_batches([batch]), columns, begin, skipped)
                skipped += batch.num_rows
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        raise FileError(source.file, shorten(error), "a Parquet file", "write it again") from None


def _dataset(source: Source, columns: Columns, place: Place) -> Iterator[Row]:
    split = dataset(source.place)[source.split]
    places(source.file, columns, split.column_names)
    present = [name for name in (columns.text, columns.id_name) if name in split.column_names]
    table = split.select_columns(list(dict.fromkeys(present))).with_format("arrow")
    for start in range(place.after, len(split), _ROWS):
        yield from _rows(table[start : start + _ROWS], columns, 0, start)


def _rows(table: pa.Table, columns: Columns, begin: int, before: int) -> Iterator[Row]:
    """Yield the rows of a piece of a table, `before` of which others stand in the whole."""
    table = table.slice(begin)
    texts = _cells(table[columns.text])
    keys = (
        _cells(table[columns.id_name])
        if columns.id_name in table.column_names
        else [None] * len(texts)
    )
    for number, (key, text) in enumerate(zip(keys, texts, strict=True), start=before + begin + 1):
        yield Row(number, number, key, text)


def _cells(column: pa.ChunkedArray) -> list[object]:
    """Return the values of a column; strings that are not UTF-8 with surrogates for the bytes."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_cell(scalar) for chunk in column.chunks for scalar in chunk]


def _cell(scalar: pa.Scalar) -> object:
    """Return one value; what Python has no value for, such as the year 148,000, as its type."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError as error:
        return error.object.decode("utf-8", "surrogateescape")
    except (ValueError, OverflowError):
        return scalar.type


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    path = local(source)
    try:
        file = open_file(path)
    except OSError as error:
        allowed, fix = "a file that can be read", "name such a file"
        raise FileError.of(error, source.file, allowed, fix) from None
    with file:
        yield file


def places(file: str, columns: Columns, names: Sequence[str]) -> tuple[int, int | None]:
    """Return where the text and the id stand among a file's columns."""
    for option, name in (("--text-column", columns.text), ("--id-column", columns.id)):
        if name is not None and name not in names:
            allowed = ", ".join(names) or "a header with column names"
            raise FileError(file, f"no column '{name}'", allowed, f"name it with {option}")
    for name in (columns.text, columns.id_name):
        if list(names).count(name) > 1:
            fix = "rename one of the two"
            raise FileError(file, f"the column '{name}' twice", "each column once", fix)
    key = list(names).index(columns.id_name) if columns.id_name in names else None
    return list(names).index(columns.text), key


_READERS: dict[str, Callable[[Source, Columns, Place], Iterator[Row]]] = {
    "texts": _texts,
    "jsonl": _jsonl,
    "lines": _lines,
    "csv": _csv,
    "parquet": _parquet,
    "dataset": _dataset,
}
