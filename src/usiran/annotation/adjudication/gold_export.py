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

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Item, Labels, Question
from usiran.annotation.adjudication.questions import ArticleState, Decision, Resolved, State
from usiran.annotation.annotator_labels import AnnotatorLabels, Key
from usiran.label_studio import annotation_records as records
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    TaskReading,
    span_id,
    span_parts,
)
from usiran.text.articles import Texts
from usiran.text.spans import Span, overlaps
from usiran.validation.votes import Vote

Link = tuple[str, str]  # a role and the id of its actor span
NO_LINK: Link = ("", "")


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
    resolved: dict[Key, list[Resolved]] = defaultdict(list)
    for answer in state.resolved.values():
        resolved[answer.question.task].append(answer)
    # Numbered anew: equal gold gives equal bytes, whatever was decided first.
    tasks = []
    sentences = (row for row in texts.by_id.values() if ("stance", row.sentence_id) in resolved)
    for number, row in enumerate(sentences, start=1):
        annotation = _annotation(number, resolved["stance", row.sentence_id], annotations, texts)
        digest = texts.digest(row.article_id)
        place = (row.article_id, row.sentence_id, row.start, row.end)
        tasks.append(TaskReading("stance", number, *place, digest, (annotation,)))
    articles = (article for article in texts.texts if ("spans", article) in resolved)
    for number, article in enumerate(articles, start=1):
        annotation = _annotation(number, resolved["spans", article], annotations, texts)
        digest, size = texts.digest(article), len(texts.texts[article])
        tasks.append(TaskReading("spans", number, article, None, 0, size, digest, (annotation,)))
    return tasks


def _annotation(
    number: int, resolved: Sequence[Resolved], annotations: AnnotatorLabels, texts: Texts
) -> AnnotationReading:
    choices: dict[str, tuple[str, ...]] = {}
    spans: list[records.SpanReading] = []
    roles: list[records.RoleReading] = []
    for question, labels, _ in resolved:
        article, layer = question.article_id, question.layer
        if layer in SPAN_LAYERS:
            for label, start, end, mode in labels:
                region = records.region_id(span_id(article, layer, start, end))
                text = texts.texts[article][start:end]
                spans.append(records.SpanReading(region, layer, start, end, text, label, mode))
        elif layer == "role":
            event = records.region_id(question.unit_id)
            for item in labels:
                actor = records.region_id(_actor_id(article, item))
                roles.append(records.RoleReading(item.label, event, actor))
        elif labels:
            choices[layer] = (labels[0].label,)
            if len(labels) > 1:
                choices["grounds"] = tuple(item.label for item in labels[1:])
    created, updated = _times(resolved, annotations)
    return AnnotationReading(
        annotation_id=number,
        created_at=created,
        updated_at=updated,
        choices=choices,
        spans=tuple(spans),
        roles=tuple(roles),
    )


def _actor_id(article: str, item: Item) -> str:
    return span_id(article, "actor", *item.place)


def _times(
    resolved: Sequence[Resolved], annotations: AnnotatorLabels
) -> tuple[str | None, str | None]:
    """Return when the task was last labelled, and when it was last decided."""
    project, unit = resolved[0].question.task
    tasks = annotations.units(project).get(unit, {})
    # Never the clock: the same labels and decisions must give the same bytes.
    labelled = [task.annotation.created_at for task in tasks.values()]
    decided = [one.decision.decided_at for one in resolved if one.decision]
    created = max(labelled, key=moment, default=None)
    return created, max([created, *decided], key=moment)


def decision_rows(
    state: State, annotations: AnnotatorLabels, votes: Mapping[Vote, int]
) -> list[DecisionRow]:
    """Return the rows of decisions.csv, sorted, once every question is resolved."""
    rows = [row for one in state.resolved.values() for row in _rows(one)]
    # What was decided itself needs no row that says from what it follows.
    explained = {(row.layer, row.unit_id) for row in rows}
    role_votes: dict[str, dict[str, dict[Link, int]]] = defaultdict(lambda: defaultdict(dict))
    for vote, count in votes.items():
        if vote.layer == "role":
            article = vote.unit_id.partition("@")[0]
            role_votes[article][vote.unit_id][vote.label, vote.target] = count
    for article, article_state in state.articles.items():
        annotators = len(annotations.annotators_of("spans", article))
        rows += _consequences(article_state, role_votes[article], explained, annotators)
    # By unit, not by time: deciding in another order gives the same file.
    return sorted(rows)


def _rows(resolved: Resolved) -> Iterator[DecisionRow]:
    question, labels, decision = resolved
    if decision is None:
        return
    if question.layer in SPAN_LAYERS:
        yield from _span_rows(question, labels, decision)
    elif question.layer == "role":
        links = {(item.label, _actor_id(question.article_id, item)) for item in labels}
        overrules = _role_overrules(question, labels)
        yield from _role_rows(question.unit_id, links, overrules, decision[3:])
    else:
        yield from _choice_rows(question, labels, decision)


