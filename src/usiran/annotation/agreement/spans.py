"""How well annotators agree on spans and roles: F1 of every pair of annotators.

With h spans in common of a and b spans, F1 is ``2 h / (a + b)``: 1 where both marked the same,
0 where nothing is in common; undefined where neither marked any. It is the same from either
side. Spans are pooled over the articles that both annotators labelled.

A role link is compared on matched spans: of the events that both annotators marked, a link is
in common where both tie the same event to the same actor in the same role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from usiran.annotation.agreement.units import MatchedSpans
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.label_studio.annotation_records import TaskReading
from usiran.schemas.label_scheme import Scheme
from usiran.text.spans import Hits, Span, hits

Pair = tuple[str, str]
_Sums = tuple[int, int, int]


class SpanMeasure(NamedTuple):
    """One way to compare spans: the layer, how they match, and which label must be the same.

    `level` is ``type``, ``quad`` or ``none``.
    """

    layer: str
    scheme: str
    level: str

    @property
    def name(self) -> str:
        """What the report calls it."""
        if self.layer == "role":
            return "role links on matched events"
        return f"{self.layer} {self.scheme}, {_LEVELS[self.level]}"


_LEVELS = {"type": "with type", "quad": "with quad class", "none": "without type"}
MEASURES = (
    SpanMeasure("actor", "strict", "type"),
    SpanMeasure("actor", "strict", "none"),
    SpanMeasure("actor", "overlap", "type"),
    SpanMeasure("actor", "overlap", "none"),
    SpanMeasure("event", "strict", "type"),
    SpanMeasure("event", "strict", "quad"),
    SpanMeasure("event", "strict", "none"),
    SpanMeasure("event", "overlap", "type"),
    SpanMeasure("event", "overlap", "quad"),
    SpanMeasure("event", "overlap", "none"),
    SpanMeasure("role", "matched", "type"),
)


def f1(common: int, one: int, other: int) -> float | None:
    """Return 2 common / (one + other); None where there is nothing to compare.

    Examples
    --------
    >>> f1(3, 4, 5), f1(0, 0, 0)
    (0.6666666666666666, None)
    """
    return 2 * common / (one + other) if one + other else None


def span_scores(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    actors: list[MatchedSpans],
    events: list[MatchedSpans],
) -> dict[SpanMeasure, dict[Pair, float | None]]:
    """Return F1 by every measure for every pair of annotators."""
    scores: dict[SpanMeasure, dict[Pair, float | None]] = {one: {} for one in MEASURES}
    articles = annotations.units("spans").values()
    links = _links(annotations, actors, events)
    for one, other in combinations(annotations.annotators, 2):
        shared = [tasks for tasks in articles if one in tasks and other in tasks]
        for layer, levels in (("actor", ("type",)), ("event", ("type", "quad"))):
            for level in levels:
                quads = scheme.quad_of if level == "quad" else {}
                found = [
                    hits(_spans(t[one], layer, quads), _spans(t[other], layer, quads))
                    for t in shared
                ]
                for scheme_name, key in _keys(level):
                    sums = _sums(found, key)
                    which = "none" if key in ("exact", "touching") else level
                    measure = SpanMeasure(layer, scheme_name, which)
                    scores[measure][one, other] = f1(*sums)
        scores[MEASURES[-1]][one, other] = f1(*_role_sums(links, one, other))
    return scores


def _keys(level: str) -> Sequence[tuple[str, str]]:
    typed = (("strict", "strict"), ("overlap", "overlap"))
    return typed if level == "quad" else (*typed, ("strict", "exact"), ("overlap", "touching"))


def _sums(found: Sequence[Hits], key: str) -> _Sums:
    common = sum(getattr(one, key) for one in found)
    return common, sum(one.first for one in found), sum(one.second for one in found)


def _spans(task: TaskReading, layer: str, quads: Mapping[str, str]) -> list[Span]:
    return [
        Span(span.start, span.end, quads.get(span.label, span.label))
        for span in task.annotation.spans
        if span.layer == layer
    ]


class _Links(NamedTuple):
    """One article's links as (event group, role, actor group), and who marked which event."""

    of: Mapping[str, set[tuple[int, str, int]]]
    events: Sequence[Mapping[str, object]]


def _links(
    annotations: AnnotatorLabels, actors: list[MatchedSpans], events: list[MatchedSpans]
) -> list[_Links]:
    found = []
    units = annotations.units("spans")
    for actor, event in zip(actors, events, strict=True):
        of = {}
        for who, task in units[event.article].items():
            place = {
                group[who].region: number
                for layer in (actor, event)
                for number, group in enumerate(layer.groups)
                if who in group
            }
            of[who] = {
                (place[link.event], link.role, place[link.actor]) for link in task.annotation.roles
            }
        found.append(_Links(of, event.groups))
    return found


def _role_sums(links: Sequence[_Links], one: str, other: str) -> _Sums:
    common = mine = theirs = 0
    for article in links:
        if one not in article.of or other not in article.of:
            continue
        both = {n for n, group in enumerate(article.events) if one in group and other in group}
        first = {link for link in article.of[one] if link[0] in both}
        second = {link for link in article.of[other] if link[0] in both}
        common += len(first & second)
        mine, theirs = mine + len(first), theirs + len(second)
    return common, mine, theirs
