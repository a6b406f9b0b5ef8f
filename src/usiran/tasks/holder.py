"""The task of holder: whether the author or a source voices it."""

from __future__ import annotations

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Task
from usiran.tasks.inputs import sentence_gold
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer


def task(scheme: Scheme) -> Task:
    """Return the task."""
    return Task(
        name="holder",
        title="Who voices it: the author or a source?",
        unit="sentence",
        labels=scheme["holder"].names,
        headline="macro_f1",
        table="stance",
        column="holder",
        read=sentence_gold,
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
    )
