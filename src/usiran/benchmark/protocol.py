"""The official protocol, version 1: leave one article out, pool the predictions.

Every fold of `folds.csv` is held out once. A fresh copy of the system is fitted on the
other articles and sees nothing of the held-out one: no text, no vocabulary, no label.
Annotations that a task or a system may read in training only are taken out of the records
of the held-out article before it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.models.base import Estimator, Indices, fit_copy, predict
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Predictions, objects

PROTOCOL = "v1"
Progress = Callable[[int, int], None]


def folds_sha256(corpus: Corpus) -> str:
    """Return the SHA-256 of folds.csv, which goes into every result."""
    path = corpus.source / "folds.csv"
    if not path.is_file():
        raise FileError(corpus.name_of(path), "no such file", "the folds", "put it back")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def splits(
    folds: NDArray[np.int64], source: NDArray[np.int64] | None = None
) -> Iterator[tuple[Indices, Indices]]:
    """Yield (training rows, held-out rows) for each fold, in order.

    `source` holds the folds of the rows to learn from, where they are other rows.

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

    `progress` is called with (folds done, folds in all) after every fold.
    """
    values = np.empty(len(gold.values), dtype=object)
    stated: Floats | None = None
    folds = list(splits(gold.folds, gold.source.folds))
    for done, (train, test) in enumerate(folds, start=1):
        fitted = fit_copy(system, gold.source, train)
        records = gold.records.iloc[test].drop(columns=list(gold.hidden), errors="ignore")
        labels, probabilities = predict(fitted, records, gold.task.labels)
        values[test] = objects(labels)
        if probabilities is not None:
            # Only now is it known that the system states any.
            stated = np.zeros((len(values), len(gold.task.labels))) if stated is None else stated
            stated[test] = probabilities
        if progress is not None:
            progress(done, len(folds))
    return Outcome(gold, Predictions(values, stated))
