"""The tables' contract for people who do not use Python: JSON Schema, draft 2020-12.

pandera's own export drops every check; this one writes them out, row by row: one schema
describes one row as a JSON object, missing values being null; a column marked optional may
be left out. What only the whole table can show (unique keys) stands under ``x-unique``.
"""

import json
from collections.abc import Callable, Mapping

import pandera.pandas as pa

from usiran.schemas.base import CONTROLS
from usiran.schemas.tables import MODELS, Allowed, schema_of

_TYPES = {"str": "string", "string": "string", "int64": "integer", "float64": "number"}

_CHECKS: dict[str, Callable[[Mapping[str, object]], dict[str, object]]] = {
    "isin": lambda s: {"enum": list(s["allowed_values"])},  # type: ignore[call-overload] # a list
    "str_matches": lambda s: {"pattern": s["pattern"]},
    "less_than_or_equal_to": lambda s: {"maximum": s["max_value"]},
    "greater_than_or_equal_to": lambda s: {"minimum": s["min_value"]},
    "str_length": lambda s: {"minLength": s["min_value"]},
    "notin": lambda _: {"not": {"pattern": "^(?:con|prn|aux|nul|(?:com|lpt)[0-9])$"}},
    "line": lambda _: {"pattern": f"^[^{CONTROLS}]*$"},
    # What the `$` of a pattern says in JSON Schema, where it is the end alone.
    "unbroken": lambda _: {},
    "worded": lambda _: {},
    # No pattern knows how many days a month has.
    "edtf": lambda _: {},
}


def json_schema(name: str, allowed: Allowed) -> dict[str, object]:
    """Return the JSON Schema of one row of a table."""
    schema = schema_of(name, allowed)
    unique = [key for key, column in schema.columns.items() if column.unique]
    document: dict[str, object] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": MODELS[name].about,
        "type": "object",
        "properties": {key: _property(column) for key, column in schema.columns.items()},
        "required": [key for key, column in schema.columns.items() if not _optional(column)],
        "additionalProperties": False,
        "x-unique": [[key] for key in unique] + ([list(schema.unique)] if schema.unique else []),
    }
    rules = [check.error for check in schema.checks]
    return document | ({"x-rules": rules} if rules else {})


def _optional(column: pa.Column) -> bool:
    return bool((column.metadata or {}).get("optional"))


def _property(column: pa.Column) -> dict[str, object]:
    entry: dict[str, object] = dict((column.metadata or {}).get("json", {}))
    # A form's own schema says all that its check does.
    if not entry:
        entry["type"] = _TYPES[str(column.dtype).split("[")[0]]
        for check in column.checks:
            entry |= _CHECKS[check.name](check.statistics)
    if column.nullable:
        entry = {"anyOf": [entry, {"type": "null"}]}
    return {"description": column.description} | entry


def json_schema_files(allowed: Allowed) -> dict[str, bytes]:
    """Return every table's schema file: from file name to its bytes."""
    return {
        f"{name}.schema.json": (
            json.dumps(json_schema(name, allowed), indent=2, ensure_ascii=False) + "\n"
        ).encode()
        for name in MODELS
    }
