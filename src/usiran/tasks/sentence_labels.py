"""The tasks with one label a unit: stance and holder of a sentence, stance of an article."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task, objects
from usiran.tasks.inputs import sentence_gold
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer


def stance(scheme: Scheme) -> Task:
    """Return the task of stance."""
    title = "Which side does the sentence's position favour?"
    return replace(_label_task("stance", title, scheme), contest=scheme.contest)


def holder(scheme: Scheme) -> Task:
    """Return the task of holder."""
    return _label_task("holder", "Who voices it: the author or a source?", scheme)


def article_stance(scheme: Scheme) -> Task:
    """Return the task of article stance: few articles cannot score it, so it is data alone."""
    task = _label_task("article_stance", "Which side does the article favour?", scheme)
    return replace(task, unit="article", table="article_stance", read=_article_gold)


def _label_task(name: str, title: str, scheme: Scheme) -> Task:
    return Task(
        name=name,
        title=title,
        unit="sentence",
        labels=scheme[name].names,
        headline="macro_f1",
        table="stance",
        column=name,
        read=_sentence_gold,
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
    )


def _sentence_gold(task: Task, tables: Tables) -> Gold:
    stance = tables["stance"]
    return sentence_gold(task, tables, stance[task.column], _votes(stance[f"{task.column}_votes"]))


def _votes(column: pd.Series[Any]) -> NDArray[np.float64]:
    return np.array([tuple(row) for row in column], dtype=np.float64)


def _article_gold(task: Task, tables: Tables) -> Gold:
    table = tables[task.table].reset_index(drop=True)
    fold_of = tables["folds"].set_index("article_id")["fold"]
    folds = fold_of.loc[table["article_id"]].to_numpy(dtype=np.int64)
    # The text stays out of the records: nothing learns this task.
    return Gold(
        task, table[["article_id"]], objects(table[task.column]), folds, _votes(table["votes"])
    )
