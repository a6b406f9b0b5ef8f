"""One system's draws against another's, on the sentences that are scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from usiran.benchmark.results import Result
from usiran.benchmark.run import Benchmark
from usiran.io.markdown import signed, signed_span
from usiran.models.registry import reads_marks
from usiran.stats.bootstrap import ALL_AGREE, BootstrapScore
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold

Contested = Literal["include", "exclude"]
AGAINST_HEADS = ("difference", "95 % interval", "p", "articles", "verdict")


def kept(benchmark: Benchmark, gold: Gold, contested: Contested) -> NDArray[np.bool_]:
    """Return which rows of the gold are scored."""
    if contested == "include":
        return np.ones(len(gold.values), dtype=bool)
    return ~gold.records["sentence_id"].isin(benchmark.contested).to_numpy(dtype=bool)


def bootstrapped(
    benchmark: Benchmark, result: Result, counts: Floats, contested: Contested
) -> BootstrapScore:
    """Return the draws of counts that are paired with those of a result."""
    gold = benchmark.golds[result.task]
    rows = kept(benchmark, gold, contested)
    return BootstrapScore.of(
        counts[rows], gold.articles[rows], gold.scorer, draws=result.draws, seed=result.seed
    )


def how_to_read(articles: int, systems: Iterable[str]) -> list[str]:
    """Return what is said below such a table: when there is no tie, who reads the gold."""
    agree = f"all {articles} articles agree"
    if articles > ALL_AGREE:
        agree = "so many articles agree that it is no chance (sign test, 5 %)"
    told = [name for name in systems if reads_marks(name)]
    readers = [f"Reads what annotators marked: {', '.join(told)}."] if told else []
    return [f"A tie unless the interval excludes 0 and {agree}.", *readers]


def against_cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return a comparison as cells of a table, under `AGAINST_HEADS`."""
    return (
        signed(row["difference"]),
        signed_span((row["low"], row["high"])),
        "< .001" if row["p"] < 0.0005 else f"{row['p']:.3f}".removeprefix("0"),
        f"{row['better']} of {row['articles']}",
        row["verdict"],
    )
