"""How many articles it would take to tell two systems apart: power, by simulation.

A simulated corpus of n articles takes articles with replacement, then as many of each one's
sentences with replacement as it has, as one draw of the bootstrap does (`resampling`), but n
times. The headline's difference between two systems on it, moved so that its mean over
simulations is the difference asked about, is what a benchmark of n articles might find.

Whether that would be a win is decided by the interval that would be printed beside it. Its
half-width is 1.96 standard errors; the error is that of the two-stage bootstrap, in closed
form for the headline taken as linear. With u[i] the influence of sentence i on the
difference, U[g] its sum over article g and S[g] its sum of squared deviations inside g::

    u[i] = gradient . counts[i] (first system)  -  gradient . counts[i] (second)
    error^2 = sum over g of (U[g] - mean U)^2 + S[g]

Two rules: *interval* asks that it excludes 0, *every article* that each article agrees
besides, as the official verdict does for five articles. The more articles, the less that can
be asked: with dozens of them the interval alone is the rule to plan by.

All of it is extrapolated from the articles there are. Other articles may differ more.

References
----------
A. C. Davison, D. V. Hinkley (1997), Bootstrap Methods and their Application, sections 2.7 and
3.8, doi:10.1017/CBO9780511802843.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from usiran.benchmark.ranking import contestants
from usiran.benchmark.results import Results, counts_of, rounded
from usiran.benchmark.run import Benchmark
from usiran.benchmark.significance import comparable
from usiran.errors import Finding, InputError
from usiran.models.settings import chosen
from usiran.stats.scores import Floats
from usiran.tasks.base import Scorer

SIZES = (5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300)
SIMULATIONS = 1000
QUANTILE = 1.959964
_STEP = 0.01


class Size(msgspec.Struct, frozen=True):
    """What a benchmark of so many articles would find.

    Parameters
    ----------
    articles, sentences : int
        How large it would be.
    half_width : float
        Of the difference's 95 % interval, the median over simulations.
    power : float
        Share of simulations where the interval excludes 0 on the right side.
    power_every : float
        Share where every article agrees besides.
    false_alarms : float
        Share where the interval excludes 0 although there is no difference.
    """

    articles: int
    sentences: int
    half_width: float
    power: float
    power_every: float
    false_alarms: float


class Power(msgspec.Struct, frozen=True):
    """What `usiran benchmark power` says.

    Parameters
    ----------
    observed : float
        The two systems' difference on the corpus there is.
    difference, target : float
        The difference and the power asked for.
    article_sd, sentence_sd : float
        How far one article's share in the difference strays: because articles differ, and
        because each has few sentences. In units of the headline.
    enough : int or None
        The smallest size tried whose power reaches the target by the interval.
    """

    task: str
    headline: str
    first: str
    second: str
    observed: float
    difference: float
    target: float
    seed: int
    simulations: int
    articles: int
    article_sd: float
    sentence_sd: float
    enough: int | None
    sizes: tuple[Size, ...]


@dataclass(frozen=True)
class Pair:
    """Two systems on the same sentences: counts, and each sentence's influence."""

    scorer: Scorer
    counts: tuple[Floats, Floats]
    members: tuple[NDArray[np.intp], ...]
    influence: Floats

    @classmethod
    def of(cls, scorer: Scorer, articles: NDArray[np.str_], one: Floats, other: Floats) -> Pair:
        """Return the pair; `articles` is the article of each row of counts."""
        names = dict.fromkeys(articles.tolist())
        members = tuple(np.flatnonzero(articles == name) for name in names)
        influence = one @ gradient(scorer, one) - other @ gradient(scorer, other)
        return cls(scorer, (one, other), members, influence)

    @property
    def observed(self) -> float:
        """The difference of the headlines."""
        one, other = (self.scorer.headline(side.sum(axis=0)) for side in self.counts)
        return float(one - other)

    def error(self) -> float:
        """Return the standard error of the difference, in closed form."""
        totals = np.array([self.influence[rows].sum() for rows in self.members])
        inside = [_squares(self.influence[rows]) for rows in self.members]
        return float(np.sqrt(_squares(totals) + sum(inside)))

    def deviations(self) -> tuple[float, float]:
        """Return the standard deviations between articles, and of one by its sentences."""
        size = len(self.members)
        totals = size * np.array([self.influence[rows].sum() for rows in self.members])
        inside = [
            size**2 * _squares(self.influence[rows]) * len(rows) / max(len(rows) - 1, 1)
            for rows in self.members
        ]
        sentences = float(np.mean(inside))
        between = max(float(totals.var(ddof=1)) - sentences, 0.0) if size > 1 else 0.0
        return float(np.sqrt(between)), float(np.sqrt(sentences))


