"""The task of actors: which are mentioned, and of which type."""

from __future__ import annotations

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Task
from usiran.tasks.inputs import span_gold
from usiran.tasks.metrics.spans import SPAN_CARD, span_scorer


def task(scheme: Scheme) -> Task:
    """Return the task."""
    return Task(
        name="actors",
        title="Which actors are mentioned, and of which type?",
        unit="spans",
        labels=scheme["actor"].names,
        headline="type_strict_f1",
        table="actors",
        column="type",
        read=span_gold,
        score=span_scorer,
        columns=(
            ("type_overlap_f1", "overlap"),
            ("exact_f1", "exact"),
            ("partial_f1", "partial"),
            ("type_strict_macro_f1", "macro"),
        ),
        card=SPAN_CARD.format(level="type"),
    )
