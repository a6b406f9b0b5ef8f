"""Claims about signs that a system knows the articles: what is told, and what is not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

import usiran
from usiran.api.held_out import brought_along, too_good
from usiran.errors import HeldOutWarning


def fitted() -> Pipeline:
    task = usiran.task("holder")
    words = make_column_transformer((TfidfVectorizer(), "text"))
    return make_pipeline(words, LogisticRegression()).fit(task.X, task.y)


class Remembering(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Looks up what it was given."""

    def __init__(self, known: Any) -> None:
        self.known = known

    def fit(self, _: Any, __: Any) -> Remembering:
        """Learn nothing."""
        return self

    def predict(self, rows: pd.DataFrame) -> list[str]:
        """Look the sentences up."""
        return [self.known[key] for key in rows["sentence_id"]]


def known() -> dict[str, str]:
    task = usiran.task("holder")
    return dict(zip(task.X["sentence_id"], task.y, strict=True))


def closing_over(pipeline: Pipeline) -> Callable[[pd.DataFrame], Any]:
    return lambda frame: list(pipeline.predict(frame))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FrozenEstimator(fitted()), "the frozen estimator is fitted already"),
        (lambda: make_pipeline(FrozenEstimator(fitted())), "frozenestimator is fitted already"),
        (lambda: fitted().predict, "the object of predict is fitted already"),
        (lambda: closing_over(fitted()), "pipeline is fitted already"),
        (lambda: Remembering(known()), r"known holds \d+ of the sentences"),
        (lambda: Remembering(pd.Series(known())), r"every prediction is the gold"),
    ],
)
def test_a_system_that_brings_the_articles_with_it_is_told(
    make: Callable[[], Any], message: str
) -> None:
    estimator = make()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        report = usiran.evaluate(estimator, "holder", draws=100)
    assert {each.category for each in caught} == {HeldOutWarning}
    assert any(re.search(message, str(each.message)) for each in caught)
    assert "\nWarnings\n" in str(report)
    # It points at whoever asked.
    assert {each.filename for each in caught} == {__file__}


def test_containers_of_every_kind_are_looked_into() -> None:
    task = usiran.task("stance")
    texts = task.X["text"]
    for value in [task.X, texts, texts.to_numpy(), texts.tolist(), set(texts)]:
        assert brought_along(Remembering(value), task.gold), type(value)
    harmless: list[Any] = [
        ["withdraw", "militia"],
        {"neutral": 1.0},
        3,
        None,
        pd.DataFrame({"n": [1]}),
    ]
    for value in harmless:
        assert not brought_along(Remembering(value), task.gold)


def test_an_estimator_that_is_copied_unfitted_is_not_told() -> None:
    gold = usiran.task("stance").gold
    assert brought_along(fitted(), gold) == []
    assert brought_along(lambda frame: ["neutral"] * len(frame), gold) == []


def test_a_score_above_every_annotators_is_told() -> None:
    assert too_good(0.97, 0.9) == [
        "the score is above the best annotator's against the gold, 0.900"
    ]
    assert too_good(0.8, 0.9) == too_good(0.8, None) == []
