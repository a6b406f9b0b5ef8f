"""Tables written batch by batch: Parquet, JSON lines or CSV, one file a table."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

Format = Literal["parquet", "jsonl", "csv"]
Rows = Sequence[Mapping[str, Any]]
Write = Callable[[Rows], object]


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """One row group a batch; nested values as Arrow structs."""
    with pq.ParquetWriter(path, schema, compression="zstd", version="2.6") as writer:
        yield lambda rows: writer.write_table(pa.Table.from_pylist(list(rows), schema=schema))


@contextmanager
def _jsonl(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """One JSON object a line."""
    # Without newline="" a line ends otherwise on Windows, and equal tables have other bytes.
    with path.open("w", encoding="utf-8", newline="") as file:

        def write(rows: Rows) -> None:
            for row in rows:
                line = {name: row[name] for name in schema.names}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

        yield write


@contextmanager
def _csv(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """Nested values as JSON, missing ones empty."""

    def cell(value: object) -> object:
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(schema.names)
        yield lambda rows: writer.writerows(
            [cell(row[name]) for name in schema.names] for row in rows
        )


_FORMATS: dict[Format, Callable[[Path, pa.Schema], AbstractContextManager[Write]]] = {
    "parquet": _parquet,
    "jsonl": _jsonl,
    "csv": _csv,
}


@dataclass(frozen=True)
class Tables:
    """The tables of one folder, open for writing, and how many rows each has by now."""

    counts: dict[str, int]
    writers: Mapping[str, Write]

    def write(self, rows: Mapping[str, Rows]) -> None:
        """Write a batch of rows of each table."""
        for name, batch in rows.items():
            self.writers[name](batch)
            self.counts[name] += len(batch)


@contextmanager
def open_tables(folder: Path, schemas: Mapping[str, pa.Schema], form: Format) -> Iterator[Tables]:
    """Open ``<table>.<form>`` in a folder for each schema, to be written batch by batch."""
    with ExitStack() as files:
        writers = {
            name: files.enter_context(_FORMATS[form](folder / f"{name}.{form}", schema))
            for name, schema in schemas.items()
        }
        yield Tables(dict.fromkeys(schemas, 0), writers)
