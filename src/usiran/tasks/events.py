"""The task of events: which words tell one; quad classes first, 16 types second."""

from __future__ import annotations

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Task
from usiran.tasks.inputs import span_gold
from usiran.tasks.metrics.spans import SPAN_CARD, span_scorer


def task(scheme: Scheme) -> Task:
    """Return the task."""
    types = len(scheme["event"].names)
    return Task(
        name="events",
        title="Which words tell an event, and of which class?",
        unit="spans",
        labels=scheme["event"].names,
        headline="quad_overlap_f1",
        table="events",
        column="type",
        read=span_gold,
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
