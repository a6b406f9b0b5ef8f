"""Which spans of two annotators, or of a system and the gold, are the same one.

Three ways to be the same: *strict* (offsets and label), *exact* (offsets) and *overlap*
(a shared character). Every span is matched at most once, and as many as possible are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar


class Marked(Protocol):
    """Anything with half-open offsets and a label."""

    @property
    def start(self) -> int:
        """Offset of the first character."""

    @property
    def end(self) -> int:
        """Offset after the last character."""

    @property
    def label(self) -> str:
        """The type."""


M = TypeVar("M", bound=Marked)
_Key = Callable[[Marked], object]


class Hits(NamedTuple):
    """How many spans of two sets are the same, and how large the sets are.

    `strict` and `overlap` ask for the same label; `exact` and `touching` are the same two
    without it.
    """

    strict: int
    exact: int
    overlap: int
    touching: int
    one: int
    other: int


def overlaps(one: Marked, other: Marked) -> bool:
    """Return whether two spans share a character."""
    return one.start < other.end and other.start < one.end


def shared(one: Marked, other: Marked) -> int:
    """Return how many characters two spans share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def pairs(one: Sequence[Marked], other: Sequence[Marked]) -> list[tuple[int, int]]:
    """Return as many pairs of overlapping spans as possible, each span in one pair at most.

    Labels are not looked at. A maximum bipartite matching by augmenting paths; where there
    are several, spans are tried from the left and the largest overlap first, so that equal
    spans of sets without overlaps inside them are always paired.

    Returns
    -------
    list of (int, int)
        Places in `one` and in `other`, in the order of `one`.

    Examples
    --------
    >>> from usiran.text.tokens import Span
    >>> long, left, right = Span(0, 9, "A"), Span(0, 4, "A"), Span(5, 12, "A")
    >>> pairs([long], [left, right]), pairs([long, right], [left, right])
    ([(0, 0)], [(0, 0), (1, 1)])
    """
    near = [_near(span, other) for span in one]
    partner: dict[int, int] = {}
    for i in range(len(one)):
        _assign(i, near, partner)
    return sorted((i, j) for j, i in partner.items())


def _near(span: Marked, others: Sequence[Marked]) -> list[int]:
    """Return the places of the spans that overlap one, the largest overlap first."""
    found = [j for j, candidate in enumerate(others) if overlaps(span, candidate)]
    # Of two that hold the whole span the shorter is the nearer.
    return sorted(found, key=lambda j: (-shared(span, others[j]), others[j].end - others[j].start))


def _assign(first: int, near: Sequence[Sequence[int]], partner: dict[int, int]) -> None:
    """Find an augmenting path from one span, if there is one, and flip it.

    Depth first, with a stack of its own: a long chain of overlaps must not end the program.
    """
    path: list[tuple[int, int]] = []
    todo = [(first, iter(near[first]))]
    tried: set[int] = set()
    while todo:
        i, rest = todo[-1]
        j = next((j for j in rest if j not in tried), None)
        if j is None:
            todo.pop()
            if path:
                path.pop()
            continue
        tried.add(j)
        path.append((i, j))
        if j not in partner:
            partner.update((end, start) for start, end in path)
            return
        todo.append((partner[j], iter(near[partner[j]])))


def matched(one: Sequence[Marked], other: Sequence[Marked]) -> int:
    """Return the most pairs of overlapping spans that use every span at most once.

    Examples
    --------
    >>> from usiran.text.tokens import Span
    >>> gold = [Span(0, 10, "A"), Span(11, 20, "A")]
    >>> matched(gold, [Span(2, 4, "A"), Span(5, 12, "A")])
    2
    """
    return len(pairs(one, other))


