"""Spans, and which spans of two annotators, or of a system and the gold, are the same one.

Three ways to be the same: *strict* (offsets and label), *exact* (offsets) and *overlap*
(a shared character). Every span is matched at most once, and as many as possible are.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar


class Span(NamedTuple):
    """A labelled span: half-open offsets in code points, and its label."""

    start: int
    end: int
    label: str


class SpanLike(Protocol):
    """Anything with half-open offsets and a label."""

    # Properties: a plain attribute of a protocol would have to be writable.
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102


S = TypeVar("S", bound=SpanLike)
Key = Callable[[SpanLike], Any]
_OFFSETS: Key = attrgetter("start", "end")
_LABELLED: Key = attrgetter("start", "end", "label")


class Hits(NamedTuple):
    """How many spans of two sets are the same, and how large the sets are.

    `strict` and `overlap` ask for the same label; `exact` and `touching` are the same two
    without it.
    """

    strict: int
    exact: int
    overlap: int
    touching: int
    first: int
    second: int


def overlaps(a: SpanLike, b: SpanLike) -> bool:
    """Return whether two spans share a character."""
    return a.start < b.end and b.start < a.end


def _shared(a: SpanLike, b: SpanLike) -> int:
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def pairs(first: Sequence[SpanLike], second: Sequence[SpanLike]) -> list[tuple[int, int]]:
    """Return as many pairs of overlapping spans as possible, each span in one pair at most.

    A pair is a place in `first` and one in `second`; labels are not looked at. A maximum
    bipartite matching by augmenting paths; where there are several, spans are tried from the
    left and the largest overlap first, so that equal spans of sets without overlaps inside
    them are always paired.

    >>> long, left, right = Span(0, 9, "A"), Span(0, 4, "A"), Span(5, 12, "A")
    >>> pairs([long], [left, right]), pairs([long, right], [left, right])
    ([(0, 0)], [(0, 0), (1, 1)])
    """
    if not first or not second:
        return []
    candidates = _overlapping(first, second)
    partner: dict[int, int] = {}
    for i in range(len(first)):
        _augment(i, candidates, partner)
    return sorted((i, j) for j, i in partner.items())


def _overlapping(first: Sequence[SpanLike], second: Sequence[SpanLike]) -> list[list[int]]:
    """Return for each span the places of those that overlap it, the largest overlap first."""
    order = sorted(range(len(second)), key=lambda j: second[j].start)
    starts = [second[j].start for j in order]
    longest = max((span.end - span.start for span in second), default=0)
    overlapping = []
    for span in first:
        # What begins farther to the left than the longest reaches cannot overlap.
        near = order[bisect_right(starts, span.start - longest) : bisect_left(starts, span.end)]
        ranked = [
            # Of two that hold the whole span the shorter is the nearer.
            (-_shared(span, second[j]), second[j].end - second[j].start, j)
            for j in near
            if overlaps(span, second[j])
        ]
        overlapping.append([j for _, _, j in sorted(ranked)])
    return overlapping


def _augment(root: int, candidates: Sequence[Sequence[int]], partner: dict[int, int]) -> None:
    """Find an augmenting path from one span, if there is one, and flip it."""
    # A stack instead of recursion: a long chain of overlaps must not end the program.
    path: list[tuple[int, int]] = []
    stack = [(root, iter(candidates[root]))]
    visited: set[int] = set()
    while stack:
        i, untried = stack[-1]
        j = next((j for j in untried if j not in visited), None)
        if j is None:
            stack.pop()
            # The root has no edge that leads to it, so it leaves nothing on the path.
            del path[-1:]
            continue
        visited.add(j)
        path.append((i, j))
        if j not in partner:
            partner.update((end, start) for start, end in path)
            return
        stack.append((partner[j], iter(candidates[partner[j]])))


def matched(first: Sequence[SpanLike], second: Sequence[SpanLike]) -> int:
    """Return the most pairs of overlapping spans that use every span at most once.

    >>> gold = [Span(0, 10, "A"), Span(11, 20, "A")]
    >>> matched(gold, [Span(2, 4, "A"), Span(5, 12, "A")])
    2
    """
    # What overlaps nothing else needs no search, and most sets have hardly another span.
    if len(first) <= 1 or len(second) <= 1:
        return int(any(overlaps(a, b) for a in first for b in second))
    return len(first) if first == second else len(pairs(first, second))


def equal_offsets(first: Iterable[SpanLike], second: Iterable[SpanLike]) -> int:
    """Return how many spans of two sets have the same offsets; labels are not looked at.

    >>> equal_offsets([Span(0, 4, "A"), Span(5, 9, "B")], [Span(0, 4, "B"), Span(5, 7, "B")])
    1
    """
    return _common(_OFFSETS, first, second)


def _common(key: Key, first: Iterable[SpanLike], second: Iterable[SpanLike]) -> int:
    # Multisets: a span that both drew twice is in common twice.
    return (Counter(map(key, first)) & Counter(map(key, second))).total()


def hits(first: Sequence[SpanLike], second: Sequence[SpanLike]) -> Hits:
    """Count the spans that two sets have in common, in each of the four ways.

    >>> hits([Span(0, 4, "A"), Span(5, 9, "B")], [Span(0, 4, "B"), Span(5, 7, "B")])
    Hits(strict=0, exact=1, overlap=1, touching=2, first=2, second=2)
    """
    if not first or not second:
        return Hits(0, 0, 0, 0, len(first), len(second))

    same_label = sum(
        matched([s for s in first if s.label == label], [s for s in second if s.label == label])
        for label in {span.label for span in first} & {span.label for span in second}
    )
    return Hits(
        _common(_LABELLED, first, second),
        equal_offsets(first, second),
        same_label,
        matched(first, second),
        len(first),
        len(second),
    )


def groups(spans: Mapping[str, Sequence[S]]) -> list[dict[str, S]]:
    """Return what several annotators marked as one thing: at most one span of each.

    From the spans that each drew of one layer in one text; the things come by first offset.

    Pairs of overlapping spans of two annotators are taken by the share of characters they
    have in common (of all that either covers), the largest first; a pair joins the groups
    of its two spans unless they would then hold two spans of one annotator. So two equal
    spans are joined before any other two, and the order of the annotators has no say but
    in ties. A span that nobody else marked is a group of its own.

    >>> marked = {"a": [Span(0, 4, "X")], "b": [Span(2, 6, "X")], "c": [Span(3, 6, "Y")]}
    >>> [sorted(group) for group in groups(marked)]
    [['a', 'b', 'c']]
    """
    nodes = [(annotator, span) for annotator in sorted(spans) for span in spans[annotator]]
    # Joined spans share one dict: a group is told from another by identity.
    group_of = {i: {annotator: i} for i, (annotator, _) in enumerate(nodes)}
    for i, j in _likeliest(nodes):
        group, joining = group_of[i], group_of[j]
        if group is not joining and not group.keys() & joining.keys():
            group |= joining
            group_of |= dict.fromkeys(joining.values(), group)
    distinct = {id(group): group for group in group_of.values()}.values()
    things = [{name: nodes[i][1] for name, i in sorted(group.items())} for group in distinct]
    return sorted(
        things, key=lambda thing: min((s.start, s.end, name) for name, s in thing.items())
    )


def _likeliest(nodes: Sequence[tuple[str, SpanLike]]) -> list[tuple[int, int]]:
    """Return the overlapping pairs of different annotators, the most alike first."""
    order = sorted(range(len(nodes)), key=lambda i: nodes[i][1].start)
    ranked = []
    for place, i in enumerate(order):
        annotator, span = nodes[i]
        for j in order[place + 1 :]:
            candidate = nodes[j][1]
            # Spans come by their start: none further on can overlap this one.
            if candidate.start >= span.end:
                break
            if nodes[j][0] != annotator and overlaps(span, candidate):
                common = _shared(span, candidate)
                covered = span.end - span.start + candidate.end - candidate.start - common
                ranked.append((-common / covered, span.start, min(i, j), max(i, j)))
    return [(i, j) for _, _, i, j in sorted(ranked)]


def clusters(spans: Iterable[S]) -> list[list[S]]:
    """Return spans in groups that are tied together by overlaps, from left to right.

    >>> tied = clusters([Span(8, 9, "A"), Span(0, 4, "A"), Span(3, 6, "B"), Span(6, 8, "A")])
    >>> [len(cluster) for cluster in tied]
    [2, 1, 1]
    """
    tied: list[list[S]] = []
    reach = -1
    for span in sorted(spans, key=lambda span: (span.start, span.end, span.label)):
        if tied and span.start < reach:
            tied[-1].append(span)
        else:
            tied.append([span])
        reach = max(reach, span.end)
    return tied
