"""An adjudicator's labels of whole tasks, read as answers to the questions that are open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Answer, Item, Question
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    SpanReading,
    TaskReading,
    span_id,
)
from usiran.text.spans import overlaps, pairs


@dataclass
class Prefilled:
    """What an adjudicator's labels say.

    Parameters
    ----------
    questions : list of Question
        All that is open, and the places that only the adjudicator marked.
    answers : dict
        From question to the answer, as one line; a question that the adjudicator has not
        labelled has none.
    otherwise : list of str
        Questions that are settled in another way than the adjudicator labelled them.
    """

    questions: list[Question]
    answers: dict[str, str] = field(default_factory=dict)
    otherwise: list[str] = field(default_factory=list)


def prefill(work: Adjudicator, tasks: Iterable[TaskReading]) -> Prefilled:
    """Return the answers that an adjudicator's labels give.

    Parameters
    ----------
    work : Adjudicator
        What is open and what is settled.
    tasks : iterable of TaskReading
        The adjudicator's labels, one annotation each.
    """
    found = Prefilled(list(work.state.open))
    open_ids = {question.id for question in found.questions}
    for task in tasks:
        reader = _Reader(work, task)
        if task.annotation.skipped:
            continue
        for question, answer in reader.answers():
            line = work.tell(question, answer)
            settled = work.state.settled.get(question.id)
            if question.id in open_ids:
                found.answers[question.id] = line
            elif settled is None:
                found.questions.append(question)
                found.answers[question.id] = line
            elif settled.answer != answer:
                found.otherwise.append(question.id)
    return found


class _Reader:
    """Reads one task of the adjudicator."""

    def __init__(self, work: Adjudicator, task: TaskReading) -> None:
        self._work, self._task = work, task
        self._reading: AnnotationReading = task.annotation
        self._asked = [
            question
            for question in work.state.questions.values()
            if question.article_id == task.article_id
        ]

    def answers(self) -> Iterator[tuple[Question, Answer]]:
        if self._task.project == "stance":
            yield from self._choices("stance", "holder")
            return
        yield from self._choices("article_stance")
        for layer in SPAN_LAYERS:
            yield from self._places(layer)
        yield from self._roles()

    def _choices(self, *layers: str) -> Iterator[tuple[Question, Answer]]:
        choices = self._reading.choices
        mine = [one for one in self._asked if one.unit_id == self._task.unit_id]
        for question in mine:
            if question.layer in layers and question.layer in choices:
                grounds = choices.get("grounds", ()) if question.layer == "stance" else ()
                labels = (choices[question.layer][0], *grounds)
                yield question, tuple(Item(label) for label in labels)

    def _places(self, layer: str) -> Iterator[tuple[Question, Answer]]:
        places = {one.id: one for one in self._asked if one.layer == layer}
        spans: dict[str, list[Item]] = {id: [] for id in places}
        for span in self._reading.spans:
            if span.layer == layer:
                question = self._place_of(span, places)
                places[question.id] = question
                item = Item(span.label, span.start, span.end, span.mode)
                spans.setdefault(question.id, []).append(item)
        for id, items in spans.items():
            yield places[id], tuple(sorted(items, key=lambda item: item[1:3]))

    def _place_of(self, span: SpanReading, places: dict[str, Question]) -> Question:
        """Return the place that a span covers most of, or the span as a place of its own."""
        near = [one for one in places.values() if overlaps(span, Item("", one.start, one.end))]
        if near:
            return max(near, key=lambda one: min(one.end, span.end) - max(one.start, span.start))
        unit = span_id(self._task.article_id, span.layer, span.start, span.end)
        return self._work.question(f"{span.layer}/{unit}")

    def _roles(self) -> Iterator[tuple[Question, Answer]]:
        """Yield the roles, read on the gold spans as the annotators' are."""
        asked = [one for one in self._asked if one.layer == "role"]
        if not asked:
            return
        events = [Item("", one.start, one.end) for one in asked]
        actors = list(asked[0].actors)
        event_of = self._onto("event", events)
        actor_of = self._onto("actor", actors)
        names = self._work.scheme["role"].names
        for number, question in enumerate(asked):
            regions = {region for region, place in event_of.items() if place == number}
            items = {
                Item(role.role, *actors[actor_of[role.actor]][1:3])
                for role in self._reading.roles
                if role.event in regions and role.actor in actor_of
            }
            if regions:
                yield (
                    question,
                    tuple(sorted(items, key=lambda one: (names.index(one.label), one[1:3]))),
                )

    def _onto(self, layer: str, gold: list[Item]) -> dict[str, int]:
        """From the adjudicator's regions to the gold spans that they stand for."""
        mine = [span for span in self._reading.spans if span.layer == layer]
        return {mine[j].region: i for i, j in pairs(gold, mine)}
