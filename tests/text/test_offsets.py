"""Offsets: code points and UTF-16 units, and finding the span that an export means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usiran.text.offsets import (
    RADIUS,
    Drawn,
    Placement,
    normalise,
    place,
    place_all,
    utf16_to_codepoint,
)

# What makes offsets go wrong: astral characters, sequences joined into one glyph, combining
# marks, right-to-left words, every kind of line end and blank.
PIECES = st.sampled_from(
    [
        "a",
        "b",
        "US",
        "😀",
        "👩‍👩‍👧",
        "🇮🇶",
        "e\u0301",
        "بغداد",
        "\u200f",
        "\r\n",
        "\n",
        "  ",
        " ",
        "𝒜",
        "\\n",
        ".",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=40))


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(TEXTS, st.data())
def test_every_code_point_offset_survives_the_round_trip(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    assert utf16_to_codepoint(text, utf16_length(text[:offset])) == offset


@given(TEXTS)
def test_a_utf16_offset_is_either_between_code_points_or_refused(text: str) -> None:
    between = {utf16_length(text[:offset]) for offset in range(len(text) + 1)}
    for units in range(utf16_length(text) + 1):
        if units in between:
            assert utf16_length(text[: utf16_to_codepoint(text, units)]) == units
        else:
            with pytest.raises(ValueError, match="inside a surrogate pair"):
                utf16_to_codepoint(text, units)


@pytest.mark.parametrize("offset", [-1, 4, 99])
def test_offsets_outside_the_text_are_refused(offset: int) -> None:
    with pytest.raises(ValueError, match="outside a text of 3"):
        utf16_to_codepoint("abc", offset)


@given(TEXTS, st.data())
def test_exact_offsets_are_kept_but_for_blanks_at_the_ends(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    inner = text[start:end]
    placed = place(text, start, end, normalise(inner))
    if not inner.strip():
        # A line break is quoted as two characters, which the text may hold as such elsewhere.
        assert inner == "" or placed is None or placed.how == "searched"
        return
    assert placed is not None
    assert placed.how == "exact"
    assert text[placed.start : placed.end] == inner.strip()
    assert placed.trimmed == (inner != inner.strip())


@given(TEXTS, st.data())
def test_utf16_offsets_find_the_span_again(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    inner = text[start:end]
    if not inner or inner != inner.strip():
        return
    first, last = utf16_length(text[:start]), utf16_length(text[:end])
    placed = place(text, first, last, normalise(inner))
    assert placed is not None
    if placed.how == "utf16":
        assert (placed.start, placed.end) == (start, end)
    else:
        # The same words stand where the offsets point when read as code points.
        assert placed.how == "exact"
        assert normalise(text[placed.start : placed.end]).strip() == normalise(inner)


@given(TEXTS, st.integers(-5, 60), st.integers(-5, 60), st.one_of(st.none(), TEXTS))
def test_whatever_is_given_the_placed_span_lies_in_the_text(
    text: str, start: int, end: int, quote: str | None
) -> None:
    placed = place(text, start, end, quote)
    if placed is not None:
        assert 0 <= placed.start < placed.end <= len(text)
        assert text[placed.start : placed.end].strip() == text[placed.start : placed.end]


@pytest.mark.parametrize(
    ("text", "start", "end", "quote", "expected"),
    [
        ("IS said", 0, 2, "IS", Placement(0, 2, "exact")),
        ("the  Popular\nForces", 0, 19, "the Popular\\nForces", Placement(0, 19, "exact")),
        ("the\r\nForces", 0, 11, "the\\nForces", Placement(0, 11, "exact")),
        ("👩‍👩‍👧 fled", 9, 13, "fled", Placement(6, 10, "utf16")),
        ("a 😀 b", 5, 6, "b", Placement(4, 5, "utf16")),
        (" US ", 0, 4, " US ", Placement(1, 3, "exact", trimmed=True)),
        ("of US.", 2, 5, "US", Placement(3, 5, "exact", trimmed=True)),
        ("the US fled", 1, 3, "US", Placement(4, 6, "searched")),
        ("the US\nfled", 1, 3, "US\\nfled", Placement(4, 11, "searched")),
        ("the US", -3, -1, "US", Placement(4, 6, "searched")),
        ("the US", 6, 4, "US", Placement(4, 6, "searched")),
        ("the US", 400, 402, "US", None),
        ("US or US", 2, 4, "US", None),
        ("in \\n or", 3, 5, "\\n", Placement(3, 5, "exact")),
        ("IS\\n", 0, 4, "IS", Placement(0, 4, "offsets")),
        ("IS\n", 0, 3, "IS\\n", Placement(0, 2, "exact", trimmed=True)),
        ("IS\n", 0, 2, "IS\\n", Placement(0, 2, "exact")),
        ("the US", 0, 2, "UK", None),
        ("the US", 0, 3, None, Placement(0, 3, "trusted")),
        ("the US", 3, 6, "", Placement(4, 6, "trusted", trimmed=True)),
        ("the US", 4, 7, None, None),
        ("the US", 4, 4, None, None),
        ("the US", -1, 2, None, None),
        ("a   b", 1, 4, None, None),
        ("a   b", 1, 4, "   ", None),
        ("a US patrol", 2, 11, "US", Placement(2, 11, "offsets")),
        ("a US patrol", 2, 11, "patrol", Placement(2, 11, "offsets")),
        ("a US patrol", 2, 10, "patrol", Placement(5, 11, "searched")),
        ("a\nb US", 5, 7, "US", Placement(4, 6, "crlf")),
        ("😀\nb US", 6, 8, "US", Placement(4, 6, "utf16 crlf")),
        ("a\r\nb US", 4, 6, "US", Placement(5, 7, "lf")),
        ("the US", 2**64, 2**64 + 2, "US", None),
        ("the US", 4, 2**64, "US", None),
        ("the US", -(2**64), 6, "US", None),
        ("the US", 2**64, 2**65, None, None),
    ],
)
def test_placing(
    text: str, start: int, end: int, quote: str | None, expected: Placement | None
) -> None:
    assert place(text, start, end, quote) == expected


def test_the_search_stops_at_its_radius() -> None:
    text = "x" * RADIUS + "US" + "y" * 200 + "US"
    assert place(text, 0, 2, "US") == Placement(RADIUS, RADIUS + 2, "searched")
    assert place("x" + text, 0, 2, "US") is None


def test_only_an_exact_untrimmed_placement_is_no_repair() -> None:
    assert not Placement(0, 1, "exact").repaired
    assert Placement(0, 1, "exact", trimmed=True).repaired
    assert Placement(0, 1, "trusted").repaired


def test_spans_that_fit_nowhere_are_moved_as_far_as_others() -> None:
    text = "x " * 30 + "US, US and the mayor"
    at = text.index("US")
    # Either US is nearby; the mayor tells which is meant.
    drawn = [Drawn(at - 2, at, "US"), Drawn(at + 15 - 2, at + 20 - 2, "mayor")]
    assert place(text, *drawn[0]) is None
    assert [(s and s.start, s and s.how) for s in place_all(text, drawn)] == [
        (at, "drift"), (at + 15, "drift"),
    ]  # fmt: skip


def test_a_text_that_moved_far_takes_three_spans_as_evidence() -> None:
    text = "A new first sentence, put in front of everything. " + "US forces left Basra"
    begin = text.index("US")
    places = [(begin + k, word) for k, word in ((0, "US"), (3, "forces"), (15, "Basra"))]
    drawn = [Drawn(at - begin, at - begin + len(word), word) for at, word in places]
    assert [span and span.start for span in place_all(text, drawn)] == [at for at, _ in places]
    assert place_all(text, drawn[:2]) == [None, None]


def test_one_that_fits_by_chance_is_moved_with_the_rest() -> None:
    text = "US aid. US forces left Basra. Aid came"
    drawn = [Drawn(0, 2, "US"), Drawn(3, 9, "forces"), Drawn(15, 20, "Basra")]
    assert [s and s.start for s in place_all(text, drawn)] == [8, 11, 23]
    # Where one fits as it stands and nowhere else, the text has not moved for all.
    stays = [*drawn, Drawn(3, 6, "aid")]
    assert [s and s.start for s in place_all(text, stays)] == [0, 11, 23, 3]


def test_what_fits_in_no_way_is_looked_for_in_the_way_that_the_others_count() -> None:
    text = "😀😀 Iran, a US patrol"
    drawn = [Drawn(5, 9, "Iran"), Drawn(13, 22, "patrol")]
    assert [s and (s.start, s.end, s.how) for s in place_all(text, drawn)] == [
        (3, 7, "utf16"), (11, 20, "offsets"),
    ]  # fmt: skip
    assert place_all(text, drawn[1:]) == [Placement(14, 20, "searched")]


@given(TEXTS, st.lists(st.tuples(st.integers(-9, 60), st.integers(-9, 60), TEXTS), max_size=4))
def test_whatever_is_given_all_spans_are_placed_in_the_text(
    text: str, given_spans: list[tuple[int, int, str]]
) -> None:
    placed = place_all(text, [Drawn(*span) for span in given_spans])
    assert len(placed) == len(given_spans)
    for span in filter(None, placed):
        assert 0 <= span.start < span.end <= len(text)


def test_a_quote_longer_than_its_text_is_not_looked_for() -> None:
    assert place("US said IS", 0, 2, "US said " * 1_000_000) is None
    assert place("US said IS", 0, 2, "US" + " " * 90) is not None
