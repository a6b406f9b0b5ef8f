"""The benchmark's tasks, their gold, and what of it can be evaluated at all.

A task is a name, a unit and a fixed list of labels from the label scheme. Its gold is
built from the corpus's tables, one row a scored sentence. What five articles cannot tell
is computed from the gold, never asserted:

- a task whose label is constant inside every article is *not evaluable*: articles are
  held out whole, so a score cannot tell the label from the article;
- a class found in fewer than two articles is *not evaluable*: when its only article is
  held out, no example of it is left to learn from. It stays out of the macro mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.annotation.labels import QUADS, Scheme
from usiran.annotation.tokens import Span
from usiran.errors import Finding, InputFault

Unit = Literal["sentence", "spans", "article"]
Tables = Mapping[str, pd.DataFrame]
Objects = NDArray[np.object_]
RECORD_COLUMNS = ("sentence_id", "article_id", "start", "end", "zone", "text", "before", "after")
LEAST_ARTICLES = 2


@dataclass(frozen=True)
class Task:
    """One thing to predict.

    Parameters
    ----------
    name : str
        Its name on the command line and in file names.
    title : str
        What is asked, for a reader.
    unit : {"sentence", "spans", "article"}
        One label a sentence, typed spans inside a sentence, or one label an article.
    labels : tuple of str
        The fixed label list, in the scheme's order.
    headline : str
        The score that systems are ranked by, a key of their scores.
    table : str
        The gold table it is read from.
    column : str
        The column that holds the label.
    groups : mapping
        From label to the broader class that is scored first (quad classes of events).
    """

    name: str
    title: str
    unit: Unit
    labels: tuple[str, ...]
    headline: str
    table: str
    column: str
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """The label lists that are scored, the headline's first."""
        return {"quad": QUADS, "type": self.labels} if self.groups else {"type": self.labels}

    def at(self, level: str, label: str) -> str:
        """Return the label's class at one level."""
        return self.groups[label] if level == "quad" else label


def tasks_of(scheme: Scheme) -> dict[str, Task]:
    """Return every task, by name, in the order of the leaderboard."""
    rows = (
        Task("stance", "Which side does the sentence's position favour?", "sentence",
             scheme["stance"].names, "macro_f1", "stance", "stance"),
        Task("holder", "Who voices it: the author or a source?", "sentence",
             scheme["holder"].names, "macro_f1", "stance", "holder"),
        Task("actors", "Which actors are mentioned, and of which type?", "spans",
             scheme["actor"].names, "type_strict_f1", "actors", "type"),
        Task("events", "Which words tell an event, and of which class?", "spans",
             scheme["event"].names, "quad_overlap_f1", "events", "type", scheme.quad_of),
        Task("article_stance", "Which side does the article favour?", "article",
             scheme["article_stance"].names, "macro_f1", "article_stance", "article_stance"),
    )  # fmt: skip
    return {task.name: task for task in rows}


