"""Rows as Parquet bytes, and a content hash that no writer's version changes."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import ClassLabel, Features, List

from usiran.dataset.view import View


def to_table(view: View) -> pa.Table:
    """Return a view as an Arrow table whose schema carries the Hugging Face features.

    What reads no features finds the names behind its integers beside them, under `codes`.
    """
    schema = _readable_by_old(view.features.arrow_schema)
    if codes := view.codes:
        schema = schema.with_metadata(schema.metadata | {b"codes": json.dumps(codes).encode()})
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in view.rows]
        number = _numbered(view.features[field.name])
        columns.append(pa.array(map(number, values) if number else values, type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _numbered(feature: Any) -> Callable[[Any], Any] | None:
    """Return what puts numbers for the labels in a feature's values; None where it has none."""
    # `Features.encode_example` gives the same, but finds out anew what every value of every row
    # is: with it, encoding took two fifths of a build.
    if isinstance(feature, ClassLabel):
        numbers = {name: number for number, name in enumerate(feature.names)}
        # The rows of an edition that is restored were read from Parquet: numbers already.
        return lambda label: numbers.get(label, label)
    if isinstance(feature, List):
        item = _numbered(feature.feature)
        return item and (lambda values: None if values is None else [item(v) for v in values])
    if not isinstance(feature, dict):
        return None
    parts = {name: part for name in feature if (part := _numbered(feature[name]))}
    if not parts:
        return None
    return lambda row: row and row | {name: part(row.get(name)) for name, part in parts.items()}


def _readable_by_old(schema: pa.Schema) -> pa.Schema:
    """Return a schema whose features `datasets` below 4, which knows no List, reads too."""
    document = json.loads(schema.metadata[b"huggingface"])
    document["info"]["features"] = _old(document["info"]["features"])
    return schema.with_metadata({"huggingface": json.dumps(document)})


def _old(feature: Any) -> Any:
    if not isinstance(feature, dict):
        return feature
    if feature.get("_type") != "List":
        return {name: _old(part) for name, part in feature.items()}
    item = feature["feature"]
    # A Sequence of structs would be a struct of sequences.
    return {"feature": item, "_type": "Sequence"} if "_type" in item else [_old(item)]


def to_bytes(table: pa.Table) -> bytes:
    """Return a table as Parquet; equal tables give equal bytes with one version of pyarrow."""
    buffer = io.BytesIO()
    # Said, not left to defaults, which another version of pyarrow may have changed.
    pq.write_table(table, buffer, compression="zstd", version="2.6", write_statistics=True)
    return buffer.getvalue()


def from_bytes(content: bytes) -> pa.Table:
    """Return the table that Parquet bytes hold."""
    return pq.read_table(io.BytesIO(content))


def content_hash(table: pa.Table) -> str:
    """Return the SHA-256 of a table's rows as canonical JSON lines, with its schema's features.

    It depends on names, types, labels and values alone, not on how Parquet is written.
    """
    features = {"info": {"features": Features.from_arrow_schema(table.schema).to_dict()}}
    digest = hashlib.sha256(json.dumps(features, sort_keys=True).encode())
    # As Python's values all rows at once would take more memory than the whole build before.
    for batch in table.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            line = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            digest.update(line.encode("utf-8") + b"\n")
    return digest.hexdigest()


def unchanged(path: Path, table: pa.Table) -> bytes | None:
    """Return the bytes of a Parquet file that already holds this table, else None.

    Another version of pyarrow may write other bytes for the same rows; such a file stays.
    """
    try:
        old = path.read_bytes()
        held = from_bytes(old)
    except (OSError, pa.ArrowInvalid):
        return None
    return old if held.equals(table, check_metadata=True) else None
