"""Comparing two systems' stored predictions."""

from __future__ import annotations

import msgspec

from usiran.benchmark.ranking import standings
from usiran.benchmark.results import Results, Stored, paths, rounded
from usiran.benchmark.run import Bench, counts_of, scorer_of
from usiran.errors import FileError
from usiran.models.settings import chosen
from usiran.stats.bootstrap import COVERAGE, Comparison, compare, scored


class Report(msgspec.Struct, frozen=True):
    """What `usiran benchmark compare` says.

    Parameters
    ----------
    noise_floor : float or None
        The one measured on this task, as in `Standings`.
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


def compare_stored(bench: Bench, results: Results, task: str, first: str, second: str) -> Report:
    """Compare two stored results sentence by sentence.

    Raises
    ------
    InputError, FileError
        One of the two is unknown, stale, or was scored on rearranged labels.
    """
    one, other = (comparable(bench, results, task, name) for name in (first, second))
    scorer, gold = scorer_of(bench.golds[task]), bench.golds[task]
    settings = {"draws": min(one.result.draws, other.result.draws), "seed": one.result.seed}
    sides = [
        scored(counts_of(bench.outcomes(side), scorer), gold.articles, scorer, **settings)
        for side in (one, other)
    ]
    found: Comparison = compare(sides[0], sides[1], scorer, **settings)
    report = {
        "difference": found.difference, "interval": found.interval, "p": found.p,
        "noise_floor": standings(bench, task, results).noise_floor,
        "per_article": {name: (score, sides[1].articles[name])
                        for name, score in sides[0].articles.items()},
    }  # fmt: skip
    return Report(
        task=task, headline=gold.task.headline, first=first, second=second,
        scores=(one.result.score, other.result.score), coverage=COVERAGE,
        better=found.better, articles=found.articles, verdict=found.verdict,
        **rounded(report),
    )  # fmt: skip


def comparable(bench: Bench, results: Results, task: str, system: str) -> Stored:
    """Return a stored result that may be compared with others.

    Raises
    ------
    InputError, FileError
        It is unknown, stale, or was scored on rearranged labels.
    """
    names = tuple(name for name, of in results if of == task)
    chosen("task", (task,), tuple(dict.fromkeys(of for _, of in results)))
    chosen("system", (system,), names)
    stored = results[system, task]
    file = bench.corpus.name_of(paths(bench.corpus, system, task)[0])
    if bench.is_stale(stored.result):
        raise FileError(file, "made on other gold or folds", "the corpus's present gold",
                        "run it again: `usiran benchmark run`")  # fmt: skip
    if stored.result.relabelled:
        raise FileError(file, "scored on labels rearranged on purpose", "the true labels",
                        "compare systems scored on the same labels")  # fmt: skip
    return stored
