"""Votes and decisions: what the gold rests on is there, counted right, and explained."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from usiran.errors import Finding
from usiran.schemas.names import SENTENCE_LAYERS
from usiran.schemas.tables import FILES, Allowed, Frames, rows_of
from usiran.validation.labels import file_of

Task = tuple[str, str, str]  # annotator_id, project, unit


ADJUDICATED = 3
"""From so many annotators on, every disagreement is decided with a reason."""


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
    """Count the annotators for each label on each unit, and for each event's mode."""
    counts: Counter[Vote] = Counter()
    for row in counted(annotations, rounds):
        target = row.target if isinstance(row.target, str) else ""
        counts[Vote(row.layer, row.unit_id, row.label, target)] += 1
        if row.layer == "event" and isinstance(row.mode, str):
            counts[Vote("mode", row.unit_id, row.mode, "")] += 1
    return counts


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


def rounds_there(frames: Frames, rounds: Sequence[str]) -> Iterator[Finding]:
    """Find gold rounds that no submission belongs to, and a gold that claims too much."""
    there = set(frames["annotations"]["round"])
    for name in rounds:
        if name not in there:
            allowed = f"rounds under {FILES['annotations']}: {', '.join(sorted(there)) or 'none'}"
            fix = "correct gold_rounds, or put the submissions back"
            yield Finding("dataset/corpus.toml", "", "gold_rounds", name, allowed, fix)
    if not rounds:
        fix = "name the rounds that the gold rests on"
        yield Finding("dataset/corpus.toml", "", "gold_rounds", "none", "at least one", fix)


def votes_equal(frames: Frames, rounds: Sequence[str]) -> Iterator[Finding]:
    """Find votes that are not what the submissions say."""
    expected = count_votes(rows_of(frames["annotations"]), rounds)
    if not expected:
        return  # the finding is that of `rounds_there`
    given = {_vote(row): int(row.votes) for row in rows_of(frames["votes"])}
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


def decided(frames: Frames, rounds: Sequence[str]) -> Iterator[Finding]:
    """Find gold labels that the annotators did not all give and no decision explains.

    From three annotators on, every disagreement needs its decision; with fewer, the label that
    most of them gave needs none.
    """
    counts = count_votes(rows_of(frames["annotations"]), rounds)
    if not counts:
        return
    judges = _judges(rows_of(frames["annotations"]), rounds)
    rows = list(rows_of(frames["decisions"]))
    exactly = {(row.layer, row.unit_id) for row in rows}
    loosely = {unit for row in rows for unit in _explains(row)}
    gold = _gold(frames)
    events = {v.unit_id for v in gold if v.layer == "event"}
    marked: Counter[str] = Counter()
    for vote, count in counts.items():
        if vote.layer == "event":
            marked[vote.unit_id] += count
    for vote in sorted(set(counts) | set(gold)):
        if vote.layer == "mode" and vote.unit_id not in events:
            continue
        judging = judges[_project(vote.layer), gold.get(vote) or _article(vote.unit_id)]
        asked, strict = _asked(vote, marked[vote.unit_id], judging), judging >= ADJUDICATED
        known, explained = (_unanimous, exactly) if strict else (_majority, loosely)
        reasons = _reasons(vote, events, marked=marked[vote.unit_id] > 0)
        if known(vote in gold, counts[vote], asked) or explained & reasons:
            continue
        found = vote.label if vote in gold else f"no {vote.label}"
        told = f"{counts[vote]} of the annotators gave {vote.label}"
        yield Finding(
            _gold_file(vote.layer),
            " ".join(part for part in (vote.unit_id, vote.target) if part),
            vote.layer,
            found,
            f"what {'all' if strict else 'most'} annotators gave ({told}), or a reason in "
            f"{FILES['decisions']}",
            "correct the gold label, or record the decision and its reason",
        )


def _asked(vote: Vote, marked: int, judging: int) -> int:
    """Return how many annotators were asked for a label: of an event, those who marked it."""
    if vote.layer == "mode":
        return marked or judging
    # Of an event that few marked, all are asked: the roles of those who did not are none.
    return marked if vote.layer == "role" and 2 * marked > judging else judging


