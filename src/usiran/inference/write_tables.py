"""Tables written batch by batch: Parquet, JSON lines or CSV, one file a table."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

Format = Literal["parquet", "jsonl", "csv"]
Write = Callable[[pa.Table], object]


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """One row group a batch; nested values as Arrow structs."""
    with pq.ParquetWriter(path, schema, compression="zstd", version="2.6") as writer:
        yield writer.write_table


@contextmanager
def _jsonl(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """One JSON object a line."""
    # Without newline="" a line ends otherwise on Windows, and equal tables have other bytes.
    with path.open("w", encoding="utf-8", newline="") as file:

        def write(table: pa.Table) -> None:
            for row in table.select(schema.names).to_pylist():
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

        yield write


@contextmanager
def _csv(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """Nested values as JSON, missing ones empty."""

    def cell(value: object) -> object:
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(schema.names)
        yield lambda table: writer.writerows(
            map(cell, row.values()) for row in table.select(schema.names).to_pylist()
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

    def write(self, tables: Mapping[str, pa.Table]) -> None:
        """Write a batch of rows of each table."""
        for name, batch in tables.items():
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
