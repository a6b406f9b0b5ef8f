"""What the benchmark's pictures show, as plain data: scores, confusions, labels.

The data are stored beside the pictures (`figures.json`): a picture's bytes differ from one
version of its library to the next, what it shows does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from usiran.benchmark.ranking import Ranking, contestants, rank
from usiran.benchmark.results import Result, Results, Stored, rounded
from usiran.benchmark.run import Benchmark
from usiran.tasks.base import METRICS, Gold, Predictions
from usiran.text.spans import pairs

NONE = "none"
Cells = tuple[tuple[float, ...], ...]


class Shown(msgspec.Struct, frozen=True):
    """One system's score on one task, with its interval and each article's own score."""

    system: str
    kind: str
    score: float
    interval: tuple[float, float]
    chance: float
    per_article: tuple[float, ...]


class TaskScores(msgspec.Struct, frozen=True):
    """All systems on one task, the best first, then the peers.

    Parameters
    ----------
    ceiling : float or None
        Mean score of annotators against each other; None where there is no such thing.
    """

    task: str
    metric: str
    articles: tuple[str, ...]
    systems: tuple[Shown, ...]
    ceiling: float | None


class Confused(msgspec.Struct, frozen=True):
    """Gold labels (rows) against those of our best that reads text alone (columns).

    `none`: not marked.
    """

    task: str
    system: str
    labels: tuple[str, ...]
    cells: Cells


class Spread(msgspec.Struct, frozen=True):
    """How often each label (rows) occurs in each article (columns)."""

    task: str
    labels: tuple[str, ...]
    articles: tuple[str, ...]
    cells: Cells


class Figures(msgspec.Struct, frozen=True):
    """Everything that is drawn from results and labels alone."""

    data_version: str
    scores: tuple[TaskScores, ...]
    confusions: tuple[Confused, ...]
    labels: tuple[Spread, ...]


def figures(bench: Benchmark, results: Results) -> Figures:
    """Return the data of all pictures but the learning curve."""
    told = [name for name, gold in bench.golds.items() if not gold.verdict]
    best = {name: contestants(bench, name, results) for name in told}
    confused = (_confusion(bench, results, best[name][0]) for name in told if best[name])
    return Figures(
        bench.corpus.manifest.version,
        tuple(_scores(bench, rank(bench, name, results)) for name in told),
        tuple(one for one in confused if one is not None),
        tuple(_spread(bench.golds[name]) for name in told if name in _COUNTED),
    )


_COUNTED = ("stance", "holder", "actors", "events")


def _scores(bench: Benchmark, order: Ranking) -> TaskScores:
    gold = bench.golds[order.task]
    known = bench.ceiling.tasks.get(order.task)
    shown = [row.result for row in order.rows] + [peer.result for peer in order.peers]
    return TaskScores(
        order.task, METRICS[gold.task.headline], gold.article_ids,
        tuple(_shown(result) for result in shown), known.mean_pairs if known else None,
    )  # fmt: skip


def _shown(result: Result) -> Shown:
    kind = "relabelled" if result.relabelled else result.kind
    articles = tuple(result.per_article.values())
    return Shown(result.system, kind, result.score, result.interval, result.chance, articles)


def _confusion(bench: Benchmark, results: Results, result: Result) -> Confused | None:
    gold, stored = bench.golds[result.task], results[result.system, result.task]
    if gold.task.unit == "sentence":
        told = result.confusion
        if told is None:
            return None
        return Confused(result.task, result.system, told.labels, told.cells)
    if gold.task.hidden:  # links between predicted spans: their events do not stand apart
        return None
    told_apart = {"spans": _spans_apart, "links": _links_apart}[gold.task.unit]
    level = next(iter(gold.task.levels))
    labels = (*gold.task.levels[level], NONE)
    count = Counter(_pairs_of(bench, stored, told_apart))
    cells = tuple(tuple(float(count[row, column]) for column in labels) for row in labels)
    return Confused(result.task, result.system, labels, cells)


Pairs = Iterator[tuple[str, str]]


def _pairs_of(
    bench: Benchmark, stored: Stored, told_apart: Callable[[Gold, Predictions], Pairs]
) -> Pairs:
    """Yield (gold label, label said) over all sentences of the first run."""
    outcome = bench.outcomes(stored)[0]
    yield from told_apart(outcome.gold, outcome.predictions)


def _spans_apart(gold: Gold, predictions: Predictions) -> Pairs:
    """Yield the labels of spans that overlap, and of those that nothing overlaps."""
    level = next(iter(gold.task.levels))
    for true, said in zip(gold.values, predictions.values, strict=True):
        same = pairs(true, said)
        mine, theirs = ([gold.task.at(level, span.label) for span in side] for side in (true, said))
        yield from ((mine[i], theirs[j]) for i, j in same)
        yield from ((mine[i], NONE) for i in set(range(len(mine))) - {i for i, _ in same})
        yield from ((NONE, theirs[j]) for j in set(range(len(theirs))) - {j for _, j in same})


def _links_apart(gold: Gold, predictions: Predictions) -> Pairs:
    """Yield the roles of equal pairs of event and actor; one role a pair."""
    for true, predicted in zip(gold.values, predictions.values, strict=True):
        mine, theirs = ({link.place: link.role for link in side} for side in (true, predicted))
        for place in dict.fromkeys((*mine, *theirs)):
            yield mine.get(place, NONE), theirs.get(place, NONE)


def _spread(gold: Gold) -> Spread:
    task = gold.task
    counts = {name: Counter[str]() for name in gold.article_ids}
    for article, value in zip(gold.articles.tolist(), gold.values, strict=True):
        spans = [value] if isinstance(value, str) else [span.label for span in value]
        counts[article].update(spans)
    cells = tuple(
        tuple(float(counts[article][label]) for article in gold.article_ids)
        for label in task.labels
    )
    return Spread(task.name, task.labels, gold.article_ids, cells)


def figures_bytes(made: msgspec.Struct) -> bytes:
    """Return the stored form of a picture's data."""
    plain = rounded(msgspec.to_builtins(made))
    return msgspec.json.format(msgspec.json.encode(plain), indent=1) + b"\n"
