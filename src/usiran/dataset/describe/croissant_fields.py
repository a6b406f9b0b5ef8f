"""A config's features as the fields of a Croissant record set.

A field's id is ``<config>/<column>``, of a part ``<config>/<column>/<part>``. Labels are stored
as numbers; the names that they stand for are record sets of their own, which fields name.
"""

from typing import Any

from datasets import ClassLabel, List, Value

from usiran.dataset.view import View

Json = dict[str, Any]

_TYPES = {"bool": "sc:Boolean", "string": "sc:Text", "int32": "sc:Integer", "int64": "sc:Integer"}


def fields(view: View) -> list[Json]:
    """Return a field for each column of a config."""
    rows = []
    about = view.fields()
    for name, feature in view.features.items():
        field = _field(f"{view.key}/{name}", feature, f"{view.key}.parquet", (name,))
        # What the column holds, then what its numbers stand for.
        parts = [about[name], field.get("description")]
        field["description"] = "; ".join(filter(None, parts))
        rows.append(field)
    return rows


def _field(key: str, feature: Any, file: str, path: tuple[str, ...]) -> Json:
    """Return one field; `path` leads to it from its column."""
    field: Json = {"@type": "cr:Field", "@id": key, "name": key}
    if isinstance(feature, List):
        feature = feature.feature
        field |= {"isArray": True, "arrayShape": "-1"}
    if isinstance(feature, dict):
        parts = feature.items()
        field["subField"] = [
            _field(f"{key}/{name}", part, file, (*path, name)) for name, part in parts
        ]
        return field
    return field | _typed(feature) | {"source": _source(file, path)}


def _typed(feature: ClassLabel | Value) -> Json:
    if isinstance(feature, ClassLabel):
        names = ", ".join(f"{number} {name}" for number, name in enumerate(feature.names))
        return {"dataType": "sc:Integer", "description": f"the number of a label: {names}"}
    return {"dataType": _TYPES[feature.dtype]}


def _source(file: str, path: tuple[str, ...]) -> Json:
    column, *inside = path
    source: Json = {"fileObject": {"@id": file}, "extract": {"column": column}}
    if inside:
        # Quoted, because a label with a hyphen is no plain name in a JSONPath.
        source["transform"] = [{"jsonPath": f"$['{name}']"} for name in inside]
    return source
