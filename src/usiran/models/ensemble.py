"""A tagger and a gazetteer together."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import pandas as pd
from sklearn.base import clone

from usiran.models.base import Spans, SpanTagger
from usiran.models.fit_cache import fitted
from usiran.tasks.base import Objects, objects
from usiran.text.spans import overlaps


class CombinedTagger(SpanTagger):
    """The first tagger's spans, and the second one's wherever they overlap none of those.

    Parameters
    ----------
    first, second : SpanTagger
        The first one is believed where both mark something.
    """

    def __init__(self, first: SpanTagger, second: SpanTagger) -> None:
        self.first = first
        self.second = second

    def fit(self, X: pd.DataFrame, y: Objects) -> CombinedTagger:
        """Fit both."""
        self.first_ = fitted(self.first, X, y)
        self.second_ = clone(self.second).fit(X, y)
        return self

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        both = zip(self.first_.predict(X), self.second_.predict(X), strict=True)
        return objects([merged(*pair) for pair in both])


def merged(first: Spans, second: Spans) -> Spans:
    """Return the first spans and those of the second that overlap none of them.

    Examples
    --------
    >>> from usiran.text.spans import Span
    >>> merged([Span(0, 4, "A")], [Span(2, 6, "B"), Span(7, 9, "B")])
    (Span(start=0, end=4, label='A'), Span(start=7, end=9, label='B'))
    """
    extra = [span for span in second if not any(overlaps(span, other) for other in first)]
    return tuple(sorted([*first, *extra]))