def _reasons(vote: Vote, events: Container[str], *, marked: bool) -> set[tuple[str, str]]:
    """Return the units whose decisions can explain a label."""
    units = {(vote.layer, vote.unit_id)}
    if vote.layer == "mode" and not marked:
        # Nobody marked the event that was added: its decision gave the mode too.
        units |= {("event", vote.unit_id)}
    if vote.layer == "role":
        # A span that was moved or left out took its roles with it.
        units |= {("actor", vote.target)}
        units |= set() if vote.unit_id in events else {("event", vote.unit_id)}
    return units


def _unanimous(stands: bool, given: int, asked: int) -> bool:
    return given == (asked if stands else 0)


def _majority(stands: bool, given: int, asked: int) -> bool:
    return stands == (2 * given > asked)


def decisions_hold(frames: Frames, allowed: Allowed) -> Iterator[Finding]:
    """Find decisions about units there are not, with labels there are not, or not in the gold."""
    gold = set(_gold(frames))
    links: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in rows_of(frames["decisions"]):
        vote = _vote(row)
        if row.layer in _WHOLE:
            links[row.layer, row.unit_id] |= {(vote.label, vote.target)} if vote.label else set()
        elif not vote.label:
            standing = [v.label for v in gold if v[:2] == vote[:2]]
            yield from (_undone(vote, label, "no such label") for label in standing)
        elif vote not in gold:
            yield from _not_in_gold(vote, gold, allowed)
    for (layer, unit_id), decided_links in sorted(links.items()):
        there = {(v.label, v.target) for v in gold if v[:2] == (layer, unit_id)}
        if there != decided_links:
            found = _listed(decided_links)
            yield _undone(Vote(layer, unit_id, "", ""), found, f"{_listed(there)}, as in the gold")


_WHOLE = ("grounds", "role")  # decided as a whole: the rows of a unit are all it has
_LABELS_OF = {"article_stance": "stance"}


def _explains(row: Any) -> Iterator[tuple[str, str]]:
    """Yield what a decision explains: the stance with its grounds, the event with its mode."""
    yield row.layer, row.unit_id
    if row.layer == "stance":
        yield "grounds", row.unit_id
    if row.layer == "event":
        yield "mode", row.unit_id


def _not_in_gold(vote: Vote, gold: set[Vote], allowed: Allowed) -> Iterator[Finding]:
    names = allowed[_LABELS_OF.get(vote.layer, vote.layer)]
    if vote.label not in names:
        yield _undone(vote, vote.label, f"one of {', '.join(names)}")
        return
    there = sorted(v.label for v in gold if v[:2] == vote[:2])
    yield _undone(vote, vote.label, f"{', '.join(there) or 'no label'}, as in the gold")


def _listed(links: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(" ".join(part for part in link if part) for link in links)) or "none"


def _undone(vote: Vote, found: str, allowed: str) -> Finding:
    record = " ".join(part for part in vote if part)
    fix = "correct the decision, or the gold label"
    return Finding(FILES["decisions"], record, "label", found, allowed, fix)


def _vote(row: Any) -> Vote:
    label, target = (value if isinstance(value, str) else "" for value in (row.label, row.target))
    return Vote(row.layer, row.unit_id, label, target)


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
        for ground in row.grounds:
            gold[Vote("grounds", row.sentence_id, ground, "")] = row.article_id
    for row in rows_of(frames["article_stance"]):
        gold[Vote("article_stance", row.article_id, row.article_stance, "")] = row.article_id
    for row in rows_of(frames["actors"]):
        gold[Vote("actor", row.span_id, row.type, "")] = row.article_id
    for row in rows_of(frames["events"]):
        gold[Vote("event", row.span_id, row.type, "")] = row.article_id
        gold[Vote("mode", row.span_id, row.mode, "")] = row.article_id
    for row in rows_of(frames["roles"]):
        gold[Vote("role", row.event_id, row.role, row.actor_span_id)] = row.article_id
    return gold
