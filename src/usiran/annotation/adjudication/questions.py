"""What annotators disagree on, and what is settled: by all of them, or by a decision.

Questions are asked in two steps. First every sentence (stance with its grounds; holder), every
article (its stance) and every *place*: the spans of one layer that overlap each other, of all
annotators together. Once an article's places are settled, its gold spans are known, and every
gold event is asked for its roles. An annotator's links are then read on the gold spans: its own
spans are matched with them one to one (`usiran.text.spans.pairs`).

A question is settled where all annotators of the article gave the same answer, or where a
decision answers it. A decision holds for the answers it was made on: once an annotator's labels
there have changed, the question is open again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from usiran.annotation.adjudication.question_labels import (
    SPAN_LAYERS,
    Answer,
    Item,
    Question,
    parse,
)
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.errors import InputError
from usiran.label_studio.annotation_records import TaskReading, span_id
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts
from usiran.text.spans import clusters, overlaps, pairs

LAYERS = ("stance", "holder", "actor", "event", "role", "article_stance")


class Decision(NamedTuple):
    """What an adjudicator decided: the ledger's row."""

    id: str
    seen: str
    answer: str
    reason: str
    decided_by: str
    decided_at: str

    @property
    def article_id(self) -> str:
        """The article that the question is about."""
        return self.id.partition("/")[2].partition("@")[0].partition("#")[0]


class Settled(NamedTuple):
    """A question and its answer; the decision where not all annotators gave it."""

    question: Question
    answer: Answer
    decision: Decision | None


@dataclass
class State:
    """How far the adjudication is.

    Parameters
    ----------
    questions : dict
        Every question that can be asked by now, by id, in the order of the corpus.
    settled : dict
        By id.
    open : list of Question
        What is left to decide.
    waiting : list of str
        Articles whose roles can be asked only once their places are settled.
    unlabelled : list of str
        Scored sentences and articles that nobody labelled.
    stale : dict
        Decisions that no longer hold, by id: the labels have changed since.
    """

    questions: dict[str, Question] = field(default_factory=dict)
    settled: dict[str, Settled] = field(default_factory=dict)
    open: list[Question] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    stale: dict[str, Decision] = field(default_factory=dict)

    def of(self, layer: str, article_id: str) -> Iterator[Settled]:
        """Yield what is settled of one layer of an article."""
        for one in self.settled.values():
            if one.question.layer == layer and one.question.article_id == article_id:
                yield one

    def gold(self, layer: str, article_id: str) -> list[Item]:
        """Return the settled spans of one layer of an article, from left to right."""
        spans = [item for one in self.of(layer, article_id) for item in one.answer]
        return sorted(spans, key=lambda item: (item.start, item.end))


def settle(
    annotations: AnnotatorLabels, decisions: Mapping[str, Decision], *, scheme: Scheme, texts: Texts
) -> State:
    """Return every question, and which of them are settled.

    Parameters
    ----------
    annotations : AnnotatorLabels
        The annotators' labels.
    decisions : mapping
        The last decision on each id.
    scheme : Scheme
        The labels.
    texts : Texts
        The corpus's texts and sentences.
    """
    return _Settling(annotations, decisions, scheme, texts).state()


def place_question(
    annotations: AnnotatorLabels, state: State, id: str, texts: Texts
) -> Question | None:
    """Return the question of an id: one that is there, or a place that nobody marked.

    None where the id names nothing, or a place that overlaps one with an id of its own.
    """
    if id in state.questions:
        return state.questions[id]
    place = _place_of(id, texts)
    if place is None:
        return None
    layer, article, start, end = place
    asked = Item("", start, end)
    for other in state.questions.values():
        if (other.layer, other.article_id) == (layer, article) and overlaps(
            asked, Item("", other.start, other.end)
        ):
            return None
    return _empty_place(annotations, layer, article, start, end)


def _place_of(id: str, texts: Texts) -> tuple[str, str, int, int] | None:
    layer, _, unit = id.partition("/")
    article, _, place = unit.partition(f"@{layer}:")
    start, _, end = place.partition("-")
    numbers = start.isdecimal() and end.isdecimal() and place.isascii() and len(place) < 20
    if layer not in SPAN_LAYERS or article not in texts.texts or not numbers:
        return None
    if not 0 <= int(start) < int(end) <= len(texts.texts[article]):
        return None
    return layer, article, int(start), int(end)


def _empty_place(
    annotations: AnnotatorLabels, layer: str, article: str, start: int, end: int
) -> Question:
    unit = span_id(article, layer, start, end)
    answers: dict[str, Answer | None] = dict.fromkeys(
        annotations.annotators_of("spans", article), ()
    )
    return Question(layer, article, unit, start, end, answers)


