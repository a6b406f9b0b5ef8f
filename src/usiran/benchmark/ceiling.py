"""The ceiling: how well annotators do a task, by the scorer that systems are scored by.

Every annotator is scored against the gold. Those whose labels are the votes that it was decided
from had a part in it, and agree with it more than an annotator would who had none; those of
other rounds had none, but may have labelled by other guidelines. Both are told, with their
rounds. Every two with a part are compared with each other as well, on what both labelled.
Scores of two annotators are the same from either side, but for precision and recall. Links
between *given* spans are compared where both marked the event and the actor: whether somebody
marked a span is the question of other tasks.

A system that scores above the ceiling does not do the task better than people: it cannot be
told from them by this gold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import msgspec

from usiran.benchmark.annotators import Annotators
from usiran.benchmark.protocol import PROTOCOL
from usiran.benchmark.results import rounded
from usiran.corpus import Manifest, Round
from usiran.progress import steps
from usiran.stats import DRAWS
from usiran.stats.bootstrap import BootstrapScore, interval
from usiran.tasks.base import Gold, Predictions, objects
from usiran.tasks.links import Link
from usiran.tasks.metrics.labels import STATED
from usiran.text.spans import Span

GOLD = "gold"
PERSON = "human"
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
    scores: dict[str, float]  # without those of probabilities: one annotator states none
    per_article: dict[str, float]


class TaskCeiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All annotators on one task; a mean is missing where there is nothing to take it of."""

    headline: str
    gold_sha256: str
    gold: tuple[Agreed, ...]  # annotators with a part in the gold, against it
    pairs: tuple[Agreed, ...]  # the same ones, against each other
    no_part: tuple[Agreed, ...]  # annotators without a part in the gold, against it
    mean_gold: float | None
    mean_pairs: float | None
    mean_no_part: float | None
    mean_people: float | None  # of `gold` and `no_part` those who are people


class Annotator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who an annotator is; `part` is whether its labels are votes behind the gold."""

    kind: str  # ``human`` or ``language-model``
    part: bool
    rounds: tuple[str, ...]


class Ceiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What annotators reach on every task."""

    protocol: str
    data_version: str
    seed: int
    draws: int
    annotators: dict[str, Annotator]
    rounds: dict[str, Round]  # what they had before them, as far as corpus.toml tells it
    notes: tuple[str, ...]  # how the figures are to be read
    tasks: dict[str, TaskCeiling]  # without the tasks where there is nothing to compare


def measure(
    golds: Mapping[str, Gold], annotators: Annotators, others: Annotators, manifest: Manifest
) -> Ceiling:
    """Return what annotators reach on every task that can be evaluated.

    The first annotators had a part in the gold, the others had none.
    """
    # The gold of the only annotator's first pass is that annotator's own labels.
    with_gold = len(annotators.kinds) > 1 or manifest.gold_basis != "first-pass"
    asked = [
        gold
        for gold in golds.values()
        if not gold.verdict and gold.task.asked and not gold.task.learns_from
    ]
    tasks = {
        gold.task.name: _task_ceiling(gold, annotators, others, with_gold=with_gold)
        for gold in steps("tasks that annotators answered", asked)
    }
    known = {
        name: Annotator(kind, group is annotators, group.rounds_of(name))
        for group in (annotators, others)
        for name, kind in group.kinds.items()
    }
    rounds = dict.fromkeys(round for who in known.values() for round in who.rounds)
    return Ceiling(
        PROTOCOL,
        manifest.version,
        SEED,
        DRAWS,
        known,
        {name: manifest.rounds[name] for name in rounds if name in manifest.rounds},
        tuple(_notes(annotators.kinds, others.kinds, manifest.gold_basis)),
        {name: task for name, task in tasks.items() if task.gold or task.pairs or task.no_part},
    )


def _notes(kinds: Mapping[str, str], others: Mapping[str, str], gold_basis: str) -> Iterator[str]:
    if not kinds:
        yield "No ceiling: no annotator's labels are stored."
        return
    if len(kinds) == 1:
        (name,) = kinds
        yield f"One annotator only ({name}): agreement between annotators cannot be told."
    if gold_basis == "adjudicated":
        yield (
            "Annotators with a part in the gold are those whose labels it was decided from: they "
            "agree with it more than an annotator would who had no part in it."
        )
    elif len(kinds) == 1:
        yield "The gold is this annotator's labels, so there is no ceiling yet."
    else:
        yield "The gold is one annotator's labels: that one agrees with it wholly."
    if others:
        yield (
            "Annotators with no part in it labelled in other rounds; where they had other "
            "guidelines, what they score lower is the change of the rules as well."
        )
    every = {**kinds, **others}
    if PERSON not in every.values():
        yield "Human ceiling: empty, because no person has annotated this corpus."
    if len(every) > 1 and set(every.values()) == {"language-model"}:
        yield (
            "All annotators are language models: they agree more than people would, so the "
            "ceiling of trained people is lower."
        )


def _task_ceiling(
    gold: Gold, annotators: Annotators, others: Annotators, *, with_gold: bool
) -> TaskCeiling:
    answered = _answered(gold, annotators)
    against_gold = _against_gold(gold, answered) if with_gold else ()
    no_part = _against_gold(gold, _answered(gold, others))
    people = [
        row
        for group, rows in ((annotators, against_gold), (others, no_part))
        for row in rows
        if group.kinds[row.first] == PERSON
    ]
    pairs = tuple(
        _agreed(gold, first, second)
        for first, second in combinations(answered.items(), 2)
        if not set(first[1].articles).isdisjoint(second[1].articles)
    )
    means = (_mean(rows) for rows in (against_gold, pairs, no_part, people))
    return TaskCeiling(gold.task.headline, gold.sha256, against_gold, pairs, no_part, *means)


def _answered(gold: Gold, annotators: Annotators) -> dict[str, Gold]:
    """Return the answers to a task: whoever labelled nothing of it is no annotator of it."""
    answers = {name: annotators.gold(gold.task, name) for name in annotators.kinds}
    return {name: answer for name, answer in answers.items() if len(answer.values)}


def _against_gold(gold: Gold, answered: Mapping[str, Gold]) -> tuple[Agreed, ...]:
    return tuple(_agreed(gold, named, (GOLD, gold)) for named in answered.items())


def _mean(agreed: Sequence[Agreed]) -> float | None:
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
    scores = {name: value for name, value in scorer.scores(sums).items() if name not in STATED}
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
