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
from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.utils.extmath import softmax
from sklearn.utils.metaestimators import available_if

from usiran.models.base import Indices, SentenceClassifier
from usiran.models.calibration import calibrate, calibrated, floored
from usiran.models.mixing import POOLED
from usiran.models.prepared import Prepared, prepare, transform_once
from usiran.stats.folds import deal
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects

FOLDS = 5
ENOUGH = 20
MOST = 100
Pair = tuple[float, float]  # the weight of an article's row, the value of a parameter


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
    a companion, so are the weight of the articles' rows among `weights` and the share of the class
    offsets among `offsets` (`usiran.models.mixing`), each with every other.
    """

    def __init__(
        self,
        features: Any,
        model: Any,
        parameter: str,
        candidates: Sequence[float],
        *,
        weights: Sequence[float] = (POOLED,),
        offsets: Sequence[float] = (0.0,),
    ) -> None:
        self.features = features
        self.model = model
        self.parameter = parameter
        self.candidates = candidates
        self.weights = weights
        self.offsets = offsets

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Choose the candidate, then learn from all sentences."""
        self.fit_out_of_fold(X, y)
        return self

    def fit_out_of_fold(self, X: pd.DataFrame, y: Objects) -> Floats:
        """Fit, and return the scores of each sentence by models that had not seen its article.

        One column a class of `classes_`; a row of nan where the article was not held out.
        """
        # Computed once for all the inner folds: features know no labels, so none leaks.
        prepared = prepare(self.features, X)
        self.features_ = prepared.features
        labels = y.astype(str)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        rows = prepared.rows
        shares = self.offsets if rows.companion.any() else (0.0,)
        pairs = list(itertools.product(rows.mixtures(labels, self.weights), self.candidates))
        options = list(itertools.product(pairs, shares))
        trials = self._trials(prepared, labels, X["article_id"].to_numpy(), options)
        best = int(np.argmax([trial.f1(labels) for trial in trials]))
        (self.weight_, self.chosen_), share = options[best]
        self.model_ = rows.fit(self._classifier(self.chosen_), labels, self.weight_)
        # Where there is none, the labels are the classifier's own, whatever its scores tie on.
        self.offsets_ = share * rows.class_offsets(labels, self.classes_) if share else None
        self.mixture_ = {"articles_weight": self.weight_, "class_offset": share}
        self.classes_ = self.classes_.astype(object)
        self.calibration_ = calibrate(trials[best].scores, codes)
        return trials[best].scores

    def _classifier(self, value: float) -> Any:
        # Not by `clone`, which looks up again what parameters there are.
        classifier = copy(self.model)
        setattr(classifier, self.parameter, value)
        return classifier

    def _trials(
        self,
        prepared: Prepared,
        labels: Objects,
        articles: Objects,
        options: Sequence[tuple[Pair, float]],
    ) -> list[Trial]:
        """Return what each option says of the inner folds, nothing where there are none."""
        size, rows = (len(labels), len(self.classes_)), prepared.rows
        trials = [Trial.of(*size) for _ in options]
        pairs = dict.fromkeys(pair for pair, _ in options)
        # What learns from the companion alone is the same whatever article is held out.
        alone = {
            pair: rows.fit(self._classifier(pair[1]), labels, 0.0) for pair in pairs if not pair[0]
        }
        # Naive Bayes counts features that it has not seen among all there are.
        seen = isinstance(self.model, LogisticRegression)
        for train, test in inner_splits(articles, rows.companion):
            if len(set(labels[train])) < 2:  # a classifier needs two classes
                return [Trial.of(*size) for _ in options]
            part = prepared.part(train, test, seen=seen)
            offsets, said = part.learned.class_offsets(labels[train], self.classes_), {}
            for pair in pairs:
                model, matrix = alone.get(pair), rows.X[test] if alone else None
                if model is None:
                    model = part.learned.fit(self._classifier(pair[1]), labels[train], pair[0])
                    matrix = part.asked
                said[pair] = _answers(model, matrix, self.classes_)
            for (pair, share), trial in zip(options, trials, strict=True):
                answers = _moved(*said[pair], share * offsets if share else None, self.classes_)
                trial.predicted[test], trial.scores[test] = answers
        return trials

    def _states(self) -> bool:
        # Support vector machines that were stored before they were calibrated state nothing.
        new = not hasattr(self, "model_") or hasattr(self, "calibration_")
        return new or hasattr(self.model, "predict_proba")

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the label of each sentence."""
        return self._answers(self._matrix(X))[0]

    def _answers(self, matrix: sparse.csr_matrix) -> tuple[Objects, Floats]:
        answers = _answers(self.model_, matrix, self.classes_)
        return _moved(*answers, self._offsets(), self.classes_)

    def _offsets(self) -> Floats | None:
        # Systems that were stored before there were class offsets have none.
        return getattr(self, "offsets_", None)

    @available_if(_states)  # type: ignore[untyped-decorator]  # sklearn is untyped
    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return the label of each sentence, and one row a sentence, one column a class."""
        matrix = self._matrix(X)
        labels, scores = self._answers(matrix)
        if not hasattr(self, "calibration_"):
            return labels, np.asarray(self.model_.predict_proba(matrix))
        return labels, calibrated(scores, self.calibration_)

    @available_if(_states)  # type: ignore[untyped-decorator]  # sklearn is untyped
    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        probabilities: Floats = self.stated(X)[1]
        return probabilities

    def uncalibrated(self, X: pd.DataFrame) -> Floats:
        """Return the probabilities before they are calibrated."""
        matrix = self._matrix(X)
        if self._offsets() is None:
            return np.asarray(self.model_.predict_proba(matrix))
        return np.asarray(softmax(self._answers(matrix)[1]))

    def _matrix(self, X: pd.DataFrame) -> sparse.csr_matrix:
        # Of sentences that share many features scikit-learn makes a dense matrix, and sums over
        # its columns in an order that hangs on their number and on the processor.
        return sparse.csr_matrix(transform_once(self.features_, X))


