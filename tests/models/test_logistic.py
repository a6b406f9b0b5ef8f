"""Claims about logistic regression along the directions of its training rows."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from usiran.models.logistic import FEW, MOST_ROWS, TrainingRows, forget


def _rows(rows: int, features: int, *, seed: int = 0) -> sparse.csr_matrix:
    """Sparse rows; the last column is twice the first, the one before has no entry."""
    matrix = sparse.random(rows, features, density=0.05, format="csr", rng=seed)
    matrix = sparse.hstack([matrix, sparse.csr_matrix((rows, 1)), 2 * matrix[:, [0]]])
    return matrix.tocsr()


@pytest.mark.parametrize("rows", [40, MOST_ROWS + 100])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("model", [
    LogisticRegression(class_weight="balanced", max_iter=1000),
    LogisticRegression(C=10.0, tol=1e-3, max_iter=1000),
])  # fmt: skip
def test_it_makes_the_steps_of_scikit_learn_and_finds_what_it_finds(
    rows: int, classes: int, model: LogisticRegression
) -> None:
    matrix = _rows(rows, 2 * FEW)
    labels = np.array(["a", "b", "c"])[np.random.default_rng(1).integers(classes, size=rows)]
    theirs = clone(model).fit(matrix, labels)
    ours = TrainingRows(matrix).fit(clone(model), labels)
    assert ours.n_iter_.tolist() == theirs.n_iter_.tolist()
    assert ours.coef_ == pytest.approx(theirs.coef_, abs=1e-9)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, abs=1e-9)
    assert ours.predict_proba(matrix) == pytest.approx(theirs.predict_proba(matrix), abs=1e-9)
    assert {name for name in vars(theirs) if name.endswith("_")} == {
        name for name in vars(ours) if name.endswith("_")
    }
    assert type(ours) is LogisticRegression


# The smallest rows leave nothing to do at the start, for either.
@pytest.mark.parametrize("scale", [1.0, 0.01, 1e-4])
def test_rows_that_say_the_same_are_no_direction_of_their_own(scale: float) -> None:
    matrix = scale * sparse.vstack([_rows(20, FEW)] * 2).tocsr()
    labels = np.array(["a", "b"] * 20)
    theirs = LogisticRegression().fit(matrix, labels)
    ours = TrainingRows(matrix).fit(LogisticRegression(), labels)
    assert ours.coef_ == pytest.approx(theirs.coef_, abs=1e-9)


def test_other_models_and_few_features_are_left_to_scikit_learn() -> None:
    matrix, labels = _rows(30, 2 * FEW), np.array(["a", "b", "c"] * 10)
    ours = TrainingRows(matrix).fit(ComplementNB(), labels)
    assert (ours.feature_log_prob_ == ComplementNB().fit(matrix, labels).feature_log_prob_).all()
    few = matrix[:, : FEW - 1]
    again = TrainingRows(few).fit(LogisticRegression(), labels)
    assert (again.coef_ == LogisticRegression().fit(few, labels).coef_).all()


def test_a_search_that_is_cut_short_and_a_lone_class_are_told_as_by_scikit_learn() -> None:
    matrix, labels = _rows(30, 2 * FEW), np.array(["a", "b", "c"] * 10)
    with pytest.warns(ConvergenceWarning):
        TrainingRows(matrix).fit(LogisticRegression(C=100.0, max_iter=2), labels)
    with pytest.raises(ValueError, match="at least 2 classes"), warnings.catch_warnings():
        TrainingRows(matrix).fit(LogisticRegression(), ["a"] * 30)


def test_an_equal_fit_is_made_once_and_no_other_taken_for_it() -> None:
    matrix, labels = _rows(30, 40), np.array(["a", "b", "c"] * 10)
    # The same rows, their entries in another order.
    turned = matrix.tocsc().tocsr()
    first = TrainingRows(matrix).fit(LogisticRegression(), labels)
    equal = TrainingRows(turned).fit(LogisticRegression(), labels)
    assert equal.coef_ is first.coef_
    for model, names, weight in (
        (LogisticRegression(C=2.0), labels, None),
        (LogisticRegression(), labels[::-1], None),
        (LogisticRegression(), labels, np.linspace(1, 30, 30, dtype=np.float64)),
    ):
        fitted = TrainingRows(matrix).fit(model, names, weight)
        assert not np.array_equal(fitted.coef_, first.coef_)
    forget()
    assert TrainingRows(matrix).fit(LogisticRegression(), labels).coef_ is not first.coef_
