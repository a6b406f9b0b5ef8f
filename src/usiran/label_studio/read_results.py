"""The results of one annotation: choices, regions, per-region choices and relations.

Label Studio writes them as one flat list. A per-region choice is an item of its own with its
region's id; a relation has no id, and its direction ``left`` means to -> from. Items may come
in any order, so what refers to a region is settled after all regions are known. What is there
twice, word for word, is kept once and reported; twice with different labels is an error.
"""

from collections.abc import Iterable, Mapping, Sequence

from usiran.errors import Finding
from usiran.label_studio.annotation_records import RoleReading, SpanReading
from usiran.label_studio.export_records import ResultItem, ResultValue
from usiran.schemas.label_scheme import Field, Project, Scheme
from usiran.schemas.names import BOXES
from usiran.text.offsets import Drawn, Placement, place_all

_FIX_CONTROL = "use the project's generated label config, or delete the result"
_FIX_DOUBLE = "delete it"
_FIX_LABEL = "choose one of these, in Label Studio or in the file, and import it again"
_FIX_REGION = "delete one label, or draw a second region"
_FIX_RELATION = "draw the relation from the event to the actor"
_FIX_SPAN = "draw the span again"
_FIX_STORED = "if that is meant, import or pull the labels again: they are stored so"
_FIX_TWICE = "kept once; if that is meant, import or pull the labels again"
_HOW = {
    "exact": "the offsets fit",
    "utf16": "the offsets count UTF-16 units",
    "crlf": "the offsets count a line break as two",
    "utf16 crlf": "the offsets count UTF-16 units and a line break as two",
    "lf": "the offsets count CRLF as one",
    "offsets": "the offsets hold the quoted text and end with words",
    "drift": "moved as far as other spans of the task",
    "searched": "the quoted text stands there once",
    "trusted": "no text to compare with, the offsets as they are",
}


class Draft:
    """What one annotation is found to say, while its results are read.

    `errors` and `repairs` do not know their file yet; their record is the item alone.
    """

    def __init__(self, text: str, placed: Mapping[Drawn, Placement | None] | None = None) -> None:
        self.text = text
        # Empty where all of the task's offsets fit letter by letter, which is nearly always.
        self.placed = placed or {}
        self.choices: dict[str, tuple[str, ...]] = {}
        self.spans: dict[str, SpanReading] = {}
        # A dict for its order: a role is held once.
        self.roles: dict[RoleReading, None] = {}
        self.remarks: dict[str, str] = {}
        self.errors: list[Finding] = []
        self.repairs: list[Finding] = []
        self.first_regions: dict[tuple[str, int, int], str] = {}
        # A span drawn twice is kept once; what refers to its second region means the first.
        self.duplicates: dict[str, str] = {}
        # The offsets that a mended region came with: its choices come with the same ones.
        self.drawn: dict[str, tuple[int, int]] = {}
        self.with_mode: set[str] = set()

    def span(self, region: str | None) -> SpanReading | None:
        """Return the span of a region, if there is one."""
        region = region or ""
        return self.spans.get(self.duplicates.get(region, region))

    def error(self, item: ResultItem, column: str, value: object, allowed: str, fix: str) -> None:
        """Note what is wrong with one item."""
        self.errors.append(Finding("", _record(item), column, str(value), allowed, fix))

    def repair(self, item: ResultItem, column: str, value: str, allowed: str, fix: str) -> None:
        """Note what was mended in one item."""
        self.repairs.append(Finding("", _record(item), column, value, allowed, fix))

    def twice(self, item: ResultItem, column: str, value: str) -> None:
        """Note that an item says again what another one says."""
        self.repair(item, column, f"{value} twice", "each label once", _FIX_TWICE)

    def wrong_labels(
        self, item: ResultItem, field: Field, labels: Sequence[str], how: str = "one of"
    ) -> None:
        """Note that an item's labels are not such as its field allows."""
        allowed = f"{how} {', '.join(field.names)}"
        self.error(item, field.name, ", ".join(labels) or "no label", allowed, _FIX_LABEL)


