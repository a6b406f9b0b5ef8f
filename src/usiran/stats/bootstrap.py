"""How far a figure can be trusted: the two-stage bootstrap, and comparing two systems by it.

One draw takes articles with replacement, then, for every drawn copy of an article on its
own, as many of its sentences with replacement as it has. A draw is a vector of weights, one
a sentence; with additive counts the score of the draw is a function of ``weights @ counts``.
Equal seeds give equal weights, so the draws of two systems are paired.

The interval takes the 2.5 % and 97.5 % points of the draws. With few articles its real
coverage is about 88 to 92 %, not 95 % (an article-only bootstrap covers about 73 %).

References
----------
A. C. Davison, D. V. Hinkley (1997), Bootstrap Methods and their Application, section 3.8,
doi:10.1017/CBO9780511802843. E. W. Noreen (1989), Computer-Intensive Methods for Testing
Hypotheses (approximate randomisation).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from usiran.stats.scores import Floats

CHUNK = 4_000_000  # cells of weights held at once: 32 MB
# Up to so many articles every one has to agree with a verdict: their interval is too narrow.
ALL_AGREE = 20
COVERAGE = "its real coverage is about 88 to 92 %"
Verdict = Literal["win", "loss", "tie"]
Integers = NDArray[np.int64]
# `one_by_one` or `at_once`: the same distribution by other random numbers. Both stay, because
# published intervals of scores hang on the one and those of agreement on the other.
Throw = Callable[[np.random.Generator, Integers, int], Integers]


class Scorer(Protocol):
    """Whatever turns summed counts into the score that is asked about."""

    def headline(self, sums: Floats) -> Floats:
        """Return the score of each sum; the last axis holds the counts."""


def one_by_one(rng: np.random.Generator, totals: Integers, cells: int) -> Integers:
    """Throw each row's total of balls into cells, ball by ball; shape (rows, cells)."""
    row = np.repeat(np.arange(len(totals)), totals)
    places = row * cells + rng.integers(cells, size=len(row))
    return np.bincount(places, minlength=len(totals) * cells).reshape(len(totals), cells)


def at_once(rng: np.random.Generator, totals: Integers, cells: int) -> Integers:
    """Throw each row's total of balls into cells by one multinomial draw."""
    return rng.multinomial(totals, np.full(cells, 1 / cells))


def weights(
    articles: NDArray[np.str_], *, draws: int, seed: int, throw: Throw = one_by_one
) -> Iterator[Floats]:
    """Yield the weights (rows, n) of two-stage bootstrap draws, at most CHUNK cells at a time.

    `articles` (n,) is the article of each sentence; a weight says how often a draw holds it.
    """
    if draws * len(articles) <= CHUNK:
        yield _only_block(tuple(articles.tolist()), draws, seed, throw)
    else:
        yield from _blocks(articles, draws, seed, throw)


# The scores of a run are drawn by the same weights, which cost more than what they are used for.
@lru_cache(maxsize=1)
def _only_block(articles: tuple[str, ...], draws: int, seed: int, throw: Throw) -> Floats:
    (block,) = _blocks(np.array(articles), draws, seed, throw)
    block.setflags(write=False)
    return block


