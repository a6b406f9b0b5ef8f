"""The fold of a new article: an article's fold, once written, stays.

There is one exception, which comes once in a corpus's life. Up to `MOST_ALONE` articles each is
held out alone. The next one has all articles dealt to `FOLDS` folds: seeded, and balanced by
scored sentences. From then on a new article goes to the fold with the fewest of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from usiran.schemas.folds import MOST_ALONE, folds_of
from usiran.stats.folds import deal

SEED = 0


def with_article(folds: Mapping[str, int], sizes: Mapping[str, int], new: str) -> dict[str, int]:
    """Return the fold of each article of a corpus, and of a new one.

    `sizes` holds the scored sentences of every article, the new one among them.

    Examples
    --------
    >>> with_article({"a": 0, "b": 1}, {"a": 9, "b": 9, "c": 9}, "c")
    {'a': 0, 'b': 1, 'c': 2}
    """
    if len(folds) == MOST_ALONE:
        return dealt({article: sizes.get(article, 0) for article in (*folds, new)})
    # Alone, an article takes the first number that is free; else the fold that holds least.
    totals = {fold: (0, fold) for fold in range(folds_of(len(folds) + 1))}
    for article, fold in folds.items():
        totals[fold] = (totals.get(fold, (0, fold))[0] + max(sizes.get(article, 0), 1), fold)
    return {**folds, new: min(totals.values())[1]}


def dealt(sizes: Mapping[str, int]) -> dict[str, int]:
    """Return a fold for each article, from the scored sentences of all of them."""
    if len(sizes) <= MOST_ALONE:
        return {article: fold for fold, article in enumerate(sizes)}
    return dict(zip(sizes, deal([*sizes.values()], folds_of(len(sizes)), seed=SEED), strict=True))
