"""Tables written row by row: Parquet, JSON lines or CSV, one file a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

Format = Literal["parquet", "jsonl", "csv"]
Rows = Sequence[Mapping[str, Any]]


class Sink(Protocol):
    """Takes the rows of one table, batch by batch."""

    def write(self, rows: Rows) -> None:
        """Write the rows after those before."""

    def close(self) -> None:
        """Finish the file."""


class _Parquet:
    """One row group a batch; nested values as Arrow structs."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        self.writer = pq.ParquetWriter(path, schema, compression="zstd", version="2.6")

    def write(self, rows: Rows) -> None:
        self.writer.write_table(pa.Table.from_pylist(list(rows), schema=self.schema))

    def close(self) -> None:
        self.writer.close()


class _Text:
    """A text file in UTF-8 with LF, opened for writing."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.names: list[str] = schema.names
        self.file: TextIO = path.open("w", encoding="utf-8", newline="")

    def close(self) -> None:
        self.file.close()


class _Jsonl(_Text):
    """One JSON object a line."""

    def write(self, rows: Rows) -> None:
        for row in rows:
            line = {name: row[name] for name in self.names}
            self.file.write(json.dumps(line, ensure_ascii=False) + "\n")


class _Csv(_Text):
    """A header, then one row a line; nested values as JSON, missing ones empty."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        super().__init__(path, schema)
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow(self.names)

    def write(self, rows: Rows) -> None:
        self.writer.writerows([_cell(row[name]) for name in self.names] for row in rows)


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


_SINKS: dict[str, Callable[[Path, pa.Schema], Sink]] = {
    "parquet": _Parquet,
    "jsonl": _Jsonl,
    "csv": _Csv,
}


class Tables(AbstractContextManager["Tables"]):
    """The tables of one folder, open for writing.

    Parameters
    ----------
    folder : Path
        Where ``<table>.<format>`` is written.
    schemas : mapping
        From table to its columns.
    form : {"parquet", "jsonl", "csv"}
    """

    def __init__(self, folder: Path, schemas: Mapping[str, pa.Schema], form: Format) -> None:
        self.counts = dict.fromkeys(schemas, 0)
        self._sinks = {
            name: _SINKS[form](folder / f"{name}.{form}", schema)
            for name, schema in schemas.items()
        }

    def write(self, rows: Mapping[str, Rows]) -> None:
        """Write a batch of rows of each table."""
        for name, batch in rows.items():
            self._sinks[name].write(batch)
            self.counts[name] += len(batch)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish every file."""
        for sink in self._sinks.values():
            sink.close()
