"""A table as the content of one file: Parquet, JSON lines or CSV."""

import csv
import io
import json
from collections.abc import Callable
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

Format = Literal["parquet", "jsonl", "csv"]


def encode(table: pa.Table, form: Format) -> bytes:
    """Return a table as the content of a file; the same bytes for the same rows.

    In JSON lines nested values are objects, in CSV JSON; what is missing is null, in CSV empty.
    """
    return _FORMATS[form](table)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    # One piece: how a table was put together must not show in the file.
    pq.write_table(table.combine_chunks(), sink, compression="zstd", version="2.6")
    return bytes(sink.getvalue())


def _jsonl(table: pa.Table) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())
    return "".join(lines).encode("utf-8")


def _csv(table: pa.Table) -> bytes:
    def cell(value: object) -> object:
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value

    # Without newline="" a line ends otherwise on Windows, and equal tables have other bytes.
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.schema.names)
    writer.writerows([cell(value) for value in row.values()] for row in table.to_pylist())
    return file.getvalue().encode("utf-8")


_FORMATS: dict[Format, Callable[[pa.Table], bytes]] = {
    "parquet": _parquet,
    "jsonl": _jsonl,
    "csv": _csv,
}
