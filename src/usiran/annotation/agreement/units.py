"""What annotators are compared on: units, and the label that each annotator gave.

Sentence labels are compared sentence by sentence (each of the grounds as a yes or no of its
own), the article's stance article by article. Types, quad classes and modes of spans are
compared on *matched* spans: what `usiran.text.spans.groups` takes for one thing, at
most one span of each annotator. Whether something was marked at all is not their question
but that of the span scores (`usiran.annotation.agreement.spans`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.label_studio.annotation_records import SpanReading
from usiran.schemas.label_scheme import QUADS, Scheme
from usiran.stats.scores import Floats
from usiran.text.articles import Texts
from usiran.text.spans import groups

Group = Mapping[str, SpanReading]
YES_NO = ("yes", "no")


class Unit(NamedTuple):
    """One thing that annotators labelled: its article, its sentence, their labels."""

    article: str
    row: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Ratings:
    """Units of one kind.

    Parameters
    ----------
    name : str
        What is labelled, such as ``stance`` or ``event quad``.
    about : str
        What a unit is.
    labels : tuple of str
        All labels, in the scheme's order.
    units : tuple of Unit
        In corpus order; some may have one annotator's label only.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    units: tuple[Unit, ...]

    def counts(self, *annotators: str) -> Floats:
        """Return how many of these annotators gave each label, shape (units, labels)."""
        place = {label: i for i, label in enumerate(self.labels)}
        table = np.zeros((len(self.units), len(self.labels)))
        for row, unit in enumerate(self.units):
            for who in annotators:
                if who in unit.labels:
                    table[row, place[unit.labels[who]]] += 1
        return table


@dataclass(frozen=True)
class MatchedSpans:
    """One article's spans of one layer, grouped over its annotators.

    Parameters
    ----------
    article : str
        The article.
    annotators : tuple of str
        Everybody who labelled the article, with or without spans in it.
    groups : tuple of mapping
        From annotator to span; also spans that one annotator alone marked.
    """

    article: str
    annotators: tuple[str, ...]
    groups: tuple[Group, ...]


def matched_spans(annotations: AnnotatorLabels, layer: str) -> list[MatchedSpans]:
    """Return the matched spans of a layer, for every article that has labels."""
    found = []
    for article, tasks in annotations.units("spans").items():
        spans = {
            who: [span for span in task.annotation.spans if span.layer == layer]
            for who, task in tasks.items()
        }
        found.append(MatchedSpans(article, tuple(tasks), tuple(groups(spans))))
    return found


def all_ratings(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    texts: Texts,
    actors: list[MatchedSpans],
    events: list[MatchedSpans],
) -> list[Ratings]:
    """Return everything that annotators are compared on, in the order of the report."""
    quad, names = scheme.quad_of, {key: scheme[key].names for key in ("actor", "event", "mode")}
    return [
        _choice("stance", annotations, scheme, "sentences"),
        _choice("holder", annotations, scheme, "sentences"),
        _choice("article_stance", annotations, scheme, "articles"),
        *(_ground(name, annotations) for name in scheme["grounds"].names),
        _spans("event quad", QUADS, events, texts, lambda span: quad[span.label]),
        _spans("event type", names["event"], events, texts, lambda span: span.label),
        _spans("event mode", names["mode"], events, texts, lambda span: span.mode),
        _spans("actor type", names["actor"], actors, texts, lambda span: span.label),
    ]


def _choice(name: str, annotations: AnnotatorLabels, scheme: Scheme, about: str) -> Ratings:
    field = scheme[name]
    units = []
    for unit, tasks in annotations.units(field.project).items():
        labels = {
            who: task.annotation.choices[name][0]
            for who, task in tasks.items()
            if name in task.annotation.choices
        }
        units.append(Unit(next(iter(tasks.values())).article_id, unit, labels))
    return Ratings(name, about, field.names, tuple(units))


def _ground(name: str, annotations: AnnotatorLabels) -> Ratings:
    """Take one of the grounds as a yes or no for every sentence with a stance."""
    units = []
    for unit, tasks in annotations.units("stance").items():
        labels = {
            who: YES_NO[name not in task.annotation.choices.get("grounds", ())]
            for who, task in tasks.items()
            if "stance" in task.annotation.choices
        }
        units.append(Unit(next(iter(tasks.values())).article_id, unit, labels))
    return Ratings(f"grounds {name}", "sentences", YES_NO, tuple(units))


def _spans(
    name: str,
    labels: tuple[str, ...],
    layer: list[MatchedSpans],
    texts: Texts,
    label: Callable[[SpanReading], str | None],
) -> Ratings:
    units = []
    for matched in layer:
        for group in matched.groups:
            told = dict(_told(group, label))
            units.append(Unit(matched.article, _row(matched.article, group, texts), told))
    return Ratings(name, "matched spans", labels, tuple(units))


def _told(group: Group, label: Callable[[SpanReading], str | None]) -> Iterator[tuple[str, str]]:
    for who, span in group.items():
        if (said := label(span)) is not None:
            yield who, said


def _row(article: str, group: Group, texts: Texts) -> str:
    """Return the sentence of a group's first span; the place itself in a text without any."""
    first = min(group.values(), key=lambda span: span.start)
    sentence = texts.holding(article, first.start, first.end)
    return sentence.sentence_id if sentence else f"{article}@{first.start}"
