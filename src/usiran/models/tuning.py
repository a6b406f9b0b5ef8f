"""Tuning that keeps to the protocol: inner folds of whole training articles.

The training articles are dealt to at most FOLDS inner folds, each article to one of its own
where there are no more. Folds are held out in turn until ENOUGH articles were: few articles are
all held out, and of many a part tells one candidate from another. More than MOST articles are
not looked at: tuning then costs the same however many there are.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.utils.metaestimators import available_if

from usiran.models.base import Indices, SentenceClassifier
from usiran.models.logistic import TrainingRows
from usiran.stats.folds import deal
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects

FOLDS = 5
ENOUGH = 20
MOST = 100


def inner_folds(articles: Sequence[str] | Objects) -> NDArray[np.intp]:
    """Return the inner fold of each row; `articles` is the article of each row."""
    _, article, sizes = np.unique(
        np.asarray(articles, dtype=str), return_inverse=True, return_counts=True
    )
    return np.array(deal(sizes.tolist(), FOLDS), dtype=np.intp)[article]


def inner_splits(articles: Sequence[str] | Objects) -> Iterator[tuple[Indices, Indices]]:
    """Yield the rows to learn from and those to try, for each inner fold that is held out.

    Nothing is held out of a single article.
    """
    names = np.asarray(articles, dtype=str)
    distinct = np.unique(names)
    if len(distinct) > MOST:
        distinct = np.random.default_rng(0).choice(distinct, MOST, replace=False)
    rows = np.flatnonzero(np.isin(names, distinct))
    folds, held_out = inner_folds(names[rows]), 0
    for fold in np.unique(folds) if len(distinct) > 1 else ():
        if held_out >= ENOUGH:
            return
        yield rows[folds != fold], rows[folds == fold]
        held_out += len(np.unique(names[rows[folds == fold]]))


class ArticleTuned(SentenceClassifier):
    """Features and a classifier, one parameter of which is chosen inside the training data.

    The candidate with the best pooled macro-F1 on the inner folds held out is kept, the first
    one where they tie.
    """

    def __init__(
        self, features: Any, model: Any, parameter: str, candidates: Sequence[float]
    ) -> None:
        self.features = features
        self.model = model
        self.parameter = parameter
        self.candidates = candidates

    def fit(self, X: pd.DataFrame, y: Objects) -> ArticleTuned:
        """Choose the candidate, then learn from all sentences."""
        self.features_ = clone(self.features)
        # Computed once for all the inner folds: features know no labels, so none leaks.
        matrix = sparse.csr_matrix(self.features_.fit_transform(X))
        labels = y.astype(str)
        scores = self._inner_f1(matrix, labels, X["article_id"].to_numpy())
        self.chosen_ = self.candidates[int(np.argmax(scores))]
        self.model_ = TrainingRows(matrix).fit(self._classifier(self.chosen_), labels)
        self.classes_ = self.model_.classes_.astype(object)
        return self

    def _classifier(self, value: float) -> Any:
        return clone(self.model).set_params(**{self.parameter: value})

    def _inner_f1(
        self, matrix: sparse.csr_matrix, labels: Objects, articles: Objects
    ) -> list[float]:
        """Return the pooled macro-F1 of each candidate, 0 where there is nothing to choose by."""
        true: list[Objects] = []
        predicted: list[list[Objects]] = [[] for _ in self.candidates]
        for train, test in inner_splits(articles):
            if len(set(labels[train])) < 2:  # a classifier needs two classes
                return [0.0] * len(self.candidates)
            learned, asked = self._without_unseen(matrix[train], matrix[test])
            true.append(labels[test])
            rows = TrainingRows(learned)
            for value, said in zip(self.candidates, predicted, strict=True):
                said.append(rows.fit(self._classifier(value), labels[train]).predict(asked))
        if not true:
            return [0.0] * len(self.candidates)
        pooled = np.concatenate(true)
        return [
            float(f1_score(pooled, np.concatenate(said), average="macro", zero_division=0.0))
            for said in predicted
        ]

    def _without_unseen(
        self, learned: sparse.csr_matrix, asked: sparse.csr_matrix
    ) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Leave out features that no training sentence has, where they change nothing."""
        # Their weights stay 0; naive Bayes, though, counts them among all there are.
        if not isinstance(self.model, LogisticRegression):
            return learned, asked
        seen = learned.getnnz(axis=0) > 0
        return learned[:, seen], asked[:, seen]

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the label of each sentence."""
        return np.asarray(self.model_.predict(self.features_.transform(X)), dtype=object)

    # A support vector machine states no probabilities, and must not seem to.
    @available_if(lambda self: hasattr(self.model, "predict_proba"))  # type: ignore[untyped-decorator]  # sklearn is untyped
    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        return np.asarray(self.model_.predict_proba(self.features_.transform(X)))
