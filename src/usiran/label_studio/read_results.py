"""The results of one annotation: choices, regions, per-region choices and relations.

Label Studio writes them as one flat list. A per-region choice is an item of its own with its
region's id; a relation has no id, and its direction ``left`` means to -> from. Items may come
in any order, so what refers to a region is settled after all regions are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from usiran.errors import Finding
from usiran.label_studio.annotation_records import RoleReading, SpanReading
from usiran.schemas.label_scheme import Field, Project, Scheme
from usiran.text.offsets import Placement, place


class ResultValue(msgspec.Struct, gc=False):
    """What stands under ``value``: the keys that this project's controls use."""

    start: int | None = None
    end: int | None = None
    text: str | list[str] | None = None
    labels: list[str] | None = None
    choices: list[str] | None = None


class ResultItem(msgspec.Struct, gc=False):
    """One item of an annotation's ``result``; unknown keys are passed over.

    The keys stand as Label Studio writes them: decoding is half as fast again that way.
    """

    value: ResultValue | None = None
    id: str | None = None
    from_name: str | None = None
    from_id: str | None = None
    to_id: str | None = None
    type: str | None = None
    direction: str | None = None
    labels: list[str] | None = None


class Fault(NamedTuple):
    """A finding whose file and task are not known yet."""

    part: str
    column: str
    value: str
    allowed: str
    fix: str

    def located(self, file: str, where: str) -> Finding:
        """Return the finding, with the file and the annotation it stands in."""
        record = f"{where} {self.part}" if self.part else where
        return Finding(file, record, self.column, self.value, self.allowed, self.fix)


