"""How well annotators agree on spans and roles: F1 of every pair of annotators.

With h spans in common of a and b spans, F1 is ``2 h / (a + b)``: 1 where both marked the same,
0 where nothing is in common; undefined where neither marked any. It is the same from either
side. Spans are pooled over the articles that both annotators labelled.

A role link is compared on matched spans: of the events that both annotators marked, a link is
in common where both tie the same event to the same actor in the same role.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations, product
from typing import NamedTuple

from usiran.annotation.agreement.units import MatchedSpans
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.label_studio.annotation_records import TaskReading
from usiran.schemas.label_scheme import Scheme
from usiran.text.spans import Span, hits

Pair = tuple[str, str]
Link = tuple[str, int, str, int]  # the article, the event's group, the role, the actor's group


class SpanMeasure(NamedTuple):
    """One way to compare spans; `level`, the label that must match: type, quad or none."""

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
_MATCHES = ("strict", "overlap")
ROLES = SpanMeasure("role", "matched", "type")
MEASURES = (
    *(SpanMeasure("actor", *measure) for measure in product(_MATCHES, ("type", "none"))),
    *(SpanMeasure("event", *measure) for measure in product(_MATCHES, ("type", "quad", "none"))),
    ROLES,
)


def f1(common: int, first: int, second: int) -> float | None:
    """Return 2 common / (first + second); None where there is nothing to compare.

    >>> f1(3, 4, 5), f1(0, 0, 0)
    (0.6666666666666666, None)
    """
    return 2 * common / (first + second) if first + second else None


def span_scores(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    actors: MatchedSpans,
    events: MatchedSpans,
) -> dict[SpanMeasure, dict[Pair, float | None]]:
    """Return F1 by every measure for every pair of annotators."""
    scores: dict[SpanMeasure, dict[Pair, float | None]] = {measure: {} for measure in MEASURES}
    articles = annotations.units("spans").values()
    links = _links(annotations, actors, events)
    for first, second in combinations(annotations.annotators, 2):
        in_both = (tasks for tasks in articles if first in tasks and second in tasks)
        shared = [(tasks[first], tasks[second]) for tasks in in_both]
        for layer, level in (("actor", "type"), ("event", "type"), ("event", "quad")):
            classes = scheme.quad_of if level == "quad" else {}
            for measure, score in _layer_scores(shared, layer, level, classes).items():
                scores[measure][first, second] = score
        scores[ROLES][first, second] = _role_score(links, events, first, second)
    return scores


def _layer_scores(
    tasks: Iterable[tuple[TaskReading, TaskReading]],
    layer: str,
    level: str,
    classes: Mapping[str, str],
) -> dict[SpanMeasure, float | None]:
    """Return F1 of a layer with labels and, where these are types, without them."""
    counts = [hits(*(_spans(task, layer, classes) for task in pair)) for pair in tasks]
    size = sum(one.first for one in counts), sum(one.second for one in counts)
    fields = {"strict": ("strict", level), "overlap": ("overlap", level)}
    if level == "type":
        fields |= {"exact": ("strict", "none"), "touching": ("overlap", "none")}
    return {
        SpanMeasure(layer, *match): f1(sum(getattr(one, field) for one in counts), *size)
        for field, match in fields.items()
    }


def _spans(task: TaskReading, layer: str, classes: Mapping[str, str]) -> list[Span]:
    spans = task.annotation.of(layer)
    return [Span(span.start, span.end, classes.get(span.label, span.label)) for span in spans]


def _links(
    annotations: AnnotatorLabels, actors: MatchedSpans, events: MatchedSpans
) -> dict[str, set[Link]]:
    """From annotator to its role links."""
    links: dict[str, set[Link]] = {annotator: set() for annotator in annotations.annotators}
    for article, tasks in annotations.units("spans").items():
        for annotator, task in tasks.items():
            # Region ids are an annotator's own: the groups say which of them are one thing.
            group_of = {
                group[annotator].region: number
                for layer in (actors, events)
                for number, group in enumerate(layer[article])
                if annotator in group
            }
            links[annotator] |= {
                (article, group_of[link.event], link.role, group_of[link.actor])
                for link in task.annotation.roles
            }
    return links


def _role_score(
    links: Mapping[str, set[Link]], events: MatchedSpans, first: str, second: str
) -> float | None:
    # Events that only one of them marked are the question of the span scores.
    both = {
        (article, number)
        for article, groups in events.items()
        for number, group in enumerate(groups)
        if first in group and second in group
    }
    ours, theirs = ({link for link in links[who] if link[:2] in both} for who in (first, second))
    return f1(len(ours & theirs), len(ours), len(theirs))
