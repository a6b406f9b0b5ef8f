"""Sentences with their spans marked: by annotators where that is given, else by taggers.

An estimator that reads spans finds them in the columns ``actors`` and ``events`` of its
records. Wrapped in `WithPredictedSpans`, it gets them from taggers fitted on the training
articles where the records of the articles asked about lack them.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.utils.metaestimators import available_if

from usiran.errors import FileError
from usiran.models.base import SpanTagger
from usiran.models.fit_cache import fit_once, predict_once
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects


def need_columns(X: pd.DataFrame, *names: str) -> None:
    """Check that annotators' marks stand in the records: actors, events, roles, sides.

    Raises
    ------
    FileError
        A column of them is missing.
    """
    missing = [name for name in names if name not in X]
    if missing:
        raise FileError(
            "sentences",
            f"no {' and no '.join(missing)}",
            f"{', '.join(names)} marked",
            "use a system that finds them itself",
        )


class WithPredictedSpans(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """An estimator that reads spans, together with the taggers that find them.

    It learns from the annotators' spans in the training articles and is asked about
    predicted ones: the taggers' errors are not in what it learns from.
    """

    def __init__(self, inner: Any, actors: SpanTagger, events: SpanTagger) -> None:
        self.inner = inner
        self.actors = actors
        self.events = events

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn to mark, and what the marks mean."""
        need_columns(X, "actors", "events")
        self.taggers_ = {
            "actors": fit_once(self.actors, X, X["actors"].to_numpy()),
            "events": fit_once(self.events, X, X["events"].to_numpy()),
        }
        self.inner_ = clone(self.inner).fit(X, y)
        if hasattr(self.inner_, "classes_"):
            self.classes_ = self.inner_.classes_
        return self

    def _marked(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.assign(**{name: predict_once(part, X) for name, part in self.taggers_.items()})

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return what the inner estimator predicts from the spans found."""
        values: Objects = self.inner_.predict(self._marked(X))
        return values

    @available_if(lambda self: hasattr(self.inner, "stated"))  # type: ignore[untyped-decorator]  # sklearn is untyped
    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return the inner estimator's labels, and its probabilities of each class.

        These were calibrated on annotators' spans: predicted ones deserve less trust.
        """
        stated: tuple[Objects, Floats] = self.inner_.stated(self._marked(X))
        return stated

    @available_if(lambda self: hasattr(self.inner, "predict_proba"))  # type: ignore[untyped-decorator]  # sklearn is untyped
    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        probabilities: Floats = self.inner_.predict_proba(self._marked(X))
        return probabilities
