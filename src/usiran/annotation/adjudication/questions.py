"""Questions: what annotators are asked in common, and what is resolved by all or by a decision.

Questions are asked in two steps. First every sentence (stance with its grounds; holder), every
article (its stance) and every *place*: the spans of one layer that overlap each other, of all
annotators together. Once an article's places are resolved, its gold spans are known, and every
gold event is asked for its roles. An annotator's links are then read on the gold spans: its own
spans are matched with them one to one (`usiran.text.spans.pairs`).

A question is resolved where all annotators of the article gave the same labels, or where a
decision answers it. A decision holds for the labels it was made on: once an annotator's labels
there have changed, the question is open again.

``annotation/gold/adjudication.csv`` has one row a decision and only ever grows: of several on one
question the last counts. The gold is made from it once nothing is open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from usiran.annotation.adjudication import question_labels
from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Item, Labels, Question
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.files import is_there
from usiran.io.csv import csv_bytes, read_rows
from usiran.label_studio import annotation_records
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading, span_id
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts
from usiran.text.spans import clusters, overlaps, pairs

Tasks = Mapping[str, TaskReading]  # from annotator

LAYERS = ("stance", "holder", "actor", "event", "role", "article_stance")


class Decision(NamedTuple):
    """What an adjudicator decided on the labels that `Question.seen` told as `seen`."""

    id: str
    seen: str
    answer: str
    reason: str
    decided_by: str
    decided_at: str

    @property
    def article_id(self) -> str:
        """The article that the question is about."""
        return article_of(self.id)


def article_of(id: str) -> str:
    """Return the article that a question is about, by the question's id.

    >>> article_of("stance/a-1#004"), article_of("actor/a-1@actor:3-9")
    ('a-1', 'a-1')
    """
    return annotation_records.article_of(id.partition("/")[2])


COLUMNS = Decision._fields


class Resolved(NamedTuple):
    """A question and its gold labels; the decision where not all annotators gave them."""

    question: Question
    labels: Labels
    decision: Decision | None


@dataclass
class ArticleState:
    """How far the adjudication of one article is: see `State`."""

    article_id: str
    questions: dict[str, Question] = field(default_factory=dict)
    resolved: dict[str, Resolved] = field(default_factory=dict)
    open: list[Question] = field(default_factory=list)
    waiting: bool = False
    unlabelled: list[str] = field(default_factory=list)
    stale: dict[str, Decision] = field(default_factory=dict)

    def of(self, *layers: str) -> Iterator[Resolved]:
        """Yield what is resolved of some layers."""
        return (one for one in self.resolved.values() if one.question.layer in layers)

    def gold(self, layer: str) -> Labels:
        """Return the resolved spans of one layer, from left to right."""
        items = [item for resolved in self.of(layer) for item in resolved.labels]
        return tuple(sorted(items, key=lambda item: item.place))


@dataclass
class State:
    """How far the adjudication is, by article in the order of the corpus.

    `unknown` are decisions on articles that the corpus does not have.
    """

    articles: dict[str, ArticleState]
    unknown: dict[str, Decision]

    @property
    def questions(self) -> dict[str, Question]:
        """Every question that can be asked by now, by id, in the order of the corpus."""
        return {id: one for state in self.articles.values() for id, one in state.questions.items()}

    @property
    def resolved(self) -> dict[str, Resolved]:
        """What is resolved, by the question's id."""
        return {id: one for state in self.articles.values() for id, one in state.resolved.items()}

    @property
    def open(self) -> list[Question]:
        """What is left to decide: by article, from left to right."""
        return [question for state in self.articles.values() for question in state.open]

    @property
    def waiting(self) -> list[str]:
        """Articles whose roles can be asked only once their places are resolved."""
        return [article for article, state in self.articles.items() if state.waiting]

    @property
    def unlabelled(self) -> list[str]:
        """Scored sentences and articles that nobody labelled."""
        return [unit for state in self.articles.values() for unit in state.unlabelled]

    @property
    def stale(self) -> dict[str, Decision]:
        """Decisions that no longer hold, by id: the labels have changed since."""
        stale = {id: one for state in self.articles.values() for id, one in state.stale.items()}
        return stale | self.unknown


def decisions_file(corpus: Corpus) -> Path:
    """Return where the decisions stand."""
    return corpus.gold / "adjudication.csv"