def hits(one: Sequence[Marked], other: Sequence[Marked]) -> Hits:
    """Count the spans that two sets have in common, in each of the four ways.

    Examples
    --------
    >>> from usiran.text.tokens import Span
    >>> hits([Span(0, 4, "A"), Span(5, 9, "B")], [Span(0, 4, "B"), Span(5, 7, "B")])
    Hits(strict=0, exact=1, overlap=1, touching=2, one=2, other=2)
    """
    labels = {span.label for span in one}
    same = sum(
        matched([s for s in one if s.label == label], [s for s in other if s.label == label])
        for label in labels
    )
    return Hits(
        _equal(one, other, lambda span: (span.start, span.end, span.label)),
        _equal(one, other, lambda span: (span.start, span.end)),
        same,
        matched(one, other),
        len(one),
        len(other),
    )


def _equal(one: Iterable[Marked], other: Iterable[Marked], key: _Key) -> int:
    return sum((Counter(map(key, one)) & Counter(map(key, other))).values())


def groups(spans: Mapping[str, Sequence[M]]) -> list[dict[str, M]]:
    """Return what several annotators marked as one thing: at most one span of each.

    Pairs of overlapping spans of two annotators are taken by the share of characters they
    have in common (of all that either covers), the largest first; a pair joins the groups
    of its two spans unless they would then hold two spans of one annotator. So two equal
    spans are joined before any other two, and the order of the annotators has no say but
    in ties. A span that nobody else marked is a group of its own.

    Parameters
    ----------
    spans : mapping
        From annotator to the spans of one layer in one text.

    Returns
    -------
    list of dict
        From annotator to span; by the first offset in the group.

    Examples
    --------
    >>> from usiran.text.tokens import Span
    >>> found = groups({"a": [Span(0, 4, "X")], "b": [Span(2, 6, "X")], "c": [Span(3, 6, "Y")]})
    >>> [sorted(group) for group in found]
    [['a', 'b', 'c']]
    """
    nodes = [(who, span) for who in sorted(spans) for span in spans[who]]
    group: dict[int, dict[str, int]] = {i: {who: i} for i, (who, _) in enumerate(nodes)}
    for i, j in _candidates(nodes):
        mine, theirs = group[i], group[j]
        if mine is not theirs and not mine.keys() & theirs.keys():
            mine |= theirs
            group |= dict.fromkeys(theirs.values(), mine)
    distinct = {id(one): one for one in group.values()}.values()
    found = [{who: nodes[i][1] for who, i in sorted(one.items())} for one in distinct]
    return sorted(found, key=lambda one: min((s.start, s.end, w) for w, s in one.items()))


def _candidates(nodes: Sequence[tuple[str, Marked]]) -> list[tuple[int, int]]:
    """Return the overlapping pairs of different annotators, the most alike first."""
    order = sorted(range(len(nodes)), key=lambda i: nodes[i][1].start)
    ranked = []
    for place, i in enumerate(order):
        who, span = nodes[i]
        for j in order[place + 1 :]:
            if nodes[j][1].start >= span.end:
                break
            if nodes[j][0] != who and overlaps(span, nodes[j][1]):
                alike = _alike(span, nodes[j][1])
                ranked.append((-alike, span.start, min(i, j), max(i, j)))
    return [(i, j) for _, _, i, j in sorted(ranked)]


def _alike(one: Marked, other: Marked) -> float:
    """Return the shared characters as a share of those that either covers."""
    common = shared(one, other)
    return common / (one.end - one.start + other.end - other.start - common)


def clusters(spans: Iterable[M]) -> list[list[M]]:
    """Return spans in groups that are tied together by overlaps, from left to right.

    Examples
    --------
    >>> from usiran.text.tokens import Span
    >>> found = clusters([Span(8, 9, "A"), Span(0, 4, "A"), Span(3, 6, "B"), Span(6, 8, "A")])
    >>> [len(cluster) for cluster in found]
    [2, 1, 1]
    """
    found: list[list[M]] = []
    reach = -1
    for span in sorted(spans, key=lambda span: (span.start, span.end, span.label)):
        if found and span.start < reach:
            found[-1].append(span)
        else:
            found.append([span])
        reach = max(reach, span.end)
    return found
