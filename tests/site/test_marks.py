"""Spans inside a text: nested, adjacent and crossing, each readable, the text as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.pages import read
from usiran.hidden import plain
from usiran.site.marks import Mark, marked


def mark(start: int, end: int, layer: str = "actor") -> Mark:
    return Mark(f"@{layer}:{start}-{end}", layer, start, end, "X", tag="X")


def test_a_mark_inside_another_is_inside_its_element() -> None:
    html = marked("the US strike", 0, [mark(4, 6), mark(4, 13, "event")])
    assert 'id="@event:4-13" data-t="X"><span class="m actor short" id="@actor:4-6"' in html
    assert "m event d1" in html


def test_marks_side_by_side_are_two_elements() -> None:
    html = marked("USIran", 0, [mark(0, 2), mark(2, 6)])
    assert html.count("</span>") == 2
    assert ">US</span><span" in html
    assert html.count("beside") == 1


def test_crossing_marks_are_cut_and_named_once() -> None:
    html = marked("abcdef", 0, [mark(0, 4), mark(2, 6, "event")])
    assert html.count('id="@event:2-6"') == 1
    assert html.count('data-t="X"') == 2
    assert ">cd</span></span><span" in html


@given(
    st.text(min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30), st.sampled_from("ae")), max_size=6),
)
def test_the_text_is_whole_whatever_is_marked(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    inside = {(a, b, layer) for a, b, layer in places if a < b <= len(text)}
    page = read(
        marked(text, 0, [mark(*place) for place in sorted(inside)]).encode(errors="replace")
    )
    assert page.text == plain(text).encode(errors="replace").decode()
    assert sorted(page.ids) == sorted(f"@{layer}:{a}-{b}" for a, b, layer in inside)
