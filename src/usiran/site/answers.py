"""What annotators say, and what the gold says, of a sentence in each layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from usiran.label_studio.annotation_records import span_parts
from usiran.loading import Opened
from usiran.schemas.label_scheme import Scheme
from usiran.site.marks import Mark
from usiran.site.views import SentenceView
from usiran.tasks.links import Link
from usiran.text.articles import Sentence
from usiran.text.spans import Span

Value = str | tuple[Span | Link, ...] | None
_OF_SENTENCES = ("stance", "holder", "grounds")


class Asked(NamedTuple):
    """What was asked: a task of the benchmark, or a layer that annotators label."""

    name: str
    title: str
    layer: str  # as decisions and addresses call it: stance, holder, actor, event, role, ...


def layers_asked(scheme: Scheme) -> list[Asked]:
    """Return the layers that annotators are compared in, with their questions."""
    names = {"stance": "stance", "holder": "holder", "grounds": "grounds"}
    names |= {"actors": "actor", "events": "event", "roles": "role"}
    return [Asked(name, scheme[layer].question, layer) for name, layer in names.items()]


def gold_value(layer: str, sentence: SentenceView) -> Value:
    """Return what the gold says of a sentence in one layer."""
    start = sentence.place.start
    if layer == "grounds":
        return _listed(sentence.grounds)
    if layer in _OF_SENTENCES:
        return str(getattr(sentence, layer))
    if layer == "role":
        return tuple(
            Link(role, _span(deed.mark, start), Span(*_offsets(party.fragment, start), ""))
            for deed in sentence.deeds
            for role, parties in (("agent", deed.agents), ("recipient", deed.recipients))
            for party in parties
        )
    return tuple(_span(mark, start) for mark in sentence.marks if mark.layer == layer)


def _span(mark: Mark, start: int) -> Span:
    return Span(mark.start - start, mark.end - start, mark.label)


def _offsets(fragment: str, start: int) -> tuple[int, int]:
    _, _, first, last = span_parts(fragment)
    return first - start, last - start


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(labels) or "none"


@dataclass
class Answers:
    """What one annotator says; of an article's spans everything is there, or nothing."""

    labels: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    spans: dict[tuple[str, str], list[Span | Link]] = field(
        default_factory=lambda: defaultdict(list)
    )
    articles: set[str] = field(default_factory=set)
    places: dict[str, tuple[Sentence, Span]] = field(default_factory=dict)

    def value(self, layer: str, sentence: SentenceView) -> Value:
        """Return what is said of a sentence in one layer; None where nothing was answered."""
        key = sentence.place.sentence_id
        if layer not in _OF_SENTENCES:
            known = sentence.place.article_id in self.articles
            return tuple(self.spans.get((layer, key), ())) if known else None
        # Whoever gave a stance and no grounds found none.
        if layer == "grounds" and ("stance", key) in self.labels:
            return _listed(self.labels.get((layer, key), ()))
        found = self.labels.get((layer, key))
        return found[0] if found else None


def answers_of(rows: pd.DataFrame, opened: Opened) -> dict[str, Answers]:
    """Return what each annotator says, from rows of the table of annotations."""
    answers: dict[str, Answers] = defaultdict(Answers)
    columns = ("annotator_id", "layer", "unit_id", "article_id", "start", "end", "label", "target")
    # Events and actors before the roles between them.
    ordered = rows.sort_values("layer", key=lambda layer: layer == "role", kind="stable")
    for name, layer, unit, article, start, end, label, target in zip(
        *(ordered[column].tolist() for column in columns), strict=True
    ):
        own = answers[name]
        if layer in _OF_SENTENCES:
            own.labels[layer, unit].append(label)
        elif layer in ("actor", "event"):
            sentence = opened.texts.holding(article, int(start), int(end))
            if sentence is not None:
                span = Span(int(start) - sentence.start, int(end) - sentence.start, label)
                own.spans[layer, sentence.sentence_id].append(span)
                own.places[unit] = (sentence, span)
        elif layer == "role" and unit in own.places and target in own.places:
            sentence, event = own.places[unit]
            there, actor = own.places[target]
            shift = there.start - sentence.start
            moved = Span(actor.start + shift, actor.end + shift, "")
            own.spans["role", sentence.sentence_id].append(Link(label, event, moved))
        elif layer == "article_stance":
            # It is asked with an article's spans: an article without any is here too.
            own.articles.add(article)
    return answers
