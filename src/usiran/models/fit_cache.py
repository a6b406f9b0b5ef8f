"""Fitting the same tagger on the same sentences once a run, however many systems use it.

Fitting is deterministic, so a fitted copy that is found again predicts what a new one would.
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
SIZE = 24
_FITTED: OrderedDict[str, SpanTagger] = OrderedDict()


def fit_once(tagger: SpanTagger, X: pd.DataFrame, y: Objects) -> SpanTagger:
    """Return a copy of the tagger fitted on the sentences, the same one for equal arguments."""
    digest = hashlib.sha256(f"{type(tagger).__name__} {tagger.get_params(deep=False)}\n".encode())
    for row in zip(X["article_id"], X["zone"], X["text"], y, strict=True):
        digest.update(repr(row).encode())
    key = digest.hexdigest()
    if key not in _FITTED:
        copy: SpanTagger = clone(tagger)
        _FITTED[key] = copy.fit(X, y)
        while len(_FITTED) > SIZE:
            _FITTED.popitem(last=False)
    _FITTED.move_to_end(key)
    return _FITTED[key]
