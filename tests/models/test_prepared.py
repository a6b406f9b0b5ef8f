"""Claims about features that are computed once for all that is learned from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer

from usiran.models import prepared
from usiran.models.prepared import forget, prepare, transform_once


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    forget()
    yield
    forget()


def _records(*texts: str) -> pd.DataFrame:
    return pd.DataFrame({"article_id": [f"a{i}" for i in range(len(texts))], "text": texts})


def _words(ngrams: tuple[int, int] = (1, 1)) -> ColumnTransformer:
    words = ("words", CountVectorizer(ngram_range=ngrams), "text")
    return ColumnTransformer([words], sparse_threshold=1.0)


def test_equal_features_of_equal_sentences_are_fitted_once() -> None:
    first = prepare(_words(), _records("the army left", "the base"))
    assert prepare(_words(), _records("the army left", "the base")) is first
    assert prepare(_words((1, 2)), _records("the army left", "the base")) is not first
    assert prepare(_words(), _records("the army left", "a base")) is not first


def test_other_sentences_have_the_features_that_the_fitted_ones_give_them() -> None:
    fitted, asked = prepare(_words(), _records("the army left", "the base")), _records("the the")
    matrix = transform_once(fitted.features, asked)
    np.testing.assert_array_equal(matrix.toarray(), fitted.features.transform(asked).toarray())
    assert transform_once(fitted.features, asked) is matrix
    forget()
    assert transform_once(fitted.features, asked) is not matrix


def test_an_inner_fold_may_leave_out_what_it_has_not_seen() -> None:
    fitted = prepare(_words(), _records("the army left", "the base", "a base left"))
    train, test = np.array([0, 1]), np.array([2])
    whole, seen = (fitted.part(train, test, seen=seen) for seen in (False, True))
    assert whole.learned.X.shape == (2, 4)
    np.testing.assert_array_equal(seen.asked.toarray(), whole.asked.toarray())
    fitted = prepare(_words(), _records("the army left", "the base", "our base"))
    assert fitted.part(train, test, seen=True).asked.shape == (1, 4)
    assert fitted.part(train, test, seen=False).asked.shape == (1, 5)


def test_much_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "ENTRIES", 4)
    records = _records("the army left", "the base")
    assert prepare(_words(), records) is not prepare(_words(), records)