def _row(
    layer: str, unit: str, label: str, overrules: bool, why: Sequence[str], *, target: str = ""
) -> DecisionRow:
    """Return a row; `why` is the reason, who decided and when."""
    return DecisionRow(layer, unit, label, target, "true" if overrules else "false", *why)


def _choice_rows(question: Question, gold: Labels, decision: Decision) -> Iterator[DecisionRow]:
    """Give rows for the stance, for its grounds, or for both: for what somebody differs in."""
    choices, grounds = [], []
    for labels in question.labels.values():
        choices.append(None if labels is None else labels[0].label)
        grounds.append(None if labels is None else tuple(item.label for item in labels[1:]))
    choice, gold_grounds = gold[0].label, tuple(item.label for item in gold[1:])
    grounds_differ = any(one not in (None, gold_grounds) for one in grounds)
    if any(one != choice for one in choices) or not grounds_differ:
        overrules = _overrules(choices, choice)
        yield _row(question.layer, question.unit_id, choice, overrules, decision[3:])
    if grounds_differ:
        overrules = _overrules(grounds, gold_grounds)
        for name in gold_grounds or ("",):
            yield _row("grounds", question.unit_id, name, overrules, decision[3:])


def _span_rows(question: Question, gold: Labels, decision: Decision) -> Iterator[DecisionRow]:
    marked = [labels or () for labels in question.labels.values()]
    explained = False
    for place in sorted({item.place for labels in (*marked, gold) for item in labels}):
        unit = span_id(question.article_id, question.layer, *place)
        label = _label_at(gold, place)
        labels_there = [_label_at(labels, place) for labels in marked]
        if any(one != label for one in labels_there):
            name = label if isinstance(label, str) else ""
            yield _row(question.layer, unit, name, _overrules(labels_there, label), decision[3:])
            explained = True
        mode = next((item.mode for item in gold if item.place == place), None)
        # Only who marked this very trigger was asked for its mode.
        modes = [item.mode for labels in marked for item in labels if item.place == place]
        if mode and any(one != mode for one in modes):
            yield _row("mode", unit, mode, _overrules(modes, mode), decision[3:])
            explained = True
    if not explained:
        # A decision that confirms what everybody marked is recorded on what it confirms.
        for item in gold:
            unit = span_id(question.article_id, question.layer, *item.place)
            yield _row(question.layer, unit, item.label, False, decision[3:])


def _label_at(labels: Labels, place: tuple[int, int]) -> Hashable:
    """Return what labels say of a place: a label, other spans over it, or nothing."""
    for item in labels:
        if item.place == place:
            return item.label
    return tuple(item[:3] for item in labels if overlaps(item, Span(*place, "")))


def _role_rows(
    unit: str, links: Collection[Link], overrules: bool, why: Sequence[str]
) -> Iterator[DecisionRow]:
    for label, target in links or [NO_LINK]:
        yield _row("role", unit, label, overrules, why, target=target)


def _role_overrules(question: Question, labels: Labels) -> bool:
    """Whether most gave these very roles and others were decided, or most gave a link less."""
    answers = list(question.labels.values())
    counts = Counter(item for items in answers for item in items or ())
    majority = (item for item, count in counts.items() if 2 * count > len(answers))
    return any(item not in labels for item in majority) or _overrules(answers, labels)


def _overrules(answers: Sequence[object], decided: object) -> bool:
    """Whether more than half gave one answer (not: gave none) and another was decided."""
    if not answers:
        return False
    commonest, count = Counter(answers).most_common(1)[0]
    return 2 * count > len(answers) and commonest is not None and commonest != decided


def _consequences(
    state: ArticleState,
    votes: Mapping[str, Mapping[Link, int]],
    explained: set[tuple[str, str]],
    annotators: int,
) -> Iterator[DecisionRow]:
    """Explain the roles that changed because a span they stand on was decided."""
    gold = {
        question.unit_id: {(item.label, _actor_id(state.article_id, item)) for item in labels}
        for question, labels, _ in state.of("role")
    }
    for unit in sorted(gold.keys() | votes.keys()):
        links = gold.get(unit, set())
        majority = {link for link, count in votes.get(unit, {}).items() if 2 * count > annotators}
        if majority != links and ("role", unit) not in explained:
            moved = {unit, *(target for _, target in majority ^ links)}
            cause = _cause(state, moved)
            why = (f"follows from {cause.id}: {cause.reason}", *cause[4:])
            yield from _role_rows(unit, links, bool(majority - links), why)


def _cause(state: ArticleState, units: Iterable[str]) -> Decision:
    """Return the decision on a place that one of the spans lies in; else the article's last."""
    decided: list[Decision] = []
    for question, _, decision in (*state.of("event"), *state.of("actor")):
        if decision is not None:
            if any(_lies_in(unit, question) for unit in units):
                return decision
            decided.append(decision)
    return max(decided, key=lambda decision: moment(decision.decided_at))


def _lies_in(unit: str, question: Question) -> bool:
    _, layer, start, end = span_parts(unit)
    return layer == question.layer and overlaps(Span(start, end, ""), question.place)
