"""Raw texts from files: .txt, JSONL, CSV, Parquet; read one by one, errors told by place."""

import csv
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from usiran.errors import FileError, Finding, InputError, shorten

_ROWS = 256
_ALLOWED = "a text in UTF-8 that is not blank"
_FIX = "correct it, or leave such rows out with --skip-bad"


class Document(NamedTuple):
    """A raw text. `source_id` is its id in the file, "" where it has none; `row` counts from 1."""

    article_id: str
    source_id: str
    file: str
    row: int
    text: str


class _Row(NamedTuple):
    """A row as a reader gives it; `error` says why it could not be read."""

    number: int
    source_id: object
    text: object
    error: str = ""


@dataclass(frozen=True)
class Columns:
    """The columns that hold the text and the id; an id's column that was not named may lack."""

    text: str = "text"
    id: str | None = None

    @property
    def id_name(self) -> str:
        """The id's column, named or usual."""
        return self.id or "id"


@dataclass(frozen=True)
class Reader:
    """The files and folders to read, and what to do with rows that cannot be read."""

    paths: Sequence[Path]
    columns: Columns = field(default_factory=Columns)
    skip_bad: bool = False  # otherwise one bad row stops everything
    report: Callable[[Finding], None] = print

    def survey(self) -> tuple[int, int]:
        """Read everything once; return how many texts there are, and unreadable rows."""
        findings: list[Finding] = []
        texts = 0
        for reading in read(self.paths, self.columns):
            if isinstance(reading, Document):
                texts += 1
            else:
                findings.append(reading)
                if self.skip_bad:
                    self.report(reading)
        if findings and not self.skip_bad:
            raise InputError(findings)
        if not texts:
            files = ", ".join(map(str, self.paths))
            found, allowed = "no text that can be read", "at least one text"
            raise FileError(files, found, allowed, "name other files")
        return texts, len(findings)

    def documents(self) -> Iterator[Document]:
        """Yield the texts."""
        for reading in read(self.paths, self.columns):
            if isinstance(reading, Document):
                yield reading
            elif not self.skip_bad:  # the file was changed since the survey
                raise InputError([reading])


