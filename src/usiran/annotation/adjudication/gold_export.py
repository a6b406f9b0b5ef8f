"""The adjudicated gold: its exports, and the rows of decisions.csv that explain it.

A decision on one question may touch several units. decisions.csv has one row for each unit on
which at least one annotator differs from what was decided: the label it has now, or none. So a
decided boundary gives a row for the span that stands and one for each that does not.

``overrules`` is true on a row where more than half of the annotators gave one and the same
answer for its unit and something else was decided. For a span that answer is its label, or
else the spans over it that the annotator marked instead, or nothing. The mode of an event has
a row of its own; those who marked this very trigger are asked for it.

Where a decision moves or removes a span, the roles on it change with it although nobody was
asked about them. Such units get rows of their own, whose reason names the decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Answer, Item, Question
from usiran.annotation.adjudication.questions import Decision, Settled, State
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    RoleReading,
    SpanReading,
    TaskReading,
    region_id,
    span_id,
)
from usiran.text.articles import Texts
from usiran.text.spans import overlaps
from usiran.validation.votes import Vote

_NOBODY = object()
Place = tuple[int, int]


class DecisionRow(NamedTuple):
    """One row of decisions.csv."""

    layer: str
    unit_id: str
    label: str
    target: str
    overrules: str
    reason: str
    decided_by: str
    decided_at: str


def moment(text: str | None) -> datetime:
    """Return an ISO 8601 time; the earliest there is where there is none."""
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def gold_tasks(state: State, annotations: AnnotatorLabels, texts: Texts) -> list[TaskReading]:
    """Return the gold as tasks, numbered in corpus order: the sentences, then the articles."""
    by_unit: dict[tuple[str, str], list[Settled]] = defaultdict(list)
    for one in state.settled.values():
        question = one.question
        unit = question.unit_id if question.layer in ("stance", "holder") else question.article_id
        by_unit["stance" if unit in texts.by_id else "spans", unit].append(one)
    rows = [row for row in texts.by_id.values() if ("stance", row.sentence_id) in by_unit]
    sentences = [
        TaskReading(
            "stance", number, row.article_id, row.sentence_id, row.start, row.end,
            texts.digest(row.article_id),
            (_annotation(number, by_unit["stance", row.sentence_id], annotations, texts),),
        )
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip
    articles = [
        TaskReading(
            "spans", number, article, None, 0, len(text), texts.digest(article),
            (_annotation(number, by_unit["spans", article], annotations, texts),),
        )
        for number, (article, text) in enumerate(
            ((key, text) for key, text in texts.texts.items() if ("spans", key) in by_unit), 1
        )
    ]  # fmt: skip
    return sentences + articles


def _annotation(
    number: int, settled: Sequence[Settled], annotations: AnnotatorLabels, texts: Texts
) -> AnnotationReading:
    choices: dict[str, tuple[str, ...]] = {}
    spans: list[SpanReading] = []
    roles: list[RoleReading] = []
    for question, answer, _ in settled:
        article = question.article_id
        if question.layer in SPAN_LAYERS:
            spans += (_span(article, question.layer, item, texts) for item in answer)
        elif question.layer == "role":
            event = region_id(question.unit_id)
            roles += (RoleReading(i.label, event, _actor(article, i)) for i in answer)
        elif answer:
            choices[question.layer] = (answer[0].label,)
            if len(answer) > 1:
                choices["grounds"] = tuple(item.label for item in answer[1:])
    created, updated = _times(settled, annotations)
    return AnnotationReading(
        number, None, None, created, updated, None, False, choices, tuple(spans), tuple(roles)
    )


def _span(article: str, layer: str, item: Item, texts: Texts) -> SpanReading:
    text = texts.texts[article][item.start : item.end]
    region = region_id(span_id(article, layer, item.start, item.end))
    return SpanReading(region, layer, item.start, item.end, text, item.label, item.mode)


def _actor(article: str, item: Item) -> str:
    return region_id(span_id(article, "actor", item.start, item.end))


def _times(
    settled: Sequence[Settled], annotations: AnnotatorLabels
) -> tuple[str | None, str | None]:
    """Return when the task was last labelled, and when it was last decided."""
    question = settled[0].question
    project = "stance" if question.layer in ("stance", "holder") else "spans"
    unit = question.unit_id if project == "stance" else question.article_id
    tasks = annotations.units(project).get(unit, {}).values()  # type: ignore[arg-type]  # one of the two
    labelled = [task.annotation.created_at for task in tasks]
    decided = [one.decision.decided_at for one in settled if one.decision]
    created = max(labelled, key=moment, default=None)
    return created, max([created, *decided], key=moment)


def decision_rows(
    state: State, annotations: AnnotatorLabels, votes: Mapping[Vote, int]
) -> list[DecisionRow]:
    """Return the rows of decisions.csv, sorted.

    Parameters
    ----------
    state : State
        With every question settled.
    annotations : AnnotatorLabels
        The annotators' labels.
    votes : mapping
        The votes as votes.csv counts them.
    """
    rows = [row for one in state.settled.values() for row in _rows(one)]
    explained = {(row.layer, row.unit_id) for row in rows}
    rows += _followed(state, annotations, votes, explained)
    return sorted(rows)


def _rows(one: Settled) -> Iterator[DecisionRow]:
    question, answer, decision = one
    if decision is None:
        return
    if question.layer in SPAN_LAYERS:
        yield from _span_rows(question, answer, decision)
    elif question.layer == "role":
        overrules = _role_overrules(question, answer)
        yield from _role_rows(question.unit_id, question.article_id, answer, overrules, decision)
    else:
        yield from _choice_rows(question, answer, decision)


def _choice_rows(question: Question, answer: Answer, decision: Decision) -> Iterator[DecisionRow]:
    """Give rows for the stance, for its grounds, or for both: for what somebody differs in."""
    labels, grounds = [], []
    for said in question.answers.values():
        labels.append(None if said is None else said[0].label)
        grounds.append(None if said is None else tuple(item.label for item in said[1:]))
    label, behind = answer[0].label, tuple(item.label for item in answer[1:])
    grounds_differ = any(one not in (None, behind) for one in grounds)
    if any(one != label for one in labels) or not grounds_differ:
        told = _told(_overrules(labels, label))
        yield DecisionRow(question.layer, question.unit_id, label, "", told, *decision[3:])
    if grounds_differ:
        told = _told(_overrules(grounds, behind))
        for name in behind or ("",):
            yield DecisionRow("grounds", question.unit_id, name, "", told, *decision[3:])


def _span_rows(question: Question, answer: Answer, decision: Decision) -> Iterator[DecisionRow]:
    answers = [said or () for said in question.answers.values()]
    places = sorted({(item.start, item.end) for said in (*answers, answer) for item in said})
    rows = [
        row
        for place in places
        for row in (
            *_place_rows(question, answers, answer, place, decision),
            *_mode_rows(question, answers, answer, place, decision),
        )
    ]
    # A decision that confirms what everybody marked is recorded on what it confirms.
    kept = (
        _row(question.layer, question, item[1:3], item.label, decision, overrules=False)
        for item in answer
    )
    yield from rows or kept


def _place_rows(
    question: Question, answers: Sequence[Answer], answer: Answer, place: Place, decision: Decision
) -> Iterator[DecisionRow]:
    decided = _at(answer, *place)
    said = [_at(one, *place) for one in answers]
    if any(one != decided for one in said):
        label = decided if isinstance(decided, str) else ""
        overrules = _overrules(said, decided)
        yield _row(question.layer, question, place, label, decision, overrules=overrules)


def _mode_rows(
    question: Question, answers: Sequence[Answer], answer: Answer, place: Place, decision: Decision
) -> Iterator[DecisionRow]:
    """Give the row of an event's mode, where another one was given to the same trigger."""
    said = [item.mode for one in answers for item in one if item[1:3] == place]
    for item in answer:
        if item.mode and item[1:3] == place and any(mode != item.mode for mode in said):
            overrules = _overrules(said, item.mode)
            yield _row("mode", question, place, item.mode, decision, overrules=overrules)


