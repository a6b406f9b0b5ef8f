"""Claims about shares and totals that allow for a classifier's errors."""

from __future__ import annotations

import numpy as np
import pytest

from usiran.stats.quantification import Texts, adjusted_shares, rates, shares, total
from usiran.stats.scores import Floats

RATES = np.array([[0.7, 0.1, 0.2], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]])


def _one_hot(rows: int, true: Floats, seed: int) -> Floats:
    """Sentences with true labels by shares, and labels given to them by RATES."""
    rng = np.random.default_rng(seed)
    gold = rng.choice(3, rows, p=true)
    given = np.array([rng.choice(3, p=RATES[label]) for label in gold])
    confusions = np.zeros((rows, 3, 3))
    confusions[np.arange(rows), gold, given] = 1
    return confusions


def test_other_shares_than_those_held_out_are_found_again() -> None:
    true = np.array([0.1, 0.3, 0.6])
    assert adjusted_shares(RATES * 1e6, true @ RATES) == pytest.approx(true, abs=1e-4)


def test_a_perfect_classifier_is_believed_and_shares_are_no_less_than_0() -> None:
    predicted = np.array([3.0, 5.0, 2.0])
    assert adjusted_shares(np.eye(3) * 1e6, predicted) == pytest.approx([0.3, 0.5, 0.2], abs=1e-5)
    # Fewer are predicted than errors alone would give: none is left.
    estimated = adjusted_shares(RATES * 1e6, np.array([1.0, 49.0, 50.0]))
    assert estimated.min() == 0
    assert estimated.sum() == pytest.approx(1)


def test_a_label_that_nothing_held_out_has_could_be_given_any() -> None:
    confusion = np.array([[8.0, 2.0, 0.0], [1.0, 9.0, 0.0], [0.0, 0.0, 0.0]])
    assert rates(confusion)[2].tolist() == pytest.approx([1 / 3] * 3)


def test_intervals_hold_the_true_shares_about_as_often_as_they_say() -> None:
    true = np.array([0.15, 0.25, 0.6])
    articles = np.repeat(np.arange(20), 30).astype(str)
    inside = 0
    for seed in range(40):
        held_out = _one_hot(600, np.array([0.3, 0.2, 0.5]), seed)
        new = _one_hot(2000, true, 1000 + seed).sum(axis=1).reshape(200, 10, 3).sum(axis=1)
        told = shares(held_out, articles, Texts.of(new), draws=200)
        for estimate, share in zip(told, true, strict=True):
            inside += estimate.interval[0] <= share <= estimate.interval[1]
    assert inside / 120 > 0.88


def test_what_is_counted_is_told_beside_what_is_estimated() -> None:
    held_out = _one_hot(300, np.array([0.3, 0.2, 0.5]), 1)
    articles = np.repeat(np.arange(10), 30).astype(str)
    texts = Texts.of(np.array([[1.0, 0, 3], [0, 4, 0]]))
    first, *_ = shares(held_out, articles, texts, draws=50)
    assert first.counted == 1 / 8
    again, *_ = shares(held_out, articles, texts, draws=50)
    assert first == again


def test_totals_are_predicted_ones_times_the_ratio_held_out() -> None:
    true, marked = np.array([4.0, 6, 10]), np.array([2.0, 3, 5])
    estimate = total(true, marked, Texts.of(np.array([[7.0], [0], [3]])), draws=400)
    assert estimate is not None
    assert (estimate.counted, estimate.estimated) == (10, 20)
    # The ratio is the same in every article, so the interval is that of the texts alone.
    low, high = estimate.interval
    assert low < 20 < high
    assert total(true, np.zeros(3), Texts.of(np.array([[7.0]]))) is None


@pytest.mark.peers
def test_adjusted_shares_are_those_of_quapy() -> None:
    peer = pytest.importorskip("quapy.method.aggregative", reason="quapy is not installed").ACC
    rng = np.random.default_rng(5)
    for _ in range(20):
        observed = rng.dirichlet(np.ones(3)) @ RATES
        theirs = peer.solve_adjustment(RATES.T, observed, method="inversion", solver="minimize")
        assert adjusted_shares(RATES * 1e9, observed) == pytest.approx(theirs, abs=1e-3)
