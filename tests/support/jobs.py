"""Inputs of jobs in every kind of file, and what jobs leave in their folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

from usiran.inference.job.readers import Columns, read
from usiran.inference.job.records import Row
from usiran.inference.job.sources import Source, sources_of

TEXT = (
    "Colonel Hassan bombed the American troops near the river .\n"
    "Read more\n\n"
    "Minister Karim welcomed the Iranian envoys near the river , an official said ."
)


def rows(count: int) -> list[dict[str, str]]:
    """Return records with ids and texts that all differ."""
    return [{"id": f"t-{number}", "text": f"{TEXT} ({number})"} for number in range(count)]


def write(path: Path, records: Sequence[Mapping[str, object]]) -> Path:
    """Write records as the ending says; of a folder, one text a file, or what `datasets` saves."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in records), encoding="utf-8")
    elif path.suffix == ".csv":
        pd.DataFrame(records).to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table = pa.Table.from_pylist([dict(row) for row in records])
        pq.write_table(table, path, row_group_size=3)
    elif path.suffix == ".saved":
        import datasets

        datasets.Dataset.from_list([dict(row) for row in records]).save_to_disk(path)
    else:
        path.mkdir()
        for row in records:
            (path / f"{row['id']}.txt").write_text(str(row["text"]), encoding="utf-8")
    return path


def source(path: Path) -> Source:
    """Return the one input that a path is."""
    (only,) = sources_of([str(path)], path)
    return only


def read_all(path: Path, **columns: Any) -> list[Row]:
    """Return the rows of an input."""
    return list(read(source(path), Columns(**columns)))


def table(output: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table in a job's folder, over all parts."""
    return list(pyarrow.dataset.dataset(output / name).to_table().to_pylist())


def left(output: Path, without: Iterable[str] = ("run.json",)) -> dict[str, bytes]:
    """Return every file of a job's folder but those that say how long it took."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name not in without
    }
