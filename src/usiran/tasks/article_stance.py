"""The task of article stance: released as data, because five articles cannot score it."""

from __future__ import annotations

import numpy as np

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task, objects
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer


def task(scheme: Scheme) -> Task:
    """Return the task."""
    return Task(
        name="article_stance",
        title="Which side does the article favour?",
        unit="article",
        labels=scheme["article_stance"].names,
        headline="macro_f1",
        table="article_stance",
        column="article_stance",
        read=article_gold,
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
    )


def article_gold(task: Task, tables: Tables) -> Gold:
    """Return one row an article."""
    table = tables[task.table].reset_index(drop=True)
    folds = tables["folds"].set_index("article_id")["fold"]
    return Gold(
        task,
        table[["article_id"]],
        objects(table[task.column]),
        folds.loc[table["article_id"]].to_numpy(dtype=np.int64),
        np.array([tuple(row) for row in table["votes"]], dtype=np.float64),
    )
