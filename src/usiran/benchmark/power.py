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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from usiran.benchmark.ranking import contestants
from usiran.benchmark.results import Results, counts_of, rounded
from usiran.benchmark.run import Benchmark
from usiran.benchmark.significance import comparable
from usiran.errors import InputError
from usiran.models.settings import chosen
from usiran.progress import steps
from usiran.stats.scores import Floats
from usiran.tasks.base import Scorer

SIZES = (5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300)
SIMULATIONS = 1000
QUANTILE = 1.959964  # of the normal distribution, for 95 %
_STEP = 0.01  # of a count, small against 1: slopes are those of the curve, not of its steps


class Size(msgspec.Struct, frozen=True):
    """What a benchmark of so many articles would find; shares are of simulations."""

    articles: int
    sentences: int
    half_width: float  # of the difference's 95 % interval, the median over simulations
    power: float  # share where the interval excludes 0 on the right side
    power_every: float  # share where every article agrees besides
    false_alarms: float  # share where the interval excludes 0 although there is no difference


class Power(msgspec.Struct, frozen=True):
    """What `usiran benchmark power` says."""

    task: str
    headline: str
    first: str
    second: str
    observed: float  # the difference on the corpus there is
    difference: float  # the one asked about, and the power that is enough
    target: float
    seed: int
    simulations: int
    articles: int
    # How far one article's share in the difference strays: because articles differ, and
    # because each has few sentences. In units of the headline.
    article_sd: float
    sentence_sd: float
    enough: int | None  # the smallest size tried whose power by the interval reaches the target
    sizes: tuple[Size, ...]


@dataclass(frozen=True)
class Pair:
    """Two systems on the same sentences."""

    scorer: Scorer
    counts: tuple[Floats, Floats]  # of the first system and of the second, (sentences, counts)
    members: tuple[NDArray[np.intp], ...]  # the rows of each article
    influence: Floats  # what each sentence adds to the difference of the headlines

    @classmethod
    def of(cls, scorer: Scorer, articles: NDArray[np.str_], first: Floats, second: Floats) -> Self:
        """Return the pair; `articles` is the article of each row of counts."""
        names = dict.fromkeys(articles.tolist())
        members = tuple(np.flatnonzero(articles == name) for name in names)
        influence = first @ gradient(scorer, first) - second @ gradient(scorer, second)
        return cls(scorer, (first, second), members, influence)

    @property
    def observed(self) -> float:
        """The difference of the headlines."""
        first, second = (self.scorer.headline(counts.sum(axis=0)) for counts in self.counts)
        return float(first - second)

    def _by_article(self) -> tuple[Floats, Floats]:
        """Return the sum of the influence in each article, and its squared deviations."""
        parts = [self.influence[rows] for rows in self.members]
        return np.array([part.sum() for part in parts]), np.array(list(map(_squares, parts)))

    def error(self) -> float:
        """Return the standard error of the difference, in closed form."""
        totals, inside = self._by_article()
        return float(np.sqrt(_squares(totals) + sum(inside)))

    def deviations(self) -> tuple[float, float]:
        """Return the standard deviations between articles, and of one by its sentences."""
        size = len(self.members)
        totals, inside = self._by_article()
        lengths = np.array([len(rows) for rows in self.members])
        sentences = float(np.mean(size**2 * inside * lengths / np.maximum(lengths - 1, 1)))
        # The articles' totals stray by their sentences too: that part is taken off.
        between = max(float((size * totals).var(ddof=1)) - sentences, 0.0) if size > 1 else 0.0
        return float(np.sqrt(between)), float(np.sqrt(sentences))


def gradient(scorer: Scorer, counts: Floats) -> Floats:
    """Return the headline's slope in each summed count, where there is any to speak of."""
    sums = counts.sum(axis=0)
    step = _STEP * np.eye(len(sums))
    slope = (scorer.headline(sums + step) - scorer.headline(sums - step)) / (2 * _STEP)
    # At 0 the step leads outside of what can be counted, and the slope there says nothing.
    return np.asarray(np.where(sums > 0, slope, 0.0))