def read_decisions(corpus: Corpus) -> list[Decision]:
    """Return all decisions, the oldest first; none where nothing was decided yet."""
    path = decisions_file(corpus)
    if not is_there(path):
        return []
    name = corpus.name_of(path)
    decisions = []
    for number, row in enumerate(read_rows(path, name=name, columns=COLUMNS), start=1):
        if empty := [column for column in COLUMNS if not row[column].strip()]:
            value = f"decision {number} without {', '.join(empty)}"
            allowed = f"a value for each of {', '.join(COLUMNS)}"
            raise FileError(name, value, allowed, "take the row back from version control")
        decisions.append(Decision(*(row[column] for column in COLUMNS)))
    return decisions


def with_decisions(corpus: Corpus, decisions: Iterable[Decision]) -> dict[Path, bytes]:
    """Return the file as it is with decisions at its end."""
    # Read again: another adjudicator may have saved decisions meanwhile.
    rows = [decision._asdict() for decision in (*read_decisions(corpus), *decisions)]
    return {decisions_file(corpus): csv_bytes(rows, COLUMNS)}


def by_article(decisions: Iterable[Decision]) -> dict[str, dict[str, Decision]]:
    """From article and question id to the last of its decisions."""
    last: dict[str, dict[str, Decision]] = {}
    for decision in decisions:
        last.setdefault(decision.article_id, {})[decision.id] = decision
    return last


@dataclass(frozen=True)
class Resolver:
    """Asks the questions about annotators' labels, and resolves them by decisions."""

    annotations: AnnotatorLabels
    scheme: Scheme
    texts: Texts

    def resolve(self, decisions: Iterable[Decision]) -> State:
        """Return every question; of several decisions on one the last counts."""
        last = by_article(decisions)
        articles = {id: self.resolve_article(id, last.pop(id, {})) for id in self.texts.sentences}
        return State(articles, {id: one for own in last.values() for id, one in own.items()})

    def resolve_article(self, article_id: str, decisions: Mapping[str, Decision]) -> ArticleState:
        """Return one article's questions, with its decisions by question id."""
        state = ArticleState(article_id)
        annotators_of = self.annotations.annotators_of
        if annotators_of("spans", article_id) or annotators_of("stance", article_id):
            self._ask_all(state, decisions)
        else:
            state.unlabelled.append(article_id)
        state.open.sort(key=_reading_order)
        holding = {one.decision for one in state.resolved.values()}
        state.stale = {id: one for id, one in decisions.items() if one not in holding}
        return state

    def unmarked_place(self, state: ArticleState, id: str) -> Question | None:
        """Return the question of a place that nobody marked.

        None where the id names no place, or one over a place with an id of its own.
        """
        layer, _, unit = id.partition("/")
        article, _, place = unit.partition(f"@{layer}:")
        first, _, last = place.partition("-")
        # int() raises an error of its own on thousands of digits.
        numbers = first.isdecimal() and last.isdecimal() and place.isascii() and len(place) < 20
        if layer not in SPAN_LAYERS or article != state.article_id or not numbers:
            return None
        start, end = int(first), int(last)
        if not start < end <= len(self.texts.texts[article]):
            return None
        labels = dict.fromkeys(self.annotations.annotators_of("spans", article), ())
        question = Question(layer, article, span_id(article, layer, start, end), start, end, labels)
        places = (one.place for one in state.questions.values() if one.layer == layer)
        return None if any(overlaps(question.place, place) for place in places) else question

    def _ask_all(self, state: ArticleState, decisions: Mapping[str, Decision]) -> None:
        tasks = self.annotations.units("spans").get(state.article_id, {})
        places = [one for layer in SPAN_LAYERS for one in _places(state.article_id, layer, tasks)]
        for question in (*self._sentences(state), *self._whole_article(state, tasks), *places):
            self._ask(state, question, decisions)
        # A place that nobody marked is a question only once it was decided.
        for id in decisions:
            if id not in state.questions and (unmarked := self.unmarked_place(state, id)):
                self._ask(state, unmarked, decisions)
        # Roles are links between gold spans: these must be known first.
        state.waiting = any(place.id not in state.resolved for place in places)
        if not state.waiting:
            for question in self._roles(state, tasks):
                self._ask(state, question, decisions)

    def _ask(
        self, state: ArticleState, question: Question, decisions: Mapping[str, Decision]
    ) -> None:
        """Resolve a question by its decision or by everybody's labels, or leave it open."""
        state.questions[question.id] = question
        decision = decisions.get(question.id)
        labels = None if decision is None else self._decided(question, decision)
        if labels is None:
            decision, labels = None, question.unanimous
        if labels is None:
            state.open.append(question)
        else:
            state.resolved[question.id] = Resolved(question, labels, decision)

    def _decided(self, question: Question, decision: Decision) -> Labels | None:
        """Return a decision's labels; None where it was made on other ones."""
        if decision.seen != question.seen:
            return None
        try:
            return question_labels.parse_answer(
                question, decision.answer, texts=self.texts, scheme=self.scheme, file="ledger"
            )
        except InputError:
            # An actor that a role was decided for is no longer there.
            return None

    def _sentences(self, state: ArticleState) -> Iterator[Question]:
        article, stance_tasks = state.article_id, self.annotations.units("stance")
        # Who labelled other sentences of the article has no answer here: that is no agreement.
        annotators = self.annotations.annotators_of("stance", article)
        for row in self.texts.sentences[article]:
            if not row.scored:
                continue
            tasks = stance_tasks.get(row.sentence_id, {})
            if not tasks:
                state.unlabelled.append(row.sentence_id)
                continue
            for layer in ("stance", "holder"):
                labels = {who: choice_labels(tasks.get(who), layer) for who in annotators}
                yield Question(layer, article, row.sentence_id, row.start, row.end, labels)

    def _whole_article(self, state: ArticleState, tasks: Tasks) -> Iterator[Question]:
        article = state.article_id
        if tasks:
            labels = {who: choice_labels(task, "article_stance") for who, task in tasks.items()}
            size = len(self.texts.texts[article])
            yield Question("article_stance", article, article, 0, size, labels)
        else:
            state.unlabelled.append(article)

    def _roles(self, state: ArticleState, tasks: Tasks) -> Iterator[Question]:
        article, actors, events = state.article_id, state.gold("actor"), state.gold("event")
        links = {
            who: linked_roles(task.annotation, actors, events, self.scheme)
            for who, task in tasks.items()
        }
        for number, event in enumerate(events):
            labels = {annotator: roles.get(number) for annotator, roles in links.items()}
            unit = span_id(article, "event", *event.place)
            yield Question("role", article, unit, *event.place, labels, actors)


