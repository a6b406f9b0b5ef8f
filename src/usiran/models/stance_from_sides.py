"""Stance by way of the attitude to each side, from which it follows by the scheme's rule."""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from usiran.models.base import SentenceClassifier
from usiran.models.with_spans import need_columns
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects

# The attitude to a side: against it, neither, for it.
_VALUES = (-1, 0, 1)


class StanceFromSides(SentenceClassifier):
    """Two classifiers, one for the attitude to each side; the stance is the sign of the difference.

    Reads the column toward while training. The attitudes are taken as independent of each other
    given the sentence, so the probability of a stance is a sum over pairs of attitudes.

    Parameters
    ----------
    inner : estimator
        With `predict_proba`; a copy is fitted for each side.
    stances : sequence of str
        For the first side, for the second, for neither.
    """

    def __init__(self, inner: Any, stances: Sequence[str]) -> None:
        self.inner = inner
        self.stances = stances

    def fit(self, X: pd.DataFrame, y: Objects) -> StanceFromSides:
        """Learn the attitude to each side; the stances themselves are not looked at."""
        need_columns(X, "toward")
        self.sides_ = []
        for attitudes in zip(*X["toward"], strict=True):
            labels = objects(map(str, attitudes))
            # An attitude that never varies leaves nothing to learn.
            varied = len(set(attitudes)) > 1
            self.sides_.append((clone(self.inner) if varied else DummyClassifier()).fit(X, labels))
        self.classes_ = objects(self.stances)
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a stance of `classes_`."""
        first, second = (_over_values(side, X) for side in self.sides_)
        pairs = first[:, :, None] * second[:, None, :]
        balance = np.subtract.outer(_VALUES, _VALUES)
        masks = (balance > 0, balance < 0, balance == 0)
        return np.stack([(pairs * mask).sum(axis=(1, 2)) for mask in masks], axis=1)


def _over_values(side: Any, X: pd.DataFrame) -> Floats:
    """Return the probabilities of -1, 0 and 1; of one that training lacked, 0."""
    stated = side.predict_proba(X)
    columns = [_VALUES.index(int(value)) for value in side.classes_]
    probabilities = np.zeros((len(X), len(_VALUES)))
    probabilities[:, columns] = stated
    return probabilities
