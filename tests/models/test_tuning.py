"""Claims about the inner leave-one-article-out."""

from __future__ import annotations

import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.svm import LinearSVC

from tests.support import synthetic
from usiran.models.tuning import ArticleTuned
from usiran.tasks.base import objects

CANDIDATES = (1e-6, 1e-3, 1.0)


def _tuned(model: object) -> ArticleTuned:
    return ArticleTuned(
        ColumnTransformer([("words", TfidfVectorizer(), "text")]), model, "C", CANDIDATES
    )


def test_the_choice_is_that_of_a_cross_validation_over_the_training_articles() -> None:
    gold = synthetic.gold("holder", sentences=10)
    tuned = _tuned(LogisticRegression()).fit(gold.records, gold.values)
    matrix = TfidfVectorizer().fit_transform(gold.records["text"])
    labels = gold.values.astype(str)
    scores = []
    for value in CANDIDATES:
        said = cross_val_predict(
            LogisticRegression(C=value), matrix, labels, groups=gold.articles,
            cv=LeaveOneGroupOut(),
        )  # fmt: skip
        scores.append(f1_score(labels, said, average="macro", zero_division=0.0))
    assert tuned.chosen_ == CANDIDATES[scores.index(max(scores))] == 1.0


def test_the_first_candidate_wins_a_tie_and_where_there_is_nothing_to_choose_by() -> None:
    gold = synthetic.gold("holder", sentences=10)
    first = gold.records["article_id"] == "article-0"
    tuned = _tuned(LogisticRegression()).fit(gold.records[first], gold.values[first])
    assert tuned.chosen_ == 1e-6


def test_probabilities_are_there_where_the_classifier_states_them() -> None:
    gold = synthetic.gold("stance", sentences=10)
    stating = _tuned(LogisticRegression()).fit(gold.records, gold.values)
    assert stating.predict_proba(gold.records).sum(axis=1) == pytest.approx(1.0)
    assert stating.classes_.tolist() == sorted(synthetic.STANCES)
    silent = _tuned(LinearSVC()).fit(gold.records, gold.values)
    assert not hasattr(silent, "predict_proba")
    assert silent.predict(gold.records).tolist() == gold.values.tolist()


def test_it_is_a_scikit_learn_estimator_that_can_be_cloned_and_fitted_again() -> None:
    gold = synthetic.gold("holder", sentences=6)
    tuned = clone(_tuned(LinearSVC())).fit(gold.records, objects(gold.values))
    assert clone(tuned).get_params()["candidates"] == CANDIDATES
    assert not hasattr(clone(tuned), "chosen_")
