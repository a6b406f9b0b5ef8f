"""What a system is to the rest of the toolkit, and the bases of our own estimators."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no types

from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects
from usiran.text.spans import Span

Spans = Sequence[Span]
Indices = NDArray[np.intp]


class Estimator(Protocol):
    """A scikit-learn estimator: X is a frame of sentence records, y labels or spans."""

    def fit(self, X: pd.DataFrame, y: Objects) -> object:
        """Learn from the records and labels of the training articles."""

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return one label, or one tuple of spans, for each record."""


class SentenceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """One label a sentence, and calibrated probabilities: the label need not be the likeliest."""

    classes_: Objects

    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return the label of each sentence, and one row a sentence, one column a class."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the label of each sentence."""
        return self.stated(X)[0]

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        return self.stated(X)[1]


class SpanTagger(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Typed spans in a sentence, their offsets counted from its start."""

    def spans_of(self, text: str) -> Spans:
        """Return the spans of one sentence's text."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        return objects([tuple(self.spans_of(text)) for text in X["text"]])


class NamedFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Sentences as counts of features that have names."""

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> sparse.csr_matrix:
        """Learn which features there are, and return the training sentences'."""
        raise NotImplementedError

    def fit(self, X: pd.DataFrame, y: object = None) -> NamedFeatures:
        """Learn which features there are."""
        self.fit_transform(X, y)
        return self


def ready_made(features: list[str]) -> list[str]:
    """Return the features: what CountVectorizer calls where a text is its features already."""
    return features


def learn_features(
    rows: Iterable[list[str]], *, binary: bool = True, dtype: type = np.int64
) -> tuple[CountVectorizer, sparse.csr_matrix]:
    """Return the vocabulary of some rows of features, and the rows as a matrix."""
    vocabulary = CountVectorizer(analyzer=ready_made, binary=binary, dtype=dtype)
    # A corpus may give no feature at all, and CountVectorizer refuses an empty vocabulary.
    return vocabulary, vocabulary.fit_transform([["none"], *rows])[1:]


@cache
def _pools() -> Any:
    # Looking for the libraries takes a hundred times as long as setting them; scikit-learn, which
    # every system is made of, has loaded them by the time that one is fitted.
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread: the problems are small, threads cost more than they save.

    Sums are then the same ones, too, however many cores there are.
    """
    limited: AbstractContextManager[object] = _pools().limit(limits=1)
    return limited


def predict(
    fitted: Estimator, records: pd.DataFrame, labels: Sequence[str]
) -> tuple[Objects, Floats | None]:
    """Return a label or spans for each record, and probabilities where the system states them.

    Probabilities are an array (records, labels) over the fixed label list: a label that the
    training data lacked has 0.
    """
    with one_thread():
        # A guest's labels need not follow from its probabilities.
        if hasattr(fitted, "answer"):
            answered: tuple[Objects, Floats | None] = fitted.answer(records, labels)
            return answered
        if hasattr(fitted, "stated"):
            values, stated = fitted.stated(records)
        elif hasattr(fitted, "predict_proba"):
            # The labels follow from them: `predict` would compute the features again.
            stated = fitted.predict_proba(records)
            values = fitted.classes_[stated.argmax(axis=1)]  # type: ignore[attr-defined]  # has it
        else:
            return fitted.predict(records), None
    classes = [str(label) for label in fitted.classes_]  # type: ignore[attr-defined]  # has it too
    probabilities = np.zeros((len(records), len(labels)))
    probabilities[:, [labels.index(label) for label in classes]] = stated
    return objects(map(str, values)), probabilities


def predict_items(fitted: Estimator, records: pd.DataFrame) -> tuple[Objects, Objects]:
    """Return the spans or links of each record, and the probability of each of them.

    A system states them by a method `stated_items`; of one that has none they are nan.
    """
    with one_thread():
        if hasattr(fitted, "stated_items"):
            stated: tuple[Objects, Objects] = fitted.stated_items(records)
            return stated
        values = fitted.predict(records)
    return values, objects((np.nan,) * len(row) for row in values)
