"""Learning curves: the score by the number of training articles.

For every article held out, a system is trained on subsets of the others of each size: on all
of them where there are at most SUBSETS, else on a seeded sample. The counts of a held-out
sentence are the mean over its subsets; they are pooled and scored as ever, and the band is
the two-stage bootstrap's interval. So the last point is the system's own score, up to seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import msgspec
import numpy as np

from usiran.benchmark.results import rounded
from usiran.benchmark.run import Benchmark, own_settings_sha256
from usiran.models.base import Estimator, Indices, fit_copy, predict
from usiran.models.registry import SYSTEMS
from usiran.stats.bootstrap import DRAWS, BootstrapScore, interval
from usiran.stats.scores import Floats
from usiran.tasks.base import METRICS, Gold, Predictions, Scorer

# Cheap systems: a curve takes dozens of runs.
CURVES = (
    ("stance", "tfidf-nb"),
    ("stance", "attitudes"),
    ("holder", "tfidf-nb"),
    ("holder", "attitudes"),
    ("actors", "gazetteer"),
    ("events", "gazetteer"),
    ("roles", "role-pairs"),
)
SUBSETS = 10
SIZES = 8
SEED = 0
Progress = Callable[[str, str, int, int], None]


class Curve(msgspec.Struct, frozen=True):
    """One system's scores on one task by the number of training articles.

    Parameters
    ----------
    sizes, scores, intervals : tuple
        The number of training articles, the pooled score, its 95 % interval.
    fits : int
        How many times the system was trained.
    gold_sha256, folds_sha256, settings_sha256 : str
        What the curve was made on.
    """

    task: str
    system: str
    metric: str
    sizes: tuple[int, ...]
    scores: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    fits: int
    gold_sha256: str
    folds_sha256: str
    settings_sha256: str


class Curves(msgspec.Struct, frozen=True):
    """All curves."""

    seed: int
    curves: tuple[Curve, ...]


def wanted(bench: Benchmark) -> list[tuple[str, str]]:
    """Return the (task, system) pairs whose curve can be drawn."""
    return [pair for pair in CURVES if pair[0] in bench.golds and not bench.golds[pair[0]].verdict]


def curves(bench: Benchmark, progress: Progress | None = None) -> Curves:
    """Return every curve; it takes a minute."""
    made = []
    asked = wanted(bench)
    for done, (task, system) in enumerate(asked):
        if progress is not None:
            progress(task, f"{system} learning", done, len(asked))
        made.append(curve(bench, task, system))
    return Curves(SEED, tuple(made))


def curve(bench: Benchmark, task: str, system: str, *, draws: int = DRAWS) -> Curve:
    """Return one system's learning curve on one task."""
    gold = bench.gold_for(system, task)
    model = SYSTEMS[system].build(bench.build_context(task, system, SEED))
    scorer = gold.scorer
    points, fits = [], 0
    sizes = sizes_of(len(gold.article_ids) - 1)
    for size in sizes:
        counts, trained = _counts(gold, model, scorer, size)
        known = BootstrapScore.of(counts, gold.articles, scorer, draws=draws, seed=SEED)
        points.append((float(scorer.headline(counts.sum(axis=0))), interval(known.draws)))
        fits += trained
    return Curve(
        task, system, METRICS[gold.task.headline], sizes,
        rounded(tuple(score for score, _ in points)), rounded(tuple(band for _, band in points)),
        fits, bench.golds[task].sha256, bench.folds, own_settings_sha256(bench, task, system),
    )  # fmt: skip


def sizes_of(most: int) -> tuple[int, ...]:
    """Return the numbers of training articles: all up to `most`, or some spread over them.

    Examples
    --------
    >>> sizes_of(4), sizes_of(40)
    ((1, 2, 3, 4), (1, 7, 12, 18, 23, 29, 34, 40))
    """
    if most <= SIZES:
        return tuple(range(1, most + 1))
    return tuple(round(size) for size in np.linspace(1, most, SIZES).tolist())


def _counts(gold: Gold, model: Estimator, scorer: Scorer, size: int) -> tuple[Floats, int]:
    """Return each sentence's counts, the mean over training subsets, and how many fits."""
    folds = np.unique(gold.folds).tolist()
    counts: Floats | None = None
    trained = 0
    for fold in folds:
        test = np.flatnonzero(gold.folds == fold)
        chosen = list(subsets([other for other in folds if other != fold], size))
        rows = [_held_out(gold, model, scorer, chosen_folds, test) for chosen_folds in chosen]
        mean = np.mean(rows, axis=0)
        counts = np.zeros((len(gold.values), mean.shape[1])) if counts is None else counts
        counts[test] = mean
        trained += len(rows)
    assert counts is not None  # there are two articles at least
    return counts, trained


def subsets(others: list[int], size: int) -> Iterator[tuple[int, ...]]:
    """Yield subsets of the training folds: all of them, or a seeded sample of SUBSETS.

    Examples
    --------
    >>> list(subsets([0, 2, 3], 2)), len(list(subsets(list(range(40)), 20)))
    ([(0, 2), (0, 3), (2, 3)], 10)
    """
    if len(others) <= 5:
        yield from combinations(others, size)
        return
    rng = np.random.default_rng([SEED, size, *others])
    for _ in range(SUBSETS if size < len(others) else 1):
        yield tuple(sorted(rng.choice(others, size, replace=False).tolist()))


def _held_out(
    gold: Gold, model: Estimator, scorer: Scorer, folds: tuple[int, ...], test: Indices
) -> Floats:
    """Return the counts of one held-out article, predicted from some training folds."""
    train = np.flatnonzero(np.isin(gold.folds, folds))
    fitted = fit_copy(model, gold, train)
    asked = gold.records.iloc[test].drop(columns=list(gold.hidden), errors="ignore")
    said, chances = predict(fitted, asked, gold.task.labels)
    return scorer.counts(gold.subset(test), Predictions(said, chances))
