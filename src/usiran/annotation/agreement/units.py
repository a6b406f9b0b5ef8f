"""What annotators are compared on: units, and the label that each annotator gave.

Sentence labels are compared sentence by sentence (each of the grounds as a yes or no of its
own), the article's stance article by article. Types, quad classes and modes of spans are
compared on *matched* spans: what `usiran.text.spans.groups` takes for one thing, at
most one span of each annotator. Whether something was marked at all is not their question
but that of the span scores (`usiran.annotation.agreement.spans`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.label_studio.annotation_records import SpanReading, TaskReading
from usiran.schemas.label_scheme import QUADS, Project, Scheme
from usiran.stats.scores import Floats
from usiran.text.articles import Texts
from usiran.text.spans import groups

Group = Mapping[str, SpanReading]
MatchedSpans = Mapping[str, Sequence[Group]]
"""By article: the spans of one layer, grouped over its annotators, also unmatched ones."""

YES_NO = ("yes", "no")
T = TypeVar("T")


class Unit(NamedTuple):
    """One thing that annotators labelled: its article, its sentence, their labels."""

    article: str
    sentence: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Ratings:
    """Units of one kind, in corpus order; `about` says what a unit is.

    `labels` are all of the scheme, in its order; a unit may have one annotator's label only.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    units: tuple[Unit, ...]

    @cached_property
    def _given(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """From annotator to the units it labelled and the labels it gave them, as places."""
        place = {label: i for i, label in enumerate(self.labels)}
        cells: dict[str, list[tuple[int, int]]] = {}
        for number, unit in enumerate(self.units):
            for annotator, label in unit.labels.items():
                cells.setdefault(annotator, []).append((number, place[label]))
        return {
            annotator: (np.array([n for n, _ in own]), np.array([label for _, label in own]))
            for annotator, own in cells.items()
        }

    def counts(self, *annotators: str) -> Floats:
        """Return how many of these annotators gave each label, shape (units, labels)."""
        table = np.zeros((len(self.units), len(self.labels)))
        for annotator in annotators:
            if annotator in self._given:
                # An annotator has one label a unit: no cell stands here twice.
                table[self._given[annotator]] += 1
        return table


def matched_spans(annotations: AnnotatorLabels, layer: str) -> MatchedSpans:
    """Return the matched spans of a layer, for every article that has labels."""
    return {
        article: groups({who: task.annotation.of(layer) for who, task in tasks.items()})
        for article, tasks in annotations.units("spans").items()
    }


def all_ratings(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    texts: Texts,
    actors: MatchedSpans,
    events: MatchedSpans,
) -> list[Ratings]:
    """Return everything that annotators are compared on, in the order of the report."""
    quad, names = scheme.quad_of, {key: scheme[key].names for key in ("actor", "event", "mode")}
    return [
        _choice("stance", annotations, scheme, "sentences"),
        _choice("holder", annotations, scheme, "sentences"),
        _choice("article_stance", annotations, scheme, "articles"),
        # Several grounds may hold for a sentence, and alpha is of one label a unit.
        *(_ground(name, annotations) for name in scheme["grounds"].names),
        _spans("event quad", QUADS, events, texts, lambda span: quad[span.label]),
        _spans("event type", names["event"], events, texts, lambda span: span.label),
        _spans("event mode", names["mode"], events, texts, lambda span: span.mode),
        _spans("actor type", names["actor"], actors, texts, lambda span: span.label),
    ]


def _choice(name: str, annotations: AnnotatorLabels, scheme: Scheme, about: str) -> Ratings:
    def label_of(task: TaskReading) -> str | None:
        return next(iter(task.annotation.choices.get(name, ())), None)

    field = scheme[name]
    return Ratings(name, about, field.names, _task_units(annotations, field.project, label_of))


def _ground(name: str, annotations: AnnotatorLabels) -> Ratings:
    """Take one of the grounds as a yes or no for every sentence with a stance."""

    def label_of(task: TaskReading) -> str | None:
        choices = task.annotation.choices
        return YES_NO[name not in choices.get("grounds", ())] if "stance" in choices else None

    units = _task_units(annotations, "stance", label_of)
    return Ratings(f"grounds {name}", "sentences", YES_NO, units)


def _task_units(
    annotations: AnnotatorLabels, project: Project, label_of: Callable[[TaskReading], str | None]
) -> tuple[Unit, ...]:
    return tuple(
        Unit(next(iter(tasks.values())).article_id, unit, _labels(tasks, label_of))
        for unit, tasks in annotations.units(project).items()
    )


def _spans(
    name: str,
    labels: tuple[str, ...],
    layer: MatchedSpans,
    texts: Texts,
    label_of: Callable[[SpanReading], str | None],
) -> Ratings:
    units = [
        Unit(article, _sentence(article, group, texts), _labels(group, label_of))
        for article, matched in layer.items()
        for group in matched
    ]
    return Ratings(name, "matched spans", labels, tuple(units))


def _labels(things: Mapping[str, T], label_of: Callable[[T], str | None]) -> dict[str, str]:
    """From annotator to label, where it gave one."""
    labels = {annotator: label_of(thing) for annotator, thing in things.items()}
    return {annotator: label for annotator, label in labels.items() if label is not None}


def _sentence(article: str, group: Group, texts: Texts) -> str:
    """Return the sentence of a group's first span; the place itself in a text without any."""
    first = min(group.values(), key=lambda span: span.start)
    sentence = texts.holding(article, first.start, first.end)
    return sentence.sentence_id if sentence else f"{article}@{first.start}"