class Draft:
    """What one annotation is found to say, while its results are read."""

    __slots__ = (
        "choices", "drawn", "errors", "mended", "modes", "places", "roles", "same", "spans", "text"
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self.choices: dict[str, tuple[str, ...]] = {}
        self.spans: dict[str, SpanReading] = {}
        self.roles: dict[RoleReading, None] = {}
        self.errors: list[Fault] = []
        self.mended: list[Fault] = []
        self.places: dict[tuple[str, int, int], str] = {}
        # A span drawn twice is kept once; what refers to its second region means the first.
        self.same: dict[str, str] = {}
        # The offsets that a mended region came with: its choices come with the same ones.
        self.drawn: dict[str, tuple[int | None, int | None]] = {}
        self.modes: set[str] = set()

    def span(self, region: str | None) -> SpanReading | None:
        """Return the span of a region, if there is one."""
        span = self.spans.get(region or "")
        return self.spans.get(self.same.get(region or "", "")) if span is None else span

    def error(self, item: ResultItem, column: str, value: object, allowed: str, fix: str) -> None:
        """Note a fault of one item."""
        self.errors.append(Fault(_part(item), column, str(value), allowed, fix))


Reader = Callable[[Draft, Field, ResultItem], None]


class ResultReader:
    """Reads the results of one project's annotations.

    Parameters
    ----------
    scheme : Scheme
        Controls, labels, aliases and defaults.
    project : {"stance", "spans"}
        The project whose controls may occur.
    """

    def __init__(self, scheme: Scheme, project: Project) -> None:
        fields = scheme.of(project)
        controls = [field for field in fields if field.kind != "relation"]
        self._readers = {field.name: (self._reader(field), field) for field in controls}
        self._relation = next((field for field in fields if field.kind == "relation"), None)
        # The default of a region-wise choice, by the field of the region.
        self._defaults = {field.region: field.default for field in controls if field.region}
        self._names = ", ".join(self._readers)

    def _reader(self, field: Field) -> Reader:
        if field.kind == "labels":
            return self._read_span
        return _read_mode if field.scope == "region" else _read_choice

    def read(self, draft: Draft, items: Sequence[ResultItem]) -> None:
        """Read every item into `draft`."""
        later: list[tuple[Reader, Field, ResultItem]] = []
        readers = self._readers
        for item in items:
            known = readers.get(item.from_name or "")
            if known is None:
                if item.type != "relation" and item.from_id is None:
                    control = item.from_name or f"a result of type {item.type}"
                    draft.error(item, "from_name", control, self._names, _CONFIG)
                elif self._relation is None:
                    draft.error(item, "relation", "a relation", "no relations here", _DELETE)
                else:
                    later.append((_read_relation, self._relation, item))
            elif known[0] is _read_mode:
                later.append((*known, item))
            else:
                known[0](draft, known[1], item)
        for read, field, item in later:
            read(draft, field, item)

    def _read_span(self, draft: Draft, field: Field, item: ResultItem) -> None:
        value, region, layer = item.value, item.id, field.name
        given = (value and value.labels) or ()
        label = field.by_written.get(given[0]) if len(given) == 1 else None
        if value is None or label is None:
            _refuse_labels(draft, field, item, given, "one of")
            return
        if region is None or region in draft.spans or region in draft.same:
            draft.error(item, layer, f"id {region}", "one label a region", _ONE_LABEL)
            return
        start, end, quoted = value.start, value.end, value.text
        # Nearly every span of an export is exact: spare it the general rule.
        if (
            not quoted
            or start is None
            or end is None
            or start < 0
            or quoted != draft.text[start:end]
            or len(quoted) != end - start
            or quoted.strip() != quoted
        ):
            placed = _place(draft, layer, item, value)
            if placed is None:
                return
            draft.drawn[region] = (start, end)
            start, end = placed
            quoted = draft.text[start:end]
        first = draft.places.setdefault((layer, start, end), region)
        if first is not region:
            draft.same[region] = first
            draft.error(item, layer, f"{label} at {start} to {end}", "each span once", _DELETE)
            return
        mode = self._defaults.get(layer)
        draft.spans[region] = SpanReading(region, layer, start, end, quoted, label, mode)


def _place(
    draft: Draft, layer: str, item: ResultItem, value: ResultValue
) -> tuple[int, int] | None:
    start, end, quoted = value.start, value.end, value.text
    if start is None or end is None or isinstance(quoted, list):
        draft.error(item, layer, f"{start} to {end}", "start, end and text", _DRAW_AGAIN)
        return None
    placed = place(draft.text, start, end, quoted)
    if placed is None:
        found = f"{start} to {end}: {quoted or draft.text[max(start, 0) : max(end, 0)]}"
        draft.error(item, layer, found, "offsets where the quoted text stands", _DRAW_AGAIN)
        return None
    if placed.repaired:
        draft.mended.append(_repair(draft, layer, item, placed))
    return placed.start, placed.end


def _repair(draft: Draft, layer: str, item: ResultItem, placed: Placement) -> Fault:
    how = _HOW[placed.how] + (", blanks at the ends cut off" if placed.trimmed else "")
    value = item.value or ResultValue()
    inside = draft.text[placed.start : placed.end]
    return Fault(
        _part(item),
        layer,
        f"{value.start} to {value.end}: {inside if value.text is None else value.text}",
        "code points of the text, without blanks at the ends, with the text they hold",
        f"taken as {placed.start} to {placed.end} ({how}); {_STORE}",
    )


def _read_choice(draft: Draft, field: Field, item: ResultItem) -> None:
    labels = _labels_of(draft, field, item)
    if labels is None:
        return
    if field.name in draft.choices:
        draft.error(item, field.name, ", ".join(labels), "one result", _DELETE)
    elif labels:
        draft.choices[field.name] = labels


def _labels_of(draft: Draft, field: Field, item: ResultItem) -> tuple[str, ...] | None:
    """Return the labels of a choice in the field's order, or None after a fault."""
    given = (item.value and item.value.choices) or ()
    written = field.by_written
    if len(given) == 1:
        if (label := written.get(given[0])) is not None:
            return (label,)
    elif field.kind == "choices":
        chosen = {written.get(text) for text in given}
        if None not in chosen and len(chosen) == len(given):
            return tuple([name for name in field.names if name in chosen])
    how = "one of" if field.kind == "choice" else "each once, of"
    _refuse_labels(draft, field, item, given, how)
    return None


def _read_mode(draft: Draft, field: Field, item: ResultItem) -> None:
    span = draft.span(item.id)
    if span is None or span.layer != field.region:
        found = "no such region" if span is None else f"a region of {span.layer}"
        draft.error(item, field.name, found, f"a region of {field.region}", _DELETE)
        return
    labels = _labels_of(draft, field, item)
    if labels is None:
        return
    if span.region in draft.modes:
        draft.error(item, field.name, labels[0], "one choice a region", _DELETE)
        return
    draft.modes.add(span.region)
    _compare_offsets(draft, field, item, span)
    draft.spans[span.region] = SpanReading(*span[:6], labels[0])


def _compare_offsets(draft: Draft, field: Field, item: ResultItem, span: SpanReading) -> None:
    """Note a choice whose offsets are not its region's; the region's are the ones that count."""
    value, own = item.value, (span.start, span.end)
    if value is None or value.start is None:
        return
    given = (value.start, value.end)
    if given not in (own, draft.drawn.get(span.region, own)):
        taken = f"taken as those of the region, {own[0]} to {own[1]}; {_STORE}"
        told = f"{given[0]} to {given[1]}"
        draft.mended.append(Fault(_part(item), field.name, told, "the region's offsets", taken))


def _read_relation(draft: Draft, field: Field, item: ResultItem) -> None:
    first, second = item.from_id, item.to_id
    if item.direction == "left":
        first, second = second, first
    event, actor = draft.span(first), draft.span(second)
    # With "bi" either end may be the event: a role goes from the event to the actor.
    if item.direction == "bi" and event is not None and event.layer != field.region:
        event, actor = actor, event
    if event and actor and event.layer == field.region and actor.layer != field.region:
        _add_roles(draft, field, item, event.region, actor.region)
        return
    found = f"{_end(draft, first)} -> {_end(draft, second)}"
    draft.error(item, field.name, found, f"{field.region} -> actor", _LINK)


def _add_roles(draft: Draft, field: Field, item: ResultItem, event: str, actor: str) -> None:
    written, given = field.by_written, item.labels or ()
    if not given or any(label not in written for label in given):
        _refuse_labels(draft, field, item, given, "one or more of")
        return
    for label in given:
        role = RoleReading(written[label], event, actor)
        if role in draft.roles:
            draft.error(item, field.name, label, "each relation once", _DELETE)
        else:
            draft.roles[role] = None


def _refuse_labels(
    draft: Draft, field: Field, item: ResultItem, given: Sequence[str], how: str
) -> None:
    found = ", ".join(given) if given else "no label"
    draft.error(item, field.name, found, f"{how} {', '.join(field.names)}", _RELABEL)


def _part(item: ResultItem) -> str:
    """Name the item within its annotation."""
    if item.from_id is not None or item.to_id is not None:
        return f"relation {item.from_id} -> {item.to_id}"
    return "" if item.id is None else f"region {item.id}"


def _end(draft: Draft, region: str | None) -> str:
    """Say what one end of a relation is."""
    span = draft.span(region)
    return f"no region {region}" if span is None else f"{span.layer} '{span.text}'"


_HOW = {
    "exact": "the offsets fit",
    "utf16": "the offsets count UTF-16 units",
    "searched": "the quoted text stands there once",
    "trusted": "no text to compare with, the offsets as they are",
}
_CONFIG = "use the project's generated label config, or delete the result"
_DELETE = "delete it"
_DRAW_AGAIN = "draw the span again"
_LINK = "draw the relation from the event to the actor"
_ONE_LABEL = "delete one label, or draw a second region"
_RELABEL = "set the label again"
_STORE = "if that is meant, import or pull the labels again: they are stored so"
