"""Learning curves over the companion: the score by how many of its sentences are learned from.

The training articles are always learned from. Of the companion whole passages are, the first ones
of a seeded order, so that the smaller parts are in the larger ones; the counts of a held-out
sentence are the mean over ORDERS of them. The first point, no passage, is the plain twin's score,
the last one the system's own in the track.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from usiran.benchmark.learning_curve import SEED, Progress, drawable, each, made_on, point
from usiran.benchmark.protocol import run
from usiran.benchmark.results import rounded
from usiran.benchmark.run import Benchmark
from usiran.files import BAD_JSON
from usiran.stats.bootstrap import DRAWS
from usiran.stats.scores import Floats
from usiran.tasks.base import METRICS, Gold

DATA = "companion.json"
# The cheapest systems: a curve takes a dozen runs, each on several times what others learn from.
CURVES = (
    ("stance", "tfidf-nb"),
    ("holder", "tfidf-nb"),
    ("actors", "filtered-lexicon"),
    ("events", "filtered-lexicon"),
)
SIZES = (0, 100, 200, 400, 800)
ORDERS = 3


class CompanionCurve(msgspec.Struct, frozen=True):
    """One system's scores on one task by the number of the companion's sentences."""

    task: str
    system: str
    metric: str
    sizes: tuple[int, ...]  # sentences; the last one is all there are for the task
    scores: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    gold_sha256: str
    folds_sha256: str
    settings_sha256: str
    companion_sha256: str


class CompanionCurves(msgspec.Struct, frozen=True):
    """All curves."""

    seed: int
    curves: tuple[CompanionCurve, ...]


def curves(track: Benchmark, progress: Progress | None = None) -> CompanionCurves:
    """Return every curve."""
    drawn = each(track, drawable(track, CURVES), curve, "with the companion", progress)
    return CompanionCurves(SEED, tuple(drawn))


def curve(track: Benchmark, task: str, system: str, *, draws: int = DRAWS) -> CompanionCurve:
    """Return one system's curve on one task."""
    gold = track.gold_for(system, task)
    most = int(gold.source.of_companion.sum())
    sizes = (*(size for size in SIZES if size < most), most)
    points = [point(gold, _counts(track, gold, task, system, size), draws) for size in sizes]
    scores, intervals = zip(*points, strict=True)
    return CompanionCurve(
        task=task,
        system=system,
        metric=METRICS[gold.task.headline],
        sizes=sizes,
        scores=rounded(scores),
        intervals=rounded(intervals),
        companion_sha256=track.companion_sha256,
        **made_on(track, task, system),
    )


def _counts(track: Benchmark, gold: Gold, task: str, system: str, size: int) -> Floats:
    """Return each sentence's counts, the mean over the orders of passages."""
    model = track.systems[system].build(track.build_context(task, system, SEED))
    counts = []
    for part in parts(gold.source, size):
        outcome = run(model, replace(gold, training=part))
        counts.append(gold.scorer.counts(gold, outcome.predictions))
    return np.asarray(np.mean(counts, axis=0))


def parts(source: Gold, size: int) -> Iterator[Gold]:
    """Yield what is learned from: the articles, and at least so many sentences of passages."""
    own, passages = source.of_companion, source.articles
    names, lengths = np.unique(passages[own], return_counts=True)
    everything = size in (0, int(own.sum()))  # whatever the order of passages
    for order in range(1 if everything else ORDERS):
        shuffled = np.random.default_rng([SEED, order]).permutation(len(names))
        taken = int(np.searchsorted(np.cumsum(lengths[shuffled]), size)) + 1 if size else 0
        yield source.subset(~own | np.isin(passages, names[shuffled[:taken]]))


def stored_curves(track: Benchmark, folder: Path | None = None) -> tuple[CompanionCurve, ...]:
    """Return the curves in a folder of pictures, by default that of the corpus.

    None where they were made on another gold, companion, folds or settings than there are.
    """
    path = (folder or track.corpus.baselines / "figures") / DATA
    try:
        made = msgspec.json.decode(path.read_bytes(), type=CompanionCurves).curves
    except (OSError, *BAD_JSON):
        return ()
    then = [(curve.task, curve.system, *_made_on(curve)) for curve in made]
    present = [
        (task, system, *made_on(track, task, system).values(), track.companion_sha256)
        for task, system in drawable(track, CURVES)
    ]
    return made if then == present else ()


def _made_on(curve: CompanionCurve) -> tuple[str, ...]:
    return curve.gold_sha256, curve.folds_sha256, curve.settings_sha256, curve.companion_sha256