def _row(
    layer: str, question: Question, place: Place, label: str, decision: Decision, *, overrules: bool
) -> DecisionRow:
    unit = span_id(question.article_id, question.layer, *place)
    return DecisionRow(layer, unit, label, "", _told(overrules), *decision[3:])


def _at(answer: Answer, start: int, end: int) -> Hashable:
    """Return what an answer says of a place: a label, other spans over it, or nothing."""
    asked = Item("", start, end)
    for item in answer:
        if item[1:3] == asked[1:3]:
            return item.label
    return tuple(item[:3] for item in answer if overlaps(item, asked))


def _role_rows(
    unit: str, article: str, answer: Iterable[Item], overrules: bool, decision: Decision
) -> Iterator[DecisionRow]:
    links = [(i.label, span_id(article, "actor", i.start, i.end)) for i in answer] or [("", "")]
    for label, target in links:
        yield DecisionRow("role", unit, label, target, _told(overrules), *decision[3:])


def _role_overrules(question: Question, answer: Answer) -> bool:
    """Whether most gave this very answer and another was decided, or most gave a link less."""
    counts = Counter(item for said in question.answers.values() for item in said or ())
    dropped = any(
        2 * count > len(question.answers) and item not in answer for item, count in counts.items()
    )
    return dropped or _overrules(list(question.answers.values()), answer)


