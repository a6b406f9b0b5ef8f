"""Logistic regression along the directions that its training rows can tell apart.

Weights that start at 0 never leave the span of the training rows X, and L-BFGS, whose steps are
made of inner products, takes the same steps in any orthonormal basis B of that span::

    X = Z B'    w = B a    where a is found on Z

With n rows and far more features, B comes from K = X X' = U S U'::

    Z = U S^(1/2)    B = X' U S^(-1/2)

so a class has n unknowns instead of one a feature. With many rows, columns that are multiples
of each other become one. The rule by which L-BFGS stops, that no derivative is larger than the
tolerance, is no inner product: it is asked of the features. What comes out is what
scikit-learn finds, but for the last digits of a float.

References
----------
B. Schölkopf, R. Herbrich, A. Smola (2001), A Generalized Representer Theorem,
doi:10.1007/3-540-44581-1_27.
"""

# ruff: noqa: N803, N806  (matrices as in the literature)

from __future__ import annotations

import hashlib
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import OptimizeResult, minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

from usiran.stats.scores import Floats

# Below so many features there is nothing to win.
FEW = 500
# An eigenbasis of more rows than these costs more than it saves.
MOST_ROWS = 500
# Equal fits recur: with one article held out and another one tried, what is learned from is what
# it is the other way round. The last ones are remembered where they have few weights.
SIZE, SMALL = 512, 2**15
_KNOWN: OrderedDict[str, LogisticRegression] = OrderedDict()
_LINE_SEARCH, _FLAT = 50, 64 * np.finfo(float).eps  # as scikit-learn calls L-BFGS


class TrainingRows:
    """Rows (n, features) that several models learn from: what they share is computed once."""

    def __init__(self, X: sparse.csr_matrix) -> None:
        self.X = X

    @cached_property
    def _basis(self) -> Basis | None:
        rows, features = self.X.shape
        if features < FEW:
            return None
        return Eigenbasis(self.X) if rows <= MOST_ROWS and 2 * rows < features else Merged(self.X)

    def fit(
        self,
        model: Any,
        labels: Sequence[str] | NDArray[Any],
        sample_weight: Floats | None = None,  # (n,): how much each row counts
    ) -> Any:
        """Fit a model, of whatever kind, as its own method does, and return it."""
        if not isinstance(model, LogisticRegression):
            return self._fitted(model, labels, sample_weight)
        weights = b"" if sample_weight is None else sample_weight.tobytes()
        key = _digest(self._content, sorted(vars(model).items()), list(labels), weights)
        if key in _KNOWN:
            vars(model).update(vars(_KNOWN[key]))
            return model
        self._fitted(model, labels, sample_weight)
        if model.coef_.size <= SMALL:
            _KNOWN[key] = model
            while len(_KNOWN) > SIZE:
                _KNOWN.popitem(last=False)
        return model

    @cached_property
    def _content(self) -> str:
        # Which entry of a row comes first hangs on what else the vocabulary was learned from.
        X = self.X.sorted_indices()
        return _digest(X.shape, X.indptr.tobytes(), X.indices.tobytes(), X.data.tobytes())

    def _fitted(self, model: Any, labels: Sequence[str] | NDArray[Any], weight: Any) -> Any:
        if not isinstance(model, LogisticRegression) or self._basis is None:
            given = {} if weight is None else {"sample_weight": weight}
            return model.fit(self.X, labels, **given)
        return _fit(model, self._basis, np.asarray(labels), weight)


def _digest(*values: object) -> str:
    digest = hashlib.sha256()
    for value in values:
        digest.update(value if isinstance(value, bytes) else repr(value).encode())
    return digest.hexdigest()


def forget() -> None:
    """Fit everything anew from here on."""
    _KNOWN.clear()


class Basis(Protocol):
    """An orthonormal basis of what rows span; k directions."""

    Z: Any
    """The rows in it, (n, k)."""
    features: int

    def weights(self, a: Floats) -> Floats:
        """Return the weights (features, classes) of coordinates (k, classes)."""

    def largest(self, gradient: Floats) -> float:
        """Return the largest derivative by a feature's weight, of those by coordinates."""


class Eigenbasis:
    """A basis of few rows, from their inner products."""

    def __init__(self, X: sparse.csr_matrix) -> None:
        S, U = np.linalg.eigh((X @ X.T).toarray())
        # Rows that say the same leave directions of no length.
        apart = np.greater(S, 1e-10 * S[-1])
        S, U = S[apart], U[:, apart]
        self.Z = U * np.sqrt(S)
        self.features = X.shape[1]
        self._columns, self._rows = X.T.tocsr(), U / np.sqrt(S)

    def weights(self, a: Floats) -> Floats:
        """Return B a."""
        return np.asarray(self._columns @ (self._rows @ a))

    def largest(self, gradient: Floats) -> float:
        """Return the largest entry of B times the gradient."""
        return float(np.abs(self.weights(gradient)).max())


