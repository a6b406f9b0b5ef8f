"""Claims about bootstrap, comparison and noise floor."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.support import synthetic
from usiran.stats import bootstrap as resampling
from usiran.stats.bootstrap import (
    BootstrapScore,
    Throw,
    at_once,
    bootstrap,
    interval,
    noise_floor,
    one_by_one,
    per_article,
    randomisation_p,
    verdict,
    weights,
)
from usiran.stats.scores import Floats
from usiran.tasks.base import Predictions, objects
from usiran.tasks.metrics.labels import LabelScorer

LABELS = ("pro-US", "pro-Iran", "neutral")
SCORER = LabelScorer(LABELS)
ARTICLES = np.array(["a"] * 3 + ["b"] * 5 + ["c"] * 2)


def _counts(errors: float, seed: int = 0, *, articles: int = 5) -> tuple[Floats, np.ndarray]:  # type: ignore[type-arg]  # shape is of no interest
    gold = synthetic.gold("stance", articles=articles)
    rng = np.random.default_rng(seed)
    wrong = rng.random(len(gold.values)) < errors
    said = np.where(wrong, rng.choice(LABELS, len(wrong)), gold.values)
    return SCORER.counts(gold, Predictions(objects(said))), gold.articles


@pytest.mark.parametrize("throw", [one_by_one, at_once])
def test_every_drawn_copy_of_an_article_brings_as_many_sentences_as_it_has(throw: Throw) -> None:
    block = np.concatenate(list(weights(ARTICLES, draws=500, seed=1, throw=throw)))
    assert block.shape == (500, 10)
    copies = np.stack([block[:, name == ARTICLES].sum(axis=1) / size
                       for name, size in (("a", 3), ("b", 5), ("c", 2))])  # fmt: skip
    assert (copies == copies.round()).all()
    assert (copies.sum(axis=0) == 3).all()
    # Sentences are drawn inside each copy: weights differ inside one drawn article.
    assert (block[:, :3].max(axis=1) > block[:, :3].min(axis=1)).mean() > 0.5


def test_weights_average_1_and_equal_seeds_give_equal_weights() -> None:
    block = np.concatenate(list(weights(ARTICLES, draws=20_000, seed=2)))
    assert block.mean(axis=0) == pytest.approx(1.0, abs=0.05)
    # The last weights are remembered: others between them have them drawn again.
    assert (block != np.concatenate(list(weights(ARTICLES, draws=20_000, seed=3)))).any()
    np.testing.assert_array_equal(
        block, np.concatenate(list(weights(ARTICLES, draws=20_000, seed=2)))
    )


def test_many_sentences_are_drawn_in_chunks_of_bounded_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resampling, "CHUNK", 1000)
    blocks = list(weights(ARTICLES, draws=250, seed=1))
    assert [len(block) for block in blocks] == [100, 100, 50]


def test_the_interval_equals_that_of_a_plain_loop() -> None:
    counts, articles = _counts(0.4)
    rng = np.random.default_rng(11)
    members = [np.flatnonzero(articles == name) for name in np.unique(articles)]
    loop = []
    for _ in range(4000):
        drawn = [members[i] for i in rng.integers(5, size=5)]
        rows = np.concatenate([rng.choice(rows, len(rows)) for rows in drawn])
        loop.append(float(SCORER.headline(counts[rows].sum(axis=0))))
    fast = bootstrap(counts, articles, SCORER, draws=10_000, seed=0)
    assert interval(fast) == pytest.approx(interval(np.array(loop)), abs=0.01)
    assert fast.std() == pytest.approx(np.std(loop), rel=0.06)


def test_a_perfect_system_has_an_interval_without_width_at_1() -> None:
    counts, articles = _counts(0.0)
    assert interval(bootstrap(counts, articles, SCORER, draws=200, seed=0)) == (1.0, 1.0)


def test_article_scores_are_those_of_the_article_alone() -> None:
    counts, articles = _counts(0.3)
    scores = per_article(counts, articles, SCORER)
    assert list(scores) == [f"article-{i}" for i in range(5)]
    alone = SCORER.headline(counts[24:48].sum(axis=0))
    assert scores["article-1"] == pytest.approx(float(alone))


def test_randomisation_p_is_near_the_exact_one_of_all_swaps() -> None:
    one, other = _counts(0.1)[0][:12], _counts(0.8)[0][:12]
    gap = abs(SCORER.headline(one.sum(axis=0)) - SCORER.headline(other.sum(axis=0)))
    swaps = np.array(list(itertools.product((0.0, 1.0), repeat=12)))
    moved = swaps @ (other - one)
    differences = SCORER.headline(one.sum(axis=0) + moved) - SCORER.headline(
        other.sum(axis=0) - moved
    )
    exact = (np.abs(differences) >= gap - 1e-12).mean()
    assert randomisation_p(one, other, SCORER, draws=20_000, seed=4) == pytest.approx(
        exact, abs=0.01
    )


def test_a_system_against_itself_is_a_tie_with_p_1() -> None:
    counts, articles = _counts(0.3)
    side = BootstrapScore.of(counts, articles, SCORER, draws=500, seed=0)
    assert side.minus(side) == ((0.0, 0.0), 0, "tie")
    assert randomisation_p(counts, counts, SCORER, draws=500, seed=0) == 1.0


def test_a_clearly_better_system_wins_and_the_other_way_round_loses() -> None:
    (good, articles), (bad, _) = _counts(0.05), _counts(0.9, 1)
    first, second = (
        BootstrapScore.of(counts, articles, SCORER, draws=2000, seed=0) for counts in (good, bad)
    )
    assert first.minus(second).verdict == "win"
    assert first.minus(second).better == 5
    assert first.minus(second).interval[0] > 0
    assert second.minus(first).verdict == "loss"
    assert second.minus(first).better == 0
    p = randomisation_p(good, bad, SCORER, draws=2000, seed=0)
    assert p == pytest.approx(1 / 2001)
    assert randomisation_p(bad, good, SCORER, draws=2000, seed=0) == p


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((0.01, 0.2, 5, 0, 5), "win"),
        ((0.01, 0.2, 4, 0, 5), "tie"),
        ((0.0, 0.2, 5, 0, 5), "tie"),
        ((-0.2, -0.01, 0, 5, 5), "loss"),
        ((-0.2, -0.01, 0, 4, 5), "tie"),
        ((0.01, 0.2, 6, 0, 6), "win"),
        ((0.01, 0.2, 19, 1, 20), "tie"),
        # scipy.stats.binomtest: p = .027 and .078 of 21, .044 and .054 of 500.
        ((0.01, 0.2, 16, 5, 21), "win"),
        ((0.01, 0.2, 15, 6, 21), "tie"),
        ((-0.2, -0.01, 227, 273, 500), "loss"),
        ((-0.2, -0.01, 228, 272, 500), "tie"),
        ((0.01, 0.2, 15, 3, 500), "win"),
        ((0.01, 0.2, 0, 0, 500), "tie"),
    ],
)
def test_the_verdict_needs_interval_and_articles_all_of_a_few_no_chance_of_many(
    case: tuple[float, float, int, int, int], expected: str
) -> None:
    assert verdict(*case) == expected


def test_the_noise_floor_is_the_median_half_width_of_paired_intervals() -> None:
    draws: Floats = np.arange(1001) / 1000.0
    sides = [BootstrapScore(np.zeros((1, 1)), scale * draws, {}) for scale in (0.0, 0.2, 1.0)]
    # Half-widths .095, .475 and .38; the median is the third.
    assert noise_floor(sides) == pytest.approx(0.38)
    assert noise_floor(sides[:1]) is None
