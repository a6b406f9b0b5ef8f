"""What is read from an export or a sheet, and what the annotations table holds.

A *task* is one unit put before an annotator: a scored sentence (project ``stance``) or an
article (project ``spans``). Offsets are half-open, in code points of the article's text.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from usiran.errors import Finding
from usiran.schemas.label_scheme import Project
from usiran.schemas.names import NOTES

Ident = int | str | None


class SpanReading(NamedTuple):
    """One labelled span. `region` ties roles to it; `mode` is set for events only.

    `note` is what the annotator wrote beside the region, for whoever decides.
    """

    region: str
    layer: str
    start: int
    end: int
    text: str
    label: str
    mode: str | None = None
    note: str | None = None


class RoleReading(NamedTuple):
    """One link from an event's region to an actor's region."""

    role: str
    event: str
    actor: str


class AnnotationReading(NamedTuple):
    """One annotator's labels on one task.

    `annotator` and `email` are what ``completed_by`` says; choices stand in the field's order.
    `remarks` are what was written into the page's boxes: ``notes``, an adjudicator's ``reason``.
    `findings` and `repairs` are of its labels.
    """

    annotation_id: Ident = None
    annotator: Ident = None
    email: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None
    skipped: bool = False
    choices: Mapping[str, tuple[str, ...]] = {}
    spans: tuple[SpanReading, ...] = ()
    roles: tuple[RoleReading, ...] = ()
    remarks: Mapping[str, str] = {}
    findings: tuple[Finding, ...] = ()
    repairs: tuple[Finding, ...] = ()

    @property
    def noted(self) -> int:
        """How many notes there are: on the task, and on its spans."""
        return (NOTES in self.remarks) + sum(span.note is not None for span in self.spans)

    def of(self, layer: str) -> list[SpanReading]:
        """Return the spans of one layer."""
        return [span for span in self.spans if span.layer == layer]


def author_of(annotation: AnnotationReading) -> str | None:
    """Return who made an annotation, by email or else by id; None where nothing says it."""
    if annotation.email:
        return annotation.email
    return None if annotation.annotator is None else str(annotation.annotator)


class TaskReading(NamedTuple):
    """One task, its annotations, and what was found wrong or mended while reading it.

    `start` and `end` are the unit's offsets. What is of no annotation but of the task is among
    `own_findings` and `own_repairs`. `left_out` counts what is understood but not used, such as
    drafts, by its name.
    """

    project: Project
    task_id: Ident
    article_id: str
    sentence_id: str | None = None
    start: int = 0
    end: int = 0
    text_sha256: str | None = None
    annotations: tuple[AnnotationReading, ...] = ()
    own_findings: tuple[Finding, ...] = ()
    own_repairs: tuple[Finding, ...] = ()
    left_out: Mapping[str, int] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the task and its labels; labels with findings were not taken."""
        return self.own_findings + tuple(f for made in self.annotations for f in made.findings)

    @property
    def repairs(self) -> tuple[Finding, ...]:
        """What was mended in the task and its labels."""
        return self.own_repairs + tuple(f for made in self.annotations for f in made.repairs)

    @property
    def unit_id(self) -> str:
        """The id of what is labelled: the sentence's, or else the article's."""
        return self.sentence_id or self.article_id

    @property
    def key(self) -> tuple[Project, str]:
        """The project and the unit: one task of an annotator has it."""
        return self.project, self.unit_id

    @property
    def name(self) -> str:
        """What messages call the task."""
        return f"task {self.task_id} ({self.unit_id})"

    @property
    def annotation(self) -> AnnotationReading:
        """The one annotation of a task that is read for one annotator."""
        return self.annotations[0]


class AnnotationRow(NamedTuple):
    """One row of the annotations table: one annotator's one label on one unit."""

    annotation_id: str
    round: str
    annotator_id: str
    layer: str
    unit_id: str
    article_id: str
    start: int
    end: int
    label: str
    mode: str | None
    target: str | None
    created_at: str | None


def article_of(unit_id: str) -> str:
    """Return the article that a sentence or a span is of, by its id; an article is its own.

    >>> article_of("a-1#004"), article_of("a-1@actor:3-9"), article_of("a-1")
    ('a-1', 'a-1', 'a-1')
    """
    return re.split("[#@]", unit_id, maxsplit=1)[0]


def span_id(article_id: str, layer: str, start: int, end: int) -> str:
    """Return the id of a span.

    >>> span_id("a-1", "actor", 3, 9)
    'a-1@actor:3-9'
    """
    return f"{article_id}@{layer}:{start}-{end}"


def span_parts(span_id: str) -> tuple[str, str, int, int]:
    """Return what a span's id is made of: article, layer, start and end.

    >>> span_parts("a-1@actor:3-9")
    ('a-1', 'actor', 3, 9)
    """
    article_id, _, place = span_id.partition("@")
    layer, _, offsets = place.partition(":")
    start, _, end = offsets.partition("-")
    return article_id, layer, int(start), int(end)


def region_id(unit: str) -> str:
    """Return ten hex digits that stand for a unit: the region ids this toolkit writes.

    >>> region_id("a-1@actor:3-9")
    '31990a9ab1'
    """
    return hashlib.blake2s(unit.encode(), digest_size=5).hexdigest()


def spans_in_order(spans: Iterable[SpanReading]) -> list[SpanReading]:
    """Return spans from left to right, the longer first where two begin together."""
    return sorted(spans, key=lambda span: (span.start, -span.end, span.layer))


def roles_in_order(
    roles: Iterable[RoleReading], spans: Iterable[SpanReading], names: Sequence[str]
) -> list[RoleReading]:
    """Return roles by event, then in the order of `names`, then by actor."""
    place = {span.region: (span.start, -span.end) for span in spans}
    return sorted(
        roles, key=lambda role: (place[role.event], names.index(role.role), place[role.actor])
    )


def annotation_rows(
    readings: Iterable[TaskReading], *, round: str, annotator_id: str
) -> Iterator[AnnotationRow]:
    """Yield the annotations table's rows of one annotator's tasks; skipped ones give none."""
    for task in readings:
        for annotation in task.annotations:
            if not annotation.skipped:
                yield from _rows(task, annotation, round, annotator_id)


def _rows(
    task: TaskReading, annotation: AnnotationReading, round: str, annotator_id: str
) -> Iterator[AnnotationRow]:
    head, article = f"{round}/{annotator_id}/", task.article_id
    who, created = (round, annotator_id), annotation.created_at
    unit, bounds = task.unit_id, (task.start, task.end)
    for layer, labels in annotation.choices.items():
        for label in labels:
            # Only grounds may have several labels on one unit, so only there it is in the id.
            key = f"{head}{layer}/{unit}/{label}" if layer == "grounds" else f"{head}{layer}/{unit}"
            yield AnnotationRow(
                key, *who, layer, unit, article, *bounds, label, None, None, created
            )
    placed: dict[str, tuple[str, int, int]] = {}
    for region, layer, start, end, _, label, mode, _ in annotation.spans:
        unit = span_id(article, layer, start, end)
        placed[region] = (unit, start, end)
        key = f"{head}{layer}/{unit}"
        yield AnnotationRow(key, *who, layer, unit, article, start, end, label, mode, None, created)
    for role, event, actor in annotation.roles:
        unit, start, end = placed[event]
        target, actor_start, actor_end = placed[actor]
        key = f"{head}role/{unit}/{role}/{actor_start}-{actor_end}"
        yield AnnotationRow(
            key, *who, "role", unit, article, start, end, role, None, target, created
        )
