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

GOLD = "gold"
SEED = 0
Place = tuple[str, int, int]


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One annotator against the gold or another annotator.

    Parameters
    ----------
    one, other : str
        The annotator, and ``gold`` or the other annotator.
    sentences, articles : int
        What both labelled.
    score : float
        The task's headline; `interval` is its 95 % interval, as a system's.
    scores, per_article : dict
        As a system's, without the soft score: one annotator states no probabilities.
    """

    one: str
    other: str
    sentences: int
    articles: int
    score: float
    interval: tuple[float, float]
    scores: dict[str, float]
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
    """What annotators reach on every task.

    Parameters
    ----------
    annotators : dict
        From annotator to ``human`` or ``language-model``.
    notes : tuple of str
        How the figures are to be read.
    tasks : dict
        From task to its figures; empty where there is nothing to compare.
    """

    protocol: str
    data_version: str
    seed: int
    draws: int
    annotators: dict[str, str]
    notes: tuple[str, ...]
    tasks: dict[str, TaskCeiling]


def measure(
    golds: Mapping[str, Gold], annotators: Annotators, *, gold_basis: str, data_version: str
) -> Ceiling:
    """Return what annotators reach on every task that can be evaluated.

    Parameters
    ----------
    golds : mapping
        From task to its gold.
    annotators : Annotators
        Whose labels are compared.
    gold_basis : str
        ``first-pass`` or ``adjudicated``, as corpus.toml says.
    data_version : str
        Of the corpus.
    """
    whole = _with_gold(annotators, gold_basis)
    tasks = {
        name: _task(gold, annotators, with_gold=whole)
        for name, gold in golds.items()
        if not gold.verdict and not gold.task.learns_from
    }
    kept = {name: one for name, one in tasks.items() if one.gold or one.pairs}
    notes = tuple(_notes(annotators.kinds, gold_basis))
    return Ceiling(PROTOCOL, data_version, SEED, DRAWS, annotators.kinds, notes, kept)


def _with_gold(annotators: Annotators, gold_basis: str) -> bool:
    """Whether the gold is more than the only annotator's own labels."""
    return len(annotators.kinds) > 1 or gold_basis != "first-pass"


def _notes(kinds: Mapping[str, str], gold_basis: str) -> Iterator[str]:
    if not kinds:
        yield "No ceiling: no annotator's labels are stored."
        return
    if len(kinds) == 1:
        (name,) = kinds
        yield f"One annotator only ({name}): agreement between annotators cannot be told."
    if gold_basis == "adjudicated":
        yield ("The gold was decided from these annotators' labels, so they agree with it more "
               "than an annotator would who had no part in it.")  # fmt: skip
    elif len(kinds) == 1:
        yield "The gold is this annotator's labels, so there is no ceiling yet."
    else:
        yield "The gold is one annotator's labels: that one agrees with it wholly."
    if len(kinds) > 1 and set(kinds.values()) == {"language-model"}:
        yield ("All annotators are language models: they agree more than people would, so the "
               "ceiling of trained people is lower.")  # fmt: skip


def _task(gold: Gold, annotators: Annotators, *, with_gold: bool) -> TaskCeiling:
    theirs = {name: annotators.gold(gold.task, name) for name in annotators.kinds}
    named = {name: one for name, one in theirs.items() if len(one.values)}
    against = tuple(
        _agreed(gold, (name, one), (GOLD, gold)) for name, one in named.items() if with_gold
    )
    pairs = tuple(
        _agreed(gold, one, other)
        for one, other in combinations(named.items(), 2)
        if set(one[1].articles) & set(other[1].articles)
    )
    return TaskCeiling(
        gold.task.headline, gold.sha256, against, pairs, _mean(against), _mean(pairs)
    )


def _mean(agreed: tuple[Agreed, ...]) -> float | None:
    scores = [one.score for one in agreed]
    return rounded(sum(scores) / len(scores)) if scores else None


def _agreed(gold: Gold, one: tuple[str, Gold], other: tuple[str, Gold]) -> Agreed:
    """Score one annotator's answers; the other's, or the gold, are the truth."""
    said, true = _shared(one[1], other[1])
    if gold.task.unit == "links" and not gold.task.hidden:
        said, true = _given(said, true), _given(true, said)
    # What cannot be evaluated is the gold's matter, whoever is compared.
    scorer = gold.scorer
    counts = scorer.counts(replace(true, votes=None), Predictions(said.values))
    known = BootstrapScore.of(counts, true.articles, scorer, draws=DRAWS, seed=SEED)
    sums = counts.sum(axis=0)
    scores = {name: value for name, value in scorer.scores(sums).items() if name != "soft"}
    figures = {
        "score": float(scorer.headline(sums)), "interval": interval(known.draws),
        "scores": scores, "per_article": known.per_article,
    }  # fmt: skip
    return Agreed(one[0], other[0], len(counts), len(true.article_ids), **rounded(figures))


def _shared(one: Gold, other: Gold) -> tuple[Gold, Gold]:
    """Return both on the sentences that both labelled."""
    keys = [gold.records["sentence_id"] for gold in (one, other)]
    both = set(keys[0]) & set(keys[1])
    first, second = (gold.subset(key.isin(list(both)).to_numpy(dtype=bool))
                     for gold, key in zip((one, other), keys, strict=True))  # fmt: skip
    return first, second


def _given(mine: Gold, theirs: Gold) -> Gold:
    """Return the links whose event and actor the other marked as well."""
    places = {layer: set(_places(theirs, layer)) for layer in ("events", "actors")}

    def stands(link: Link, article: str, start: int) -> bool:
        event, actor = ((article, at.start + start, at.end + start)
                        for at in (link.event, link.actor))  # fmt: skip
        return event in places["events"] and actor in places["actors"]

    starts = mine.records["start"].tolist()
    return replace(mine, values=objects([
        tuple(link for link in links if stands(link, article, start))
        for links, article, start in zip(mine.values, mine.articles, starts, strict=True)
    ]))  # fmt: skip


def _places(gold: Gold, layer: str) -> Iterator[Place]:
    records = gold.records
    for article, start, spans in zip(gold.articles, records["start"], records[layer], strict=True):
        yield from ((str(article), span.start + start, span.end + start) for span in spans)


def ceiling_bytes(ceiling: Ceiling) -> bytes:
    """Return the content of ceiling.json."""
    return msgspec.json.format(msgspec.json.encode(ceiling), indent=1) + b"\n"
