"""Claims about learning from articles and a companion together."""

# ruff: noqa: N806  (matrices as in the literature)

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from tests.support import synthetic
from usiran.models.logistic import FEW, TrainingRows
from usiran.models.mixing import MixedRows, mixtures_of
from usiran.models.tuning import ArticleTuned, inner_splits
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Objects, objects, of_companion


def _pooled() -> Gold:
    """Four articles, and four more as if they were passages of a companion."""
    articles = synthetic.gold("stance", sentences=6, articles=4)
    passages = synthetic.gold("stance", sentences=6, articles=4, seed=8)
    records = passages.records.assign(article_id="p-" + passages.records["article_id"])
    companion = Gold(passages.task, records, passages.values, passages.folds)
    return articles.with_companion(companion)


def test_a_companions_rows_are_always_learned_from_and_never_held_out() -> None:
    gold = _pooled()
    own = of_companion(gold.records)
    assert own.sum() == 24
    assert gold.folds[own].tolist() == [-1] * 24
    splits = list(inner_splits(gold.articles.tolist(), own))
    assert len(splits) == 4
    for train, test in splits:
        assert not own[test].any()
        assert set(np.flatnonzero(own)) <= set(train)
        assert set(gold.articles[test]).isdisjoint(gold.articles[train])


def _rows(features: int) -> tuple[sparse.csr_matrix, Objects, NDArray[np.bool_]]:
    rng = np.random.default_rng(3)
    X = sparse.csr_matrix(rng.random((30, features)) * (rng.random((30, features)) < 0.3))
    return X, objects(list("abc" * 10)), np.arange(30) >= 10


@pytest.mark.parametrize("weight", [0.0, 1.0, 4.0])
def test_weights_are_those_of_scikit_learn(weight: float) -> None:
    X, labels, own = _rows(2 * FEW)
    model = LogisticRegression(class_weight="balanced", C=2.0, tol=1e-8, max_iter=1000)
    mixed = MixedRows(X, own).fit(clone(model), labels, weight)
    shares = np.where(own, 1.0, weight)
    again = clone(model).fit(X[shares > 0], labels[shares > 0], sample_weight=shares[shares > 0])
    assert mixed.predict_proba(X) == pytest.approx(again.predict_proba(X), abs=1e-4)


def test_other_classifiers_are_handed_the_weights() -> None:
    X, labels, own = _rows(20)
    shares: Floats = np.where(own, 1.0, 4.0)
    mixed = MixedRows(X, own).fit(LinearSVC(random_state=0), labels, 4.0)
    again = LinearSVC(random_state=0).fit(X, labels, sample_weight=shares)
    assert mixed.coef_ == pytest.approx(again.coef_)
    assert TrainingRows(X).fit(LinearSVC(random_state=0), labels).coef_ != pytest.approx(
        again.coef_
    )


def _tuned() -> ArticleTuned:
    words = ColumnTransformer([("words", TfidfVectorizer(), "text")])
    return ArticleTuned(words, LogisticRegression(), "C", (0.1, 10.0), weights=(0.0, 1.0, 4.0))


def test_the_mixture_is_chosen_on_articles_held_out_in_training() -> None:
    gold = _pooled()
    own = of_companion(gold.records)
    lies = gold.values.copy()
    lies[own] = objects(
        np.roll(synthetic.STANCES, 1)[[synthetic.STANCES.index(v) for v in lies[own]]]
    )
    # What teaches that each stance is another one is not what the held-out articles are right by.
    assert _tuned().fit(gold.records, lies).weight_ != 0.0
    only = gold.records[~own]
    assert _tuned().fit(only, gold.values[~own]).weight_ == 1.0


def test_a_companion_of_one_label_is_not_learned_from_alone() -> None:
    X, labels, own = _rows(20)
    labels[own] = "a"
    assert MixedRows(X, own).mixtures(labels, (0.0, 1.0)) == (1.0,)


def test_class_offsets_are_the_log_odds_of_the_articles_shares_to_equal_ones() -> None:
    X, labels, own = _rows(20)
    labels[~own] = objects("aaaaaaabbb")
    offsets = MixedRows(X, own).class_offsets(labels, objects("abc"))
    assert offsets == pytest.approx(np.log(3 * np.array([7.5, 3.5, 0.5]) / 11.5))


def _nothing(_: str) -> list[str]:
    return ["said"]


def test_offsets_are_chosen_where_articles_hold_other_shares_than_the_companion() -> None:
    gold = _pooled()
    own = of_companion(gold.records)
    words = ColumnTransformer([("words", TfidfVectorizer(analyzer=_nothing), "text")])
    model = LogisticRegression(class_weight="balanced")
    rare, often = synthetic.STANCES[:2]
    values = gold.values.copy()
    values[~own] = objects([often, often, often, rare] * 6)
    tuned = ArticleTuned(words, model, "C", (1.0,), weights=(0.0, 1.0), offsets=(0.0, 1.0))
    # The words say nothing: only how often a stance stands in the articles does.
    tuned.fit(gold.records, values)
    assert mixtures_of(tuned) == [{"articles_weight": 0.0, "class_offset": 1.0}]
    assert set(tuned.predict(gold.records)) == {often}
    labels, stated = tuned.stated(gold.records)
    assert set(labels) == {often}
    assert stated.argmax(axis=1).tolist() == [list(tuned.classes_).index(often)] * len(labels)
    # Without a companion there is nothing to move towards.
    alone = clone(tuned).fit(gold.records[~own], values[~own])
    assert mixtures_of(alone) == [{"articles_weight": 1.0, "class_offset": 0.0}]
