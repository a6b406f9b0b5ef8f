"""Anybody's predictions: a JSONL file is read whole, and every fault in it is told.

One line is one sentence: its id and a ``label`` (with ``probabilities`` in the order of the
task's labels, if the system states them) or its ``spans``, each [start, end, type] with
offsets in the article's text (links as `usiran.tasks.links` writes them). Lines may
stand in any order; a system that was run several times numbers its lines with
``replicate``, from 0. This is what `usiran benchmark run` writes, and what
schemas/predictions.schema.json describes.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from usiran.benchmark.results import Line, SpanRow
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.tasks.base import Gold
from usiran.tasks.links import decode
from usiran.tasks.metrics.links import LinkScorer
from usiran.text.spans import Span

# Probabilities are commonly written with four places: three or sixteen of them may miss 1.
TOLERANCE = 0.005
_SUGGESTED = 20  # looking for the nearest id is slow, and a wrong file has no right ids
_WRITE = "write one JSON object a line, as baselines/README.md shows"


class Named(msgspec.Struct, frozen=True):
    """What is read of a line that is no prediction: which sentence it was meant for."""

    sentence_id: str
    replicate: int = 0


class Fault(NamedTuple):
    """What is wrong with one line, before it is known which line that is."""

    column: str
    value: object
    allowed: str
    fix: str


@dataclass(frozen=True)
class Frame:
    """What a task's lines are checked against.

    Parameters
    ----------
    gold : Gold
        Labels, sentences and their bounds.
    relabelled : bool
        Whether the lines are a control's, each stating the reference it was scored against.
    """

    gold: Gold
    relabelled: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The task's labels."""
        return self.gold.task.labels

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each sentence in the corpus."""
        return {str(key): i for i, key in enumerate(self.gold.records["sentence_id"])}

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


def _label(line: Line, frame: Frame) -> Iterator[Fault]:
    allowed = f"one of {', '.join(frame.labels)}"
    if line.label is None:
        yield Fault("label", "no label", allowed, "add the label")
    elif line.label not in frame.labels:
        yield Fault("label", line.label, allowed, nearest(line.label, frame.labels))
    if line.spans is not None:
        yield Fault("spans", "spans", f"a label alone: {frame.gold.task.name} asks for no spans",
                    "leave out the spans")  # fmt: skip


def _probabilities(line: Line, frame: Frame) -> Iterator[Fault]:
    stated = line.probabilities
    if stated is None:
        return
    shown = ", ".join(f"{value:g}" for value in stated)
    order = f"the order {', '.join(frame.labels)}"
    if len(stated) != len(frame.labels):
        allowed = f"{len(frame.labels)} probabilities, in {order}"
        yield Fault("probabilities", f"{len(stated)} of them", allowed, "state one for each label")
    elif not all(0.0 <= value <= 1.0 for value in stated):
        yield Fault("probabilities", shown, "numbers from 0 to 1", "normalise them")
    elif abs(sum(stated) - 1.0) > TOLERANCE:
        yield Fault("probabilities", f"{shown} (sum {sum(stated):.4g})",
                    "numbers from 0 to 1 with the sum 1", "normalise them")  # fmt: skip


def _spans_alone(line: Line, frame: Frame) -> Iterator[Fault]:
    name = frame.gold.task.name
    if line.spans is None:
        yield Fault("spans", "no spans", "a list, empty where nothing is marked", "add the spans")
    for column in ("label", "probabilities"):
        if getattr(line, column) is not None:
            yield Fault(column, f"a {column}", f"spans alone: {name} asks for no {column}",
                        f"leave out the {column}")  # fmt: skip


def _spans(line: Line, frame: Frame) -> Iterator[Fault]:
    yield from _spans_alone(line, frame)
    for span in line.spans or ():
        yield from _span(span, frame, frame.bounds[line.sentence_id])
    for one, other in pairwise(line.spans or ()):
        yield from _pair(one, other)


def _span(span: SpanRow, frame: Frame, bounds: tuple[int, int]) -> Iterator[Fault]:
    start, end, label = span
    inside = f"offsets in the article's text, {bounds[0]} <= start < end <= {bounds[1]}"
    if start >= end:
        yield Fault("spans", list(span), "start < end", "give the offset after the last character")
    elif start < bounds[0] or end > bounds[1]:
        size = bounds[1] - bounds[0]
        shift = "add the sentence's start" if end <= size else "cut the span at the sentence"
        yield Fault("spans", list(span), inside, shift)
    if label not in frame.labels:
        allowed = f"a type of {', '.join(frame.labels)}"
        yield Fault("spans", list(span), allowed, nearest(label, frame.labels))


def _pair(one: SpanRow, other: SpanRow) -> Iterator[Fault]:
    both = f"{list(one)}, {list(other)}"
    if other[0] < one[1] and one[0] < other[1]:
        yield Fault("spans", both, "spans that share no character", "keep one of the two")
    elif other[0] < one[0]:
        yield Fault("spans", both, "spans in the order of their offsets", "sort them")


def _links(line: Line, frame: Frame) -> Iterator[Fault]:
    """Check links: each is a span over an actor, whose type names role and event."""
    yield from _spans_alone(line, frame)
    for span in line.spans or ():
        yield from _link(span, frame, line.sentence_id)
    for one, other in pairwise(line.spans or ()):
        if not one < other:
            found = f"{list(one)}, {list(other)}"
            yield Fault("spans", found, "links in the order of their offsets, each once", "sort")


def _link(span: SpanRow, frame: Frame, sentence_id: str) -> Iterator[Fault]:
    last = frame.ends[sentence_id.partition("#")[0]]
    if not 0 <= span[0] < span[1] <= last:
        allowed = f"the actor's offsets in the article's text, 0 <= start < end <= {last}"
        yield Fault("spans", list(span), allowed, "correct the offsets")
    try:
        link = decode(Span(*span), 0)
    except ValueError:
        yield Fault("spans", list(span), "a type such as agent@ASSAULT:120-128, the event's "
                    "offsets in the article's text", "name role and event")  # fmt: skip
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
        yield Fault("reference", "a reference", "no reference: lines are scored on the gold",
                    "leave it out")  # fmt: skip
    elif line.reference is None and frame.relabelled:
        yield Fault("reference", "none", "what the line was scored against", "run it again")


# A new unit is one row here; a task whose unit is missing takes no files.
RULES: dict[str, tuple[Rule, ...]] = {
    "sentence": (_label, _probabilities, _reference),
    "spans": (_spans, _reference),
    "links": (_links, _reference),
}


def nearest(name: str, names: Sequence[str]) -> str:
    """Return how to mend an unknown name: the nearest one, whatever its capitals.

    Examples
    --------
    >>> nearest("PRO-us", ["pro-US", "neutral"]), nearest("x", ["neutral"])
    ("did you mean 'pro-US'?", 'use one of these')
    """
    folded = {one.casefold(): one for one in names}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f"did you mean '{folded[near[0]]}'?" if near else "use one of these"


def read_content(path: Path, file: str) -> bytes:
    """Return the content of a predictions file; `file` is its name in messages.

    Raises
    ------
    FileError
        It is missing, a folder, empty, binary or not UTF-8.
    """
    allowed = "predictions, one JSON object a line, in UTF-8"
    try:
        content = path.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise FileError(file, found, allowed, "name the predictions file") from None
    if not content.strip():
        raise FileError(file, "an empty file", allowed, _WRITE)
    if b"\0" in content:
        raise FileError(file, "a binary file", allowed, _WRITE)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(file, shorten(error), allowed, "save it as UTF-8") from None
    return content


def read_lines(content: bytes, gold: Gold, file: str, *, relabelled: bool = False) -> list[Line]:
    """Return the predictions in a file's content, in corpus order, replicate by replicate.

    Parameters
    ----------
    content : bytes
        JSON lines in any order; blank lines are skipped.
    gold : Gold
        Which sentences and labels there are.
    file : str
        Its name in findings.
    relabelled : bool
        Whether every line states the reference that it was scored against.

    Raises
    ------
    FileError
        The task takes no predictions.
    InputError
        Every fault of the file: its line, the sentence, what was found, what is allowed.
    """
    if gold.verdict:
        raise FileError(file, f"predictions of {gold.task.name}", "a task that can be evaluated",
                        f"choose another task: {gold.verdict}")  # fmt: skip
    if gold.task.unit not in RULES:
        raise FileError(file, f"predictions of {gold.task.name}", "a sentence or span task",
                        "this task takes no predictions from files")  # fmt: skip
    reader = _Reader(Frame(gold, relabelled), file, content.split(b"\n"))
    lines = reader.read()
    if reader.findings:
        raise InputError(reader.findings)
    return lines


class _Reader:
    """Decodes and checks line by line, then the file as a whole; collects the findings."""

    def __init__(self, frame: Frame, file: str, raw: Sequence[bytes]) -> None:
        self.frame = frame
        self.file = file
        self.raw = raw
        self.width = len(str(len(raw)))
        self.findings: list[Finding] = []
        self.seen: dict[tuple[str, int], int] = {}
        self.unknown = 0
        self.lost = 0  # lines of which nobody knows what sentence they were meant for

    def read(self) -> list[Line]:
        kept: list[Line] = []
        decoder = msgspec.json.Decoder(Line)
        for number, raw in enumerate(self.raw, start=1):
            if raw.strip():
                kept += self._line(number, raw, decoder)
        sound = not self.findings
        if not self.lost:  # a sentence with such a line would be told as missing besides
            self._complete()
        if sound:
            self._stated(kept)
        order = self.frame.order
        return sorted(kept, key=lambda line: (line.replicate, order[line.sentence_id]))

    def _line(self, number: int, raw: bytes, decoder: msgspec.json.Decoder[Line]) -> list[Line]:
        try:
            line = decoder.decode(raw)
        except msgspec.DecodeError as error:
            wanted = "label" if self.frame.gold.task.unit == "sentence" else "spans"
            allowed = f"one JSON object with sentence_id and {wanted}"
            self._find(number, "", Fault("", shorten(error, 160), allowed, _WRITE))
            self._meant(number, raw)
            return []
        if not self._place(number, line):
            return []
        for rule in RULES[self.frame.gold.task.unit]:
            for broken in rule(line, self.frame):
                self._find(number, line.sentence_id, broken)
        return [line]

    def _meant(self, number: int, raw: bytes) -> None:
        """Note the sentence of a line that is no prediction, if it names one."""
        try:
            key = msgspec.structs.astuple(msgspec.json.decode(raw, type=Named))
        except msgspec.DecodeError:
            self.lost += 1
            return
        self.lost += key[0] not in self.frame.order or key in self.seen
        self.seen.setdefault(key, number)

    def _place(self, number: int, line: Line) -> bool:
        """Note the line's sentence; find it where it is unknown or was there before."""
        key = (line.sentence_id, line.replicate)
        if line.sentence_id not in self.frame.order:
            self.unknown += 1
            near = nearest(line.sentence_id, tuple(self.frame.order) * (self.unknown < _SUGGESTED))
            fix = near if near.startswith("did") else "name a scored sentence of the corpus"
            found = Fault("sentence_id", line.sentence_id, "the id of a scored sentence", fix)
        elif key in self.seen:
            found = Fault("sentence_id", f"again, after line {self.seen[key]}",
                          "every sentence once", "keep one of the lines")  # fmt: skip
        else:
            self.seen[key] = number
            return True
        self._find(number, "", found)
        self.lost += 1
        return False

    def _complete(self) -> None:
        numbers = sorted({replicate for _, replicate in self.seen})
        if numbers != list(range(len(numbers))):
            allowed = f"0 to {len(numbers) - 1}, for {len(numbers)} replicates"
            self._whole("replicate", shorten(numbers), allowed, "number the replicates from 0")
            return
        for number in numbers:
            said = f" in replicate {number}" if len(numbers) > 1 else ""
            for key in self.frame.order:
                if (key, number) not in self.seen:
                    self.findings.append(Finding(
                        self.file, key, "", f"no line{said}", "a line for every scored sentence",
                        "add the sentence's line",
                    ))  # fmt: skip

    def _stated(self, lines: Sequence[Line]) -> None:
        stated = sum(line.probabilities is not None for line in lines)
        if 0 < stated < len(lines):
            self._whole("probabilities", f"in {stated} of {len(lines)} lines",
                        "in every line or in none", "add or leave out the others")  # fmt: skip

    def _whole(self, column: str, value: str, allowed: str, fix: str) -> None:
        self.findings.append(Finding(self.file, "", column, value, allowed, fix))

    def _find(self, number: int, sentence_id: str, error: Fault) -> None:
        # Padded, so that findings sorted as text stand in the order of the lines.
        where = f"line {number:>{self.width}}" + (f" ({sentence_id})" if sentence_id else "")
        value = shorten(error.value)
        self.findings.append(
            Finding(self.file, where, error.column, value, error.allowed, error.fix)
        )
