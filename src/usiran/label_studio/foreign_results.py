"""The results of one annotation of another project, made into those of ours.

Labels, choices, taxonomies and ratings are read alike: what counts is the layer that a control
stands for. What is left out is counted, what is unclear becomes an error on its region.
"""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from itertools import count

from usiran.errors import Finding
from usiran.label_studio.control_map import LEFT_OUT, RELATION, ControlMap
from usiran.label_studio.export_records import ResultItem, ResultValue
from usiran.label_studio.foreign_values import (
    HALF,
    Json,
    given_offsets,
    is_partial,
    labels_of,
    shown_offsets,
    whole,
)
from usiran.schemas.label_scheme import Field
from usiran.schemas.names import BOXES

_REMARKS = ("rating", "number", "datetime", "textarea")
_FIX_VALUE = "correct it, or delete the result"
_FIX_PART = "export with globalOffsets (Label Studio from 1.4 on), or label the text as Text"
_FIX_REGION = "export as JSON, which says of which region, or leave it out with --map {}="


@dataclasses.dataclass
class Notes:
    """What was odd in one annotation: as `Draft` has it, without file or task."""

    errors: list[Finding] = dataclasses.field(default_factory=list)
    repairs: list[Finding] = dataclasses.field(default_factory=list)


class ForeignResults:
    """The results of one annotation, on their way to ours.

    What is `said` of a name that nobody mapped is not said again: the annotations of a file share
    it, and `left_out`.
    """

    def __init__(
        self,
        control_map: ControlMap,
        said: set[tuple[str, str]],
        notes: Notes,
        left_out: Counter[str],
    ) -> None:
        self._map, self._said, self._notes, self._left_out = control_map, said, notes, left_out
        self._items: list[ResultItem] = []
        # Choices that say neither region nor place, with their field.
        self._placeless: list[tuple[Field, ResultItem]] = []
        self._numbers = count(1)

    def read(self, item: object) -> None:
        """Take one result, or note what is wrong with it."""
        if not isinstance(item, dict):
            self._error("", "", str(item), "a result with from_name and value", _FIX_VALUE)
        elif item.get("type") == "relation" or "from_id" in item:
            self._read_relation(item)
        else:
            self._read_result(item)

    def _read_result(self, item: Json) -> None:
        value, kind = item.get("value"), str(item.get("type") or "").lower()
        # What names no control is known by its type.
        control = str(item.get("from_name") or kind or "result")
        where = "" if item.get("id") is None else f"region {item['id']}"
        layer = self._map.layer(control)
        if layer == LEFT_OUT:
            self._left_out[f"results of {control}"] += 1
            return
        field = self._map.fields.get(layer or "")
        if field is None and control in BOXES and isinstance(value, dict) and value.get("text"):
            # The boxes of our own pages, and those of others that are called so.
            text = ResultValue(text=self._words(value["text"], where, control))
            self._items.append(ResultItem(text, from_name=control, type="textarea"))
            return
        if field is None and kind in _REMARKS:
            self._left_out[f"{kind} results of {control}"] += 1
            return
        if not isinstance(value, dict):
            self._error(where, control, str(value), "a value with labels", _FIX_VALUE)
            return
        labels = labels_of(value, kind)
        if field is None:
            self._refuse_control(control, value, [label[-1] for label in labels])
        elif field.kind == "text":
            words = value.get("text") or [label[-1] for label in labels]
            self._add(item, field, ResultValue(text=self._words(words, where, field.name)))
        elif (own := self._own(field, labels, where, control)) is not None:
            self._read_labels(item, field, value, own, where)

    def _refuse_control(self, control: str, value: Json, labels: Sequence[str]) -> None:
        """Note a control that nobody mapped, the first time."""
        if self._is_new("from_name", control):
            placed = any(key in value for key in ("start", "startOffset", "globalOffsets"))
            fix = self._map.how_to_map(control, labels, placed=placed)
            shown = f"{control} ({', '.join(labels)})" if labels else control
            self._error("", "from_name", shown, ", ".join(self._map.fields), fix)

    def _is_new(self, column: str, value: str) -> bool:
        before = len(self._said)
        self._said.add((column, value))
        return len(self._said) > before

    def _own(
        self, field: Field, labels: Sequence[Sequence[str]], where: str, control: str
    ) -> list[str] | None:
        """Return our labels for an item's; None where one is unknown or all are left out."""
        own: list[str] = []
        for names in labels:
            label = self._map.label(field, names)
            if label is None:
                # Of a control with another name it is no slip, and said once.
                if control == field.name or self._is_new(field.name, names[0]):
                    allowed, fix = (
                        f"one of {', '.join(field.names)}",
                        self._map.how_to_label(names[0]),
                    )
                    self._error(where, field.name, names[0], allowed, fix)
                return None
            if label == LEFT_OUT:
                self._left_out[f"results labelled {names[0]}"] += 1
            else:
                own.append(label)
        if len(once := list(dict.fromkeys(own))) < len(own):
            shown = ", ".join(own)
            self._repair(where, field.name, shown, "each label once", "taken once")
        return once if once or not labels else None

    def _read_labels(
        self, item: Json, field: Field, value: Json, labels: list[str], where: str
    ) -> None:
        if field.scope == "task":
            if "start" in value and "labels" not in value and "choices" in value:
                shown = f"{', '.join(labels)} on {shown_offsets(value)}"
                allowed = "a choice of the task, not of a region"
                self._error(where, field.name, shown, allowed, _FIX_VALUE)
            else:
                self._add(item, field, ResultValue(choices=labels))
            return
        if field.kind == "choice" and given_offsets(value) == (None, None):
            made = self._add(item, field, ResultValue(choices=labels))
            if item.get("id") is None:
                self._placeless.append((field, made))
            return
        bounds = self._offsets(field, value, where)
        quoted = self._quoted(field, value, where) if bounds else None
        if bounds is None or quoted is None:
            return
        place = ResultValue(*bounds, quoted or None)
        if field.kind == "labels":
            place.labels = labels
        else:
            place.choices = labels
        self._add(item, field, place)

    def _add(self, item: Json, field: Field, value: ResultValue) -> ResultItem:
        ident = item.get("id")
        if ident is None and field.kind == "labels":
            ident = f"{field.name} {next(self._numbers)}"
        name = None if ident is None else str(ident)
        kind = "labels" if field.kind == "labels" else "choices"
        meta = self._meta(item.get("meta"), field, "" if name is None else f"region {name}")
        made = ResultItem(value, name, field.name, type=kind, meta=meta)
        self._items.append(made)
        return made

    def _words(self, text: object, where: str, column: str) -> list[str]:
        """Return free words, without halves of characters."""
        words = [str(word) for word in (text if isinstance(text, list) else [text])]
        whole = [word.replace(HALF, "") for word in words]
        if whole != words:
            shown = f"{' '.join(whole)} and half a character"
            self._repair(where, column, shown, "whole characters", "taken without it")
        return whole

    def _meta(self, meta: object, field: Field, where: str) -> dict[str, list[str]] | None:
        """Return the note beside a result; count what else is there, or stands on the task."""
        given = meta if isinstance(meta, dict) else {"text": meta}
        others = [key for key, value in given.items() if key != "text" and value]
        self._left_out.update(f"values of meta.{key}" for key in others)
        if not (text := given.get("text")):
            return None
        parts = text if isinstance(text, list) else [text]
        notes = [part for part in parts if isinstance(part, str | int | float)]
        if lost := len(parts) - len(notes) + (len(notes) if field.scope == "task" else 0):
            self._left_out["notes that are no text or on no region"] += lost
        return {"text": self._words(notes, where, "note")} if notes else None

    def _offsets(self, field: Field, value: Json, where: str) -> tuple[int, int] | None:
        given = given_offsets(value)
        if is_partial(value):
            shown = f"{shown_offsets(value)} of {value.get('start')}, {value.get('end')}"
            self._error(where, field.name, shown, "offsets in the whole text", _FIX_PART)
            return None
        start, end = (whole(offset) for offset in given)
        if start is None or end is None:
            self._error(
                where, field.name, shown_offsets(value), "whole numbers as offsets", _FIX_VALUE
            )
            return None
        odd = next((offset for offset in given if type(offset) is not int), None)
        if odd is not None:
            kind = "text" if isinstance(odd, str) else "decimal numbers"
            fix = "taken as the whole numbers that they spell"
            self._repair(where, field.name, f"{odd!r}: offsets as {kind}", "whole numbers", fix)
        return start, end

    def _quoted(self, field: Field, value: Json, where: str) -> str | None:
        """Return what a region quotes ("" for nothing); None after an error."""
        text = value.get("text")
        quoted = text[0] if isinstance(text, list) and len(text) == 1 else text
        if quoted is None or quoted == "":
            return ""
        inner = quoted.strip(HALF) if isinstance(quoted, str) else ""
        if not inner or HALF in inner:
            shown = f"{shown_offsets(value)}: {quoted}".replace(HALF, "half a character")
            self._error(where, field.name, shown, "one text that is quoted", _FIX_VALUE)
            return None
        if inner != quoted:
            fix = "taken without it"
            value_shown = f"{inner} and half a character"
            self._repair(where, field.name, value_shown, "whole characters", fix)
        return inner

    def _read_relation(self, item: Json) -> None:
        if self._map.layer(RELATION) == LEFT_OUT:
            self._left_out["relations"] += 1
            return
        field = self._map.fields.get(self._map.layer("role") or "")
        ends = [None if item.get(k) is None else str(item[k]) for k in ("from_id", "to_id")]
        where = f"relation {ends[0]} -> {ends[1]}"
        labels = item.get("labels") or []
        names = [[str(label)] for label in (labels if isinstance(labels, list) else [labels])]
        own = (
            [label[0] for label in names]
            if field is None
            else self._own(field, names, where, RELATION)
        )
        if own is not None:
            direction = str(item.get("direction") or "right")
            self._items.append(
                ResultItem(
                    from_id=ends[0], to_id=ends[1], type="relation", direction=direction, labels=own
                )
            )

    def settled(self) -> list[ResultItem]:
        """Return all items, choices tied to the regions that they are said of."""
        places = {
            (item.from_name, item.value.start, item.value.end): item.id
            for item in self._items
            if item.value is not None and item.value.labels
        }
        for item in self._items:
            field = self._map.fields.get(item.from_name or "")
            if item.id is None and field is not None and field.region and item.value is not None:
                item.id = places.get((field.region, item.value.start, item.value.end))
        self._settle_placeless()
        return self._items

    def _settle_placeless(self) -> None:
        """Give choices without a region one, where it is clear which."""
        lost = [(field, item) for field, item in self._placeless if item.id is None]
        for field in {field.name: field for field, _ in lost}.values():
            items = [item for own, item in lost if own is field]
            regions = [item.id for item in self._items if item.from_name == field.region]
            chosen = [item.value.choices for item in items if item.value]
            if len(items) == len(regions) and all(labels == chosen[0] for labels in chosen):
                for item, region in zip(items, regions, strict=True):
                    item.id = region
                continue
            self._items = [item for item in self._items if item not in items]
            shown = f"{', '.join(label for labels in chosen for label in labels or ())}"
            allowed = f"choices that say of which of {len(regions)} regions"
            self._error("", field.name, shown, allowed, _FIX_REGION.format(field.name))

    def _error(self, where: str, column: str, value: str, allowed: str, fix: str) -> None:
        self._notes.errors.append(Finding("", where, column, value, allowed, fix))

    def _repair(self, where: str, column: str, value: str, allowed: str, fix: str) -> None:
        self._notes.repairs.append(Finding("", where, column, value, allowed, fix))