def gradient(scorer: Scorer, counts: Floats) -> Floats:
    """Return the headline's slope in each summed count, where there is any to speak of."""
    sums = counts.sum(axis=0)
    step = _STEP * np.eye(len(sums))
    slope = (scorer.headline(sums + step) - scorer.headline(sums - step)) / (2 * _STEP)
    return np.asarray(np.where(sums > 0, slope, 0.0))


def _squares(values: Floats) -> float:
    return float(((values - values.mean()) ** 2).sum())


def simulate(pair: Pair, size: int, difference: float, *, simulations: int, seed: int) -> Size:
    """Return what benchmarks of `size` articles would find, were the difference as asked."""
    found = _draw(pair, size, simulations, np.random.default_rng([seed, size]))
    centre = found.gaps.mean()
    width = QUANTILE * found.errors
    gaps, nothing = found.gaps - centre + difference, np.abs(found.gaps - centre)
    agree = (found.apart - centre + difference > 0).all(axis=1)
    wins = gaps > width
    sentences = np.mean([len(rows) for rows in pair.members]) * size
    return Size(
        size, round(float(sentences)), rounded(float(np.median(width))), float(wins.mean()),
        float((wins & agree).mean()), float((nothing > width).mean()),
    )  # fmt: skip


@dataclass(frozen=True)
class _Drawn:
    """Simulated differences (s,), their errors (s,), and each article's own (s, n)."""

    gaps: Floats
    errors: Floats
    apart: Floats


def _draw(pair: Pair, size: int, simulations: int, rng: np.random.Generator) -> _Drawn:
    which = rng.integers(len(pair.members), size=(simulations, size))
    sums = [np.zeros((simulations, side.shape[1])) for side in pair.counts]
    apart, total, inside = (np.zeros((simulations, size)) for _ in range(3))
    for number, rows in enumerate(pair.members):
        at = np.nonzero(which == number)
        weights = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), len(at[0]))
        influence = pair.influence[rows]
        total[at] = weights @ influence
        inside[at] = weights @ influence**2 - total[at] ** 2 / len(rows)
        drawn = [weights @ side[rows] for side in pair.counts]
        for into, copies in zip(sums, drawn, strict=True):
            np.add.at(into, at[0], copies)
        one, other = (pair.scorer.headline(copies) for copies in drawn)
        apart[at] = one - other
    gaps = np.asarray(pair.scorer.headline(sums[0]) - pair.scorer.headline(sums[1]))
    # The slope is that of the corpus there is; in a larger one a sentence weighs less.
    spread = total.var(axis=1) * size + inside.sum(axis=1)
    return _Drawn(gaps, len(pair.members) / size * np.sqrt(spread), apart)


def power(
    bench: Benchmark,
    results: Results,
    *,
    difference: float,
    task: str = "stance",
    systems: Sequence[str] = (),
    target: float = 0.8,
    seed: int = 0,
) -> Power:
    """Estimate how many articles it would take to tell a difference.

    Parameters
    ----------
    difference : float
        How far apart the two systems really are, in units of the task's headline.
    systems : sequence of str
        Two systems with stored results, whose disagreement is resampled; the two best that
        are no controls where it is empty.
    target : float
        The power that is enough.

    Raises
    ------
    InputError, FileError
        A system is unknown or stale, or there are no two to compare.
    """
    first, second = systems or _best(bench, results, task)
    sides = [comparable(bench, results, task, name) for name in (first, second)]
    gold = bench.golds[task]
    scorer = gold.scorer
    counts = [counts_of(bench.outcomes(side), scorer) for side in sides]
    pair = Pair.of(scorer, gold.articles, *counts)
    sizes = [simulate(pair, size, difference, simulations=SIMULATIONS, seed=seed) for size in SIZES]
    between, inside = rounded(pair.deviations())
    enough = next((one.articles for one in sizes if one.power >= target), None)
    return Power(
        task, gold.task.headline, first, second, rounded(pair.observed), difference, target,
        seed, SIMULATIONS, len(pair.members), between, inside, enough, tuple(sizes),
    )  # fmt: skip


def _best(bench: Benchmark, results: Results, task: str) -> tuple[str, str]:
    chosen("task", (task,), tuple(dict.fromkeys(of for _, of in results)))
    names = [one.system for one in contestants(bench, task, results)]
    if len(names) < 2:
        found = ", ".join(names) or "none"
        raise InputError([Finding(
            "--systems", "", "", found, f"two systems with results on {task} that are no controls",
            "name two with --systems, or run more: `usiran benchmark run`",
        )])  # fmt: skip
    return names[0], names[1]
