"""Comparing two systems' stored predictions."""

from __future__ import annotations

import msgspec

from usiran.benchmark.ranking import rank
from usiran.benchmark.results import Results, Stored, paths, rounded
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.models.settings import chosen
from usiran.stats.bootstrap import COVERAGE, randomisation_p


class Report(msgspec.Struct, frozen=True):
    """What `usiran benchmark compare` says.

    Parameters
    ----------
    noise_floor : float or None
        The one measured on this task, as in `Ranking`.
    """

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
    """Compare two stored results sentence by sentence.

    Raises
    ------
    InputError, FileError
        One of the two is unknown, stale, or was scored on rearranged labels.
    """
    stored = [comparable(benchmark, results, task, name) for name in (first, second)]
    gold = benchmark.golds[task]
    scorer = gold.scorer
    # Only equal seeds and numbers of draws are paired.
    draws, seed = min(side.result.draws for side in stored), stored[0].result.seed
    one, other = (benchmark.bootstrap(side, seed=seed, draws=draws) for side in stored)
    paired = one.minus(other)
    sums = [side.counts.sum(axis=0) for side in (one, other)]
    return Report(
        task=task,
        headline=gold.task.headline,
        first=first,
        second=second,
        scores=(stored[0].result.score, stored[1].result.score),
        difference=rounded(float(scorer.headline(sums[0]) - scorer.headline(sums[1]))),
        interval=rounded(paired.interval),
        coverage=COVERAGE,
        p=rounded(randomisation_p(one.counts, other.counts, scorer, draws=draws, seed=seed)),
        better=paired.better,
        articles=len(one.per_article),
        verdict=paired.verdict,
        noise_floor=rounded(rank(benchmark, task, results).noise_floor),
        per_article=rounded(
            {name: (score, other.per_article[name]) for name, score in one.per_article.items()}
        ),
    )


def comparable(benchmark: Benchmark, results: Results, task: str, system: str) -> Stored:
    """Return a stored result that may be compared with others.

    Raises
    ------
    InputError, FileError
        It is unknown, stale, or was scored on rearranged labels.
    """
    chosen("task", (task,), tuple(dict.fromkeys(name for _, name in results)))
    chosen("system", (system,), tuple(name for name, of_task in results if of_task == task))
    stored = results[system, task]
    file = benchmark.corpus.name_of(paths(benchmark.corpus, system, task)[0])
    if benchmark.is_stale(stored.result):
        fix = "run it again: `usiran benchmark run`"
        raise FileError(file, "made on other gold or folds", "the corpus's present gold", fix)
    if stored.result.relabelled:
        fix = "compare systems scored on the same labels"
        raise FileError(file, "scored on labels rearranged on purpose", "the true labels", fix)
    return stored
