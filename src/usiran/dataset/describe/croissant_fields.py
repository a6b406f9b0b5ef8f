"""A config's features as the fields of a Croissant record set.

A field's id is ``<config>/<column>``, of a part ``<config>/<column>/<part>``. Labels are stored
as numbers; the names that they stand for are record sets of their own, which fields name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasets import ClassLabel, List, Value

Json = dict[str, Any]

_TYPES = {"string": "sc:Text", "int32": "sc:Integer", "int64": "sc:Integer"}


def fields(config: str, features: Any, told: dict[str, str], file: str) -> list[Json]:
    """Return a field for each column of a config.

    Parameters
    ----------
    config : str
        The config's name.
    features : Features
        Its columns.
    told : dict
        What each column holds.
    file : str
        The id of the file object that holds them.
    """
    made = []
    for name, feature in features.items():
        one = _field(f"{config}/{name}", feature, file, (name,))
        # What the column holds, then what its numbers stand for.
        one["description"] = "; ".join(filter(None, [told[name], one.get("description")]))
        made.append(one)
    return made


def _field(key: str, feature: Any, file: str, path: tuple[str, ...]) -> Json:
    """Return one field; `path` leads to it from its column."""
    made: Json = {"@type": "cr:Field", "@id": key, "name": key}
    if isinstance(feature, List):
        feature = feature.feature
        made |= {"isArray": True, "arrayShape": "-1"}
    if isinstance(feature, dict):
        parts = [
            _field(f"{key}/{name}", part, file, (*path, name)) for name, part in feature.items()
        ]
        return made | {"subField": parts}
    made |= _typed(feature)
    return made | {"source": _source(file, path)}


def _typed(feature: Any) -> Json:
    if isinstance(feature, ClassLabel):
        names = ", ".join(f"{number} {name}" for number, name in enumerate(feature.names))
        return {"dataType": "sc:Integer", "description": f"the number of a label: {names}"}
    assert isinstance(feature, Value)
    return {"dataType": _TYPES[feature.dtype]}


def _source(file: str, path: tuple[str, ...]) -> Json:
    column, *inside = path
    made: Json = {"fileObject": {"@id": file}, "extract": {"column": column}}
    if inside:
        # Quoted, because a label such as pro-US is no plain name in a JSONPath.
        made["transform"] = [{"jsonPath": f"$['{name}']"} for name in inside]
    return made


def label_sets(features: Any, config: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the label numbers' names: the field's id, and the names in the order of numbers."""
    for name, feature in features.items():
        key = f"{config}/{name}"
        inner = feature.feature if isinstance(feature, List) else feature
        if isinstance(inner, ClassLabel):
            yield key, tuple(inner.names)
        elif isinstance(inner, dict):
            yield from label_sets(inner, key)
