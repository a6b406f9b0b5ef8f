"""The two bases of our own estimators, and what they share."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from usiran.tasks.metrics.labels import Floats
from usiran.tasks.registry import Objects, objects
from usiran.text.spans import Span

Spans = Sequence[Span]


class SentenceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """One label a sentence: predicts the class that `predict_proba` finds likeliest."""

    classes_: Objects

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the likeliest class of each sentence; the first one where they tie."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class SpanTagger(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Typed spans in a sentence, their offsets counted from its start."""

    def spans_of(self, text: str) -> Spans:
        """Return the spans of one sentence's text."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        return objects([tuple(self.spans_of(text)) for text in X["text"]])
