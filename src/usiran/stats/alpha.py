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

from collections.abc import Sequence

import numpy as np

from usiran.stats.bootstrap import at_once, interval, weights
from usiran.stats.scores import Floats


def coincidences(counts: Floats) -> Floats:
    """Return the coincidences of every unit: arrays (units, labels) to (units, labels, labels).

    All 0 for a unit with fewer than two labels; a table sums to the unit's labels.

    Examples
    --------
    >>> coincidences(np.array([[2.0, 1.0]])).tolist()
    [[[1.0, 1.0], [1.0, 0.0]]]
    """
    m = counts.sum(axis=1)
    # A lone label pairs with nothing: without this it would count among those that can be paired.
    n = np.where(m > 1, counts.T, 0.0).T
    ordered = n[:, :, None] * n[:, None, :] - n[:, :, None] * np.eye(counts.shape[1])
    return np.asarray(ordered / np.maximum(m - 1, 1)[:, None, None])


def coincidences_between(*groups: Floats) -> Floats:
    """Return the coincidences of labels of groups of annotators with those of other groups.

    Each group is its counts (units, labels). Only pairs of annotators of two groups count: an
    alpha of these tables tells how far ways of reading agree, whatever each agrees with itself.
    A table sums to the unit's labels, as those of `coincidences` do; it is all 0 where no two
    groups labelled the unit.

    Examples
    --------
    >>> coincidences_between(np.array([[2.0, 0.0]]), np.array([[1.0, 1.0]])).tolist()
    [[[2.0, 1.0], [1.0, 0.0]]]
    """
    labels = sum(groups, np.zeros_like(groups[0]))
    # All pairs, without those inside a group.
    crossed = labels[:, :, None] * labels[:, None, :]
    for own in groups:
        crossed -= own[:, :, None] * own[:, None, :]
    pairs = crossed.sum(axis=(1, 2))
    scale = np.divide(labels.sum(axis=1), pairs, out=np.zeros(len(pairs)), where=pairs > 0)
    return np.asarray(crossed * scale[:, None, None])


def alpha(o: Floats) -> Floats:
    """Return alpha of summed coincidences (..., labels, labels); NaN where it is undefined.

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


def bootstrap_coincidences(
    o: Floats, articles: Sequence[str], sentences: Sequence[str], *, draws: int, seed: int
) -> Floats:
    """Return the summed coincidences of every two-stage draw, (draws, labels, labels).

    `articles` and `sentences` say where each unit stands; sentences without one are not drawn.
    """
    # Units of one sentence move together: they were labelled together.
    _, first, sentence = np.unique(sentences, return_index=True, return_inverse=True)
    blocks = weights(np.asarray(articles)[first], draws=draws, seed=seed, throw=at_once)
    # Units of one sentence are summed once, not in every draw.
    sums = np.zeros((len(first), o[0].size))
    np.add.at(sums, sentence, o.reshape(len(o), -1))
    return np.concatenate([block @ sums for block in blocks]).reshape(-1, *o.shape[1:])


def alpha_interval(values: Floats) -> tuple[float, float] | None:
    """Return the 95 % interval of the draws where alpha is defined; None without any.

    Examples
    --------
    >>> alpha_interval(np.append(np.arange(1001.0), np.nan))
    (25.0, 975.0)
    """
    defined = values[~np.isnan(values)]
    return interval(defined) if len(defined) else None
