"""Matching spans: maximum, one to one, and what several annotators marked as one thing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usiran.text.spans import Span, clusters, groups, hits, matched, overlaps, pairs


def spans(*rows: tuple[int, int, str]) -> list[Span]:
    return [Span(*row) for row in rows]


@st.composite
def marks(draw: st.DrawFn, *, most: int = 6) -> list[Span]:
    """Return a few short spans that may overlap each other."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 15), st.integers(1, 6), st.sampled_from("AB")), max_size=most
        )
    )
    return [Span(start, start + size, label) for start, size, label in rows]


@st.composite
def apart(draw: st.DrawFn) -> list[Span]:
    """Return spans side by side, as one annotator's are."""
    found, at = [], 0
    for gap, size in draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)):
        found.append(Span(at + gap, at + gap + size, draw(st.sampled_from("AB"))))
        at += gap + size
    return found


def largest(one: list[Span], other: list[Span]) -> int:
    """Return the size of a maximum matching, by trying everything."""
    if not one:
        return 0
    best = largest(one[1:], other)
    for j, candidate in enumerate(other):
        if overlaps(one[0], candidate):
            best = max(best, 1 + largest(one[1:], other[:j] + other[j + 1 :]))
    return best


@pytest.mark.parametrize(
    ("one", "other", "touch"),
    [
        ((0, 4), (4, 8), False),
        ((0, 4), (3, 8), True),
        ((0, 9), (3, 4), True),
        ((5, 6), (0, 5), False),
    ],
)
def test_spans_overlap_where_they_share_a_character(
    one: tuple[int, int], other: tuple[int, int], touch: bool
) -> None:
    assert overlaps(Span(*one, "A"), Span(*other, "B")) is touch
    assert overlaps(Span(*other, "B"), Span(*one, "A")) is touch


def test_a_matching_is_the_largest_there_is_where_a_greedy_one_is_not() -> None:
    one = spans((0, 10, "A"), (11, 20, "A"))
    other = spans((5, 12, "A"), (2, 4, "A"))
    assert pairs(one, other) == [(0, 1), (1, 0)]


def test_equal_spans_are_paired_with_each_other() -> None:
    one, other = spans((0, 3, "A"), (3, 9, "A")), spans((0, 3, "B"), (4, 9, "B"))
    assert pairs(one, other) == [(0, 0), (1, 1)]


def test_a_long_chain_of_overlaps_is_matched_whole() -> None:
    one = [Span(10 * i, 10 * i + 9, "A") for i in range(3000)]
    other = [Span(10 * i + 8, 10 * i + 12, "A") for i in range(-1, 2999)]
    assert matched(one, other) == 3000


def test_hits_count_in_the_four_ways_worked_by_hand() -> None:
    one = spans((0, 4, "A"), (5, 9, "B"), (10, 14, "A"), (20, 24, "A"))
    other = spans((0, 4, "A"), (5, 9, "A"), (10, 16, "A"), (30, 34, "A"))
    found = hits(one, other)
    assert found._asdict() == {
        "strict": 1, "exact": 2, "overlap": 2, "touching": 3, "first": 4, "second": 4,
    }  # fmt: skip


def test_nothing_is_in_common_with_nothing() -> None:
    assert hits([], []) == (0, 0, 0, 0, 0, 0)
    assert hits(spans((0, 4, "A")), []) == (0, 0, 0, 0, 1, 0)


@given(marks(), marks())
def test_a_matching_is_one_to_one_maximal_and_the_same_from_either_side(
    one: list[Span], other: list[Span]
) -> None:
    found = pairs(one, other)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)
    assert all(overlaps(one[i], other[j]) for i, j in found)
    assert len(found) == largest(one, other) == matched(other, one)


@given(apart(), apart())
def test_equal_spans_of_two_annotators_are_always_paired(
    one: list[Span], other: list[Span]
) -> None:
    bounds = {
        (one[i].start, one[i].end, other[j].start, other[j].end) for i, j in pairs(one, other)
    }
    equal = {(s.start, s.end) for s in one} & {(s.start, s.end) for s in other}
    assert all((*place, *place) in bounds for place in equal)


def test_three_annotators_spans_of_one_thing_are_a_group() -> None:
    found = groups(
        {
            "a": spans((0, 9, "X"), (20, 24, "X")),
            "b": spans((0, 9, "Y")),
            "c": spans((2, 9, "X"), (30, 34, "X")),
        }
    )
    assert found == [
        {"a": Span(0, 9, "X"), "b": Span(0, 9, "Y"), "c": Span(2, 9, "X")},
        {"a": Span(20, 24, "X")},
        {"c": Span(30, 34, "X")},
    ]


def test_the_more_alike_spans_are_grouped_first() -> None:
    # b's long span lies over both of a's; it goes with the one it shares more with.
    found = groups({"a": spans((0, 2, "X"), (3, 9, "X")), "b": spans((0, 9, "X"))})
    assert sorted(map(len, found)) == [1, 2]
    together = max(found, key=len)
    assert together == {"a": Span(3, 9, "X"), "b": Span(0, 9, "X")}


@given(apart(), apart(), apart())
def test_every_span_is_in_one_group_and_no_group_has_two_of_one_annotator(
    one: list[Span], two: list[Span], three: list[Span]
) -> None:
    given_spans = {"a": one, "b": two, "c": three}
    found = groups(given_spans)
    for who, mine in given_spans.items():
        assert sorted(group[who] for group in found if who in group) == sorted(mine)


@given(apart(), apart())
def test_equal_spans_are_in_one_group(one: list[Span], other: list[Span]) -> None:
    found = groups({"a": one, "b": other})
    for span in one:
        same = [theirs for theirs in other if theirs[:2] == span[:2]]
        group = next(group for group in found if group.get("a") == span)
        assert not same or group["b"] == same[0]


@given(marks(most=10))
def test_clusters_do_not_touch_each_other_and_hang_together(found: list[Span]) -> None:
    made = clusters(found)
    assert sorted(span for cluster in made for span in cluster) == sorted(found)
    for left, right in pairwise(made):
        assert max(span.end for span in left) <= min(span.start for span in right)
    for cluster in made:
        for place in range(1, len(cluster)):
            reach = max(span.end for span in cluster[:place])
            assert cluster[place].start < reach
