"""Dealing articles to folds of like size."""

from collections.abc import Sequence

import numpy as np


def deal(sizes: Sequence[int], folds: int, *, seed: int = 0) -> list[int]:
    """Return a fold, from 0, for each article of so many sentences.

    The largest articles come first, equally large ones in a seeded order, and each goes to the
    fold with the fewest sentences. With no more articles than folds each has one of its own.

    Examples
    --------
    >>> deal([40, 10, 30, 20], 2)
    [0, 0, 1, 1]
    """
    shuffled = np.random.default_rng(seed).permutation(len(sizes)).tolist()
    totals = [(0, 0, fold) for fold in range(folds)]
    dealt = [0] * len(sizes)
    for article in sorted(shuffled, key=lambda article: -sizes[article]):
        # Articles are counted besides: one without sentences takes a place as well.
        sentences, articles, fold = min(totals)
        totals[fold] = (sentences + sizes[article], articles + 1, fold)
        dealt[article] = fold
    return dealt