def _overrules(said: Sequence[object], decided: object) -> bool:
    """Whether more than half gave one answer (not: gave none) and another was decided."""
    most, count = Counter(said).most_common(1)[0] if said else (_NOBODY, 0)
    return 2 * count > len(said) and most is not None and most != decided


def _told(value: bool) -> str:
    return "true" if value else "false"


def _followed(
    state: State,
    annotations: AnnotatorLabels,
    votes: Mapping[Vote, int],
    explained: set[tuple[str, str]],
) -> Iterator[DecisionRow]:
    """Explain the roles that changed because a span they stand on was decided."""
    links: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for question, answer, _ in state.settled.values():
        if question.layer == "role":
            ids = {
                (item.label, span_id(question.article_id, "actor", item.start, item.end))
                for item in answer
            }
            links[question.article_id][question.unit_id] = ids
    counts: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for vote, count in votes.items():
        if vote.layer == "role":
            counts[vote.unit_id][vote.label, vote.target] = count
    for unit in sorted(counts.keys() | {u for of in links.values() for u in of}):
        article = unit.partition("@")[0]
        judges = len(annotations.annotators_of("spans", article))
        gold = links[article].get(unit, set())
        most = {link for link, count in counts[unit].items() if 2 * count > judges}
        if most != gold and ("role", unit) not in explained:
            targets = {target for _, target in most ^ gold}
            cause = _cause(state, article, {unit, *targets})
            reason = f"follows from {cause.id}: {cause.reason}"
            for label, target in sorted(gold) or [("", "")]:
                told = _told(bool(most - gold))
                yield DecisionRow("role", unit, label, target, told, reason, *cause[4:])


def _cause(state: State, article: str, units: set[str]) -> Decision:
    """Return the decision on a place that one of the spans lies in; else the article's last."""
    decided = [
        (one, one.decision)
        for layer in ("event", "actor")
        for one in state.of(layer, article)
        if one.decision is not None
    ]
    for one, decision in decided:
        if any(_lies_in(unit, one.question) for unit in units):
            return decision
    return max((decision for _, decision in decided), key=lambda one: moment(one.decided_at))


def _lies_in(unit: str, question: Question) -> bool:
    layer, _, place = unit.partition("@")[2].partition(":")
    start, _, end = place.partition("-")
    asked = Item("", question.start, question.end)
    return layer == question.layer and overlaps(Item("", int(start), int(end)), asked)
