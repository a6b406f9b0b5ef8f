"""Sentences with their spans marked: by annotators where that is given, else by taggers.

An estimator that reads spans finds them in the columns ``actors`` and ``events`` of its
records. Wrapped in `Marked`, it gets them from taggers fitted on the training articles
where the records of the articles asked about lack them.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.utils.metaestimators import available_if

from usiran.errors import FileError
from usiran.models.base import SpanTagger
from usiran.models.fit_cache import fitted
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects

MARKS = ("actors", "events")


def need_marks(X: pd.DataFrame) -> None:
    """Check that actors and events are marked in the sentences.

    Raises
    ------
    FileError
        They are not.
    """
    missing = [name for name in MARKS if name not in X]
    if missing:
        raise FileError("sentences", f"no {' and no '.join(missing)}", "actors and events marked",
                        "use a system that finds spans itself")  # fmt: skip


def _states_probabilities(marked: Marked) -> bool:
    return hasattr(marked.inner, "predict_proba")


class Marked(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """An estimator that reads spans, together with the taggers that find them.

    It learns from the annotators' spans in the training articles and is asked about
    predicted ones: the taggers' errors are not in what it learns from.

    Parameters
    ----------
    inner : estimator
        Reads the columns actors and events.
    actors, events : SpanTagger
        Find them in articles where they are not marked.
    """

    def __init__(self, inner: Any, actors: SpanTagger, events: SpanTagger) -> None:
        self.inner = inner
        self.actors = actors
        self.events = events

    def fit(self, X: pd.DataFrame, y: Objects) -> Marked:
        """Learn to mark, and what the marks mean."""
        need_marks(X)
        taggers = {"actors": self.actors, "events": self.events}
        self.taggers_ = {
            name: fitted(tagger, X, X[name].to_numpy()) for name, tagger in taggers.items()
        }
        self.inner_ = clone(self.inner).fit(X, y)
        if hasattr(self.inner_, "classes_"):
            self.classes_ = self.inner_.classes_
        return self

    def marked(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the records with the taggers' spans."""
        return X.assign(**{name: tagger.predict(X) for name, tagger in self.taggers_.items()})

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return what the inner estimator says of the spans found."""
        said: Objects = self.inner_.predict(self.marked(X))
        return said

    @available_if(_states_probabilities)  # type: ignore[untyped-decorator]  # sklearn is untyped
    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return one row a sentence, one column a class of `classes_`."""
        stated: Floats = self.inner_.predict_proba(self.marked(X))
        return stated
