"""Fitting the same tagger on the same sentences once a run, however many systems use it.

Fitting is deterministic, so a fitted copy that is found again says what a new one would.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import hashlib
from collections import OrderedDict

import pandas as pd
from sklearn.base import clone

from usiran.models.base import SpanTagger
from usiran.tasks.base import Objects

# Two span layers and five folds are ten; some room for replicates and other folds.
KEPT = 24
_FITTED: OrderedDict[str, SpanTagger] = OrderedDict()


def fitted(tagger: SpanTagger, X: pd.DataFrame, y: Objects) -> SpanTagger:
    """Return a copy of the tagger fitted on the sentences, the same one for equal arguments."""
    key = _key(tagger, X, y)
    if key not in _FITTED:
        copy: SpanTagger = clone(tagger)
        _FITTED[key] = copy.fit(X, y)
        while len(_FITTED) > KEPT:
            _FITTED.popitem(last=False)
    _FITTED.move_to_end(key)
    return _FITTED[key]


def _key(tagger: SpanTagger, X: pd.DataFrame, y: Objects) -> str:
    digest = hashlib.sha256(f"{type(tagger).__name__} {tagger.get_params(deep=False)}\n".encode())
    for row in zip(X["article_id"], X["zone"], X["text"], y, strict=True):
        digest.update(repr(row).encode())
    return digest.hexdigest()
