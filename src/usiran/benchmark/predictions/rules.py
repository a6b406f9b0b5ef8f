"""What one line of predictions may say, by the unit of its task: a table of rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import msgspec

from usiran.errors import nearest
from usiran.tasks.base import Gold
from usiran.tasks.links import SpanRow, decode
from usiran.tasks.metrics.links import LinkScorer
from usiran.text.spans import Span

# Probabilities are commonly written with four places: three or sixteen of them may miss 1.
TOLERANCE = 0.005
Value = str | tuple[SpanRow, ...]


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One sentence's prediction; `label` or `spans`, as the task asks."""

    sentence_id: str
    replicate: int = 0
    reference: Value | None = None
    label: str | None = None
    probabilities: tuple[float, ...] | None = None
    spans: tuple[SpanRow, ...] | None = None


class Fault(NamedTuple):
    """What is wrong with one line, before it is known which line that is."""

    column: str
    value: object
    allowed: str
    fix: str


@dataclass(frozen=True)
class Frame:
    """What a task's lines are checked against: labels, sentences and their bounds."""

    gold: Gold
    relabelled: bool = False  # a control's lines each state what they were scored against

    @property
    def labels(self) -> tuple[str, ...]:
        """The task's labels."""
        return self.gold.task.labels

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each sentence in the corpus."""
        return {str(key): i for i, key in enumerate(self.gold.records["sentence_id"])}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The words of each sentence."""
        columns = (self.gold.records[name] for name in ("sentence_id", "text"))
        return dict(zip(*columns, strict=True))

    @cached_property
    def bounds(self) -> dict[str, tuple[int, int]]:
        """The offsets of each sentence."""
        columns = (self.gold.records[name].tolist() for name in ("sentence_id", "start", "end"))
        return {key: (start, end) for key, start, end in zip(*columns, strict=True)}

    @cached_property
    def ends(self) -> dict[str, int]:
        """Where the last scored sentence of each article ends."""
        last = self.gold.records.groupby("article_id", sort=False)["end"].max()
        return {str(article): int(end) for article, end in last.items()}

    @cached_property
    def event_types(self) -> tuple[str, ...]:
        """The types that a link's event may have; empty where the events are given."""
        scorer = self.gold.scorer
        return tuple((scorer.quads or ()) if isinstance(scorer, LinkScorer) else ())


Rule = Callable[[Line, Frame], Iterator[Fault]]
Decoded = tuple[Line, Sequence[Fault]]
"""A line, and what kept it from being a prediction."""


class Form(NamedTuple):
    """A form of predictions files: what reads a line, what it holds, how to mend a broken one.

    `decode` raises `msgspec.DecodeError` where a line tells no sentence.
    """

    decode: Callable[[bytes, Frame], Decoded]
    holds: str
    fix: str


def _label(line: Line, frame: Frame) -> Iterator[Fault]:
    allowed = f"one of {', '.join(frame.labels)}"
    if line.label is None:
        yield Fault("label", "no label", allowed, "add the label")
    elif line.label not in frame.labels:
        yield Fault("label", line.label, allowed, nearest(line.label, frame.labels))
    if line.spans is not None:
        alone = f"a label alone: {frame.gold.task.name} asks for no spans"
        yield Fault("spans", "spans", alone, "leave out the spans")


def _probabilities(line: Line, frame: Frame) -> Iterator[Fault]:
    stated = line.probabilities
    if stated is None:
        return
    shown = ", ".join(f"{value:g}" for value in stated)
    if len(stated) != len(frame.labels):
        order = ", ".join(frame.labels)
        allowed = f"{len(frame.labels)} probabilities, in the order {order}"
        yield Fault("probabilities", f"{len(stated)} of them", allowed, "state one for each label")
    elif not all(0.0 <= value <= 1.0 for value in stated):
        yield Fault("probabilities", shown, "numbers from 0 to 1", "normalise them")
    elif abs(sum(stated) - 1.0) > TOLERANCE:
        value = f"{shown} (sum {sum(stated):.4g})"
        yield Fault("probabilities", value, "numbers from 0 to 1 with the sum 1", "normalise them")


