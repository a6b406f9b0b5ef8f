"""Claims about counting the features of a sentence's tokens once."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from usiran.models import token_counts
from usiran.models.base import ready_made
from usiran.models.token_counts import Seen, features, learn
from usiran.models.token_features import token_features
from usiran.text.spans import Span
from usiran.text.tokens import tokenize

TEXTS = ["The army left the base.", "Iran’s envoy met the army", "the the THE", "Zürich left"]
# A list's entry at two levels of labels gives a feature twice.
SEEN = [Seen(tuple(tokenize(text)), "body", ((Span(0, 3, "X"),),) * 2) for text in TEXTS]


def test_it_counts_as_a_count_vectorizer_does_whatever_it_has_read_before() -> None:
    for sentences in (SEEN[1:3], SEEN, SEEN[2:], SEEN[:2]):
        theirs = CountVectorizer(analyzer=ready_made, min_df=2, binary=True)
        rows = [token for sentence in sentences for token in token_features(*sentence)]
        expected = theirs.fit_transform(rows)
        expected.sort_indices()
        ours, matrix = learn(sentences)
        assert ours.vocabulary_ == theirs.vocabulary_
        for name in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(matrix, name), getattr(expected, name))
        again = [token for sentence in SEEN for token in features(sentence)]
        assert again == [token for sentence in SEEN for token in token_features(*sentence)]
        np.testing.assert_array_equal(
            ours.transform(again).toarray(), theirs.transform(again).toarray()
        )


def test_tokens_of_which_no_two_have_a_feature_are_refused() -> None:
    with pytest.raises(ValueError, match="max_df corresponds"):
        learn([Seen(tuple(tokenize("the")), "body", ())])


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = token_counts._Memory()
    monkeypatch.setattr(token_counts, "SIZE", 300)
    for number in range(20):
        sentence = Seen(tuple(tokenize(f"a{number} b c d")), "body", ())
        assert memory.matrix([sentence]).shape[0] == 4
    assert len(memory.rows) <= 5
