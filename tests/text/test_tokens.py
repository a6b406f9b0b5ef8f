"""Tokens and BIO tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usiran.text.spans import Span
from usiran.text.tokens import Token, from_bio, to_bio, tokenize


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maliki’s", ["Maliki", "’s"]),
        ("Iraq's U.S.", ["Iraq", "'s", "U", ".", "S", "."]),
        ("'sand", ["'", "sand"]),
        ("US-led", ["US", "-", "led"]),
        ("cafe\u0301 بغداد", ["cafe\u0301", "بغداد"]),
        ("7.45 p.m.", ["7", ".", "45", "p", ".", "m", "."]),
        ("🤝🏽!", ["🤝", "🏽", "!"]),
        (" \n\t", []),
        ("", []),
    ],
)
def test_text_is_cut_into_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=60), st.integers(0, 1000))
def test_tokens_cover_every_character_that_is_not_blank_once(text: str, offset: int) -> None:
    tokens = tokenize(text, offset)
    assert all(text[t.start - offset : t.end - offset] == t.text for t in tokens)
    covered = [place for token in tokens for place in range(token.start, token.end)]
    assert len(set(covered)) == len(covered)
    missed = set(range(len(text))) - {place - offset for place in covered}
    # The expression's blanks are Unicode white space.
    assert all(text[place].isspace() for place in missed)


@given(st.lists(st.sampled_from(["O", "B-X", "B-Y"]), max_size=12), st.data())
def test_tags_survive_the_round_trip(opening: list[str], data: st.DataObject) -> None:
    tokens = tokenize(" ".join("w" * len(opening)))
    tags = list(opening)
    for place in range(1, len(tags)):
        if tags[place - 1] != "O" and data.draw(st.booleans()):
            tags[place] = "I-" + tags[place - 1][2:]
    assert to_bio(tokens, from_bio(tokens, tags)) == tags


def test_an_inside_tag_that_continues_nothing_opens_a_span() -> None:
    tokens = tokenize("a b c")
    assert from_bio(tokens, ["O", "I-X", "I-Y"]) == [Span(2, 3, "X"), Span(4, 5, "Y")]


@pytest.mark.parametrize("span", [Span(0, 1, "X"), Span(1, 2, "X"), Span(2, 2, "X")])
def test_a_span_that_cuts_a_token_is_refused(span: Span) -> None:
    with pytest.raises(ValueError, match="does not begin and end where tokens do"):
        to_bio([Token(0, 2, "US")], [span])


def test_overlapping_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps another span"):
        to_bio(tokenize("a b"), [Span(0, 3, "X"), Span(2, 3, "Y")])


def test_a_wrong_number_of_tags_or_a_strange_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="1 tags for 2 tokens"):
        from_bio(tokenize("a b"), ["O"])
    with pytest.raises(ValueError, match="allowed are O, B-<label> and I-<label>"):
        from_bio(tokenize("a"), ["X"])
