"""A task and its gold: what is predicted, from what, and what of it can be evaluated.

A task is a name, a unit and a fixed list of labels from the label scheme;
`usiran.tasks.registry` lists them. Its gold is built from the corpus's tables, one row a
scored sentence. What few articles cannot tell is computed from the gold, never asserted:

- a task whose label is constant inside every article is *not evaluable*: articles are
  held out whole, so a score cannot tell the label from the article;
- a class found in fewer than two articles is *not evaluable*: when its only article is
  held out, no example of it is left to learn from. So is one whose articles are all in one
  fold. It stays out of the macro mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.schemas.contest import Contest
from usiran.schemas.label_scheme import QUADS
from usiran.stats.scores import Floats
from usiran.tasks.links import encode

Unit = Literal["sentence", "spans", "links", "article"]
Tables = Mapping[str, pd.DataFrame]
Objects = NDArray[np.object_]
Classes = dict[str, dict[str, float]]
LEAST_ARTICLES = 2
METRICS = {
    "macro_f1": "macro-F1",
    "type_strict_f1": "strict F1",
    "quad_overlap_f1": "overlap F1 on quad classes",
    "link_f1": "F1 of links",
    "accuracy": "accuracy",
}
# What an annotator may have marked in a sentence, as columns of records; sides are the
# registry's affiliations of the actors, toward is the attitude to each side of the contest.
LAYERS = ("actors", "events", "roles", "sides", "toward")
# Known from the gold alone: never given in the article held out, whatever a system reads.
GOLD_LAYERS = ("sides", "toward")
# The column of training records that says which are the companion's; no feature reads it.
COMPANION = "companion"


@dataclass(frozen=True)
class Task:
    """One thing to predict."""

    name: str
    title: str  # what is asked, for a reader
    unit: Unit
    labels: tuple[str, ...]  # in the scheme's order
    headline: str  # the score that systems are ranked by
    table: str  # the gold table it is read from, and the column that holds the label
    column: str
    read: Callable[[Task, Tables], Gold]
    score: Callable[[Gold], Scorer]
    columns: tuple[tuple[str, str], ...] = ()  # scores shown beside the headline: key, title
    card: str = ""  # how its scores are to be read, for leaderboard and dataset card
    # From label to the broader class that is scored first: few events are of one type.
    groups: Mapping[str, str] = field(default_factory=dict)
    # The task that systems learn from where this one is for evaluation only.
    learns_from: str = ""
    # From label to the class that is shown for it, where labels are too many to be shown.
    merged: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()  # columns of the records that are seen in training only
    contest: Contest | None = None  # the sides that stances are about
    side: int | None = None  # of which side of the contest the attitude is asked, by its place
    # The task whose settings, word lists and systems serve this one too, where they can.
    like: str = ""
    asked: bool = True  # whether annotators label it, so that they can be scored
    # What is asked of a unit with the labels as choices, and what each means; empty: cannot be.
    question: str = ""
    # Systems of the toolkit that run on it though their settings do not name it: a plug-in's.
    systems: tuple[str, ...] = ()

    @property
    def settings(self) -> str:
        """The task under whose name a system's settings speak of this one."""
        return self.like or self.name

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """The label lists that are scored, the headline's first."""
        shown = tuple(dict.fromkeys(self.merged.values())) or self.labels
        return {"quad": QUADS, "type": shown} if self.groups else {"type": shown}

    def at(self, level: str, label: str) -> str:
        """Return the label's class at one level."""
        return self.groups[label] if level == "quad" else self.merged.get(label, label)

    def gold(self, tables: Tables) -> Gold:
        """Return the task's gold."""
        return self.read(self, tables)


