"""The task of stance: which side the sentence's position favours."""

from __future__ import annotations

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Task
from usiran.tasks.inputs import sentence_gold
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer


def task(scheme: Scheme) -> Task:
    """Return the task."""
    return Task(
        name="stance",
        title="Which side does the sentence's position favour?",
        unit="sentence",
        labels=scheme["stance"].names,
        headline="macro_f1",
        table="stance",
        column="stance",
        read=sentence_gold,
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
        contest=scheme.contest,
    )
