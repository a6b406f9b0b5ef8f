"""Budget: the protocol's leave-one-article-out against scikit-learn's own loop."""

from __future__ import annotations

from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from bench.measuring import Measured, alternate
from usiran.benchmark.protocol import run
from usiran.benchmark.run import Benchmark
from usiran.models.registry import SYSTEMS

SYSTEM, TASK = "tfidf-logreg", "stance"


def measure(bench: Benchmark) -> Measured:
    """Predict every article from the others, both ways with the same estimator."""
    gold = bench.golds[TASK]
    model = SYSTEMS[SYSTEM].build(bench.build_context(TASK, SYSTEM, 0))

    def peer() -> None:
        with threadpool_limits(1):
            cross_val_predict(
                model, gold.records, gold.values.astype(str), groups=gold.folds,
                cv=LeaveOneGroupOut(), method="predict_proba",
            )  # fmt: skip

    ours, theirs = alternate(lambda: run(model, gold), peer, runs=5)
    return Measured(
        "leave-one-article-out: at most 1.2 times `cross_val_predict` on the same pipeline",
        f"{ours:.2f} s", f"{theirs:.2f} s", ours / theirs, ours / theirs <= 1.2,
        f"{SYSTEM} on {TASK}, {len(gold.values)} sentences, one thread each.",
    )  # fmt: skip
