"""The task of stance: which side the sentence's position favours."""

from __future__ import annotations

from usiran.annotation.labels import Scheme
from usiran.baselines.gold import Task
from usiran.baselines.records import sentence_gold
from usiran.baselines.scoring import LABEL_CARD, LABEL_COLUMNS, label_scorer


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
    )
