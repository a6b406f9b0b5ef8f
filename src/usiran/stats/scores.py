"""Scores of counts: F1 and Matthews' correlation, which are 0 where they are undefined.

References
----------
J. Gorodkin (2004), Comparing two K-category assignments by a K-category correlation
coefficient, doi:10.1016/j.compbiolchem.2004.09.006.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotient, 0 where the denominator is 0."""
    shape = np.broadcast_shapes(np.shape(numerator), np.shape(denominator))
    quotient = np.zeros(shape)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


def f1(hits: Floats, gold: Floats, predicted: Floats) -> Floats:
    """Return 2 hits / (gold + predicted), from 0 to 1.

    Examples
    --------
    >>> float(f1(np.array(2.0), np.array(4.0), np.array(2.0))).__round__(4)
    0.6667
    """
    return ratio(2.0 * hits, gold + predicted)


def mcc(table: Floats) -> float:
    """Return Matthews' correlation of a confusion table, from -1 over 0 (chance) to 1.

    Examples
    --------
    >>> mcc(np.array([[3.0, 0.0], [0.0, 2.0]]))
    1.0
    """
    n, t, p = table.sum(), table.sum(axis=1), table.sum(axis=0)
    spread = np.sqrt((n * n - p @ p) * (n * n - t @ t))
    return float(ratio(np.asarray(n * np.trace(table) - t @ p), np.asarray(spread)))
