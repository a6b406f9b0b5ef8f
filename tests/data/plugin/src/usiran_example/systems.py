"""Two systems: words for stance, capital letters for actors."""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from usiran.text.tokens import tokenize


def word_svm() -> Pipeline:
    """Return words and a linear support vector machine."""
    return make_pipeline(TfidfVectorizer(), LinearSVC(class_weight="balanced"))


word_svm.title = "Words, linear SVM"  # type: ignore[attr-defined]  # what a plug-in says of itself
word_svm.description = "TfidfVectorizer and LinearSVC as they come."  # type: ignore[attr-defined]
word_svm.tasks = ("stance", "holder")  # type: ignore[attr-defined]


class Capitals(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Marks every capitalised word as the commonest type, by BIO tags."""

    title = "Capital letters"
    tasks = ("actors",)

    def fit(self, X: pd.DataFrame, y: Any) -> Capitals:
        """Learn which type is the commonest."""
        self.type_ = pd.Series([span.label for spans in y for span in spans]).mode()[0]
        return self

    def predict(self, X: pd.DataFrame) -> list[list[str]]:
        """Return one tag a token for each sentence."""
        return [
            [f"B-{self.type_}" if token.text[0].isupper() else "O" for token in tokenize(text)]
            for text in X["text"]
        ]
