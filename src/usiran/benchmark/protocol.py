"""The official protocol, version 2: hold out whole articles, pool the predictions.

Every fold of `folds.csv` is held out once: one article up to `usiran.schemas.folds.MOST_ALONE`
articles, above that a tenth of them. A fresh copy of the system is fitted on the other
articles and sees nothing of those held out: no text, no vocabulary, no label. Annotations
that a task or a system may read in training only are taken out of the records of the articles
held out before they are asked. Tuning holds out whole training articles in turn
(`usiran.models.tuning`).

Version 1 left one article out however many there were, in tuning as well. Up to SAME_AS_V1
articles the two are the same, and results of both are compared.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.models.base import Estimator, Indices, predict
from usiran.models.fit_cache import fit_copy
from usiran.models.tuning import FOLDS
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Predictions, objects

PROTOCOL = "v2"
SAME_AS_V1 = FOLDS + 1
Say = Callable[[Indices, Indices], None]
Fitted = dict[int, Estimator]


def holds(protocol: str, articles: int) -> bool:
    """Return whether results under a version of the protocol are what the present one gives.

    Examples
    --------
    >>> holds("v2", 50), holds("v1", 6), holds("v1", 7)
    (True, True, False)
    """
    return protocol == PROTOCOL or (protocol == "v1" and articles <= SAME_AS_V1)


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


def run(system: Estimator, gold: Gold, fitted: Fitted | None = None) -> Outcome:
    """Predict every fold by a copy of the system fitted on the others.

    `fitted` holds the copies by fold: those that are in it already are asked again, as for
    tasks that learn from the same gold, and the others are added.
    """
    records = gold.records.drop(columns=list(gold.hidden), errors="ignore")
    predictions = predict_folds(system, gold.source, records, gold.folds, fitted=fitted)
    return Outcome(gold, predictions)


def predict_folds(
    system: Estimator,
    gold: Gold,
    records: pd.DataFrame,
    folds: NDArray[np.int64],
    say: Say = lambda *_: None,
    *,
    fitted: Fitted | None = None,
) -> Predictions:
    """Predict records by copies of a system, each fitted on the gold of the other folds.

    `folds` (n,) are those of the records. `say` is called with the rows of the gold and those
    of the records before each fit. `fitted` is that of `run`.
    """
    copies = {} if fitted is None else fitted
    values = np.empty(len(records), dtype=object)
    stated: Floats | None = None
    for fold in np.unique(folds).tolist():
        train, test = np.flatnonzero(gold.folds != fold), np.flatnonzero(folds == fold)
        say(train, test)
        if fold not in copies:
            copies[fold] = fit_copy(system, gold, train)
        labels, probabilities = predict(copies[fold], records.iloc[test], gold.task.labels)
        values[test] = objects(labels)
        if probabilities is not None:
            # Only now is it known that the system states any.
            stated = np.zeros((len(values), len(gold.task.labels))) if stated is None else stated
            stated[test] = probabilities
    return Predictions(values, stated)
