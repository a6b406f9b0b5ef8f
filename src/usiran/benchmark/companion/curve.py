"""Learning curves over the companion: the score by how many of its sentences are learned from.

The training articles are always learned from. Of the companion whole passages are, the first ones
of a seeded order, so that the smaller parts are in the larger ones; the counts of a held-out
sentence are the mean over ORDERS of them. The first point, no passage, is the plain twin's score,
the last one the system's own in the track.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from usiran.benchmark.learning_curve import (
    SEED,
    Curve,
    Curves,
    Progress,
    current,
    drawable,
    each,
    through,
)
from usiran.benchmark.protocol import run
from usiran.benchmark.run import Benchmark
from usiran.stats import DRAWS
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold

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


def curves(track: Benchmark, progress: Progress | None = None) -> Curves:
    """Return every curve."""
    drawn = each(track, drawable(track, CURVES), curve, "with the companion", progress)
    return Curves(SEED, tuple(drawn))


def curve(track: Benchmark, task: str, system: str, *, draws: int = DRAWS) -> Curve:
    """Return one system's curve on one task; its last size is all sentences there are for it."""
    gold = track.gold_for(system, task)
    most = int(gold.source.of_companion.sum())
    sizes = (*(size for size in SIZES if size < most), most)
    points = ((size, _counts(track, gold, task, system, size)) for size in sizes)
    return through(points, track, task, system, draws=draws)


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


def stored_curves(track: Benchmark, folder: Path | None = None) -> Curves | None:
    """Return the curves in a folder of pictures, by default that of the corpus; see `current`."""
    return current(track, (folder or track.corpus.baselines / "figures") / DATA, CURVES)
