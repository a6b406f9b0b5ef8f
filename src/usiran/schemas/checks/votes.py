"""Votes and decisions: what the gold rests on is there, counted right, and explained."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from usiran.errors import Finding
from usiran.schemas.checks.labels import file_of
from usiran.schemas.names import SENTENCE_LAYERS, VOTED_LAYERS
from usiran.schemas.tables import FILES, Frames, rows_of

Task = tuple[str, str, str]  # annotator_id, project, unit


class Vote(NamedTuple):
    """What a vote is for: a label on a unit (for a role also the actor span)."""

    layer: str
    unit_id: str
    label: str
    target: str


def counted(annotations: Iterable[Any], rounds: Sequence[str]) -> list[Any]:
    """Return the annotation rows that count as votes.

    `annotations` are rows with the columns of the annotations table as attributes.

    Only `rounds` count. Where an annotator labelled a task in several of them, the last
    one listed counts: a task is a sentence for the sentence layer, an article for spans.
    """
    order = {name: number for number, name in enumerate(rounds)}
    rows = [row for row in annotations if row.round in order]
    last: dict[Task, int] = {}
    for row in rows:
        last[_task(row)] = max(order[row.round], last.get(_task(row), -1))
    return [row for row in rows if order[row.round] == last[_task(row)]]


def count_votes(annotations: Iterable[Any], rounds: Sequence[str]) -> Counter[Vote]:
    """Count the annotators for each label on each unit; grounds and modes are not voted on."""
    return Counter(
        Vote(row.layer, row.unit_id, row.label, row.target if isinstance(row.target, str) else "")
        for row in counted(annotations, rounds)
        if row.layer in VOTED_LAYERS
    )


def vote_rows(counts: Mapping[Vote, int]) -> list[dict[str, str]]:
    """Return the rows of votes.csv, sorted."""
    return [vote._asdict() | {"votes": str(counts[vote])} for vote in sorted(counts)]


def _task(row: Any) -> Task:
    sentence = row.layer in SENTENCE_LAYERS
    return (
        row.annotator_id,
        "stance" if sentence else "spans",
        row.unit_id if sentence else row.article_id,
    )


def votes_equal(frames: Frames, rounds: Sequence[str]) -> Iterator[Finding]:
    """Find votes that are not what the submissions say."""
    expected = count_votes(rows_of(frames["annotations"]), rounds)
    given = {
        Vote(
            row.layer, row.unit_id, row.label, row.target if isinstance(row.target, str) else ""
        ): row.votes
        for row in rows_of(frames["votes"])
    }
    for vote in sorted(set(expected) | set(given)):
        if expected[vote] != given.get(vote, 0):
            yield Finding(
                FILES["votes"],
                " ".join(part for part in vote if part),
                "votes",
                str(given.get(vote, 0)),
                f"{expected[vote]}, as counted over the submissions of {', '.join(rounds)}",
                "put the votes or the annotator's labels back as they were",
            )


def passes_complete(frames: Frames, rounds: Sequence[str]) -> Iterator[Finding]:
    """Find tasks that an annotator left out of an article it labelled."""
    scored = frames["sentences"].query("zone != 'boilerplate'")
    done: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    started: dict[tuple[str, str], None] = {}
    for row in rows_of(frames["annotations"]):
        if row.round == (rounds[0] if rounds else ""):
            # Later rounds may hold only the tasks that were labelled again.
            done[row.round, row.annotator_id, row.layer].add(row.unit_id)
            started[row.annotator_id, row.article_id] = None
    for annotator_id, article_id in started:
        wanted = list(scored[scored["article_id"] == article_id]["sentence_id"])
        for layer in ("stance", "holder"):
            missing = [key for key in wanted if key not in done[rounds[0], annotator_id, layer]]
            yield from (_missing(rounds[0], annotator_id, layer, key) for key in missing)
        if article_id not in done[rounds[0], annotator_id, "article_stance"]:
            yield _missing(rounds[0], annotator_id, "article_stance", article_id)


def _missing(round_name: str, annotator_id: str, layer: str, unit_id: str) -> Finding:
    file = file_of(round_name, annotator_id, layer)
    allowed = f"a {layer} for every unit of an article that {annotator_id} labelled"
    return Finding(file, unit_id, layer, "", allowed, "put the label back, or label the unit")


def decided(frames: Frames, rounds: Sequence[str]) -> Iterator[Finding]:
    """Find gold labels that most annotators did not give and no decision explains."""
    counts = count_votes(rows_of(frames["annotations"]), rounds)
    judges = _judges(rows_of(frames["annotations"]), rounds)
    explained = {(row.layer, row.unit_id) for row in rows_of(frames["decisions"])}
    gold = _gold(frames)
    for vote in sorted(set(counts) | set(gold)):
        unit = (vote.layer, vote.unit_id)
        most = (
            2 * counts[vote]
            > judges[_project(vote.layer), gold.get(vote) or _article(vote.unit_id)]
        )
        if unit in explained or (vote in gold) == most:
            continue
        found = vote.label if vote in gold else f"no {vote.label}"
        told = f"{counts[vote]} of the annotators gave {vote.label}"
        yield Finding(
            _gold_file(vote.layer),
            " ".join(part for part in (vote.unit_id, vote.target) if part),
            vote.layer,
            found,
            f"what most annotators gave ({told}), or a reason in {FILES['decisions']}",
            "correct the gold label, or record the decision and its reason",
        )


def _judges(annotations: Iterable[Any], rounds: Sequence[str]) -> Counter[tuple[str, str]]:
    """Count the annotators of each article and project."""
    rows = counted(annotations, rounds)
    judges = {(row.annotator_id, _project(row.layer), row.article_id) for row in rows}
    return Counter((project, article) for _, project, article in judges)


def _project(layer: str) -> str:
    return "stance" if layer in SENTENCE_LAYERS else "spans"


def _article(unit_id: str) -> str:
    return re.split("[#@]", unit_id, maxsplit=1)[0]


def _gold_file(layer: str) -> str:
    return FILES["stance"] if layer in SENTENCE_LAYERS else FILES["actors"]


def _gold(frames: Frames) -> dict[Vote, str]:
    """Return every gold label that votes are counted for, with its article."""
    gold = {}
    for row in rows_of(frames["stance"]):
        gold[Vote("stance", row.sentence_id, row.stance, "")] = row.article_id
        gold[Vote("holder", row.sentence_id, row.holder, "")] = row.article_id
    for row in rows_of(frames["article_stance"]):
        gold[Vote("article_stance", row.article_id, row.article_stance, "")] = row.article_id
    for name, layer in (("actors", "actor"), ("events", "event")):
        for row in rows_of(frames[name]):
            gold[Vote(layer, row.span_id, row.type, "")] = row.article_id
    for row in rows_of(frames["roles"]):
        gold[Vote("role", row.event_id, row.role, row.actor_span_id)] = row.article_id
    return gold
