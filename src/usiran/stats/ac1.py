"""Gwet's AC1: agreement beyond chance where one label outweighs the others.

With ``n[u, c]`` annotators who gave label c to unit u, ``m[u]`` annotators of u and q labels::

    pa    = mean of sum_c n[u, c] (n[u, c] - 1) / (m[u] (m[u] - 1))    over units with m[u] > 1
    pi[c] = mean of n[u, c] / m[u]                                     over units with m[u] > 0
    pe    = sum_c pi[c] (1 - pi[c]) / (q - 1)
    AC1   = (pa - pe) / (1 - pe)

Where nearly all units carry one label, alpha may be low though annotators rarely differ, since
by its chance they could hardly do otherwise; AC1's chance falls as labels grow uneven. The two
are read side by side: neither is the right one.

References
----------
K. L. Gwet (2008), Computing inter-rater reliability and its variance in the presence of high
agreement, doi:10.1348/000711006X126600. K. L. Gwet (2014), Handbook of Inter-Rater
Reliability, 4th ed., chapter 4.
"""

import numpy as np

from usiran.stats.scores import Floats


def ac1(counts: Floats) -> float:
    """Return AC1 of counts (units, labels); NaN without a unit that two annotators labelled.

    Examples
    --------
    >>> round(ac1(np.array([[2.0, 0.0], [2.0, 0.0], [1.0, 1.0]])), 4)
    0.5385
    """
    m = counts.sum(axis=1)
    rated, paired = counts[m > 0], counts[m > 1]
    if not len(paired):
        return np.nan
    size = m[m > 1]
    pa = float(((paired * (paired - 1)).sum(axis=1) / (size * (size - 1))).mean())
    pi = (rated / m[m > 0][:, None]).mean(axis=0)
    # A field of one label leaves nothing to chance: everybody agrees by necessity.
    pe = float((pi * (1 - pi)).sum()) / max(counts.shape[1] - 1, 1)
    return (pa - pe) / (1 - pe)
