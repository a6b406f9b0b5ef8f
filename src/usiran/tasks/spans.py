"""The tasks with typed spans in a sentence: actors by type and by side, events by class."""

from dataclasses import replace

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task
from usiran.tasks.inputs import sentence_gold, spans_of
from usiran.tasks.metrics.spans import SPAN_CARD, span_scorer


def actors(scheme: Scheme) -> Task:
    """Return the task of actors."""
    return Task(
        name="actors",
        title="Which actors are mentioned, and of which type?",
        unit="spans",
        labels=scheme["actor"].names,
        headline="type_strict_f1",
        table="actors",
        column="type",
        read=_span_gold,
        score=span_scorer,
        columns=(
            ("type_overlap_f1", "overlap"),
            ("exact_f1", "exact"),
            ("partial_f1", "partial"),
            ("type_strict_macro_f1", "macro"),
        ),
        card=SPAN_CARD.format(level="type"),
    )


def affiliation(scheme: Scheme) -> Task:
    """Return the task of whose side each actor is on: found, and told by its affiliation."""
    return replace(
        actors(scheme),
        name="affiliation",
        title="Which actors are mentioned, and on whose side is each?",
        labels=scheme.affiliations,
        column="affiliation",
        card=SPAN_CARD.format(level="affiliation"),
        like="actors",
        asked=False,
    )


def events(scheme: Scheme) -> Task:
    """Return the task of events: few are of one type, so their quad classes are scored first."""
    types = len(scheme["event"].names)
    return Task(
        name="events",
        title="Which words tell an event, and of which class?",
        unit="spans",
        labels=scheme["event"].names,
        headline="quad_overlap_f1",
        table="events",
        column="type",
        read=_span_gold,
        score=span_scorer,
        columns=(
            ("quad_strict_f1", "strict"),
            ("type_strict_f1", f"strict, {types} types"),
            ("type_overlap_f1", f"overlap, {types} types"),
            ("exact_f1", "exact"),
            ("partial_f1", "partial"),
            ("quad_overlap_macro_f1", "macro"),
        ),
        card=SPAN_CARD.format(level="quad class"),
        groups=scheme.quad_of,
    )


def _span_gold(task: Task, tables: Tables) -> Gold:
    return sentence_gold(task, tables, spans_of(tables, task.table, task.column))
