"""The tasks with one label a unit: stance and holder of a sentence, stance of an article."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task, objects
from usiran.tasks.inputs import records_of
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer


def stance(scheme: Scheme) -> Task:
    """Return the task of stance."""
    task = _sentence_task("stance", "Which side does the sentence's position favour?", scheme)
    return replace(task, contest=scheme.contest)


def holder(scheme: Scheme) -> Task:
    """Return the task of holder."""
    return _sentence_task("holder", "Who voices it: the author or a source?", scheme)


def article_stance(scheme: Scheme) -> Task:
    """Return the task of article stance: few articles cannot score it, so it is data alone."""
    return Task(
        name="article_stance",
        title="Which side does the article favour?",
        unit="article",
        labels=scheme["article_stance"].names,
        headline="macro_f1",
        table="article_stance",
        column="article_stance",
        read=_article_gold,
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
    )


def _sentence_task(name: str, title: str, scheme: Scheme) -> Task:
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
    stance = tables["stance"].reset_index(drop=True)
    votes = np.array([tuple(row) for row in stance[f"{task.column}_votes"]], dtype=np.float64)
    folds = stance["fold"].to_numpy(dtype=np.int64)
    return Gold(task, records_of(stance), objects(stance[task.column]), folds, votes)


def _article_gold(task: Task, tables: Tables) -> Gold:
    table = tables[task.table].reset_index(drop=True)
    folds = tables["folds"].set_index("article_id")["fold"]
    return Gold(
        task,
        table[["article_id"]],
        objects(table[task.column]),
        folds.loc[table["article_id"]].to_numpy(dtype=np.int64),
        np.array([tuple(row) for row in table["votes"]], dtype=np.float64),
    )
