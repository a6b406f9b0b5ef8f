"""Tuning that keeps to the protocol: an inner leave-one-article-out."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import f1_score
from sklearn.utils.metaestimators import available_if

from usiran.models.base import SentenceClassifier
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects


class ArticleTuned(SentenceClassifier):
    """Features and a classifier, one parameter of which is chosen inside the training data.

    Every training article is left out once; the candidate with the best pooled macro-F1 on
    those is kept, the first one where they tie.
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
        articles, labels = X["article_id"].to_numpy(dtype=str), y.astype(str)
        scores = [self._inner_f1(matrix, labels, articles, value) for value in self.candidates]
        self.chosen_ = self.candidates[int(np.argmax(scores))]
        self.model_ = self._classifier(self.chosen_).fit(matrix, labels)
        self.classes_ = self.model_.classes_.astype(object)
        return self

    def _classifier(self, value: float) -> Any:
        return clone(self.model).set_params(**{self.parameter: value})

    def _inner_f1(
        self, matrix: sparse.csr_matrix, labels: Objects, articles: Objects, value: float
    ) -> float:
        predicted = labels.copy()
        for article in np.unique(articles):
            train, test = articles != article, articles == article
            if len(set(labels[train])) < 2:
                return 0.0  # nothing to choose by: a classifier needs two classes
            classifier = self._classifier(value).fit(matrix[train], labels[train])
            predicted[test] = classifier.predict(matrix[test])
        return float(f1_score(labels, predicted, average="macro", zero_division=0.0))

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the label of each sentence."""
        return np.asarray(self.model_.predict(self.features_.transform(X)), dtype=object)

    # A support vector machine states no probabilities, and must not seem to.
    @available_if(lambda self: hasattr(self.model, "predict_proba"))  # type: ignore[untyped-decorator]  # sklearn is untyped
    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        return np.asarray(self.model_.predict_proba(self.features_.transform(X)))