def _squares(values: Floats) -> float:
    return float(((values - values.mean()) ** 2).sum())


def simulate(pair: Pair, size: int, difference: float, *, simulations: int, seed: int) -> Size:
    """Return what benchmarks of `size` articles would find, were the difference as asked."""
    # A stream of its own for every size, so that adding one leaves the others as they were.
    draws = _draw(pair, size, simulations, np.random.default_rng([seed, size]))
    centre = draws.gaps.mean()
    width = QUANTILE * draws.errors
    wins = draws.gaps - centre + difference > width
    agree = (draws.by_article - centre + difference > 0).all(axis=1)
    alarms = np.abs(draws.gaps - centre) > width
    return Size(
        articles=size,
        sentences=round(float(np.mean([len(rows) for rows in pair.members]) * size)),
        half_width=rounded(float(np.median(width))),
        power=float(wins.mean()),
        power_every=float((wins & agree).mean()),
        false_alarms=float(alarms.mean()),
    )


@dataclass(frozen=True)
class _Draws:
    """Simulated differences (s,), their errors (s,), and each article's own (s, n)."""

    gaps: Floats
    errors: Floats
    by_article: Floats


def _draw(pair: Pair, size: int, simulations: int, rng: np.random.Generator) -> _Draws:
    articles = rng.integers(len(pair.members), size=(simulations, size))
    sums = [np.zeros((simulations, counts.shape[1])) for counts in pair.counts]
    by_article, totals, inside = (np.zeros((simulations, size)) for _ in range(3))
    for number, rows in enumerate(pair.members):
        # Where the article was drawn, and how often each of its sentences is in each draw.
        places = np.nonzero(articles == number)
        weights = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), len(places[0]))
        influence = pair.influence[rows]
        totals[places] = weights @ influence
        inside[places] = weights @ influence**2 - totals[places] ** 2 / len(rows)
        drawn = [weights @ counts[rows] for counts in pair.counts]
        for total, part in zip(sums, drawn, strict=True):
            np.add.at(total, places[0], part)
        first, second = (pair.scorer.headline(part) for part in drawn)
        by_article[places] = first - second
    gaps = np.asarray(pair.scorer.headline(sums[0]) - pair.scorer.headline(sums[1]))
    # The slope is that of the corpus there is; in a larger one a sentence weighs less.
    spread = totals.var(axis=1) * size + inside.sum(axis=1)
    return _Draws(gaps, len(pair.members) / size * np.sqrt(spread), by_article)


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
    """Estimate how many articles it would take to tell a difference, in units of the headline.

    The disagreement of two `systems` with stored results is resampled; without any named, of
    the two best contestants (`ranking.contestants`). `target` is the power that is enough.
    """
    first, second = systems or _two_best(bench, results, task)
    gold = bench.golds[task]
    stored = [comparable(bench, results, task, name) for name in (first, second)]
    counts = [counts_of(bench.outcomes(side), gold.scorer) for side in stored]
    pair = Pair.of(gold.scorer, gold.articles, *counts)
    sizes = tuple(
        simulate(pair, size, difference, simulations=SIMULATIONS, seed=seed)
        for size in steps("sizes of a corpus", SIZES)
    )
    between, inside = rounded(pair.deviations())
    return Power(
        task=task,
        headline=gold.task.headline,
        first=first,
        second=second,
        observed=rounded(pair.observed),
        difference=difference,
        target=target,
        seed=seed,
        simulations=SIMULATIONS,
        articles=len(pair.members),
        article_sd=between,
        sentence_sd=inside,
        enough=next((size.articles for size in sizes if size.power >= target), None),
        sizes=sizes,
    )


def _two_best(bench: Benchmark, results: Results, task: str) -> tuple[str, str]:
    chosen("task", (task,), tuple(dict.fromkeys(task for _, task in results)))
    names = [result.system for result in contestants(bench, task, results)]
    if len(names) < 2:
        allowed = f"two contestants with results on {task}: no controls, peers, readers of the gold"
        fix = "name two with --systems, or run more: `usiran benchmark run`"
        raise InputError.of("--systems", ", ".join(names) or "none", allowed, fix)
    return names[0], names[1]
