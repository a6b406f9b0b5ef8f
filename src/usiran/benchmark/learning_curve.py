"""Learning curves: the score by the number of training articles.

For every fold held out, a system is trained on subsets of the others of each size: on all of
them where there are at most SUBSETS, else on a seeded sample. Where a fold holds several
articles, a size is what so many folds hold on average. The counts of a held-out
sentence are the mean over its subsets; they are pooled and scored as ever, and the band is
the two-stage bootstrap's interval. So the last point is the system's own score, up to seeds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from usiran.benchmark.results import rounded
from usiran.benchmark.run import Benchmark
from usiran.benchmark.settings_hash import own_settings_sha256
from usiran.files import read_json
from usiran.models.base import Estimator, Indices, predict
from usiran.models.fit_cache import fit_copy
from usiran.stats import DRAWS
from usiran.stats.bootstrap import BootstrapScore, interval
from usiran.stats.scores import Floats
from usiran.tasks.base import METRICS, Gold, Predictions

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


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One system's scores on one task by how much it learned from."""

    task: str
    system: str
    metric: str
    sizes: tuple[int, ...]  # numbers of training articles, or of the companion's sentences
    scores: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    fits: int | msgspec.UnsetType = msgspec.UNSET  # by articles: how often it was trained
    gold_sha256: str
    folds_sha256: str
    settings_sha256: str
    companion_sha256: str | msgspec.UnsetType = msgspec.UNSET  # by a companion's sentences


class Curves(msgspec.Struct, frozen=True):
    """All curves."""

    seed: int
    curves: tuple[Curve, ...]


def drawable(bench: Benchmark, pairs: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """Return those of the (task, system) pairs, by default CURVES, whose curve can be drawn."""
    return [
        (task, system)
        for task, system in pairs or CURVES
        if task in bench.golds and not bench.golds[task].verdict and bench.runs(system, task)
    ]


def curves(bench: Benchmark, progress: Progress | None = None) -> Curves:
    """Return every curve; it takes a minute."""
    return Curves(SEED, tuple(each(bench, drawable(bench), curve, "learning", progress)))


def each(
    bench: Benchmark,
    pairs: Sequence[tuple[str, str]],
    draw: Callable[[Benchmark, str, str], Curve],
    doing: str,
    progress: Progress | None,
) -> Iterator[Curve]:
    """Yield the curve of each (task, system) pair; progress says what its system is doing."""
    for done, (task, system) in enumerate(pairs):
        if progress is not None:
            progress(task, f"{system} {doing}", done, len(pairs))
        yield draw(bench, task, system)


def curve(bench: Benchmark, task: str, system: str, *, draws: int = DRAWS) -> Curve:
    """Return one system's learning curve on one task."""
    gold = bench.gold_for(system, task)
    model = bench.systems[system].build(bench.build_context(task, system, SEED))
    folds = len(np.unique(gold.folds))
    sizes = sizes_of(folds - 1)
    counts, fits = zip(*(_counts(gold, model, size) for size in sizes), strict=True)
    articles = (round(size * len(gold.article_ids) / folds) for size in sizes)
    points = zip(articles, counts, strict=True)
    drawn = through(points, bench, task, system, draws=draws)
    return msgspec.structs.replace(drawn, fits=sum(fits))


def through(
    points: Iterable[tuple[int, Floats]], bench: Benchmark, task: str, system: str, *, draws: int
) -> Curve:
    """Return the curve through some sizes, each with the counts of each sentence there."""
    gold = bench.gold_for(system, task)
    sizes, scores, intervals = [], [], []
    for size, counts in points:
        bootstrap = BootstrapScore.of(counts, gold.articles, gold.scorer, draws=draws, seed=SEED)
        sizes.append(size)
        scores.append(float(gold.scorer.headline(counts.sum(axis=0))))
        intervals.append(interval(bootstrap.draws))
    return Curve(
        metric=METRICS[gold.task.headline],
        sizes=tuple(sizes),
        scores=rounded(tuple(scores)),
        intervals=rounded(tuple(intervals)),
        **_made_on(bench, task, system),
    )


def current(bench: Benchmark, path: Path, pairs: Sequence[tuple[str, str]] = ()) -> Curves | None:
    """Return the curves in a file; None where they are of another gold, folds or settings."""
    stored = read_json(path, Curves)
    present = [_made_on(bench, *pair) for pair in drawable(bench, pairs)]
    if stored is None or len(stored.curves) != len(present):
        return None
    both = zip(stored.curves, present, strict=True)
    same = all(getattr(curve, name) == row[name] for curve, row in both for name in row)
    return stored if same else None


def _made_on(bench: Benchmark, task: str, system: str) -> dict[str, Any]:
    """Return what a curve is of, and the hashes of all that it follows from."""
    return {
        "task": task,
        "system": system,
        "gold_sha256": bench.golds[task].sha256,
        "folds_sha256": bench.folds,
        "settings_sha256": own_settings_sha256(bench.build_context(task, system, 0)),
        "companion_sha256": bench.companion_sha256 or msgspec.UNSET,
    }


def sizes_of(most: int) -> tuple[int, ...]:
    """Return the numbers of training folds: all up to `most`, or some spread over them.

    Examples
    --------
    >>> sizes_of(4), sizes_of(40)
    ((1, 2, 3, 4), (1, 7, 12, 18, 23, 29, 34, 40))
    """
    if most <= SIZES:
        return tuple(range(1, most + 1))
    return tuple(round(size) for size in np.linspace(1, most, SIZES).tolist())


def _counts(gold: Gold, model: Estimator, size: int) -> tuple[Floats, int]:
    """Return each sentence's counts, the mean over training subsets, and how many fits."""
    folds = np.unique(gold.folds).tolist()
    means, rows, fits = [], [], 0
    for fold in folds:
        test = np.flatnonzero(gold.folds == fold)
        training = list(subsets([number for number in folds if number != fold], size))
        means.append(np.mean([_held_out(gold, model, chosen, test) for chosen in training], axis=0))
        rows.append(test)
        fits += len(training)
    # Back from the order of the folds to that of the corpus.
    return np.concatenate(means)[np.argsort(np.concatenate(rows))], fits


def subsets(folds: list[int], size: int) -> Iterator[tuple[int, ...]]:
    """Yield subsets of the training folds: all of them, or a seeded sample of SUBSETS.

    Examples
    --------
    >>> list(subsets([0, 2, 3], 2)), len(list(subsets(list(range(40)), 20)))
    ([(0, 2), (0, 3), (2, 3)], 10)
    """
    # Of five at most ten subsets have one size, which is as many as a sample would hold.
    if len(folds) <= 5:
        yield from combinations(folds, size)
        return
    rng = np.random.default_rng([SEED, size, *folds])
    for _ in range(SUBSETS if size < len(folds) else 1):
        yield tuple(sorted(rng.choice(folds, size, replace=False).tolist()))


def _held_out(gold: Gold, model: Estimator, folds: tuple[int, ...], test: Indices) -> Floats:
    """Return the counts of one held-out fold, predicted from some training folds."""
    fitted = fit_copy(model, gold, np.flatnonzero(np.isin(gold.folds, folds)))
    records = gold.records.iloc[test].drop(columns=list(gold.hidden), errors="ignore")
    predictions = Predictions(*predict(fitted, records, gold.task.labels))
    return gold.scorer.counts(gold.subset(test), predictions)
