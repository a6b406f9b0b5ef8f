"""An adjudicator's labels of whole tasks, read as answers to the questions that are open."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Item, Labels, Question
from usiran.annotation.adjudication.questions import choice_labels, linked_roles
from usiran.label_studio.annotation_records import SpanReading, TaskReading, span_id
from usiran.schemas.names import REASON
from usiran.text.spans import overlaps


@dataclass
class Prefilled:
    """What an adjudicator's labels say.

    `questions` are all that is open and the places that only the adjudicator marked, `otherwise`
    those that are resolved in another way than the adjudicator labelled them. `reasons` are those
    of the answers that have one: the note on the span, or else what the page's box says.
    """

    questions: list[Question]
    answers: dict[str, str] = field(default_factory=dict)
    otherwise: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def prefill(adjudicator: Adjudicator, tasks: Iterable[TaskReading]) -> Prefilled:
    """Return the answers that an adjudicator's labels of tasks, one annotation each, give."""
    prefilled = Prefilled(adjudicator.state.open)
    open_ids = {question.id for question in prefilled.questions}
    resolved_labels = {id: one.labels for id, one in adjudicator.state.resolved.items()}
    for task in tasks:
        if task.annotation.skipped:
            continue
        reader = _Reader(adjudicator, task)
        for question, labels in reader.answers():
            if resolved_labels.get(question.id, labels) != labels:
                prefilled.otherwise.append(question.id)
            elif question.id not in resolved_labels:
                prefilled.answers[question.id] = adjudicator.answer(question, labels)
                if reason := reader.reason(question):
                    prefilled.reasons[question.id] = reason
                if question.id not in open_ids:
                    prefilled.questions.append(question)
    return prefilled


class _Reader:
    """Reads one task of the adjudicator."""

    def __init__(self, adjudicator: Adjudicator, task: TaskReading) -> None:
        self._adjudicator, self._task = adjudicator, task
        self._asked = list(adjudicator.state.articles[task.article_id].questions.values())

    def answers(self) -> Iterator[tuple[Question, Labels]]:
        yield from self._choices()
        if self._task.project == "spans":
            for layer in SPAN_LAYERS:
                yield from self._places(layer)
            yield from self._roles()

    def reason(self, question: Question) -> str:
        """Return why the adjudicator labelled so, as one line; empty where nothing says it."""
        annotation = self._task.annotation
        spans = annotation.of(question.layer)
        notes = [span.note for span in spans if span.note and overlaps(span, question.place)]
        return " ".join(" ".join(notes or [annotation.remarks.get(REASON, "")]).split())

    def _choices(self) -> Iterator[tuple[Question, Labels]]:
        for question in self._asked:
            labels = choice_labels(self._task, question.layer)
            if labels and question.unit_id == self._task.unit_id:
                yield question, labels

    def _places(self, layer: str) -> Iterator[tuple[Question, Labels]]:
        places = {question.id: question for question in self._asked if question.layer == layer}
        items: dict[str, list[Item]] = {id: [] for id in places}
        for span in self._task.annotation.of(layer):
            question = self._place_of(span, places)
            places[question.id] = question
            item = Item(span.label, span.start, span.end, span.mode)
            items.setdefault(question.id, []).append(item)
        for id, labels in items.items():
            yield places[id], tuple(sorted(labels, key=lambda item: item.place))

    def _place_of(self, span: SpanReading, places: dict[str, Question]) -> Question:
        """Return the place that a span covers most of, or the span as a place of its own."""
        near = [question for question in places.values() if overlaps(span, question.place)]
        if near:
            return max(near, key=lambda one: min(one.end, span.end) - max(one.start, span.start))
        unit = span_id(self._task.article_id, span.layer, span.start, span.end)
        return self._adjudicator.question(f"{span.layer}/{unit}")

    def _roles(self) -> Iterator[tuple[Question, Labels]]:
        """Yield the roles, read on the gold spans as the annotators' are."""
        questions = [question for question in self._asked if question.layer == "role"]
        actors = questions[0].actors if questions else ()
        events = [Item("", question.start, question.end) for question in questions]
        scheme = self._adjudicator.scheme
        for event, roles in linked_roles(self._task.annotation, actors, events, scheme).items():
            yield questions[event], roles
