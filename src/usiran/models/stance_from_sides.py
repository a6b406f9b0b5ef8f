"""Stance by way of the attitude to each side, from which it follows by the scheme's rule."""

# ruff: noqa: N803  (scikit-learn's signatures)

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from usiran.models.base import SentenceClassifier
from usiran.models.calibration import calibrate, calibrated, floored
from usiran.models.with_spans import need_columns
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects

# The attitude to a side: against it, neither, for it.
_VALUES = (-1, 0, 1)


class StanceFromSides(SentenceClassifier):
    """Two classifiers, one for the attitude to each side; the stance is the sign of the difference.

    Reads the column toward while training. The attitudes are taken as independent of each other
    given the sentence, so the probability of a stance is a sum over pairs of attitudes: the
    likeliest one is the label. What it states is calibrated on sentences held out, where the
    classifiers have such.

    The inner estimator has `predict_proba`; `stances` are for the first side, for the second, for
    neither.
    """

    def __init__(self, inner: Any, stances: Sequence[str]) -> None:
        self.inner = inner
        self.stances = stances

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn the attitude to each side; the stances themselves calibrate, and no more."""
        need_columns(X, "toward")
        self.sides_, held_out = [], []
        for attitudes in zip(*X["toward"], strict=True):
            # An attitude that never varies leaves nothing to learn.
            side = clone(self.inner) if len(set(attitudes)) > 1 else DummyClassifier()
            held_out.append(_out_of_fold(side, X, objects(map(str, attitudes))))
            self.sides_.append(side)
        self.classes_ = objects(self.stances)
        codes = np.array([self.stances.index(stance) for stance in y])
        self.calibration_ = calibrate(floored(_stances(*held_out)), codes)
        return self

    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return the stance of each sentence, and one row a sentence, one column a stance."""
        found = _stances(*(_over_values(side, _probabilities(side, X)) for side in self.sides_))
        labels = self.classes_[found.argmax(axis=1)]
        # Models that were stored before they were calibrated state what they found.
        known = hasattr(self, "calibration_")
        return labels, calibrated(floored(found), self.calibration_) if known else found


def _out_of_fold(side: Any, X: pd.DataFrame, labels: Objects) -> Floats:
    """Fit a side; return its probabilities of sentences held out, nan where none was."""
    if hasattr(side, "fit_out_of_fold"):
        return _over_values(side, softmax(side.fit_out_of_fold(X, labels), axis=1))
    side.fit(X, labels)
    # One label is learned without looking at anything: it would be so of sentences held out.
    constant = len(side.classes_) == 1
    return _over_values(side, np.full((len(X), len(side.classes_)), 1.0 if constant else np.nan))


def _probabilities(side: Any, X: pd.DataFrame) -> Floats:
    stated: Floats = getattr(side, "uncalibrated", side.predict_proba)(X)
    return stated


def _stances(first: Floats, second: Floats) -> Floats:
    """Return the probabilities of the stances from those of the attitudes to both sides."""
    pairs = first[:, :, None] * second[:, None, :]
    balance = np.subtract.outer(_VALUES, _VALUES)
    masks = (balance > 0, balance < 0, balance == 0)
    return np.stack([(pairs * mask).sum(axis=(1, 2)) for mask in masks], axis=1)


def _over_values(side: Any, stated: Floats) -> Floats:
    """Return the probabilities of -1, 0 and 1; of one that training lacked, 0."""
    columns = [_VALUES.index(int(value)) for value in side.classes_]
    probabilities = np.zeros((len(stated), len(_VALUES)))
    probabilities[:, columns] = stated
    return probabilities
