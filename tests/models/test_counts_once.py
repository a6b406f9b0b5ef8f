"""Claims about counting the n-grams of a text once."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer

from usiran.models import counts_once
from usiran.models.counts_once import CountsOnce

TEXTS = ["The army left the base.", "Iran’s envoy met the army", "the the THE", "a", "Zürich left"]


@pytest.mark.parametrize(("analyzer", "ngrams"), [("word", (1, 2)), ("char_wb", (2, 5))])
def test_it_counts_as_a_count_vectorizer_does_whatever_it_has_read_before(
    analyzer: str, ngrams: tuple[int, int]
) -> None:
    for texts in (TEXTS[1:3], TEXTS, TEXTS[2:], TEXTS[:2]):
        ours = CountsOnce(analyzer=analyzer, ngram_range=ngrams)
        theirs = CountVectorizer(analyzer=analyzer, ngram_range=ngrams)
        np.testing.assert_array_equal(
            ours.fit_transform(texts).toarray(), theirs.fit_transform(texts).toarray()
        )
        assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
        # What was learned holds no n-gram of a text that was not learned from.
        np.testing.assert_array_equal(
            ours.transform(TEXTS).toarray(), theirs.transform(TEXTS).toarray()
        )
    assert clone(ours).get_params() == ours.get_params()


def test_texts_without_a_word_are_refused_as_by_a_count_vectorizer() -> None:
    with pytest.raises(ValueError, match="empty vocabulary"):
        CountsOnce().fit_transform(["a", "."])


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = counts_once._Memory(str.split)
    monkeypatch.setattr(counts_once, "SIZE", 3)
    for number in range(20):
        names, matrix = memory.counts([f"a{number} b", f"b c{number}"])
        assert (len(names), matrix.shape) == (3, (2, 3))
    assert len(memory.rows) <= 5
