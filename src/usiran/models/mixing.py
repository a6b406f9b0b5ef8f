"""Learning from articles and a companion's rows together, in several mixtures.

A mixture is the weight of an article's row where a companion's is 1: 0 is the companion alone,
1 is both pooled, more makes the few articles count for more.

Class offsets move what was learned from balanced classes towards how often each stands in the
articles: prior correction (King and Zeng 2001, Logistic regression in rare events data), all of
it or a share.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from usiran.models.logistic import TrainingRows
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects

POOLED = 1.0


class MixedRows:
    """Rows (n, features), and which of them (n,) are the companion's."""

    def __init__(self, X: sparse.csr_matrix, companion: NDArray[np.bool_]) -> None:
        self.X = X
        self.companion = companion

    @cached_property
    def _all(self) -> TrainingRows:
        return TrainingRows(self.X)

    @cached_property
    def _alone(self) -> TrainingRows:
        return TrainingRows(self.X[self.companion])

    def fit(self, model: Any, labels: Objects, weight: float) -> Any:
        """Fit a model on one mixture of the rows, which have these labels, and return it."""
        if weight == 0:
            return self._alone.fit(model, labels[self.companion])
        shares = None if weight == POOLED else np.where(self.companion, 1.0, weight)
        return self._all.fit(model, labels, shares)

    def mixtures(self, labels: Objects, weights: Sequence[float]) -> tuple[float, ...]:
        """Return the mixtures that there is something to learn from: without a companion, one."""
        if not self.companion.any():
            return (POOLED,)
        alone = len(set(labels[self.companion])) > 1  # a classifier needs two classes
        return tuple(weight for weight in weights if weight or alone)

    def class_offsets(self, labels: Objects, classes: Objects) -> Floats:
        """Return log(K p) of each of K classes, p its share of the articles' rows.

        Half a row is added to each class, so that one the articles lack has an offset too.
        """
        own = labels[~self.companion].astype(str)
        counts = np.array([np.count_nonzero(own == name) for name in classes.astype(str)]) + 0.5
        return np.asarray(np.log(len(counts) * counts / counts.sum()))


def mixtures_of(estimator: object) -> list[dict[str, float]]:
    """Return how each part of a fitted estimator mixed the two: empty where nothing was chosen."""
    if own := getattr(estimator, "mixture_", None):
        return [dict(own)]
    parts = [getattr(estimator, "inner_", None), *getattr(estimator, "sides_", ())]
    return [mixture for part in parts if part is not None for mixture in mixtures_of(part)]
