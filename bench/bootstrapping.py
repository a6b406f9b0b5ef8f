"""Budget: two-stage bootstrap draws of macro-F1 against scipy's bootstrap of f1_score."""

from __future__ import annotations

import numpy as np
from scipy.stats import bootstrap as resample
from sklearn.metrics import f1_score

from bench.measuring import Measured, alternate
from usiran.benchmark.run import Benchmark
from usiran.stats import DRAWS
from usiran.stats.bootstrap import bootstrap
from usiran.tasks.base import Predictions

TASK, SHARE = "stance", 20


def measure(bench: Benchmark) -> Measured:
    """Draw ours in full, the peer's in part: its time grows with the draws alone."""
    gold = bench.golds[TASK]
    scorer = gold.scorer
    said = np.random.default_rng(0).permutation(gold.values)

    def ours() -> None:
        counts = scorer.counts(gold, Predictions(said))
        bootstrap(counts, gold.articles, scorer, draws=DRAWS, seed=0)

    codes = {name: code for code, name in enumerate(gold.task.labels)}
    true, guess = (np.array([codes[one] for one in side]) for side in (gold.values, said))

    def peer() -> None:
        resample(
            (true, guess), lambda a, b: f1_score(a, b, average="macro", zero_division=0.0),
            paired=True, vectorized=False, n_resamples=DRAWS // SHARE, method="percentile", rng=0,
        )  # fmt: skip

    mine, part = alternate(ours, peer, runs=5)
    theirs = part * SHARE
    return Measured(
        "10,000 two-stage draws: at least 50 times faster than `scipy.stats.bootstrap` of "
        "`f1_score`",
        f"{mine * 1000:.0f} ms", f"{theirs:.1f} s", theirs / mine, theirs / mine >= 50,
        f"Ours counts the sentences besides. The peer was timed on {DRAWS // SHARE} draws "
        f"(times {SHARE}), and draws sentences only.",
    )  # fmt: skip