def _blocks(articles: NDArray[np.str_], draws: int, seed: int, throw: Throw) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    names, code = np.unique(articles, return_inverse=True)
    members = [np.flatnonzero(code == i) for i in range(len(names))]
    rows = max(1, CHUNK // len(articles))
    for first in range(0, draws, rows):
        size = min(rows, draws - first)
        copies = throw(rng, np.full(size, len(members)), len(members))
        block = np.zeros((size, len(articles)))
        for i, member in enumerate(members):
            # Copies of an article resample their sentences on their own; their sums are all
            # that is used, so all copies are thrown together.
            block[:, member] = throw(rng, copies[:, i] * len(member), len(member))
        yield block


def bootstrap(
    counts: Floats, articles: NDArray[np.str_], scorer: Scorer, *, draws: int, seed: int
) -> Floats:
    """Return the headline score of every two-stage bootstrap draw."""
    blocks = weights(articles, draws=draws, seed=seed)
    return np.concatenate([np.atleast_1d(scorer.headline(block @ counts)) for block in blocks])


def interval(draws: Floats) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % points of the draws.

    Examples
    --------
    >>> interval(np.arange(1001.0))
    (25.0, 975.0)
    """
    low, high = np.percentile(draws, (2.5, 97.5))
    return float(low), float(high)


def per_article(counts: Floats, articles: NDArray[np.str_], scorer: Scorer) -> dict[str, float]:
    """Return the headline score of each article alone, in corpus order."""
    return {
        name: float(scorer.headline(counts[rows].sum(axis=0)))
        for name, rows in rows_of(articles).items()
    }


def rows_of(articles: NDArray[np.str_]) -> dict[str, NDArray[np.intp]]:
    """Return the rows of each article, in the order of the corpus.

    Examples
    --------
    >>> {name: rows.tolist() for name, rows in rows_of(np.array(["b", "a", "b"])).items()}
    {'b': [0, 2], 'a': [1]}
    """
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(articles.tolist()):
        rows.setdefault(name, []).append(row)
    return {name: np.array(places, dtype=np.intp) for name, places in rows.items()}


def randomisation_p(
    first: Floats, second: Floats, scorer: Scorer, *, draws: int, seed: int
) -> float:
    """Return the p-value of sentence-level approximate randomisation.

    In every draw each sentence's two predictions are swapped or not, by a fair coin. p is
    the share of draws whose difference is at least as large as the real one, two-sided,
    with one added to both counts. It speaks of these sentences, not of other articles.
    """
    rng = np.random.default_rng(seed)
    sums = first.sum(axis=0), second.sum(axis=0)
    gap = abs(float(scorer.headline(sums[0]) - scorer.headline(sums[1])))
    step, as_far = max(1, CHUNK // len(first)), 0
    for done in range(0, draws, step):
        swap = rng.integers(2, size=(min(step, draws - done), len(first))).astype(float)
        moved = swap @ (second - first)
        difference = scorer.headline(sums[0] + moved) - scorer.headline(sums[1] - moved)
        # Sums in another order may differ in the last bit from the real difference.
        as_far += int((np.abs(difference) >= gap - 1e-12).sum())
    return (as_far + 1) / (draws + 1)


def verdict(low: float, high: float, better: int, worse: int, articles: int) -> Verdict:
    """Return "win" or "loss" where interval and articles agree, else "tie".

    Examples
    --------
    >>> verdict(0.02, 0.10, 5, 0, 5), verdict(0.02, 0.10, 4, 1, 5), verdict(-0.3, -0.1, 0, 5, 5)
    ('win', 'tie', 'loss')
    >>> verdict(0.02, 0.10, 300, 200, 500), verdict(0.02, 0.10, 255, 245, 500)
    ('win', 'tie')
    """
    if low > 0 and _agree(better, worse, articles):
        return "win"
    if high < 0 and _agree(worse, better, articles):
        return "loss"
    return "tie"


def _agree(ahead: int, behind: int, articles: int) -> bool:
    """Return whether articles agree: all of a few; of many so many that it is no chance.

    That is a two-sided sign test at 5 %: of hundreds of articles some always differ.
    """
    if articles <= ALL_AGREE:
        return ahead == articles
    unequal = ahead + behind
    fewer = sum(math.comb(unequal, count) for count in range(behind + 1))
    # Twice the tail is at most a twentieth of all outcomes; in whole numbers, however many.
    return ahead > behind and 40 * fewer <= 2**unequal


class PairedDifference(NamedTuple):
    """How one system's headline differs from another's on the same sentences."""

    interval: tuple[float, float]
    better: int  # in how many articles the first scores higher
    verdict: Verdict  # a tie unless the interval excludes 0 and the articles agree


@dataclass(frozen=True)
class BootstrapScore:
    """A system's counts, with the headline of every bootstrap draw and of every article."""

    counts: Floats
    draws: Floats
    per_article: dict[str, float]

    @classmethod
    def of(
        cls, counts: Floats, articles: NDArray[np.str_], scorer: Scorer, *, draws: int, seed: int
    ) -> Self:
        """Return the draws and article scores of counts, one row a sentence."""
        return cls(
            counts,
            bootstrap(counts, articles, scorer, draws=draws, seed=seed),
            per_article(counts, articles, scorer),
        )

    def minus(self, other: BootstrapScore) -> PairedDifference:
        """Compare with another system, drawn with the same seed and number of draws."""
        low, high = interval(self.draws - other.draws)
        pairs = [(score, other.per_article[name]) for name, score in self.per_article.items()]
        better, worse = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
        return PairedDifference((low, high), better, verdict(low, high, better, worse, len(pairs)))


def noise_floor(systems: Sequence[BootstrapScore]) -> float | None:
    """Return the median half-width of all paired intervals, None for fewer than two systems.

    A difference smaller than this is one that the corpus cannot tell from none.
    """
    pairs = [(a, b) for i, a in enumerate(systems) for b in systems[i + 1 :]]
    widths = [np.diff(interval(a.draws - b.draws))[0] / 2 for a, b in pairs]
    return float(np.median(widths)) if widths else None