class Trial(NamedTuple):
    """What one candidate says of the sentences held out: empty and nan where none was."""

    predicted: Objects
    scores: Floats

    @classmethod
    def of(cls, sentences: int, labels: int) -> Self:
        """Return a trial of nothing yet."""
        return cls(objects([""] * sentences), np.full((sentences, labels), np.nan))

    def f1(self, labels: Objects) -> float:
        """Return the pooled macro-F1, 0 where nothing was held out."""
        told = self.predicted != ""
        if not told.any():
            return 0.0
        both = np.stack([labels[told].astype(str), self.predicted[told].astype(str)])
        classes, codes = np.unique(both, return_inverse=True)
        true, predicted = codes.reshape(both.shape)
        hits, *totals = (
            np.bincount(places, minlength=len(classes))
            for places in (true[true == predicted], true, predicted)
        )
        return float((2 * hits / sum(totals)).mean())


def _moved(
    labels: Objects, scores: Floats, offsets: Floats | None, classes: Objects
) -> tuple[Objects, Floats]:
    """Return labels and scores with class offsets added, or as they are."""
    if offsets is None:
        return labels, scores
    moved = scores + offsets
    return classes[moved.argmax(axis=1)].astype(object), moved


def _answers(model: Any, matrix: sparse.csr_matrix, classes: Objects) -> tuple[Objects, Floats]:
    """Return labels, and log-probabilities or the margins of a classifier that states none."""
    labels, own = _own_answers(model, matrix)
    # A class that an inner fold's training part lacked is as unlikely as the least likely one.
    scores: Floats = np.repeat(own.min(axis=1, keepdims=True), len(classes), axis=1)
    scores[:, np.searchsorted(classes.astype(str), model.classes_)] = own
    return np.asarray(labels, dtype=object), scores


def _own_answers(model: Any, matrix: sparse.csr_matrix) -> tuple[Objects, Floats]:
    if isinstance(model, LogisticRegression) and len(model.classes_) > 2:
        # Both follow from these: asked for each, scikit-learn computes and checks them again.
        margins = matrix @ model.coef_.T + model.intercept_
        return model.classes_[margins.argmax(axis=1)], floored(softmax(margins))
    labels = model.predict(matrix)
    if hasattr(model, "predict_proba"):
        return labels, floored(model.predict_proba(matrix))
    margins = model.decision_function(matrix)
    return labels, np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
