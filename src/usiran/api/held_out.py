"""Signs that a system knows the articles it is asked about.

Whether a system has seen an article cannot be known in general. What can be seen is told: what
it brings with it that no fresh copy forgets (a fitted estimator, a table with sentences of this
corpus), and predictions that no annotator reaches. Silence is no proof of the contrary.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from usiran.tasks.base import Gold

_MOST = 100_000  # entries of a container that are looked at


def brought_along(estimator: Any, gold: Gold) -> list[str]:
    """Return what a system holds that fitting a fresh copy does not take away, in words."""
    sentences = {*gold.records["sentence_id"], *gold.records["text"]}
    told = []
    for name, value in _held(estimator):
        if _is_fitted(value):
            told.append(f"{name} is fitted already: what it was fitted on is not known")
        elif knows := _sentences_in(value, sentences):
            told.append(f"{name} holds {knows} of the sentences it is asked about")
    return list(dict.fromkeys(told))


def _held(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is kept through a fresh copy, with a name for it."""
    if isinstance(estimator, BaseEstimator):
        for name, value in estimator.get_params(deep=True).items():
            if isinstance(value, FrozenEstimator):
                yield name, value.estimator
            # Other estimators are copied unfitted; functions are not copied at all.
            elif not isinstance(value, BaseEstimator):
                yield name, value
                yield from _in_function(value)
        if isinstance(estimator, FrozenEstimator):
            yield "the frozen estimator", estimator.estimator
    else:
        yield from _in_function(estimator)


def _in_function(function: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a function closes over, or the object that it is a method of."""
    if isinstance(function, types.MethodType):
        yield f"the object of {function.__name__}", function.__self__
        function = function.__func__
    if isinstance(function, types.FunctionType):
        closed = inspect.getclosurevars(function)
        yield from closed.nonlocals.items()
        yield from closed.globals.items()
    elif callable(function) and hasattr(function, "__dict__"):
        yield from vars(function).items()


def _is_fitted(value: Any) -> bool:
    if not isinstance(value, BaseEstimator) or not hasattr(value, "fit"):
        return False
    try:
        check_is_fitted(value)
    except (NotFittedError, TypeError):
        return False
    # One that learns nothing counts as fitted from the start.
    return bool(get_tags(value).requires_fit)


def _sentences_in(value: Any, sentences: Collection[str]) -> int:
    """Return how many of the sentences a container names, by id or text."""
    if isinstance(value, pd.DataFrame):
        items: Any = value.select_dtypes(["object", "string"]).to_numpy().ravel()
    elif isinstance(value, pd.Series | pd.Index | np.ndarray):
        items = np.asarray(value, dtype=object).ravel()
    elif isinstance(value, Mapping | list | tuple | set | frozenset):
        items = value
    else:
        return 0
    if len(items) > _MOST:
        return 0
    return len({item for item in items if isinstance(item, str)} & set(sentences))


def too_good(score: float, annotators: float | None) -> list[str]:
    """Return what a score says of a system; `annotators` is the best of them against the gold."""
    if score >= 1.0:
        return ["every prediction is the gold: a system that has not seen it does not do that"]
    if annotators is not None and score > annotators:
        return [f"the score is above the best annotator's against the gold, {annotators:.3f}"]
    return []
