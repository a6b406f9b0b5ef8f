"""The ceiling: how well annotators do a task, by the scorer that systems are scored by.

Every annotator is scored against the gold, and every two against each other, on what both
labelled. Scores of two annotators are the same from either side, but for precision and
recall. Links between *given* spans are compared where both marked the event and the actor:
whether somebody marked a span is the question of other tasks.

A system that scores above the ceiling does not do the task better than people: it cannot be
told from them by this gold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import msgspec

from usiran.benchmark.annotators import Annotators
from usiran.benchmark.protocol import PROTOCOL
from usiran.benchmark.results import rounded
from usiran.stats.bootstrap import DRAWS, BootstrapScore, interval
from usiran.tasks.base import Gold, Predictions, objects
from usiran.tasks.links import Link
from usiran.text.spans import Span

GOLD = "gold"
SEED = 0
Place = tuple[str, int, int]


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One annotator against the gold or another annotator, on what both labelled."""

    # The annotator, and ``gold`` or the other one; stored files keep their first names.
    first: str = msgspec.field(name="one")
    second: str = msgspec.field(name="other")
    sentences: int
    articles: int
    score: float  # the task's headline; `interval` is its 95 % interval, as a system's
    interval: tuple[float, float]
    scores: dict[str, float]  # without the soft score: one annotator states no probabilities
    per_article: dict[str, float]


class TaskCeiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All annotators on one task; the means are over `gold` and over `pairs`, or missing."""

    headline: str
    gold_sha256: str
    gold: tuple[Agreed, ...]
    pairs: tuple[Agreed, ...]
    mean_gold: float | None
    mean_pairs: float | None


class Ceiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What annotators reach on every task."""

    protocol: str
    data_version: str
    seed: int
    draws: int
    annotators: dict[str, str]  # from annotator to ``human`` or ``language-model``
    notes: tuple[str, ...]  # how the figures are to be read
    tasks: dict[str, TaskCeiling]  # without the tasks where there is nothing to compare


def measure(
    golds: Mapping[str, Gold], annotators: Annotators, *, gold_basis: str, data_version: str
) -> Ceiling:
    """Return what annotators reach on every task that can be evaluated."""
    # The gold of the only annotator's first pass is that annotator's own labels.
    with_gold = len(annotators.kinds) > 1 or gold_basis != "first-pass"
    tasks = {
        name: _task_ceiling(gold, annotators, with_gold=with_gold)
        for name, gold in golds.items()
        if not gold.verdict and gold.task.asked and not gold.task.learns_from
    }
    compared = {name: task for name, task in tasks.items() if task.gold or task.pairs}
    notes = tuple(_notes(annotators.kinds, gold_basis))
    return Ceiling(PROTOCOL, data_version, SEED, DRAWS, annotators.kinds, notes, compared)


def _notes(kinds: Mapping[str, str], gold_basis: str) -> Iterator[str]:
    if not kinds:
        yield "No ceiling: no annotator's labels are stored."
        return
    if len(kinds) == 1:
        (name,) = kinds
        yield f"One annotator only ({name}): agreement between annotators cannot be told."
    if gold_basis == "adjudicated":
        yield (
            "The gold was decided from these annotators' labels, so they agree with it more "
            "than an annotator would who had no part in it."
        )
    elif len(kinds) == 1:
        yield "The gold is this annotator's labels, so there is no ceiling yet."
    else:
        yield "The gold is one annotator's labels: that one agrees with it wholly."
    if len(kinds) > 1 and set(kinds.values()) == {"language-model"}:
        yield (
            "All annotators are language models: they agree more than people would, so the "
            "ceiling of trained people is lower."
        )


def _task_ceiling(gold: Gold, annotators: Annotators, *, with_gold: bool) -> TaskCeiling:
    answers = {name: annotators.gold(gold.task, name) for name in annotators.kinds}
    answered = {name: answer for name, answer in answers.items() if len(answer.values)}
    # Whoever labelled nothing of a task is no annotator of it.
    against_gold = tuple(
        _agreed(gold, named, (GOLD, gold)) for named in answered.items() if with_gold
    )
    pairs = tuple(
        _agreed(gold, first, second)
        for first, second in combinations(answered.items(), 2)
        if not set(first[1].articles).isdisjoint(second[1].articles)
    )
    means = _mean(against_gold), _mean(pairs)
    return TaskCeiling(gold.task.headline, gold.sha256, against_gold, pairs, *means)


def _mean(agreed: tuple[Agreed, ...]) -> float | None:
    scores = [pair.score for pair in agreed]
    return rounded(sum(scores) / len(scores)) if scores else None


def _agreed(gold: Gold, first: tuple[str, Gold], second: tuple[str, Gold]) -> Agreed:
    """Score one annotator's answers; the other's, or the gold, are the truth."""
    answers, true = _shared(first[1], second[1])
    if gold.task.unit == "links" and not gold.task.hidden:
        answers, true = _between_shared_spans(answers, true), _between_shared_spans(true, answers)
    # What cannot be evaluated is the gold's matter, whoever is compared.
    scorer = gold.scorer
    counts = scorer.counts(replace(true, votes=None), Predictions(answers.values))
    bootstrap = BootstrapScore.of(counts, true.articles, scorer, draws=DRAWS, seed=SEED)
    sums = counts.sum(axis=0)
    scores = {name: value for name, value in scorer.scores(sums).items() if name != "soft"}
    return Agreed(
        first[0],
        second[0],
        len(counts),
        len(true.article_ids),
        score=rounded(float(scorer.headline(sums))),
        interval=rounded(interval(bootstrap.draws)),
        scores=rounded(scores),
        per_article=rounded(bootstrap.per_article),
    )


def _shared(first: Gold, second: Gold) -> tuple[Gold, Gold]:
    """Return both on the sentences that both labelled."""
    keys = [gold.records["sentence_id"] for gold in (first, second)]
    both = list(set(keys[0]) & set(keys[1]))
    masks = [key.isin(both).to_numpy(dtype=bool) for key in keys]
    return first.subset(masks[0]), second.subset(masks[1])


def _between_shared_spans(links: Gold, other: Gold) -> Gold:
    """Return the links whose event and actor the other marked as well."""
    events, actors = (set(_places(other, layer)) for layer in ("events", "actors"))

    def both_marked(link: Link, article: str, start: int) -> bool:
        event, actor = (_place(span, article, start) for span in (link.event, link.actor))
        return event in events and actor in actors

    rows = zip(links.values, links.articles.tolist(), links.records["start"], strict=True)
    shared = [
        tuple(link for link in row if both_marked(link, article, start))
        for row, article, start in rows
    ]
    return replace(links, values=objects(shared))


def _places(gold: Gold, layer: str) -> Iterator[Place]:
    records = gold.records
    rows = zip(gold.articles.tolist(), records["start"], records[layer], strict=True)
    for article, start, spans in rows:
        yield from (_place(span, article, start) for span in spans)


def _place(span: Span, article: str, start: int) -> Place:
    """Return where a span of the sentence that begins at `start` stands in its article."""
    return article, span.start + start, span.end + start
