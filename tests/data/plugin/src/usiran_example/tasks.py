"""A task: whether a sentence mentions an actor of the first type of the label scheme."""

from __future__ import annotations

from functools import partial

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task
from usiran.tasks.inputs import sentence_gold, spans_of
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer


def mentions(scheme: Scheme) -> Task:
    """Return the task."""
    kind = scheme["actor"].names[0]
    return Task(
        name="mentions",
        title=f"Does the sentence mention an actor of type {kind}?",
        unit="sentence",
        labels=("some", "none"),
        headline="macro_f1",
        table="actors",
        column="type",
        read=partial(_gold, kind=kind),
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
        systems=("majority", "stratified"),
    )


def _gold(task: Task, tables: Tables, *, kind: str) -> Gold:
    marked = [{span.label for span in spans} for spans in spans_of(tables, task.table)]
    return sentence_gold(task, tables, ["some" if kind in types else "none" for types in marked])
