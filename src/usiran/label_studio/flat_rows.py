"""JSON_MIN and CSV exports: one flat row an annotation, made into a task as JSON has it.

Label Studio's converter writes a task's data and the results side by side under their names,
and drops what has no name or a region alone: relations, notes, the regions of choices.
"""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from usiran.errors import FileError, Finding
from usiran.files import read_bytes
from usiran.io.csv import cells_up_to
from usiran.label_studio.foreign_values import load_whole

Json = dict[str, Any]

_OF_ANNOTATION = ("created_at", "updated_at", "lead_time")
_NOT_DATA = ("agreement", "history")
_VALUES = ("labels", "choices", "taxonomy", "hypertextlabels", "rating", "number")
_LONGEST_CELL = 1 << 28
_FIX = "export the project again as JSON, or save the table as UTF-8"


def read_table(path: Path, *, name: str) -> Iterator[Json | Finding]:
    """Yield the rows of a CSV or TSV export; a row with cells too many or few is a finding."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except OSError as error:
        raise FileError.of(error, name, "a CSV export", "check the path") from None
    except UnicodeDecodeError as error:
        value = f"byte {error.start} is not UTF-8"
        raise FileError(name, value, "a CSV export in UTF-8", _FIX) from None
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        with cells_up_to(_LONGEST_CELL):
            lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise FileError(name, str(error), "a CSV export", _FIX) from None
    header = lines[0] if lines else []
    if "\0" in text or not header or len({*header}) < len(header):
        value = "a NUL character" if "\0" in text else f"the header {','.join(header)}"
        raise FileError(name, value, "a CSV export, each column once", _FIX)
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) == len(header):
            yield dict(zip(header, cells, strict=True))
        elif cells:
            value, allowed = f"{len(cells)} cells", f"{len(header)} cells, as in the header"
            yield Finding(name, f"row {number}", "", value, allowed, "correct the row")


def is_flat(task: Json) -> bool:
    """Tell whether an object is a row of JSON_MIN or CSV, not a task."""
    keys = ("data", "task", "annotations", "completions", "result")
    return not any(key in task for key in keys)


def task_of(row: Json, is_control: Callable[[str], bool]) -> Json:
    """Return the task that a row stands for; `is_control` knows the results by their names."""
    data, results = {}, []
    for key, cell in row.items():
        value = _value(cell)
        if key in ("id", "annotator", "annotation_id", *_OF_ANNOTATION, *_NOT_DATA):
            continue
        if is_control(key) or _is_result(value):
            results += _items(key, value)
        else:
            # A column of the data that is called like a control.
            data[key.removeprefix("_data_")] = cell
    annotation = {key: row[key] for key in _OF_ANNOTATION if row.get(key)}
    annotation |= {"id": row.get("annotation_id"), "result": results}
    annotator = row.get("annotator")
    # The converter writes what Python calls nobody, too.
    annotation["completed_by"] = None if annotator in ("", "None", "{}") else annotator
    labelled = results or row.get("annotation_id") not in (None, "")
    return {"id": row.get("id"), "data": data, "annotations": [annotation] if labelled else []}


def _value(cell: object) -> object:
    if isinstance(cell, str) and cell.lstrip()[:1] in ("[", "{"):
        try:
            return load_whole(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def _is_result(value: object) -> bool:
    """Tell a result by its form, whatever it is called."""
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(
        isinstance(part, dict) and any(key in part for key in _VALUES) for part in values
    )


def _items(control: str, value: object) -> list[Json]:
    values = value if isinstance(value, list) else [value]
    items = []
    for part in values:
        if part is None or part == "":
            continue
        if isinstance(part, dict):
            kind = next((key for key in _VALUES if key in part), "textarea")
            items.append({"from_name": control, "type": kind, "value": part})
        else:
            # One label alone; a text where the layer is one of words.
            value = {"choices": [part], "text": [part]}
            items.append({"from_name": control, "type": "choices", "value": value})
    return items