@dataclass(frozen=True)
class Gold:
    """A task's gold, one row a unit, in corpus order."""

    task: Task
    records: pd.DataFrame  # what a system may read: of an article its article_id alone
    values: Objects  # the label, or a tuple of Span or Link; offsets count in the sentence
    folds: NDArray[np.int64]
    votes: NDArray[np.float64] | None = None  # annotators a label, as `task.labels`; no spans
    training: Gold | None = None  # what systems learn from where it is not this gold
    hidden: tuple[str, ...] = ()  # columns taken away in the article held out

    @property
    def source(self) -> Gold:
        """What systems learn from: the gold itself, unless it is for evaluation only."""
        return self.training or self

    @cached_property
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
            value = self.values[i]
            if self.task.unit == "links":
                # Results state hashes of links as files write them, though they are held apart.
                value = [encode(link, record["start"]) for link in value]
            row = [{str(key): _plain(cell) for key, cell in record.items()}, value, votes]
            digest.update((json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n").encode())
        return digest.hexdigest()

    @cached_property
    def scorer(self) -> Scorer:
        """The task's scorer; classes that cannot be evaluated stay out of macro means."""
        return self.task.score(self)

    def with_companion(self, companion: Gold) -> Gold:
        """Return what is learned from this gold and a companion's: rows of no fold, never asked."""
        parts = [(self.records, False), (companion.records, True)]
        records = [records.assign(**{COMPANION: own}) for records, own in parts]
        return replace(
            self,
            records=pd.concat(records, ignore_index=True),
            values=np.concatenate([self.values, companion.values]),
            folds=np.concatenate([self.folds, np.full(len(companion.values), -1)]),
            votes=None,
        )

    @property
    def of_companion(self) -> NDArray[np.bool_]:
        """Whether each row is a companion's."""
        return of_companion(self.records)

    def subset(self, rows: NDArray[Any]) -> Gold:
        """Return some rows alone, chosen by place or by a mask; what is learned from stays."""
        return replace(
            self,
            records=self.records[rows] if rows.dtype == bool else self.records.iloc[rows],
            values=self.values[rows],
            folds=self.folds[rows],
            votes=None if self.votes is None else self.votes[rows],
        )

    def _places(self, level: str) -> dict[str, dict[str, int]]:
        """Return the articles in which each label of a level occurs, each with its fold."""
        places: dict[str, dict[str, int]] = {label: {} for label in self.task.levels[level]}
        rows = zip(self.values, self.articles.tolist(), self.folds.tolist(), strict=True)
        for value, article, fold in rows:
            for label in labels_of(value):
                places[self.task.at(level, label)][article] = fold
        return places

    def unevaluable_classes(self, level: str = "type") -> dict[str, str]:
        """Return the classes found in fewer than two articles or folds, each with the reason."""
        reasons = {0: "found in no article", 1: "found in one article only"}
        return {
            label: reasons.get(len(folds), "found in one fold only")
            for label, folds in self._places(level).items()
            if len(set(folds.values())) < LEAST_ARTICLES
        }

    @cached_property
    def verdict(self) -> str:
        """Why the task cannot be evaluated; empty when it can."""
        if not len(self.values) or (self.task.unit == "links" and not any(self.values)):
            return "no items"
        if len(self.article_ids) < LEAST_ARTICLES:
            return "fewer than two articles: none can be held out and still be learned from"
        # Where a span stands is never the same in every sentence; edits are not learned from.
        if self.task.unit in ("spans", "links") or self.training is not None:
            return ""
        return self._constancy()

    def _constancy(self) -> str:
        """Why a label in every row cannot be told from the article; empty when it can."""
        per_article = pd.Series(self.values).groupby(self.articles).nunique()
        if (per_article <= 1).all():
            return (
                f"the label is constant inside each of the {len(self.article_ids)} articles, "
                "so leaving articles out cannot tell the label from the article"
            )
        # A macro mean over a single class would be that class's F1, which guessing maximises.
        if len(self.unevaluable_classes()) > len(self.task.labels) - 2:
            return "fewer than two classes are found in two articles or more"
        return ""


@dataclass(frozen=True)
class Predictions:
    """What a system says, one entry a row of the gold."""

    values: Objects
    probabilities: Floats | None = None  # (rows, labels), in the order of the task's labels


class Scorer(Protocol):
    """Counts that add up, and the scores that are functions of their sums."""

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row of counts for each row of the gold."""

    def headline(self, sums: Floats) -> Floats:
        """Return the score that systems are ranked by; the last axis holds the counts."""

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return every score of one sum of counts."""

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support per class, for each level."""

    def chance(self, sums: Floats) -> float:
        """Return the headline expected of random labels with the same totals."""


def labels_of(value: Any) -> list[str]:
    """Return the labels in a value of a gold: itself, or those of its spans or links."""
    return [value] if isinstance(value, str) else [item.label for item in value]


def of_companion(records: pd.DataFrame) -> NDArray[np.bool_]:
    """Return whether each of some records is a companion's, to be learned from and never asked."""
    if COMPANION not in records:
        return np.zeros(len(records), dtype=bool)
    return records[COMPANION].to_numpy(dtype=bool)


def _plain(cell: object) -> object:
    """Return a table cell as the JSON value it stands for."""
    return cell.item() if isinstance(cell, np.generic) else cell


def objects(values: object) -> Objects:
    """Return a one-dimensional array of Python objects (strings, tuples of spans)."""
    rows = list(values)  # type: ignore[call-overload]  # any iterable will do
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array