class ResultReader:
    """Reads the results of one project's annotations; its controls alone may occur.

    `either_way`: a relation drawn from the actor to the event is turned round, and reported.
    Otherwise such an arrow without a label makes the actor the agent, and one from the event to
    the actor makes it the recipient: who does it, the event, to whom.
    """

    def __init__(self, scheme: Scheme, project: Project, *, either_way: bool = False) -> None:
        self._either_way = either_way
        fields = scheme.of(project)
        self._controls = {field.name: field for field in fields if field.kind != "relation"}
        self._relation = next((field for field in fields if field.kind == "relation"), None)
        # The default of a region-wise choice, by the field of the region.
        self._defaults = {
            field.region: field.default for field in self._controls.values() if field.region
        }

    def place(self, text: str, items: Iterable[ResultItem]) -> dict[Drawn, Placement | None]:
        """Place the spans of a task, all of its annotations; empty where every one is exact."""
        drawn = [
            Drawn(value.start, value.end, value.text)
            for item in items
            if (field := self._controls.get(item.from_name or "")) and field.kind == "labels"
            if (value := item.value) and value.start is not None and value.end is not None
            if not isinstance(value.text, list)
        ]
        if all(_is_exact(text, span) for span in drawn):
            return {}
        return dict(zip(drawn, place_all(text, drawn), strict=True))

    def read(self, draft: Draft, items: Sequence[ResultItem]) -> None:
        """Read every item into `draft`."""
        references: list[tuple[Field, ResultItem]] = []
        for item in items:
            field = self._controls.get(item.from_name or "")
            if field is None:
                self._read_other(draft, item, references)
            elif field.kind == "labels":
                self._read_span(draft, field, item)
            elif field.scope == "region":
                references.append((field, item))
            elif field.kind == "text":
                _read_text(draft, field, item)
            else:
                _read_choice(draft, field, item)
        for field, item in references:
            if field.kind == "relation":
                _read_relation(draft, field, item, either_way=self._either_way)
            else:
                _read_mode(draft, field, item)

    def _read_other(
        self, draft: Draft, item: ResultItem, references: list[tuple[Field, ResultItem]]
    ) -> None:
        """Read what is of no control of the scheme: a box of the page, or a relation."""
        if item.from_name in BOXES:
            _read_remark(draft, item.from_name, item)
        # A relation names no control: its type or its ends tell it.
        elif item.type != "relation" and item.from_id is None:
            control = item.from_name or f"a result of type {item.type}"
            controls = ", ".join(self._controls)
            draft.error(item, "from_name", control, controls, _FIX_CONTROL)
        elif self._relation is None:
            draft.error(item, "relation", "a relation", "no relations here", _FIX_DOUBLE)
        else:
            references.append((self._relation, item))

    def _read_span(self, draft: Draft, field: Field, item: ResultItem) -> None:
        value, region, layer = item.value, item.id, field.name
        labels = (value and value.labels) or ()
        label = field.by_written.get(labels[0]) if len(labels) == 1 else None
        if value is None or label is None:
            draft.wrong_labels(item, field, labels)
            return
        if region is None:
            draft.error(item, layer, f"id {region}", "one label a region", _FIX_REGION)
            return
        bounds = _bounds(draft, layer, region, item, value)
        if bounds is None:
            return
        start, end = bounds
        same, shown = draft.span(region), f"{label} at {start} to {end}"
        conflict = f"id {region}", "one label a region", _FIX_REGION
        if same is None:
            first = draft.first_regions.setdefault((layer, start, end), region)
            if first is not region:
                draft.duplicates[region] = first
                same = draft.spans[first]
                conflict = f"{shown}, which is {same.label} too", "each span once", _FIX_DOUBLE
        if same is None:
            text, mode, note = draft.text[start:end], self._defaults.get(layer), note_of(item.meta)
            draft.spans[region] = SpanReading(region, layer, start, end, text, label, mode, note)
        elif (same.layer, same.start, same.end, same.label) == (layer, start, end, label):
            draft.twice(item, layer, shown)
            _add_note(draft, same, item)
        else:
            draft.error(item, layer, *conflict)


