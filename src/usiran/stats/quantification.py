"""How often each label stands in texts that a classifier labelled, its errors allowed for.

A count of predicted labels is a count of the classifier's habits: what it often misses is too
rare in it. Held-out articles tell how often a sentence of one label is given another. If that is
so in the new texts too (their shares of the labels may differ, what a label looks like may not:
prior shift), the true shares p solve q = R'p, q the predicted shares and R the rates. p is the
least-squares solution with p >= 0 that sums to 1.

An interval draws the held-out articles anew (two-stage bootstrap), and the new texts, whole, as
often as a Poisson law of mean 1 says: what is known of the classifier is in it, and that the texts
at hand are a sample of those they stand for.

References
----------
G. Forman (2008), Quantifying counts and costs via classification, doi:10.1007/s10618-008-0097-y
(adjusted count). D. J. Hopkins, G. King (2010), A method of automated nonparametric content
analysis for social science, doi:10.1111/j.1540-5907.2009.00428.x. For the ratio of totals:
W. G. Cochran (1977), Sampling Techniques, chapter 6.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from usiran.stats.bootstrap import interval, weights
from usiran.stats.scores import Floats

DRAWS = 2000
# The equation that shares sum to 1 counts for so much more than each of the others.
_WEIGHT = 1e3


class Texts(NamedTuple):
    """New texts by what was predicted in them: most of a million texts have the same counts."""

    kinds: Floats  # (u, k): distinct rows of counts
    numbers: NDArray[np.int64]  # (u,): how many texts have each

    @classmethod
    def of(cls, predicted: Floats) -> Self:
        """Return the texts of which each row (m, k) holds the counts."""
        return cls(*np.unique(predicted, axis=0, return_counts=True))

    @property
    def total(self) -> Floats:
        """The sums (k,) over all texts."""
        return np.asarray(self.numbers @ self.kinds)

    def resampled(self, draws: int, seed: int) -> Floats:
        """Return the sums (draws, k) over whole texts drawn with replacement."""
        # A sum of Poisson numbers is a Poisson number of the summed mean.
        rng = np.random.default_rng([seed, 1])
        return np.asarray(rng.poisson(self.numbers, (draws, len(self.kinds))) @ self.kinds)


class Estimate(NamedTuple):
    """A figure that admits errors."""

    counted: float  # as predicted
    estimated: float
    interval: tuple[float, float]  # 95 %


def rates(confusion: Floats) -> Floats:
    """Return how often each label is given to each, rows (k, k) that sum to 1.

    Rows of a confusion matrix are true labels, columns predicted ones. Half a sentence is added to
    each row, spread evenly: a label that nothing held out has could be given any.
    """
    labels = confusion.shape[-1]
    smooth = confusion + 0.5 / labels
    return np.asarray(smooth / smooth.sum(axis=-1, keepdims=True))


def adjusted_shares(confusion: Floats, predicted: Floats) -> Floats:
    """Return the shares (k,) of the true labels, from a confusion (k, k) and predicted counts (k,).

    Examples
    --------
    >>> confusion = np.array([[80.0, 20.0], [10.0, 90.0]])
    >>> adjusted_shares(confusion, np.array([45.0, 55.0])).round(2).tolist()
    [0.5, 0.5]
    """
    observed = predicted / predicted.sum()
    system = np.vstack([rates(confusion).T, np.full(len(observed), _WEIGHT)])
    shares, _ = nnls(system, np.append(observed, _WEIGHT))
    return np.asarray(shares / shares.sum())


def shares(
    confusions: Floats,
    articles: NDArray[np.str_],
    texts: Texts,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Estimate]:
    """Return the share of each label in new texts.

    Parameters
    ----------
    confusions : (n, k, k)
        Of each held-out sentence: 1 where its true label (row) met the predicted one (column).
    articles : (n,)
        The article of each held-out sentence.
    texts : Texts
        How many sentences were given each of the k labels; not all 0.
    """
    n, labels, _ = confusions.shape
    counted = texts.total
    point = adjusted_shares(confusions.sum(axis=0), counted)
    drawn = _resampled(confusions.reshape(n, -1), articles, draws, seed)
    estimates = np.array(
        [
            adjusted_shares(matrix.reshape(labels, labels), counts)
            for matrix, counts in zip(drawn, texts.resampled(draws, seed), strict=True)
            if counts.any()
        ]
    )
    return [
        Estimate(float(counted[label] / counted.sum()), float(point[label]), interval(column))
        for label, column in enumerate(estimates.T)
    ]


def total(
    true: Floats, marked: Floats, texts: Texts, *, draws: int = DRAWS, seed: int = 0
) -> Estimate | None:
    """Return how many there are in new texts, by the ratio of true to predicted ones held out.

    Parameters
    ----------
    true, marked : (articles,)
        How many each held-out article has, and how many were predicted in it.
    texts : Texts
        How many were predicted in each new text, in one column.

    Returns
    -------
    Estimate or None
        None where none was predicted in any held-out article: there is no ratio then.
    """
    if not marked.sum():
        return None
    count = float(texts.total[0])
    pairs = np.stack([true, marked], axis=1)
    drawn = _resampled(pairs, np.arange(len(true)).astype(str), draws, seed)
    counts = texts.resampled(draws, seed)[:, 0]
    # Draws without a predicted one have no ratio; they are as rare as such articles are.
    known = drawn[:, 1] > 0
    estimates = counts[known] * drawn[known, 0] / drawn[known, 1]
    return Estimate(count, count * float(true.sum() / marked.sum()), interval(estimates))


def _resampled(rows: Floats, articles: NDArray[np.str_], draws: int, seed: int) -> Floats:
    """Return the sums (draws, columns) of the rows over two-stage bootstrap draws."""
    return np.concatenate([block @ rows for block in weights(articles, draws=draws, seed=seed)])
