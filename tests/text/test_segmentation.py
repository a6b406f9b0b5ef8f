"""Proposed sentences: they always cover the text, whatever it is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usiran.corpus import Corpus
from usiran.text.articles import read_texts
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


def test_proposed_boundaries_agree_with_the_curated_ones_of_the_five_articles(repo: Corpus) -> None:
    """Only boundaries inside a line count: a line break is one in any case."""
    corpus = read_texts(repo)
    right, proposed, curated = 0, 0, 0
    for article_id, text in corpus.texts.items():
        first_of_line = {0} | {i + 1 for i, char in enumerate(text) if char == "\n"}
        ours = {row.start for row in propose(text)} - first_of_line
        theirs = {row.start for row in corpus.sentences[article_id]} - first_of_line
        right += len(ours & theirs)
        proposed += len(ours)
        curated += len(theirs)
    assert 2 * right / (proposed + curated) > 0.95


@pytest.mark.parametrize(
    "text",
    [
        "They met at 7.45 p.m. Saturday.|Nobody spoke.",
        "The U.S. Army left.|The U.S. stayed.",
        "Gen. Smith said so.|He left.",
        "“We came.|We saw.|We left,” he said.",
        "It doesnt work.|They wont stay.",
        "”They left the town.|It was quiet.",
    ],
)
def test_known_traps_are_proposed_as_a_reader_would_cut_them(text: str) -> None:
    plain = text.replace("|", " ")
    found = [plain[row.start : row.end] for row in propose(plain)]
    assert found == text.split("|")


@pytest.mark.parametrize(
    "text",
    [
        "The country sees 5 to six attacks every week. “These attacks go on.”",  # cut: week.|“
        "They had three targets.|\nthis year that would be seen as.",  # joined: no stop was meant
    ],
)
def test_known_traps_that_a_reader_still_has_to_mend(text: str) -> None:
    plain = text.replace("|", " ")
    found = [plain[row.start : row.end] for row in propose(plain)]
    assert found == [part.strip() for part in text.split("|")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "El Sr. Ibáñez llegó el lunes.|«¿Quién paga?», preguntó.|—Nadie —dijo J. Ruiz."),
        ("de", "Am 3. Mai kam z. B. Dr. Lohe.|„Wir zahlen nicht!“|Dann ging er."),
        ("pt", "Custou 1.5 milhões... de reais.|E daí?|Ninguém sabe."),
        ("fa", "آنها رفتند.|چرا؟|کسی نمی‌داند."),
    ],
)
def test_other_languages_are_cut_at_their_marks(language: str, text: str) -> None:
    plain = text.replace("|", " ")
    found = [plain[row.start : row.end] for row in propose(plain, language)]
    assert found == text.split("|")


@given(TEXTS)
def test_in_other_languages_every_character_lies_in_a_sentence_too(text: str) -> None:
    assert uncovered(text, [(row.start, row.end) for row in propose(text, "es")]) == []
