"""Features of sentences, computed once for all that is learned from the same sentences.

Which features sentences have does not hang on their labels. So tasks over the same sentences
share them, and so does a task whose labels are rearranged, with the bases in which weights
are found (`usiran.models.logistic`).
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any, NamedTuple

import cloudpickle
import pandas as pd
from scipy import sparse
from sklearn.base import clone

from usiran.models.base import Indices
from usiran.models.mixing import MixedRows
from usiran.tasks.base import of_companion

# So many training sets are remembered, of so many entries each: ten folds, and some room.
SIZE, ENTRIES = 16, 2**18
# The articles held out, and the edits of their sentences.
ASKED = 2
_PREPARED: OrderedDict[str, Prepared] = OrderedDict()


class Part(NamedTuple):
    """What an inner fold learns from, and the features of the sentences it is tried on."""

    learned: MixedRows
    asked: sparse.csr_matrix


class Prepared:
    """Features that were fitted on sentences, and what models of these need of them."""

    def __init__(self, features: Any, X: pd.DataFrame) -> None:
        self.features = clone(features)
        matrix = sparse.csr_matrix(self.features.fit_transform(X))
        self.rows = MixedRows(matrix, of_companion(X))
        self._parts: dict[tuple[bytes, bool], Part] = {}
        self._asked: OrderedDict[str, sparse.csr_matrix] = OrderedDict()

    def part(self, train: Indices, test: Indices, *, seen: bool) -> Part:
        """Return an inner fold; with `seen`, without features that no row of `train` has."""
        key = train.tobytes(), seen
        if key not in self._parts:
            learned, asked = self.rows.X[train], self.rows.X[test]
            if seen:
                learned, asked = without_unseen(learned, asked)
            self._parts[key] = Part(MixedRows(learned, self.rows.companion[train]), asked)
        return self._parts[key]

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return the features of other sentences."""
        key = _digest(X)
        if key not in self._asked:
            self._asked[key] = self.features.transform(X)
            while len(self._asked) > ASKED:
                self._asked.popitem(last=False)
        return self._asked[key]


def without_unseen(
    learned: sparse.csr_matrix, asked: sparse.csr_matrix
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Leave out features that no row learned from has: a linear model's weights of them stay 0."""
    seen = learned.getnnz(axis=0) > 0
    return learned[:, seen], asked[:, seen]


def prepare(features: Any, X: pd.DataFrame) -> Prepared:
    """Return fitted features of sentences, the same ones for equal arguments: read-only."""
    # What is pickled otherwise may still be the same: it is computed again, and no harm done.
    key = _digest(X) + hashlib.sha256(cloudpickle.dumps(features)).hexdigest()
    if key not in _PREPARED:
        prepared = Prepared(features, X)
        if prepared.rows.X.nnz > ENTRIES:
            return prepared
        _PREPARED[key] = prepared
        while len(_PREPARED) > SIZE:
            _PREPARED.popitem(last=False)
    _PREPARED.move_to_end(key)
    return _PREPARED[key]


def transform_once(features: Any, X: pd.DataFrame) -> sparse.csr_matrix:
    """Return the features of other sentences, computed once where `prepare` remembers them."""
    known = (prepared for prepared in _PREPARED.values() if prepared.features is features)
    matrix: sparse.csr_matrix = next(known, features).transform(X)
    return matrix


def forget() -> None:
    """Compute everything anew from here on."""
    _PREPARED.clear()


def _digest(X: pd.DataFrame) -> str:
    digest = hashlib.sha256(repr(list(X)).encode())
    for row in X.itertuples(index=False, name=None):
        digest.update(repr(row).encode())
    return digest.hexdigest()
