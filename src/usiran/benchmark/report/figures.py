"""What the benchmark's pictures show, as plain data: scores, confusions, labels.

The data are stored beside the pictures (`figures.json`): a picture's bytes differ from one
version of its library to the next, what it shows does not.
"""

from collections import Counter
from collections.abc import Iterator

import msgspec

from usiran.benchmark.protocol import Outcome
from usiran.benchmark.ranking import Ranking, contestants, rank
from usiran.benchmark.results import Result, Results
from usiran.benchmark.run import Benchmark
from usiran.progress import steps
from usiran.tasks.base import METRICS, Gold, Predictions, labels_of
from usiran.text.spans import pairs

NONE = "none"
_COUNTED = ("stance", "holder", "actors", "events")
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
    """All systems on one task, the best first, then the peers."""

    task: str
    metric: str
    articles: tuple[str, ...]
    systems: tuple[Shown, ...]
    ceiling: float | None  # mean score of annotators against each other, if there is one


class Confused(msgspec.Struct, frozen=True):
    """Gold labels (rows) against those of our best that reads text alone; `none`: not marked."""

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
    tasks = [name for name, gold in bench.golds.items() if not gold.verdict]
    best = [result for name in tasks for result in contestants(bench, name, results)[:1]]
    # Of several runs with different seeds the first one is shown.
    confusions = [
        confused(result, bench.outcomes(results[result.system, result.task])[0]) for result in best
    ]
    return Figures(
        bench.corpus.manifest.version,
        tuple(_scores(bench, rank(bench, name, results)) for name in steps("tasks ranked", tasks)),
        tuple(confusion for confusion in confusions if confusion is not None),
        tuple(_spread(bench.golds[name]) for name in tasks if name in _COUNTED),
    )


def _scores(bench: Benchmark, ranking: Ranking) -> TaskScores:
    gold = bench.golds[ranking.task]
    ceiling = bench.ceiling.tasks.get(ranking.task)
    results = [row.result for row in ranking.rows] + [peer.result for peer in ranking.peers]
    return TaskScores(
        task=ranking.task,
        metric=METRICS[gold.task.headline],
        articles=gold.article_ids,
        systems=tuple(map(shown, results)),
        ceiling=ceiling.mean_pairs if ceiling else None,
    )


def shown(result: Result) -> Shown:
    """Return what is drawn of a result."""
    kind = "relabelled" if result.relabelled else result.kind
    articles = tuple(result.per_article.values())
    return Shown(result.system, kind, result.score, result.interval, result.chance, articles)


def confused(result: Result, outcome: Outcome) -> Confused | None:
    """Return which labels of the gold were predicted as which; None where they stand not apart."""
    gold = outcome.gold
    if gold.task.unit == "sentence":
        table = result.confusion
        return Confused(result.task, result.system, table.labels, table.cells) if table else None
    if gold.task.hidden:  # links between predicted spans: their events do not stand apart
        return None
    pairs_of = {"spans": _span_pairs, "links": _link_pairs}[gold.task.unit]
    counts = Counter(pairs_of(outcome.gold, outcome.predictions))
    labels = (*gold.task.levels[_first_level(gold)], NONE)
    cells = tuple(tuple(float(counts[row, column]) for column in labels) for row in labels)
    return Confused(result.task, result.system, labels, cells)


def _first_level(gold: Gold) -> str:
    """Return the level of labels that is scored first: quad classes of events."""
    return next(iter(gold.task.levels))


def _span_pairs(gold: Gold, predictions: Predictions) -> Iterator[tuple[str, str]]:
    """Yield the labels of spans that overlap, and of those that nothing overlaps."""
    level = _first_level(gold)
    for true, predicted in zip(gold.values, predictions.values, strict=True):
        matches = pairs(true, predicted)
        rows, columns = (
            {i: gold.task.at(level, span.label) for i, span in enumerate(spans)}
            for spans in (true, predicted)
        )
        yield from ((rows.pop(i), columns.pop(j)) for i, j in matches)
        yield from ((label, NONE) for label in rows.values())
        yield from ((NONE, label) for label in columns.values())


def _link_pairs(gold: Gold, predictions: Predictions) -> Iterator[tuple[str, str]]:
    """Yield the roles of equal pairs of event and actor; one role a pair."""
    for true, predicted in zip(gold.values, predictions.values, strict=True):
        rows, columns = ({link.place: link.role for link in links} for links in (true, predicted))
        for place in dict.fromkeys((*rows, *columns)):
            yield rows.get(place, NONE), columns.get(place, NONE)


def _spread(gold: Gold) -> Spread:
    counts = {name: Counter[str]() for name in gold.article_ids}
    for article, value in zip(gold.articles.tolist(), gold.values, strict=True):
        counts[article].update(labels_of(value))
    cells = tuple(
        tuple(float(count[label]) for count in counts.values()) for label in gold.task.labels
    )
    return Spread(gold.task.name, gold.task.labels, gold.article_ids, cells)
