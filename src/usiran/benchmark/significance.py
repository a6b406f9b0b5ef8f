"""Comparing two systems' stored predictions."""

from typing import Any

import msgspec

from usiran.benchmark.ranking import rank
from usiran.benchmark.results import Results, Stored, rounded
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.models.settings import chosen
from usiran.stats.bootstrap import COVERAGE, BootstrapScore, Scorer, randomisation_p

AGAINST = ("difference", "low", "high", "p", "better", "articles", "verdict")


class Report(msgspec.Struct, frozen=True):
    """What `usiran benchmark compare` says; the noise floor is the one measured on the task."""

    task: str
    headline: str
    first: str
    second: str
    scores: tuple[float, float]
    difference: float
    interval: tuple[float, float]
    coverage: str
    p: float
    better: int
    articles: int
    verdict: str
    noise_floor: float | None
    per_article: dict[str, tuple[float, float]]


def compare_stored(
    benchmark: Benchmark, results: Results, task: str, first: str, second: str
) -> Report:
    """Compare two stored results sentence by sentence."""
    stored = [comparable(benchmark, results, task, name) for name in (first, second)]
    gold = benchmark.golds[task]
    # Only equal seeds and numbers of draws are paired.
    draws, seed = min(side.result.draws for side in stored), stored[0].result.seed
    left, right = (benchmark.bootstrap(side, seed=seed, draws=draws) for side in stored)
    figures = against(left, right, gold.scorer, draws=draws, seed=seed)
    return Report(
        task=task,
        headline=gold.task.headline,
        first=first,
        second=second,
        scores=(stored[0].result.score, stored[1].result.score),
        interval=(figures.pop("low"), figures.pop("high")),
        coverage=COVERAGE,
        noise_floor=rounded(rank(benchmark, task, results).noise_floor),
        per_article=rounded(
            {name: (score, right.per_article[name]) for name, score in left.per_article.items()}
        ),
        **figures,
    )


def against(
    first: BootstrapScore, second: BootstrapScore, scorer: Scorer, *, draws: int, seed: int
) -> dict[str, Any]:
    """Return how two systems compare that were drawn with this seed; keys are `AGAINST`."""
    paired = first.minus(second)
    sums = first.counts.sum(axis=0), second.counts.sum(axis=0)
    gap = float(scorer.headline(sums[0]) - scorer.headline(sums[1]))
    p = randomisation_p(first.counts, second.counts, scorer, draws=draws, seed=seed)
    low, high = rounded(paired.interval)
    articles = len(first.per_article)
    figures = (rounded(gap), low, high, rounded(p), paired.better, articles, paired.verdict)
    return dict(zip(AGAINST, figures, strict=True))


def comparable(benchmark: Benchmark, results: Results, task: str, system: str) -> Stored:
    """Return a stored result that may be compared with others: known, fresh, on true labels."""
    chosen("task", (task,), tuple(dict.fromkeys(name for _, name in results)))
    chosen("system", (system,), tuple(name for name, of_task in results if of_task == task))
    stored = results[system, task]
    file = benchmark.corpus.name_of(benchmark.files_of(system, task)[0])
    if benchmark.is_stale(stored.result):
        fix = "run it again: `usiran benchmark run`"
        raise FileError(file, "made on other gold or folds", "the corpus's present gold", fix)
    if stored.result.relabelled:
        fix = "compare systems scored on the same labels"
        raise FileError(file, "scored on labels rearranged on purpose", "the true labels", fix)
    return stored
