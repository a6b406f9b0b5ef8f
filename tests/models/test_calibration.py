"""Claims about calibrated probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from usiran.models.calibration import calibrate, calibrated, floored

SHARES = [(3 * 4 / 5 + 1 / 3) / 4, (3 / 5 + 2 / 3) / 4]


def test_slope_and_biases_that_made_the_labels_are_found_again() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20_000, 3)) * 4
    true = softmax(0.5 * scores + np.array([0.0, 1.0, -1.0]), axis=1)
    codes = (true.cumsum(axis=1) < rng.random((len(true), 1))).sum(axis=1)
    assert calibrate(scores, codes) == pytest.approx([0.5, 0.0, 1.0, -1.0], abs=0.05)


def test_of_two_labels_it_is_a_logistic_regression_on_the_margin() -> None:
    rng = np.random.default_rng(1)
    margins = rng.normal(size=200)
    codes = (margins + rng.normal(size=200) > 0.5).astype(int)
    scores = np.stack([-margins, margins], axis=1)
    # Platt's targets, as weights of either label on every sentence.
    count = np.bincount(codes)[codes]
    weights = np.concatenate([(count + 1) / (count + 2), 1 / (count + 2)])
    twice, either = np.tile(margins, 2)[:, None], np.concatenate([codes, 1 - codes])
    sigmoid = LogisticRegression(C=np.inf, tol=1e-8).fit(twice, either, weights)
    own = sigmoid.predict_proba(margins[:, None])
    assert calibrated(scores, calibrate(scores, codes)) == pytest.approx(own, abs=1e-3)


def test_scores_that_mislead_are_not_turned_round_and_give_the_shares() -> None:
    codes = np.array([0, 0, 0, 1])
    misleading = np.eye(2)[1 - codes] * 3.0
    found = calibrate(misleading, codes)
    assert found[0] == 0.0
    # Three sentences count 4/5 for their label, the fourth counts 1/3 for that one.
    assert calibrated(misleading, found)[0] == pytest.approx(SHARES)


def test_even_scores_that_are_always_right_leave_a_doubt() -> None:
    codes = np.array([0] * 6 + [1] * 3)
    stated = calibrated(np.eye(2) * 9.0, calibrate(np.eye(2)[codes] * 9.0, codes))
    assert np.diag(stated) == pytest.approx([7 / 8, 4 / 5], abs=1e-6)


def test_rows_without_scores_are_left_out_and_with_none_at_all_the_shares_are_stated() -> None:
    scores = np.array([[2.0, 0.0], [0.0, 2.0], [np.nan, np.nan]])
    whole = calibrate(scores[:2], np.array([0, 1]))
    assert calibrate(scores, np.array([0, 1, 1])) == pytest.approx(whole)
    nothing = calibrate(np.full((4, 2), np.nan), np.array([0, 0, 0, 1]))
    assert calibrated(np.zeros((1, 2)), nothing)[0] == pytest.approx(SHARES)


def test_no_logarithm_is_infinite() -> None:
    assert floored(np.array([[0.0, 1.0]])).tolist() == [[-50.0, 0.0]]
