"""The tasks with one label a unit: what a sentence favours, who voices it, an article's stance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.schemas.contest import Side
from usiran.schemas.label_scheme import Field, Scheme
from usiran.tasks.base import Gold, Tables, Task, objects
from usiran.tasks.inputs import sentence_gold
from usiran.tasks.metrics.labels import LABEL_CARD, LABEL_COLUMNS, label_scorer

ATTITUDES = ("-1", "0", "1")
_ATTITUDE_CARD = (
    "1 speaks for the side, -1 against it, 0 neither or both alike. MCC runs from -1 over 0 "
    "(chance) to 1. Soft and Brier are the mean distance, and squared distance, of the stated "
    "probabilities to the gold label: annotators voted on the grounds, one by one."
)
_NEITHER = "Neither of these, or both."


def stance(scheme: Scheme) -> Task:
    """Return the task of stance."""
    title = "Which side does the sentence's position favour?"
    return replace(_label_task("stance", title, scheme), contest=scheme.contest)


def attitudes(scheme: Scheme) -> list[Task]:
    """Return the tasks of the attitude to either side, from which the stance follows."""
    contest = scheme.contest
    return [
        replace(
            _label_task(f"toward_{side.name}", "", scheme, labels=ATTITUDES),
            title=f"Does the sentence speak for (1) or against (-1) the side '{side.name}'?",
            column="grounds",
            read=_attitude_gold,
            card=_ATTITUDE_CARD,
            contest=contest,
            side=place,
            like="stance",
            question=_attitude_question(scheme, side),
        )
        for place, side in enumerate(contest.sides)
    ]


def holder(scheme: Scheme) -> Task:
    """Return the task of holder."""
    return _label_task("holder", "Who voices it: the author or a source?", scheme)


def article_stance(scheme: Scheme) -> Task:
    """Return the task of article stance: few articles cannot score it, so it is data alone."""
    task = _label_task("article_stance", "Which side does the article favour?", scheme)
    # An article is no sentence: what is asked of one is not asked of the other.
    return replace(task, unit="article", table="article_stance", read=_article_gold, question="")


def _label_task(name: str, title: str, scheme: Scheme, labels: tuple[str, ...] = ()) -> Task:
    return Task(
        name=name,
        title=title,
        unit="sentence",
        labels=labels or scheme[name].names,
        headline="macro_f1",
        table="stance",
        column=name,
        read=_sentence_gold,
        score=label_scorer,
        columns=LABEL_COLUMNS,
        card=LABEL_CARD,
        question="" if labels else _label_question(scheme[name]),
    )


def _label_question(field: Field) -> str:
    meanings = {label.name: label.definition for label in field.labels}
    return _question(field.question, field.definition, meanings)


def _attitude_question(scheme: Scheme, side: Side) -> str:
    """Return the question after one side, in the words of the grounds for and against it."""
    grounds = {label.name: label.definition for label in scheme["grounds"].labels}
    meanings = (grounds[side.unfavourable], _NEITHER, grounds[side.favourable])
    title = f"What is the sentence's attitude toward the side '{side.name}'?"
    choices = dict(zip(ATTITUDES, meanings, strict=True))
    return _question(title, scheme["grounds"].definition, choices)


def _question(title: str, definition: str, meanings: Mapping[str, str]) -> str:
    return "\n".join(
        [title, definition, *(f"{label}: {meaning}" for label, meaning in meanings.items())]
    )


def _sentence_gold(task: Task, tables: Tables) -> Gold:
    stance = tables["stance"]
    return sentence_gold(task, tables, stance[task.column], _votes(stance[f"{task.column}_votes"]))


def _attitude_gold(task: Task, tables: Tables) -> Gold:
    assert task.contest is not None
    assert task.side is not None
    attitudes = [
        str(task.contest.toward(grounds)[task.side]) for grounds in tables["stance"]["grounds"]
    ]
    return sentence_gold(task, tables, attitudes)


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
