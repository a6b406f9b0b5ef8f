"""Tuning that keeps to the protocol: inner folds of whole training articles.

The training articles are dealt to at most FOLDS inner folds, each article to one of its own
where there are no more. Folds are held out in turn until ENOUGH articles were: few articles are
all held out, and of many a part tells one candidate from another. More than MOST articles are
not looked at: tuning then costs the same however many there are. Rows of a companion are always
learned from, and none of them is held out.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.utils.metaestimators import available_if

from usiran.models.base import Indices, SentenceClassifier
from usiran.models.calibration import calibrate, calibrated, floored
from usiran.models.mixing import POOLED, MixedRows
from usiran.stats.folds import deal
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects, of_companion

FOLDS = 5
ENOUGH = 20
MOST = 100


def inner_folds(articles: Sequence[str] | Objects) -> NDArray[np.intp]:
    """Return the inner fold of each row; `articles` is the article of each row."""
    _, article, sizes = np.unique(
        np.asarray(articles, dtype=str), return_inverse=True, return_counts=True
    )
    return np.array(deal(sizes.tolist(), FOLDS), dtype=np.intp)[article]


def inner_splits(
    articles: Sequence[str] | Objects, companion: NDArray[np.bool_] | None = None
) -> Iterator[tuple[Indices, Indices]]:
    """Yield the rows to learn from and those to try, for each inner fold that is held out.

    Nothing is held out of a single article, nor of a companion: its rows are learned from
    whatever is held out.
    """
    names = np.asarray(articles, dtype=str)
    always = np.flatnonzero(companion) if companion is not None else np.array([], dtype=np.intp)
    distinct = np.unique(np.delete(names, always))
    if len(distinct) > MOST:
        distinct = np.random.default_rng(0).choice(distinct, MOST, replace=False)
    rows = np.flatnonzero(np.isin(names, distinct))
    folds, held_out = inner_folds(names[rows]), 0
    for fold in np.unique(folds) if len(distinct) > 1 else ():
        if held_out >= ENOUGH:
            return
        yield np.concatenate([rows[folds != fold], always]), rows[folds == fold]
        held_out += len(np.unique(names[rows[folds == fold]]))


class ArticleTuned(SentenceClassifier):
    """Features and a classifier, one parameter of which is chosen inside the training data.

    The candidate with the best pooled macro-F1 on the inner folds held out is kept, the first
    one where they tie. Its scores on those folds calibrate the probabilities that are stated
    (`usiran.models.calibration`); the labels are the classifier's own. Where training has rows of
    a companion, so is the weight of the articles' rows among `weights` (`usiran.models.mixing`),
    every weight with every candidate.
    """

    def __init__(
        self,
        features: Any,
        model: Any,
        parameter: str,
        candidates: Sequence[float],
        weights: Sequence[float] = (POOLED,),
    ) -> None:
        self.features = features
        self.model = model
        self.parameter = parameter
        self.candidates = candidates
        self.weights = weights

    def fit(self, X: pd.DataFrame, y: Objects) -> ArticleTuned:
        """Choose the candidate, then learn from all sentences."""
        self.fit_out_of_fold(X, y)
        return self

    def fit_out_of_fold(self, X: pd.DataFrame, y: Objects) -> Floats:
        """Fit, and return the scores of each sentence by models that had not seen its article.

        One column a class of `classes_`; a row of nan where the article was not held out.
        """
        self.features_ = clone(self.features)
        # Computed once for all the inner folds: features know no labels, so none leaks.
        matrix = sparse.csr_matrix(self.features_.fit_transform(X))
        self.classes_, codes = np.unique(y.astype(str), return_inverse=True)
        rows = MixedRows(matrix, y.astype(str), of_companion(X))
        pairs = list(itertools.product(rows.mixtures(self.weights), self.candidates))
        trials = self._trials(rows, X["article_id"].to_numpy(), pairs)
        best = int(np.argmax([trial.f1(rows.labels) for trial in trials]))
        self.weight_, self.chosen_ = pairs[best]
        self.model_ = rows.fit(self._classifier(self.chosen_), self.weight_)
        self.classes_ = self.classes_.astype(object)
        self.calibration_ = calibrate(trials[best].scores, codes)
        return trials[best].scores

    def _classifier(self, value: float) -> Any:
        return clone(self.model).set_params(**{self.parameter: value})

    def _trials(
        self, rows: MixedRows, articles: Objects, pairs: Sequence[tuple[float, float]]
    ) -> list[Trial]:
        """Return what each pair says of the inner folds, nothing where there are none."""
        size = len(rows.labels), len(self.classes_)
        trials = [Trial.of(*size) for _ in pairs]
        # What learns from the companion alone is the same whatever article is held out.
        alone = {pair: rows.fit(self._classifier(pair[1]), 0.0) for pair in pairs if not pair[0]}
        for train, test in inner_splits(articles, rows.companion):
            if len(set(rows.labels[train])) < 2:  # a classifier needs two classes
                return [Trial.of(*size) for _ in pairs]
            learned, asked = self._without_unseen(rows.X[train], rows.X[test])
            part = MixedRows(learned, rows.labels[train], rows.companion[train])
            for pair, trial in zip(pairs, trials, strict=True):
                model, matrix = alone.get(pair), rows.X[test]
                if model is None:
                    model, matrix = part.fit(self._classifier(pair[1]), pair[0]), asked
                trial.predicted[test] = model.predict(matrix)
                trial.scores[test] = _scores(model, matrix, self.classes_)
        return trials

    def _without_unseen(
        self, learned: sparse.csr_matrix, asked: sparse.csr_matrix
    ) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Leave out features that no training sentence has, where they change nothing."""
        # Their weights stay 0; naive Bayes, though, counts them among all there are.
        if not isinstance(self.model, LogisticRegression):
            return learned, asked
        seen = learned.getnnz(axis=0) > 0
        return learned[:, seen], asked[:, seen]

    def _states(self) -> bool:
        # Support vector machines that were stored before they were calibrated state nothing.
        new = not hasattr(self, "model_") or hasattr(self, "calibration_")
        return new or hasattr(self.model, "predict_proba")

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the label of each sentence."""
        return np.asarray(self.model_.predict(self._matrix(X)), dtype=object)

    @available_if(_states)  # type: ignore[untyped-decorator]  # sklearn is untyped
    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return the label of each sentence, and one row a sentence, one column a class."""
        matrix = self._matrix(X)
        labels: Objects = np.asarray(self.model_.predict(matrix), dtype=object)
        if not hasattr(self, "calibration_"):
            return labels, np.asarray(self.model_.predict_proba(matrix))
        return labels, calibrated(_scores(self.model_, matrix, self.classes_), self.calibration_)

    @available_if(_states)  # type: ignore[untyped-decorator]  # sklearn is untyped
    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        probabilities: Floats = self.stated(X)[1]
        return probabilities

    def uncalibrated(self, X: pd.DataFrame) -> Floats:
        """Return the probabilities of the classifier itself."""
        return np.asarray(self.model_.predict_proba(self._matrix(X)))

    def _matrix(self, X: pd.DataFrame) -> sparse.csr_matrix:
        # Of sentences that share many features scikit-learn makes a dense matrix, and sums over
        # its columns in an order that hangs on their number and on the processor.
        return sparse.csr_matrix(self.features_.transform(X))


class Trial(NamedTuple):
    """What one candidate says of the sentences held out: empty and nan where none was."""

    predicted: Objects
    scores: Floats

    @classmethod
    def of(cls, sentences: int, labels: int) -> Trial:
        """Return a trial of nothing yet."""
        return cls(objects([""] * sentences), np.full((sentences, labels), np.nan))

    def f1(self, labels: Objects) -> float:
        """Return the pooled macro-F1, 0 where nothing was held out."""
        told = self.predicted != ""
        if not told.any():
            return 0.0
        pairs = labels[told], self.predicted[told].astype(str)
        return float(f1_score(*pairs, average="macro", zero_division=0.0))


def _scores(model: Any, matrix: sparse.csr_matrix, classes: Objects) -> Floats:
    """Return log-probabilities, or the margins of a classifier that states none."""
    if hasattr(model, "predict_proba"):
        own = floored(model.predict_proba(matrix))
    else:
        margins = model.decision_function(matrix)
        own = np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
    # A class that an inner fold's training part lacked is as unlikely as the least likely one.
    scores: Floats = np.repeat(own.min(axis=1, keepdims=True), len(classes), axis=1)
    scores[:, np.searchsorted(classes.astype(str), model.classes_)] = own
    return scores