def files_of(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Return the files that the paths name, each with what its texts are called by default.

    A folder stands for the .txt files in it, at any depth, in the order of their names.
    """
    files: list[tuple[Path, str]] = []
    kinds = f"a folder of texts, or a file ending in {', '.join(_READERS)}"
    for path in paths:
        if path.is_dir():
            texts = sorted(text for text in path.rglob("*.txt") if text.is_file())
            if not texts:
                fix = "name another folder, or a file"
                raise FileError(path, "a folder without .txt files", "a folder of texts", fix)
            files += [(text, text.relative_to(path).with_suffix("").as_posix()) for text in texts]
        elif not path.exists():
            raise FileError(path, "no such file", kinds, "name a file or folder of texts")
        elif path.suffix.lower() not in _READERS:
            raise FileError(path, f"the ending '{path.suffix}'", kinds, "convert it to one")
        else:
            files.append((path, path.stem))
    # A file that is named, and stands in a folder that is named, is read once.
    return list(dict(files).items())


def read(paths: Sequence[Path], columns: Columns) -> Iterator[Document | Finding]:
    """Yield every text of the files, or a finding where one cannot be read.

    Texts are read one by one; of those before, only the ids are remembered.
    """
    # Over all files: rows of the tables are told apart by the id alone.
    ids: set[str] = set()
    for path, name in files_of(paths):
        for row in _READERS[path.suffix.lower()](path, columns):
            yield _document(path, name, row, ids)


def slug(text: str) -> str:
    """Return a text as an article_id can hold it, "" where nothing of it can stay.

    >>> slug("Reuters/2020_01 Baghdād"), slug("新聞")
    ('reuters-2020-01-baghdad', '')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _document(path: Path, name: str, row: _Row, ids: set[str]) -> Document | Finding:
    source_id = "" if row.source_id is None else str(row.source_id)
    where = "" if path.suffix.lower() == ".txt" else f"row {row.number}"
    error = row.error or _text_error(row.text, source_id)
    if error:
        return Finding(str(path), where, "", error, _ALLOWED, _FIX)
    default = slug(name) or "text"
    article_id = slug(source_id) or (f"{default}-{row.number}" if where else default)
    if article_id in ids:
        allowed = f"an id that no text before has ({article_id})"
        return Finding(str(path), where, "id", source_id or article_id, allowed, _FIX)
    ids.add(article_id)
    return Document(article_id, source_id, str(path), row.number, str(row.text))


def _text_error(text: object, source_id: str) -> str:
    if not isinstance(text, str):
        return "no text" if text is None else f"{type(text).__name__}, no text"
    if not text.strip():
        return "a blank text"
    if "\0" in text:
        return "a text with binary zeros"
    try:
        (source_id + text).encode("utf-8")
    except UnicodeEncodeError:  # surrogates stand for bytes that could not be decoded
        return "bytes that are not UTF-8"
    return ""


def _text_file(path: Path, _: Columns) -> Iterator[_Row]:
    try:
        yield _Row(1, None, path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        yield _Row(1, None, None, shorten(error))
    except OSError as error:
        yield _Row(1, None, None, error.strerror or str(error))


def _jsonl(path: Path, columns: Columns) -> Iterator[_Row]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    with _opened(path, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = decoder.decode(line)
            except msgspec.DecodeError as error:
                yield _Row(number, None, None, shorten(error))
                continue
            missing = [name for name in (columns.text, columns.id) if name and name not in record]
            error_text = f"no key '{missing[0]}'" if missing else ""
            yield _Row(number, record.get(columns.id_name), record.get(columns.text), error_text)


def _opened(path: Path, mode: str, **options: Any) -> Any:
    try:
        return path.open(mode, **options)
    except OSError as error:
        allowed, fix = "a file that can be read", "check its rights"
        raise FileError.of(error, path, allowed, fix) from None


def _csv(path: Path, columns: Columns) -> Iterator[_Row]:
    # Fields are as long as articles are; the limit of 128 KiB is csv's own.
    csv.field_size_limit(sys.maxsize)
    # A bad byte makes one row unreadable, not the file: it is decoded to what `_text_error` finds.
    options = {"encoding": "utf-8-sig", "errors": "surrogateescape", "newline": ""}
    with _opened(path, "r", **options) as lines:
        reader = csv.reader(lines, strict=True)
        number = 0
        try:
            header = next(reader, [])
            text, key = _places(path, columns, header)
            for number, cells in enumerate(reader, start=1):
                if len(cells) == len(header):
                    yield _Row(number, None if key is None else cells[key], cells[text])
                elif cells:
                    error = f"{len(cells)} fields under {len(header)} columns"
                    yield _Row(number, None, None, error)
        except csv.Error as error:
            # What follows an unreadable row cannot be told apart from it.
            yield _Row(number + 1, None, None, f"{error}; the rest of the file is not read")


def _parquet(path: Path, columns: Columns) -> Iterator[_Row]:
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _places(path, columns, names)
            present = [n for n in dict.fromkeys((columns.text, columns.id_name)) if n in names]
            number = 0
            for batch in file.iter_batches(batch_size=_ROWS, columns=present):
                for row in batch.to_pylist():
                    number += 1
                    yield _Row(number, row.get(columns.id_name), row[columns.text])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise FileError(path, shorten(error), "a Parquet file", "write it again") from None


def _places(path: Path, columns: Columns, names: Sequence[str]) -> tuple[int, int | None]:
    """Return where the text and the id stand among a file's columns."""
    for option, name in (("--text-column", columns.text), ("--id-column", columns.id)):
        if name is not None and name not in names:
            allowed = ", ".join(names) or "a header with column names"
            raise FileError(path, f"no column '{name}'", allowed, f"name it with {option}")
    key = names.index(columns.id_name) if columns.id_name in names else None
    return names.index(columns.text), key


_READERS: dict[str, Callable[[Path, Columns], Iterator[_Row]]] = {
    ".txt": _text_file,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