def _read_remark(draft: Draft, box: str, item: ResultItem) -> None:
    """Keep what was written into a box of the page; several lines become one text."""
    text = _lines(item.value and item.value.text)
    earlier = draft.remarks.get(box)
    if text is not None and text != earlier:
        draft.remarks[box] = f"{earlier}\n{text}" if earlier else text


def note_of(meta: object) -> str | None:
    """Return what an annotator wrote beside a region: the text of its ``meta``, if any."""
    return _lines(meta.get("text") if isinstance(meta, dict) else None)


def _lines(text: object) -> str | None:
    parts = text if isinstance(text, list) else [text]
    lines = [part.strip() for part in parts if isinstance(part, str) and part.strip()]
    return "\n".join(lines) or None


def _add_note(draft: Draft, span: SpanReading, item: ResultItem) -> None:
    """Keep a note that stands on another item of a span: the items of a region may repeat it."""
    note = note_of(item.meta)
    if note is not None and note not in (span.note or ""):
        notes = f"{span.note}\n{note}" if span.note else note
        draft.spans[span.region] = span._replace(note=notes)


def _is_exact(text: str, span: Drawn) -> bool:
    """Tell whether offsets hold the quoted text letter by letter, as nearly all do."""
    start, end, quoted = span
    if not quoted or start < 0 or len(quoted) != end - start:
        return False
    return quoted == text[start:end] and quoted.strip() == quoted


def _bounds(
    draft: Draft, layer: str, region: str, item: ResultItem, value: ResultValue
) -> tuple[int, int] | None:
    """Return where a span lies, or note that it lies nowhere."""
    start, end, quoted = value.start, value.end, value.text
    if start is None or end is None or isinstance(quoted, list):
        draft.error(item, layer, f"{start} to {end}", "start, end and text", _FIX_SPAN)
        return None
    if not draft.placed:
        return start, end
    placed = draft.placed[Drawn(start, end, quoted)]
    if placed is None:
        shown = f"{start} to {end}: {quoted or draft.text[max(start, 0) : max(end, 0)]}"
        draft.error(item, layer, shown, "offsets where the quoted text stands", _FIX_SPAN)
        return None
    if placed.repaired:
        inside = draft.text[placed.start : placed.end]
        shown = f"{start} to {end}: {inside if quoted is None else quoted}"
        how = _HOW[placed.how] + (", blanks at the ends cut off" if placed.trimmed else "")
        allowed = "code points of the text, without blanks at the ends, with the text they hold"
        fix = f"taken as {placed.start} to {placed.end} ({how}); {_FIX_STORED}"
        draft.repair(item, layer, shown, allowed, fix)
        draft.drawn[region] = (start, end)
    return placed.start, placed.end


def _read_choice(draft: Draft, field: Field, item: ResultItem) -> None:
    labels = _labels(draft, field, item)
    if labels is None:
        return
    if draft.choices.get(field.name) == labels:
        draft.twice(item, field.name, ", ".join(labels))
    elif field.name in draft.choices:
        draft.error(item, field.name, ", ".join(labels), "one result", _FIX_DOUBLE)
    elif labels:
        draft.choices[field.name] = labels


def _read_text(draft: Draft, field: Field, item: ResultItem) -> None:
    text = (item.value and item.value.text) or []
    # Label Studio writes a list, and one text where an export was made by hand.
    words = [part.strip() for part in ([text] if isinstance(text, str) else text)]
    if draft.choices.get(field.name) == tuple(words):
        draft.twice(item, field.name, words[0])
    elif field.name in draft.choices or len(words) != 1 or not words[0]:
        allowed = "one text that is not empty"
        draft.error(item, field.name, ", ".join(words), allowed, "leave one line, or none")
    else:
        draft.choices[field.name] = (words[0],)


