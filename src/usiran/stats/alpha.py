"""Krippendorff's alpha for nominal labels, and how far a figure of it can be trusted.

With ``n[u, c]`` annotators who gave label c to unit u and ``m[u]`` the annotators of u,
the coincidences of a unit that at least two annotators labelled are::

    o[u, c, k] = n[u, c] (n[u, k] - (c == k)) / (m[u] - 1)

They add up over units: with ``o = sum_u o[u]``, ``n[c] = sum_k o[c, k]``, ``n = sum_c n[c]``::

    observed disagreement  Do = (n - sum_c o[c, c]) / n
    expected disagreement  De = (n^2 - sum_c n[c]^2) / (n (n - 1))
    alpha = 1 - Do / De

1 is perfect agreement, 0 what chance gives, less is systematic disagreement. A unit that
fewer than two annotators labelled pairs with nothing and has no say. Alpha is *undefined*
(NaN here, nothing in a report) where no unit is left, and where all labels that can be paired
are the same: without variation there is no agreement beyond chance to speak of, and De is 0.

Labels against the rest: the coincidences with all other labels pooled into one are again
coincidences, so an alpha for one label is read off the same table.

References
----------
K. Krippendorff (2018), Content Analysis, 4th ed., chapter 12, doi:10.4135/9781071878781.
K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability,
https://repository.upenn.edu/handle/20.500.14332/2089.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHUNK = 4_000_000
"""Cells of weights held at once while drawing."""


def coincidences(counts: Floats) -> Floats:
    """Return the coincidences of every unit.

    Parameters
    ----------
    counts : array, shape (units, labels)
        How many annotators gave each label to each unit.

    Returns
    -------
    array, shape (units, labels, labels)
        All 0 for a unit with fewer than two labels. A table sums to the unit's labels.

    Examples
    --------
    >>> coincidences(np.array([[2.0, 1.0]])).tolist()
    [[[1.0, 1.0], [1.0, 0.0]]]
    """
    m = counts.sum(axis=1)
    n = np.where(m > 1, counts.T, 0.0).T
    ordered = n[:, :, None] * n[:, None, :] - n[:, :, None] * np.eye(counts.shape[1])
    return np.asarray(ordered / np.maximum(m - 1, 1)[:, None, None])


def alpha(o: Floats) -> Floats:
    """Return alpha of summed coincidences; NaN where it is undefined.

    Parameters
    ----------
    o : array, shape (..., labels, labels)
        One table, or one for every bootstrap draw.

    Examples
    --------
    >>> round(float(alpha(np.array([[6.0, 1.0], [1.0, 2.0]]))), 4)
    0.5714
    """
    n_c = o.sum(axis=-1)
    n = n_c.sum(axis=-1)
    observed = (n - np.trace(o, axis1=-2, axis2=-1)) * (n - 1)
    expected = n * n - (n_c * n_c).sum(axis=-1)
    # Thirds and the like do not add up exactly: a single label may miss 0 by a rounding.
    varied = expected > 1e-9 * np.maximum(n * n, 1.0)
    ratio = np.divide(observed, expected, out=np.full(np.shape(n), np.nan), where=varied)
    return np.asarray(1.0 - ratio)


def against_rest(o: Floats, label: int) -> Floats:
    """Return the coincidences of one label and of all others as one.

    Examples
    --------
    >>> o = np.array([[4.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 0.0]])
    >>> against_rest(o, 0).tolist()
    [[4.0, 1.0], [1.0, 4.0]]
    """
    own = o[..., label, label]
    off = o[..., label, :].sum(axis=-1) - own
    rest = o.sum(axis=(-2, -1)) - own - 2 * off
    return np.stack([np.stack([own, off], axis=-1), np.stack([off, rest], axis=-1)], axis=-2)


def weights(
    articles: Sequence[str], rows: Sequence[str], *, draws: int, seed: int
) -> Iterator[Floats]:
    """Yield how often each unit is held by each two-stage bootstrap draw, some draws at a time.

    A draw takes articles with replacement, then for each drawn copy of an article as many of
    its sentences, with replacement, as it has. Units of one sentence move together.

    Parameters
    ----------
    articles, rows : sequence of str, length units
        The article and the sentence of each unit; sentences without a unit are not drawn.
    draws : int
        How many draws in all.
    seed : int
        Equal seeds give equal weights.

    Yields
    ------
    array, shape (some draws, units)
    """
    rng = np.random.default_rng(seed)
    names, place = np.unique(np.asarray(rows, dtype=str), return_inverse=True)
    home = dict(zip(rows, articles, strict=True))
    inside = np.array([home[str(name)] for name in names])
    members = [np.flatnonzero(inside == name) for name in dict.fromkeys(articles)]
    step = max(1, CHUNK // len(names))
    for first in range(0, draws, step):
        size = min(step, draws - first)
        copies = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size)
        block = np.zeros((size, len(names)))
        for i, member in enumerate(members):
            even = np.full(len(member), 1 / len(member))
            block[:, member] = rng.multinomial(copies[:, i] * len(member), even)
        yield block[:, place]


def drawn(
    o: Floats, articles: Sequence[str], rows: Sequence[str], *, draws: int, seed: int
) -> Floats:
    """Return the summed coincidences of every draw, shape (draws, labels, labels)."""
    flat = o.reshape(len(o), -1)
    blocks = [block @ flat for block in weights(articles, rows, draws=draws, seed=seed)]
    return np.concatenate(blocks).reshape(-1, *o.shape[1:])


def interval(values: Floats) -> tuple[float, float] | None:
    """Return the 2.5 % and 97.5 % points of the draws where alpha is defined; None without any.

    Examples
    --------
    >>> interval(np.append(np.arange(1001.0), np.nan))
    (25.0, 975.0)
    """
    kept = values[~np.isnan(values)]
    if not len(kept):
        return None
    low, high = np.percentile(kept, (2.5, 97.5))
    return float(low), float(high)