class Merged:
    """Columns that are multiples of each other, as one; those without an entry, as none."""

    def __init__(self, X: sparse.csr_matrix) -> None:
        columns = X.tocsc()
        columns.sort_indices()
        lengths = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=0))).ravel()
        group = _groups(columns, lengths)
        seen = np.flatnonzero(group >= 0)
        joint = np.sqrt(np.bincount(group[seen], weights=lengths[seen] ** 2))
        shares = lengths[seen] / joint[group[seen]]
        self.features = X.shape[1]
        self._merge = sparse.csr_matrix((shares, (seen, group[seen])), (self.features, len(joint)))
        self.Z = (X @ self._merge).tocsr()
        self._shares = self._merge.max(axis=0).toarray().ravel()

    def weights(self, a: Floats) -> Floats:
        """Return each column's share of the weight of its group."""
        return np.asarray(self._merge @ a)

    def largest(self, gradient: Floats) -> float:
        """Return the largest derivative: that of the longest column of a group."""
        return float(np.abs(gradient * self._shares[:, None]).max())


def _groups(columns: sparse.csc_matrix, lengths: Floats) -> NDArray[np.int64]:
    """Return the number of each column's direction, -1 where it has no entry."""
    counts = np.diff(columns.indptr)
    entries = (columns.data / np.repeat(np.where(lengths > 0, lengths, 1), counts)).round(12)
    numbers: dict[tuple[bytes, bytes], int] = {}
    group = np.full(len(lengths), -1)
    for column in np.flatnonzero(lengths > 0).tolist():
        part = slice(columns.indptr[column], columns.indptr[column + 1])
        key = columns.indices[part].tobytes(), entries[part].tobytes()
        group[column] = numbers.setdefault(key, len(numbers))
    return group


def _fit(
    model: LogisticRegression, basis: Basis, labels: NDArray[Any], sample_weight: Floats | None
) -> LogisticRegression:
    """Set what `LogisticRegression.fit` sets; two classes have one row of weights."""
    classes, code = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        return model.fit(basis.Z, labels)  # which says what is wrong
    by_class = compute_class_weight(
        model.class_weight, classes=classes, y=labels, sample_weight=sample_weight
    )
    weights = by_class[code] if sample_weight is None else by_class[code] * sample_weight
    loss = _Loss(basis, code, weights, model)
    found = loss.least()
    model.classes_ = classes
    model.coef_ = basis.weights(found[:-1]).T
    model.intercept_ = found[-1]
    model.n_features_in_ = basis.features
    model.n_iter_ = np.array([loss.steps], dtype=np.int32)
    return model


class _Loss:
    """The mean loss of weighted rows and the penalty, of coordinates (k + 1, classes).

    The last row of the coordinates is the intercepts, which are not penalised.
    """

    def __init__(
        self, basis: Basis, code: NDArray[np.intp], weights: Floats, model: LogisticRegression
    ) -> None:
        self.basis, self.model = basis, model
        self.Z = basis.Z
        self.transposed = basis.Z.T.tocsr() if sparse.issparse(basis.Z) else basis.Z.T
        self.shares = weights / weights.sum()
        self.penalty = 1 / (model.C * weights.sum())
        truth = np.eye(code.max() + 1)[code]
        # Of two classes the first one's score is 0.
        self.truth = truth[:, 1:] if truth.shape[1] == 2 else truth
        self.shape = self.Z.shape[1] + 1, self.truth.shape[1]
        self.steps = 0

    def least(self) -> Floats:
        """Return the coordinates where it is least, by L-BFGS from 0."""
        options = {
            "maxiter": self.model.max_iter,
            "maxls": _LINE_SEARCH,
            "ftol": _FLAT,
            "gtol": 0.0,
        }
        start = np.zeros(self.shape).ravel()
        self.at(start)
        if self._flat():
            return start.reshape(self.shape)
        found = minimize(
            self.at, start, method="L-BFGS-B", jac=True, options=options, callback=self._stop
        )
        self.steps = found.nit
        if found.nit >= self.model.max_iter:
            warnings.warn("L-BFGS made all the steps it may", ConvergenceWarning, stacklevel=5)
        return np.asarray(found.x.reshape(self.shape))

    def at(self, x: Floats) -> tuple[float, Floats]:
        """Return the loss and its derivatives."""
        coordinates = x.reshape(self.shape)
        a = coordinates[:-1]
        scores = self.Z @ a + coordinates[-1]
        top = scores.max(axis=1, keepdims=True)
        if self.shape[1] == 1:
            top = np.maximum(top, 0.0)
        odds = np.exp(scores - top)
        total = odds.sum(axis=1, keepdims=True)
        if self.shape[1] == 1:
            total = total + np.exp(-top)
        losses = (np.log(total) + top).ravel() - (scores * self.truth).sum(axis=1)
        excess = (odds / total - self.truth) * self.shares[:, None]
        self.gradient = np.vstack([self.transposed @ excess + self.penalty * a, excess.sum(axis=0)])
        return float(losses @ self.shares + self.penalty / 2 * (a * a).sum()), self.gradient.ravel()

    def _stop(self, intermediate_result: OptimizeResult) -> None:  # noqa: ARG002  (scipy's name)
        # The step just taken ends where the loss was asked for last.
        if self._flat():
            raise StopIteration

    def _flat(self) -> bool:
        """Return whether no derivative is larger than the tolerance, where it was asked last."""
        by_weight, by_intercept = self.gradient[:-1], self.gradient[-1]
        tolerance = self.model.tol
        # The largest lies between the length and the length over the root of the features.
        length = np.sqrt((by_weight * by_weight).sum(axis=0)).max()
        too_long = length > tolerance * np.sqrt(self.basis.features)
        if too_long or np.abs(by_intercept).max() > tolerance:
            return False
        return bool(length <= tolerance or self.basis.largest(by_weight) <= tolerance)