@dataclass(frozen=True)
class Gold:
    """A task's gold, one row a unit, in corpus order.

    Parameters
    ----------
    task : Task
        What is predicted.
    records : DataFrame
        What a system may read: RECORD_COLUMNS for sentences (before and after are the
        neighbouring scored sentences of the article), article_id alone for articles.
    values : array of object
        The label (str), or the sentence's spans: a tuple of Span whose offsets count
        from the sentence's start.
    folds : array of int
        The fold of each row.
    votes : array of float or None
        Annotators per label, in the order of the task's labels; None for spans.
    """

    task: Task
    records: pd.DataFrame
    values: Objects
    folds: NDArray[np.int64]
    votes: NDArray[np.float64] | None = None

    @property
    def articles(self) -> NDArray[np.str_]:
        """The article_id of each row."""
        return self.records["article_id"].to_numpy(dtype=str)

    @property
    def article_ids(self) -> tuple[str, ...]:
        """The articles, in corpus order."""
        return tuple(dict.fromkeys(self.articles.tolist()))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the gold's canonical rows: texts, offsets, labels, votes."""
        digest = hashlib.sha256()
        for i, record in enumerate(self.records.to_dict("records")):
            votes = None if self.votes is None else [float(vote) for vote in self.votes[i]]
            row = [{str(key): plain(cell) for key, cell in record.items()}, self.values[i], votes]
            digest.update((json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n").encode())
        return digest.hexdigest()

    def labels_of(self, row: int, level: str = "type") -> set[str]:
        """Return the labels that occur in one row."""
        value = self.values[row]
        found = [value] if isinstance(value, str) else [span.label for span in value]
        return {self.task.at(level, label) for label in found}

    def spread(self, level: str = "type") -> dict[str, int]:
        """Return in how many articles each label of a level occurs."""
        seen: dict[str, set[str]] = {label: set() for label in self.task.levels[level]}
        for row, article in enumerate(self.articles):
            for label in self.labels_of(row, level):
                seen[label].add(str(article))
        return {label: len(articles) for label, articles in seen.items()}

    def unevaluable_classes(self, level: str = "type") -> dict[str, str]:
        """Return the classes found in fewer than two articles, each with the reason."""
        return {
            label: "found in no article" if count == 0 else "found in one article only"
            for label, count in self.spread(level).items()
            if count < LEAST_ARTICLES
        }

    @cached_property
    def verdict(self) -> str:
        """Why the task cannot be evaluated; empty when it can."""
        if len(self.article_ids) < LEAST_ARTICLES:
            return "fewer than two articles: none can be held out and still be learned from"
        if self.task.unit == "spans":
            return ""
        per_article = pd.Series(self.values).groupby(self.articles).nunique()
        if (per_article <= 1).all():
            return (
                f"the label is constant inside each of the {len(self.article_ids)} articles, "
                "so leaving articles out cannot tell the label from the article"
            )
        if len(self.unevaluable_classes()) > len(self.task.labels) - 2:
            return "fewer than two classes are found in two articles or more"
        return ""


def plain(cell: object) -> object:
    """Return a table cell as the JSON value it stands for."""
    return cell.item() if isinstance(cell, np.generic) else cell


def records_of(stance: pd.DataFrame) -> pd.DataFrame:
    """Return what a system may read of each scored sentence: never a label or a vote."""
    records = stance[["sentence_id", "article_id", "start", "end", "zone", "text"]].copy()
    by_article = records.groupby("article_id", sort=False)["text"]
    records["before"] = by_article.shift(1).fillna("")
    records["after"] = by_article.shift(-1).fillna("")
    return records.reset_index(drop=True)


def gold_of(task: Task, tables: Tables) -> Gold:
    """Return a task's gold.

    Raises
    ------
    InputFault
        A gold span lies in no scored sentence.
    """
    if task.unit == "article":
        return _article_gold(task, tables)
    stance = tables["stance"].reset_index(drop=True)
    folds = stance["fold"].to_numpy(dtype=np.int64)
    if task.unit == "spans":
        return Gold(task, records_of(stance), _spans(task, tables, stance), folds)
    votes = np.array([tuple(row) for row in stance[f"{task.column}_votes"]], dtype=np.float64)
    return Gold(task, records_of(stance), objects(stance[task.column]), folds, votes)


def objects(values: object) -> Objects:
    """Return a one-dimensional array of Python objects (strings, tuples of spans)."""
    rows = list(values)  # type: ignore[call-overload]  # any iterable will do
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


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


def _spans(task: Task, tables: Tables, stance: pd.DataFrame) -> Objects:
    starts = dict(zip(stance["sentence_id"], stance["start"], strict=True))
    spans: dict[str, list[Span]] = {sentence_id: [] for sentence_id in starts}
    for row in tables[task.table].to_dict("records"):
        if row["sentence_id"] not in starts:
            raise InputFault([_outside(task, str(row["span_id"]), str(row["sentence_id"]))])
        first = int(starts[row["sentence_id"]])
        span = Span(int(row["start"]) - first, int(row["end"]) - first, str(row[task.column]))
        spans[row["sentence_id"]].append(span)
    return objects([tuple(sorted(spans[key])) for key in stance["sentence_id"]])


def _outside(task: Task, span_id: str, sentence_id: str) -> Finding:
    return Finding(
        task.table, span_id, "sentence_id", sentence_id, "a scored sentence",
        "place the span in a scored sentence; `usiran validate` lists such spans",
    )  # fmt: skip
