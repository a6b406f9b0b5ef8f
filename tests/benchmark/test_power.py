"""Claims about power: what is simulated, and what a reader is told."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.benches import Keys, MakeBench, bench, run_pairs
from usiran.benchmark.power import SIZES, Pair, gradient, power, simulate
from usiran.benchmark.results import counts_of
from usiran.benchmark.run import Benchmark
from usiran.errors import InputError
from usiran.stats.bootstrap import bootstrap
from usiran.stats.scores import Floats
from usiran.tasks.metrics.labels import LabelScorer

__all__ = ["bench"]

ARTICLES: NDArray[np.str_] = np.repeat(["a", "b", "c", "d", "e"], 20)
SCORER = LabelScorer(("x", "y"))


def _counts(right: float, seed: int) -> Floats:
    """Return confusion counts of a system that is right so often, over 100 sentences."""
    rng = np.random.default_rng(seed)
    true = rng.integers(2, size=100)
    said = np.where(rng.random(100) < right, true, 1 - true)
    counts = np.zeros((100, 5))
    counts[np.arange(100), 2 * true + said] = 1.0
    return counts


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair.of(SCORER, ARTICLES, _counts(0.8, 1), _counts(0.7, 1))


def test_the_slope_is_the_headlines_and_0_where_nothing_is_counted() -> None:
    # F1 of x is 2a / (2a + b + c): with a = 6, b = c = 2 its slope in a is 8 / 256.
    counts = np.array([[6.0, 2.0, 2.0, 0.0, 0.0]])
    slope = gradient(LabelScorer(("x", "y"), left_out=("y",)), counts)
    assert slope == pytest.approx([8 / 256, -12 / 256, -12 / 256, 0.0, 0.0], abs=1e-6)


def test_the_error_in_closed_form_is_that_of_the_bootstrap(pair: Pair) -> None:
    draws = [bootstrap(side, ARTICLES, SCORER, draws=4000, seed=0) for side in pair.counts]
    assert pair.error() == pytest.approx(float((draws[0] - draws[1]).std()), rel=0.1)


def test_the_influences_of_all_sentences_cancel_out(pair: Pair) -> None:
    assert pair.influence.sum() == pytest.approx(0.0, abs=1e-6)


def test_articles_that_are_alike_stray_by_their_sentences_alone() -> None:
    one, other = (np.tile(_counts(right, 3)[:20], (5, 1)) for right in (0.9, 0.6))
    between, inside = Pair.of(SCORER, ARTICLES, one, other).deviations()
    assert between == 0.0
    assert inside > 0.05


def test_more_articles_and_larger_differences_are_easier_to_tell(pair: Pair) -> None:
    few, many = (simulate(pair, n, 0.1, simulations=300, seed=0) for n in (5, 60))
    assert (few.sentences, many.sentences) == (100, 1200)
    assert many.half_width == pytest.approx(few.half_width * (5 / 60) ** 0.5, rel=0.2)
    assert few.power < 0.6
    assert many.power > 0.95
    assert simulate(pair, 5, 0.5, simulations=300, seed=0).power > 0.95
    assert many.power_every < many.power
    assert many.false_alarms < 0.1


def test_equal_seeds_give_equal_tables(pair: Pair) -> None:
    first, again, other = (simulate(pair, 10, 0.1, simulations=200, seed=s) for s in (1, 1, 2))
    assert first == again != other


@pytest.fixture
def ran(bench: MakeBench) -> tuple[Benchmark, Keys]:
    made = bench(sentences=8)
    pairs = [("holder", name) for name in ("majority", "tfidf-nb", "tfidf-svm")]
    return made, run_pairs(made, *pairs)


def test_the_two_best_that_are_no_controls_are_taken(ran: tuple[Benchmark, Keys]) -> None:
    made, results = ran
    found = power(made, results, difference=0.05, task="holder")
    assert {found.first, found.second} == {"tfidf-nb", "tfidf-svm"}
    assert [one.articles for one in found.sizes] == list(SIZES)
    del results["tfidf-nb", "holder"]
    with pytest.raises(InputError, match="--systems: found 'tfidf-svm'; allowed: two contestants"):
        power(made, results, difference=0.05, task="holder")


def test_the_observed_difference_is_that_of_the_scores(ran: tuple[Benchmark, Keys]) -> None:
    made, results = ran
    names = ("tfidf-nb", "majority")
    found = power(made, results, difference=0.9, task="holder", systems=names)
    scores = [results[name, "holder"].result.score for name in names]
    assert found.observed == pytest.approx(scores[0] - scores[1], abs=2e-6)
    counts = [
        counts_of(made.outcomes(results[name, "holder"]), made.golds["holder"].scorer)
        for name in names
    ]
    scorer, articles = made.golds["holder"].scorer, made.golds["holder"].articles
    assert Pair.of(scorer, articles, *counts).observed == pytest.approx(found.observed, abs=1e-6)
    assert found.enough == 5
