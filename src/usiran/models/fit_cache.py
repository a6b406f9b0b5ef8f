"""Fitting the same tagger on the same sentences once a run, however many systems use it.

Fitting is deterministic, so a fitted copy that is found again predicts what a new one would.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

import hashlib
from collections import OrderedDict
from typing import Protocol, TypeVar, runtime_checkable

import pandas as pd
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from usiran.models import logistic, prepared
from usiran.models.base import Estimator, Indices, one_thread
from usiran.tasks.base import Gold, Objects


@runtime_checkable
class Shared(Estimator, Protocol):
    """A part that several systems are made of and that takes long: a tagger, a model of links."""

    reads: tuple[str, ...]
    """The columns of the records that it looks at: two with the same of these are equal."""

    def get_params(self, *, deep: bool) -> dict[str, object]:
        """Return its parameters."""


S = TypeVar("S", bound=Estimator)
V = TypeVar("V")

# Three parts and ten folds are thirty; some room for replicates and inner folds.
SIZE = 48
_FITTED: OrderedDict[str, Estimator] = OrderedDict()
_PREDICTED: OrderedDict[str, Objects] = OrderedDict()


def fit_once(part: S, X: pd.DataFrame, y: Objects) -> S:
    """Return a copy of the part fitted on the sentences, the same one for equal arguments.

    What is not `Shared` is quickly fitted: it is not remembered.
    """
    if not isinstance(part, Shared):
        return _fitted(part, X, y)
    key = _digest(f"{type(part).__name__} {part.get_params(deep=False)}", part, X, y)
    if key not in _FITTED:
        copy: Estimator = _fitted(part, X, y)
        _keep(_FITTED, key, copy)
    _FITTED.move_to_end(key)
    return _FITTED[key]  # type: ignore[return-value]  # the key holds its type


def _fitted(part: S, X: pd.DataFrame, y: Objects) -> S:
    copy: S = clone(part)
    copy.fit(X, y)
    return copy


def predict_once(part: Estimator, X: pd.DataFrame) -> Objects:
    """Return what a fitted part predicts, computed once where `fit_once` remembers it."""
    fitted = next((key for key, known in _FITTED.items() if known is part), "")
    if not fitted or not isinstance(part, Shared):
        return part.predict(X)
    key = _digest(fitted, part, X)
    if key not in _PREDICTED:
        _keep(_PREDICTED, key, part.predict(X))
    return _PREDICTED[key]


def _digest(name: str, part: Shared, X: pd.DataFrame, *columns: Objects) -> str:
    digest = hashlib.sha256(f"{name}\n".encode())
    for row in zip(*(X[name] for name in part.reads), *columns, strict=True):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def _keep(memory: OrderedDict[str, V], key: str, value: V) -> None:
    memory[key] = value
    while len(memory) > SIZE:
        memory.popitem(last=False)


def forget() -> None:
    """Fit and predict everything anew from here on."""
    _FITTED.clear()
    _PREDICTED.clear()
    logistic.forget()
    prepared.forget()


def fit_copy(system: Estimator, gold: Gold, rows: Indices) -> Estimator:
    """Return a copy of a system, fitted on some rows of a gold: treat it as read-only."""
    records, values = gold.records.iloc[rows], gold.values[rows]
    with one_thread():
        if isinstance(system, Shared):
            return fit_once(system, records, values)
        # One label leaves nothing to learn, and most classifiers refuse it: it is predicted.
        alone = gold.task.unit == "sentence" and len(set(values)) == 1
        copy: Estimator = DummyClassifier() if alone else clone(system)
        copy.fit(records, values)
    return copy
