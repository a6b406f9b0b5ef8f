"""The official protocol, version 1: leave one article out, pool the predictions.

Every fold of `folds.csv` is held out once. A fresh copy of the system is fitted on the
other articles and sees nothing of the held-out one: no text, no vocabulary, no label.
Annotations that a task or a system may read in training only are taken out of the records
of the held-out article before it is asked.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.tasks.metrics.labels import Floats, Predictions
from usiran.tasks.registry import Gold, Objects, Task, objects
from usiran.text.spans import Span

PROTOCOL = "v1"
Indices = NDArray[np.intp]
Progress = Callable[[int, int], None]


class Estimator(Protocol):
    """A scikit-learn estimator: X is a frame of sentence records, y labels or spans."""

    def fit(self, X: pd.DataFrame, y: Objects) -> object:
        """Learn from the records and labels of the training articles."""

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return one label, or one tuple of spans, for each record."""


def folds_sha256(corpus: Corpus) -> str:
    """Return the SHA-256 of folds.csv, which goes into every result.

    Raises
    ------
    FileError
        There is no folds.csv.
    """
    path = corpus.source / "folds.csv"
    if not path.is_file():
        raise FileError(corpus.name_of(path), "no such file", "the folds", "put it back")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def splits(
    folds: NDArray[np.int64], source: NDArray[np.int64] | None = None
) -> Iterator[tuple[Indices, Indices]]:
    """Yield (training rows, held-out rows) for each fold, in order.

    Parameters
    ----------
    folds : array of int
        The fold of each row.
    source : array of int, optional
        The folds of the rows to learn from, where they are other rows.

    Examples
    --------
    >>> [(train.tolist(), test.tolist()) for train, test in splits(np.array([0, 0, 1]))]
    [([2], [0, 1]), ([0, 1], [2])]
    """
    source = folds if source is None else source
    for fold in np.unique(folds):
        yield np.flatnonzero(source != fold), np.flatnonzero(folds == fold)


@dataclass(frozen=True)
class Outcome:
    """A system's out-of-fold predictions and the gold they are scored against.

    The gold is the corpus's, except for a control whose labels were rearranged on purpose.
    """

    gold: Gold
    predictions: Predictions


def run(system: Estimator, gold: Gold, progress: Progress | None = None) -> Outcome:
    """Predict every article by a copy of the system fitted on the others.

    Parameters
    ----------
    system : Estimator
        It is cloned for every fold and left as it was.
    gold : Gold
        The task's gold.
    progress : callable, optional
        Called with (folds done, folds in all) after every fold.
    """
    values = np.empty(len(gold.values), dtype=object)
    stated: Floats | None = None
    folds = list(splits(gold.folds, gold.source.folds))
    for done, (train, test) in enumerate(folds, start=1):
        # The problems are small: threads cost several times what they save.
        with threadpool_limits(1):
            fitted = fitted_on(system, gold.source, train)
            asked = gold.records.iloc[test].drop(columns=list(gold.hidden), errors="ignore")
            said, chances = predict(fitted, asked, gold.task.labels)
        values[test] = objects(said)
        if chances is not None:
            stated = np.zeros((len(values), len(gold.task.labels))) if stated is None else stated
            stated[test] = chances
        if progress is not None:
            progress(done, len(folds))
    return Outcome(gold, Predictions(values, stated))


def fitted_on(system: Estimator, gold: Gold, train: Indices) -> Estimator:
    """Return a fresh copy of a system, fitted on some rows of a gold."""
    labels = set(gold.values[train]) if gold.task.unit == "sentence" else set()
    # One label leaves nothing to learn, and most classifiers refuse it: it is predicted.
    fresh: Estimator = DummyClassifier() if len(labels) == 1 else clone(system)
    fresh.fit(gold.records.iloc[train], gold.values[train])
    return fresh


def predict(
    fitted: Estimator, records: pd.DataFrame, labels: tuple[str, ...]
) -> tuple[Objects, Floats | None]:
    """Return predictions, and probabilities over the fixed label list where there are any.

    Both come from one call: the features are computed once.
    """
    if not hasattr(fitted, "predict_proba"):
        return fitted.predict(records), None
    known = [str(label) for label in fitted.classes_]  # type: ignore[attr-defined]  # has it too
    stated = fitted.predict_proba(records)
    chances = np.zeros((len(records), len(labels)))
    chances[:, [labels.index(label) for label in known]] = stated
    return objects([known[best] for best in stated.argmax(axis=1)]), chances


def relabel_within(gold: Gold, seed: int) -> Gold:
    """Return the gold with its labels shuffled inside every article.

    Sentence labels move between sentences; spans keep their place and their types move.
    """
    return _relabelled(gold, seed, lambda article, pools, rng: rng.permutation(pools[article]))


def relabel_between(gold: Gold, seed: int) -> Gold:
    """Return the gold with every article's labels drawn from those of another article.

    Which other article is a seeded derangement: none keeps its own. Labels are drawn with
    replacement; spans keep their place and their types are drawn.
    """
    names = gold.article_ids
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(names))
    # Along a random cycle through all articles nobody is followed by themselves.
    source = {names[i]: names[j] for i, j in zip(order, np.roll(order, 1), strict=True)}

    def draw(
        article: str, pools: dict[str, Objects], rng: np.random.Generator
    ) -> NDArray[np.object_]:
        pool = pools[source[article]]
        pool = pool if len(pool) else np.concatenate(list(pools.values()))
        return rng.choice(pool, size=len(pools[article]))

    return _relabelled(gold, seed + 1, draw)


Draw = Callable[[str, dict[str, Objects], np.random.Generator], Objects]


def _relabelled(gold: Gold, seed: int, draw: Draw) -> Gold:
    rng = np.random.default_rng(seed)
    values = gold.values.copy()
    pools = {
        name: _pool(gold.values[gold.articles == name], gold.task) for name in gold.article_ids
    }
    for name in gold.article_ids:
        labels = iter(draw(name, pools, rng).tolist())
        for row in np.flatnonzero(gold.articles == name):
            if isinstance(values[row], str):
                values[row] = next(labels)
            else:
                values[row] = tuple(_renamed(span, next(labels)) for span in gold.values[row])
    # The annotators voted on the true labels: there are no votes on rearranged ones.
    return replace(gold, values=values, votes=None)


def _renamed(span: Span, label: str) -> Span:
    """Return the span with another type; a link keeps its event."""
    _, at, event = span.label.partition("@")
    return span._replace(label=f"{label}{at}{event}")


def _pool(values: Objects, task: Task) -> Objects:
    pool: list[str] = []
    for value in values:
        pool += [value] if isinstance(value, str) else [task.label_of(s.label) for s in value]
    return objects(pool)