def _places(article_id: str, layer: str, tasks: Tasks) -> Iterator[Question]:
    """Yield the places of a layer that anybody marked."""
    spans = {annotator: task.annotation.of(layer) for annotator, task in tasks.items()}
    # Overlapping spans exclude each other in the gold, so they are decided together.
    for cluster in clusters(span for own in spans.values() for span in own):
        start, end = cluster[0].start, max(span.end for span in cluster)
        # Annotators who marked the same may have equal spans: each stands once.
        items = {span: Item(span.label, span.start, span.end, span.mode) for span in cluster}
        labels: dict[str, Labels | None] = {
            annotator: tuple(item for span, item in items.items() if span in own)
            for annotator, own in spans.items()
        }
        unit = span_id(article_id, layer, start, end)
        yield Question(layer, article_id, unit, start, end, labels)


def matched_regions(
    annotation: AnnotationReading, layer: str, gold: Sequence[Item]
) -> dict[str, int]:
    """From an annotation's regions of a layer to the places of the gold spans they stand for."""
    spans = annotation.of(layer)
    return {spans[j].region: i for i, j in pairs(gold, spans)}


def linked_roles(
    annotation: AnnotationReading, actors: Sequence[Item], events: Sequence[Item], scheme: Scheme
) -> dict[int, Labels]:
    """Return an annotator's roles on the gold spans, for each gold event it marked, by place.

    Links to spans that did not become gold are no answer to any question.
    """
    event_of = matched_regions(annotation, "event", events)
    actor_of = matched_regions(annotation, "actor", actors)
    roles: dict[int, set[Item]] = {event: set() for event in sorted(event_of.values())}
    for link in annotation.roles:
        if link.event in event_of and link.actor in actor_of:
            actor = actors[actor_of[link.actor]]
            roles[event_of[link.event]].add(Item(link.role, *actor.place))
    return {event: question_labels.roles_in_order(own, scheme) for event, own in roles.items()}


def choice_labels(task: TaskReading | None, layer: str) -> Labels | None:
    """Return an annotator's choice; a stance has its grounds behind it."""
    choices = task.annotation.choices if task is not None else {}
    if layer not in choices:
        return None
    grounds = choices.get("grounds", ()) if layer == "stance" else ()
    return tuple(Item(label) for label in (choices[layer][0], *grounds))


def _reading_order(question: Question) -> tuple[int, ...]:
    """Sort by place; an article as a whole stands last."""
    whole = question.layer == "article_stance"
    return int(whole), question.start, question.end, LAYERS.index(question.layer)
