"""Proposed sentences: they always cover the text, whatever it is."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from usiran.text.segmentation import propose, uncovered

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("aB .!?\n\"“”’'\u00a0\u0301\u200d😀🇮🇶שלוםعرب-–(),")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=200,
)


@given(TEXTS)
def test_every_non_blank_character_lies_in_exactly_one_sentence(text: str) -> None:
    spans = [(row.start, row.end) for row in propose(text)]
    assert uncovered(text, spans) == []
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(TEXTS)
def test_no_sentence_begins_or_ends_with_a_blank(text: str) -> None:
    for row in propose(text):
        assert text[row.start : row.end].strip() == text[row.start : row.end] != ""


def test_zones_are_proposed_from_form_place_and_repetition() -> None:
    text = (
        "Dam opens\n\nThe dam opened on Monday. Nobody was hurt.\n\nDam opens\n\n"
        "Comments are closed."
    )
    assert [(text[r.start : r.end], r.zone) for r in propose(text)] == [
        ("Dam opens", "title"),
        ("The dam opened on Monday.", "body"),
        ("Nobody was hurt.", "body"),
        ("Dam opens", "boilerplate"),
        ("Comments are closed.", "boilerplate"),
    ]


def test_an_empty_or_blank_text_has_no_sentence() -> None:
    assert propose("") == []
    assert propose(" \n\u00a0\n") == []


def test_uncovered_names_the_offsets() -> None:
    assert uncovered("ab cd", [(0, 1)]) == [1, 3, 4]
    assert uncovered("ab", [(0, 9)]) == []