class _Settling:
    def __init__(
        self,
        annotations: AnnotatorLabels,
        decisions: Mapping[str, Decision],
        scheme: Scheme,
        texts: Texts,
    ) -> None:
        self._annotations, self._decisions = annotations, decisions
        self._scheme, self._texts = scheme, texts
        self._stance, self._spans = annotations.units("stance"), annotations.units("spans")
        self._state = State()

    def state(self) -> State:
        for article in self._texts.sentences:
            if self._annotations.annotators_of("spans", article) or self._annotations.annotators_of(
                "stance", article
            ):
                self._article(article)
            else:
                self._state.unlabelled.append(article)
        order = {article: number for number, article in enumerate(self._texts.sentences)}
        self._state.open.sort(key=lambda one: _order(one, order))
        used = self._state.settled.keys() | self._state.stale.keys()
        self._state.stale |= {id: one for id, one in self._decisions.items() if id not in used}
        return self._state

    def _article(self, article: str) -> None:
        for question in (*self._sentences(article), *self._whole(article)):
            self._ask(question)
        places = [*self._places(article, "actor"), *self._places(article, "event")]
        for question in places:
            self._ask(question)
        self._ask_unmarked(article)
        if any(one.id not in self._state.settled for one in places):
            self._state.waiting.append(article)
            return
        for question in self._roles(article):
            self._ask(question)

    def _ask(self, question: Question) -> None:
        """Settle a question by its decision or by everybody's answer, or leave it open."""
        self._state.questions[question.id] = question
        decision = self._decisions.get(question.id)
        if decision is not None:
            answer = self._decided(question, decision)
            if answer is not None:
                self._state.settled[question.id] = Settled(question, answer, decision)
                return
            self._state.stale[question.id] = decision
        answer = question.unanimous
        if answer is None:
            self._state.open.append(question)
        else:
            self._state.settled[question.id] = Settled(question, answer, None)

    def _decided(self, question: Question, decision: Decision) -> Answer | None:
        """Return a decision's answer; None where it was made on other labels."""
        if decision.seen != question.seen:
            return None
        try:
            return parse(
                question, decision.answer, texts=self._texts, scheme=self._scheme, file="ledger"
            )
        except InputError:
            # An actor that a role was decided for is no longer there.
            return None

    def _sentences(self, article: str) -> Iterator[Question]:
        judges = self._annotations.annotators_of("stance", article)
        for row in self._texts.sentences[article]:
            if not row.scored:
                continue
            tasks = self._stance.get(row.sentence_id, {})
            if not tasks:
                self._state.unlabelled.append(row.sentence_id)
                continue
            for layer in ("stance", "holder"):
                answers = {who: self._choice(tasks.get(who), layer) for who in judges}
                yield Question(layer, article, row.sentence_id, row.start, row.end, answers)

    def _whole(self, article: str) -> Iterator[Question]:
        tasks = self._spans.get(article, {})
        if not tasks:
            self._state.unlabelled.append(article)
            return
        answers = {who: self._choice(task, "article_stance") for who, task in tasks.items()}
        size = len(self._texts.texts[article])
        yield Question("article_stance", article, article, 0, size, answers)

    def _choice(self, task: TaskReading | None, layer: str) -> Answer | None:
        """Return an annotator's choice; a stance has its grounds behind it."""
        choices = task.annotation.choices if task is not None else {}
        if layer not in choices:
            return None
        grounds = choices.get("grounds", ()) if layer == "stance" else ()
        return tuple(Item(label) for label in (choices[layer][0], *grounds))

    def _places(self, article: str, layer: str) -> Iterator[Question]:
        tasks = self._spans.get(article, {})
        owned = [
            _Owned(span.start, span.end, span.label, span.mode, who)
            for who, task in tasks.items()
            for span in task.annotation.spans
            if span.layer == layer
        ]
        for cluster in clusters(owned):
            start, end = cluster[0].start, max(one.end for one in cluster)
            answers: dict[str, Answer | None] = {
                who: tuple(
                    Item(one.label, one.start, one.end, one.mode)
                    for one in cluster
                    if one.who == who
                )
                for who in tasks
            }
            unit = span_id(article, layer, start, end)
            yield Question(layer, article, unit, start, end, answers)

    def _ask_unmarked(self, article: str) -> None:
        """Take in decisions on places that no annotator marked."""
        for id in self._decisions:
            place = _place_of(id, self._texts)
            if place and place[1] == article and id not in self._state.questions:
                question = place_question(self._annotations, self._state, id, self._texts)
                if question is not None:
                    self._ask(question)

    def _roles(self, article: str) -> Iterator[Question]:
        actors = tuple(self._state.gold("actor", article))
        events = self._state.gold("event", article)
        links = {
            who: self._links(task, actors, events)
            for who, task in self._spans.get(article, {}).items()
        }
        for number, event in enumerate(events):
            answers = {who: mine.get(number) for who, mine in links.items()}
            unit = span_id(article, "event", event.start, event.end)
            yield Question("role", article, unit, event.start, event.end, answers, actors)

    def _links(
        self, task: TaskReading, actors: Iterable[Item], events: Iterable[Item]
    ) -> dict[int, Answer]:
        """Return an annotator's roles on the gold spans, for each gold event it marked."""
        reading, gold = task.annotation, {"actor": list(actors), "event": list(events)}
        onto: dict[str, int] = {}
        for layer, spans in gold.items():
            mine = [span for span in reading.spans if span.layer == layer]
            onto |= {mine[j].region: i for i, j in pairs(spans, mine)}
        names = self._scheme["role"].names
        found: dict[int, list[Item]] = {
            onto[span.region]: []
            for span in reading.spans
            if span.layer == "event" and span.region in onto
        }
        for role in reading.roles:
            if role.event in onto and role.actor in onto:
                actor = gold["actor"][onto[role.actor]]
                found[onto[role.event]].append(Item(role.role, actor.start, actor.end))
        key = lambda item: (names.index(item.label), item.start, item.end)  # noqa: E731
        return {event: tuple(sorted(set(items), key=key)) for event, items in found.items()}


class _Owned(NamedTuple):
    """A span and whose it is."""

    start: int
    end: int
    label: str
    mode: str | None
    who: str


def _order(question: Question, articles: Mapping[str, int]) -> tuple[int, ...]:
    """Sort by article, then by place; an article as a whole stands last."""
    whole = question.layer == "article_stance"
    return (
        articles[question.article_id], int(whole), question.start, question.end,
        LAYERS.index(question.layer),
    )  # fmt: skip
