"""The official protocol, version 1: leave one article out, pool the predictions.

Every fold of `folds.csv` is held out once. A fresh copy of the system is fitted on the
other articles and sees nothing of the held-out one: no text, no vocabulary, no label.
Annotations that a task or a system may read in training only are taken out of the records
of the held-out article before it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.models.base import Estimator, Indices, fit_copy, predict
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Predictions, objects

PROTOCOL = "v1"
Say = Callable[[Indices, Indices], None]


def folds_sha256(corpus: Corpus) -> str:
    """Return the SHA-256 of folds.csv, which goes into every result."""
    path = corpus.source / "folds.csv"
    if not path.is_file():
        raise FileError(corpus.name_of(path), "no such file", "the folds", "put it back")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """A system's out-of-fold predictions and the gold they are scored against.

    The gold is the corpus's, except for a control whose labels were rearranged on purpose.
    """

    gold: Gold
    predictions: Predictions


def run(system: Estimator, gold: Gold) -> Outcome:
    """Predict every article by a copy of the system fitted on the others."""
    records = gold.records.drop(columns=list(gold.hidden), errors="ignore")
    return Outcome(gold, predict_folds(system, gold.source, records, gold.folds))


def predict_folds(
    system: Estimator,
    gold: Gold,
    records: pd.DataFrame,
    folds: NDArray[np.int64],
    say: Say = lambda *_: None,
) -> Predictions:
    """Predict records by copies of a system, each fitted on the gold of the other folds.

    `folds` (n,) are those of the records. `say` is called with the rows of the gold and those
    of the records before each fit.
    """
    values = np.empty(len(records), dtype=object)
    stated: Floats | None = None
    for fold in np.unique(folds):
        train, test = np.flatnonzero(gold.folds != fold), np.flatnonzero(folds == fold)
        say(train, test)
        fitted = fit_copy(system, gold, train)
        labels, probabilities = predict(fitted, records.iloc[test], gold.task.labels)
        values[test] = objects(labels)
        if probabilities is not None:
            # Only now is it known that the system states any.
            stated = np.zeros((len(values), len(gold.task.labels))) if stated is None else stated
            stated[test] = probabilities
    return Predictions(values, stated)