def _spans_alone(line: Line, frame: Frame) -> Iterator[Fault]:
    if line.spans is None:
        yield Fault("spans", "no spans", "a list, empty where nothing is marked", "add the spans")
    for column in ("label", "probabilities"):
        if getattr(line, column) is not None:
            allowed = f"spans alone: {frame.gold.task.name} asks for no {column}"
            yield Fault(column, f"a {column}", allowed, f"leave out the {column}")


def _spans(line: Line, frame: Frame) -> Iterator[Fault]:
    yield from _spans_alone(line, frame)
    for span in line.spans or ():
        yield from _span(span, frame, frame.bounds[line.sentence_id])
    for before, after in pairwise(line.spans or ()):
        shown = f"{list(before)}, {list(after)}"
        if after[0] < before[1] and before[0] < after[1]:
            yield Fault("spans", shown, "spans that share no character", "keep one of the two")
        elif after[0] < before[0]:
            yield Fault("spans", shown, "spans in the order of their offsets", "sort them")


def _span(span: SpanRow, frame: Frame, bounds: tuple[int, int]) -> Iterator[Fault]:
    (start, end, label), (first, last) = span, bounds
    if start >= end:
        yield Fault("spans", list(span), "start < end", "give the offset after the last character")
    elif start < first or end > last:
        inside = f"offsets in the article's text, {first} <= start < end <= {last}"
        # The usual mistake: offsets that count from the sentence's start.
        shift = end <= last - first
        fix = "add the sentence's start" if shift else "cut the span at the sentence"
        yield Fault("spans", list(span), inside, fix)
    if label not in frame.labels:
        allowed = f"a type of {', '.join(frame.labels)}"
        yield Fault("spans", list(span), allowed, nearest(label, frame.labels))


def _links(line: Line, frame: Frame) -> Iterator[Fault]:
    yield from _spans_alone(line, frame)
    for span in line.spans or ():
        yield from _link(span, frame, line.sentence_id)
    # Links may share an actor, so unlike spans they may overlap; only repeated ones are faults.
    for before, after in pairwise(line.spans or ()):
        if not before < after:
            shown = f"{list(before)}, {list(after)}"
            yield Fault("spans", shown, "links in the order of their offsets, each once", "sort")


def _link(span: SpanRow, frame: Frame, sentence_id: str) -> Iterator[Fault]:
    # The actor may stand in another sentence, so the article alone bounds it.
    last = frame.ends[sentence_id.partition("#")[0]]
    if not 0 <= span[0] < span[1] <= last:
        allowed = f"the actor's offsets in the article's text, 0 <= start < end <= {last}"
        yield Fault("spans", list(span), allowed, "correct the offsets")
    try:
        link = decode(Span(*span), 0)
    except ValueError:
        allowed = "a type such as agent@ASSAULT:120-128, the event's offsets in the article's text"
        yield Fault("spans", list(span), allowed, "name role and event")
        return
    if link.role not in frame.labels:
        allowed = f"a role of {', '.join(frame.labels)}"
        yield Fault("spans", list(span), allowed, nearest(link.role, frame.labels))
    types = frame.event_types
    if types and link.event.label not in types:
        allowed = f"an event type of {', '.join(types)}"
        yield Fault("spans", list(span), allowed, nearest(link.event.label, types))
    start, end = frame.bounds[sentence_id]
    if not start <= link.event.start < link.event.end <= end:
        allowed = f"an event in the line's sentence, {start} <= start < end <= {end}"
        yield Fault("spans", list(span), allowed, "correct the event's offsets")


def _reference(line: Line, frame: Frame) -> Iterator[Fault]:
    if line.reference is not None and not frame.relabelled:
        allowed = "no reference: lines are scored on the gold"
        yield Fault("reference", "a reference", allowed, "leave it out")
    elif line.reference is None and frame.relabelled:
        yield Fault("reference", "none", "what the line was scored against", "run it again")


# A new unit is one row here; a task whose unit is missing takes no files.
RULES: dict[str, tuple[Rule, ...]] = {
    "sentence": (_label, _probabilities, _reference),
    "spans": (_spans, _reference),
    "links": (_links, _reference),
}
