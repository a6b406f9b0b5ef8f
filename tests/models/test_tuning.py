"""Claims about the inner leave-one-article-out."""

from __future__ import annotations

import numpy as np
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


@pytest.mark.parametrize("model", [LogisticRegression(), LinearSVC()], ids=["states", "margins"])
def test_probabilities_are_calibrated_and_the_labels_stay_the_classifiers(model: object) -> None:
    gold = synthetic.gold("stance", sentences=10)
    tuned = _tuned(model).fit(gold.records, gold.values)
    labels, stated = tuned.stated(gold.records)
    assert stated.sum(axis=1) == pytest.approx(1.0)
    assert tuned.classes_.tolist() == sorted(synthetic.STANCES)
    own = tuned.model_.predict(tuned.features_.transform(gold.records)).tolist()
    assert labels.tolist() == tuned.predict(gold.records).tolist() == own


def test_where_words_tell_nothing_the_shares_of_the_labels_are_stated() -> None:
    gold = synthetic.gold("holder", sentences=10)
    # Every article says what no other one says, so the articles held out are all alike.
    texts = [f"word{article[-1]}" for article in gold.records["article_id"]]
    values = objects(["source" if i % 5 else "author" for i in range(len(texts))])
    tuned = _tuned(LogisticRegression()).fit(gold.records.assign(text=texts), values)
    stated = tuned.predict_proba(gold.records.assign(text="unheard"))
    assert stated == pytest.approx(np.tile([0.2, 0.8], (50, 1)), abs=0.02)
    alone = gold.records["article_id"] == "article-0"
    single = _tuned(LinearSVC()).fit(gold.records[alone], values[alone])
    # Of ten sentences the two count 3/4 for their label, the eight 1/10 for that one.
    share = (2 * 3 / 4 + 8 / 10) / 10
    assert single.predict_proba(gold.records)[0] == pytest.approx([share, 1 - share])


def test_scores_of_the_fit_are_out_of_fold() -> None:
    gold = synthetic.gold("holder", sentences=10)
    held_out = _tuned(LogisticRegression()).fit_out_of_fold(gold.records, gold.values)
    rest = gold.records["article_id"] != "article-0"
    matrix = TfidfVectorizer().fit(gold.records["text"])
    model = LogisticRegression(C=1.0).fit(
        matrix.transform(gold.records["text"][rest]), gold.values[rest].astype(str)
    )
    own = model.predict_log_proba(matrix.transform(gold.records["text"][~rest]))
    assert held_out[~rest] == pytest.approx(own, abs=1e-3)


def test_it_is_a_scikit_learn_estimator_that_can_be_cloned_and_fitted_again() -> None:
    gold = synthetic.gold("holder", sentences=6)
    tuned = clone(_tuned(LinearSVC())).fit(gold.records, objects(gold.values))
    assert clone(tuned).get_params()["candidates"] == CANDIDATES
    assert not hasattr(clone(tuned), "chosen_")
