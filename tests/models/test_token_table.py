"""Claims about the features of a batch's tokens: they are those that the names give."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from usiran.models.base import ready_made
from usiran.models.gazetteer import Gazetteer
from usiran.models.lexicon import Lexicon
from usiran.models.tagger import hints, span_features
from usiran.models.token_counts import Sentence
from usiran.models.token_table import TokenTable
from usiran.text.spans import Span
from usiran.text.tokens import tokenize

TEXTS = (
    "U.S. troops attacked attacked Iran’s base .",
    "Attack",
    "",
    "“ Iran , Iraq ” , he said 3 x",
)
WORDS = {"ASSAULT": ["attack*"], "GOV": ["iran", "U.S."]}
LEVELS = {"ASSAULT": "span", "GOV": "GOV"}  # the same label at two levels is one feature


def sentence(text: str, zone: str) -> Sentence:
    found = Lexicon(WORDS).find(text)
    grouped = tuple(span._replace(label=LEVELS[span.label]) for span in found)
    return Sentence("a", tuple(tokenize(text)), zone, (tuple(found), grouped), ())


SENTENCES = [sentence(text, zone) for text in TEXTS for zone in ("body", "title")]


class Named(NamedTuple):
    """Rows of names, and the matrix that scikit-learn makes of them."""

    names: dict[str, int]
    matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def named(rows: list[list[str]], least: int = 1) -> Named:
    vectorizer = CountVectorizer(analyzer=ready_made, binary=True, min_df=least)
    matrix = vectorizer.fit_transform(rows).toarray()
    return Named(vectorizer.vocabulary_, matrix.astype(float))


@pytest.mark.parametrize("least", [1, 2])
def test_the_matrix_of_tokens_is_the_one_that_their_names_give(least: int) -> None:
    names, matrix = named([token for row in SENTENCES for token in row.features], least)
    got = TokenTable(SENTENCES).matrix(names)
    assert np.array_equal(got.toarray(), matrix)
    assert got.has_sorted_indices


def test_a_sentences_features_hang_on_no_other_sentence() -> None:
    names, _ = named([token for row in SENTENCES for token in row.features])
    alone = [TokenTable([row]).matrix(names).toarray() for row in SENTENCES]
    assert np.array_equal(TokenTable(SENTENCES).matrix(names).toarray(), np.concatenate(alone))


def test_the_matrix_of_spans_is_the_one_that_their_names_give() -> None:
    first, last = Span(0, 11, "X"), Span(32, 39, "X")
    spans = [[first, last] if i < 2 else [Span(0, 6, "X")] * (i == 2) for i in range(8)]
    pairs = [(row, span) for row, own in zip(SENTENCES, spans, strict=True) for span in own]
    names, matrix = named([span_features(*pair) for pair in pairs])
    assert len(pairs) == 5
    assert np.array_equal(TokenTable(SENTENCES).spans(names, spans).toarray(), matrix)


def test_what_a_gazetteer_says_is_what_its_hints_say() -> None:
    gazetteer = Gazetteer({("U", ".", "S", "."): "GOV", ("Iran",): "GOV", ("he", "said"): "X"})
    names, matrix = named([hint for row in SENTENCES for hint in hints(row, gazetteer)])
    found = [[span for span, _ in gazetteer.search(row.tokens)] for row in SENTENCES]
    parts = (part for row in SENTENCES for part in gazetteer.parts(row.tokens))
    assert np.array_equal(TokenTable(SENTENCES).hints(names, found, parts).toarray(), matrix)


def test_no_sentence_and_no_token_are_no_fault() -> None:
    for sentences in ([], [SENTENCES[4]]):
        assert TokenTable(sentences).matrix({"bias": 0}).shape == (0, 1)