def _labels(draft: Draft, field: Field, item: ResultItem) -> tuple[str, ...] | None:
    """Return the labels of a choice in the field's order, or None after an error."""
    chosen = (item.value and item.value.choices) or ()
    written = field.by_written
    if len(chosen) == 1 and (label := written.get(chosen[0])) is not None:
        return (label,)
    several = field.kind == "choices"
    names = {written.get(text) for text in chosen}
    if several and None not in names and len(names) == len(chosen):
        return tuple(name for name in field.names if name in names)
    draft.wrong_labels(item, field, chosen, "each once, of" if several else "one of")
    return None


def _read_mode(draft: Draft, field: Field, item: ResultItem) -> None:
    span = draft.span(item.id)
    if span is None or span.layer != field.region:
        shown = "no such region" if span is None else f"a region of {span.layer}"
        draft.error(item, field.name, shown, f"a region of {field.region}", _FIX_DOUBLE)
        return
    labels = _labels(draft, field, item)
    if not labels:
        return
    if span.region in draft.with_mode:
        if span.mode == labels[0]:
            draft.twice(item, field.name, labels[0])
        else:
            draft.error(item, field.name, labels[0], "one choice a region", _FIX_DOUBLE)
        return
    draft.with_mode.add(span.region)
    _compare_offsets(draft, field, item, span)
    draft.spans[span.region] = span._replace(mode=labels[0])
    _add_note(draft, draft.spans[span.region], item)


def _compare_offsets(draft: Draft, field: Field, item: ResultItem, span: SpanReading) -> None:
    """Note a choice whose offsets are not its region's; the region's are the ones that count."""
    value, bounds = item.value, (span.start, span.end)
    if value is None or value.start is None:
        return
    if (value.start, value.end) not in (bounds, draft.drawn.get(span.region)):
        shown = f"{value.start} to {value.end}"
        fix = f"taken as those of the region, {bounds[0]} to {bounds[1]}; {_FIX_STORED}"
        draft.repair(item, field.name, shown, "the region's offsets", fix)


def _read_relation(draft: Draft, field: Field, item: ResultItem, *, either_way: bool) -> None:
    first, second = item.from_id, item.to_id
    if item.direction == "left":
        first, second = second, first
    event, actor = draft.span(first), draft.span(second)
    labels = tuple(item.labels or ())
    if not labels and not either_way and item.direction != "bi" and event and actor:
        if event.layer != field.region == actor.layer:
            event, actor = actor, event
            labels = ("agent",)
        else:
            labels = ("recipient",)
    # With "bi" either end may be the event: a role goes from the event to the actor.
    if event is not None and actor is not None and event.layer != field.region == actor.layer:
        if item.direction == "bi" or either_way:
            event, actor = actor, event
        if either_way and item.direction != "bi":
            shown = f"{_end(draft, item.from_id)} -> {_end(draft, item.to_id)}"
            allowed = f"{field.region} -> actor"
            draft.repair(item, field.name, shown, allowed, "taken the other way round")
    if not (event and actor and event.layer == field.region and actor.layer != field.region):
        shown = f"{_end(draft, first)} -> {_end(draft, second)}"
        draft.error(item, field.name, shown, f"{field.region} -> actor", _FIX_RELATION)
        return
    written = field.by_written
    if not labels or any(label not in written for label in labels):
        draft.wrong_labels(item, field, labels, "one or more of")
        return
    for label in labels:
        role = RoleReading(written[label], event.region, actor.region)
        if role in draft.roles:
            draft.twice(item, field.name, label)
        draft.roles[role] = None


def _record(item: ResultItem) -> str:
    """Name the item within its annotation."""
    if item.from_id is not None or item.to_id is not None:
        return f"relation {item.from_id} -> {item.to_id}"
    return "" if item.id is None else f"region {item.id}"


def _end(draft: Draft, region: str | None) -> str:
    """Say what one end of a relation is."""
    span = draft.span(region)
    return f"no region {region}" if span is None else f"{span.layer} '{span.text}'"
