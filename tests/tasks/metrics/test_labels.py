"""Claims about the scores of sentence labels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

from tests.support import synthetic
from usiran.stats.scores import Floats, mcc, ratio
from usiran.tasks.base import Gold, Predictions, objects
from usiran.tasks.metrics.labels import LabelScorer

LABELS = ("pro-US", "pro-Iran", "neutral")


SOURCE = synthetic.gold("stance", sentences=40)


def _gold(values: list[str], votes: Floats | None = None) -> Gold:
    source = SOURCE
    size = len(values)
    return Gold(
        source.task, source.records.iloc[:size], objects(values), source.folds[:size], votes
    )


def _sums(true: list[str], said: list[str], scorer: LabelScorer) -> Floats:
    return np.asarray(scorer.counts(_gold(true), Predictions(objects(said))).sum(axis=0))


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true, said = rng.choice(LABELS, 90).tolist(), rng.choice(LABELS, 90, p=[0.1, 0.2, 0.7]).tolist()
    scorer = LabelScorer(LABELS)
    sums = _sums(true, said, scorer)
    scores = scorer.scores(sums)
    assert scores["macro_f1"] == pytest.approx(f1_score(true, said, average="macro", labels=LABELS))
    assert scores["accuracy"] == pytest.approx(accuracy_score(true, said))
    assert scores["mcc"] == pytest.approx(matthews_corrcoef(true, said))
    expected = confusion_matrix(true, said, labels=list(LABELS))
    np.testing.assert_array_equal(scorer.confusion(sums), expected)
    columns = precision_recall_fscore_support(true, said, labels=list(LABELS))
    for i, row in enumerate(scorer.classes(sums)["type"].values()):
        assert list(row.values()) == pytest.approx([column[i] for column in columns])


def test_macro_f1_has_the_value_published_in_scikit_learns_documentation() -> None:
    names = dict(enumerate(LABELS))
    true, said = [[names[i] for i in row] for row in ([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1])]
    scorer = LabelScorer(LABELS)
    assert scorer.scores(_sums(true, said, scorer))["macro_f1"] == pytest.approx(0.2667, abs=5e-5)


def test_mcc_has_its_published_value_and_is_0_where_undefined() -> None:
    assert mcc(np.array([[0.0, 1.0], [1.0, 2.0]])) == pytest.approx(-1 / 3)
    assert mcc(np.array([[3.0, 0.0], [2.0, 0.0]])) == 0.0
    assert mcc(np.zeros((3, 3))) == 0.0


def test_the_label_list_is_fixed_and_an_absent_class_scores_0() -> None:
    scorer = LabelScorer(LABELS)
    assert scorer.scores(_sums(["neutral"] * 4, ["neutral"] * 4, scorer))["macro_f1"] == (
        pytest.approx(1 / 3)
    )


def test_a_class_that_cannot_be_evaluated_stays_out_of_the_macro_mean() -> None:
    # F1 of pro-US 2/3 and of neutral 2/3; pro-Iran, never found, would pull the mean down.
    true = ["pro-US", "pro-US", "neutral", "pro-Iran"]
    said = ["pro-US", "neutral", "neutral", "pro-US"]
    scorer = LabelScorer(LABELS, {"pro-Iran": "found in one article only"})
    sums = _sums(true, said, scorer)
    assert float(scorer.headline(sums)) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert scorer.classes(sums)["type"]["pro-Iran"]["support"] == 1


def test_soft_and_brier_are_distances_between_probabilities_and_votes() -> None:
    votes = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
    gold = _gold(["pro-US", "neutral"], votes)
    stated = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    said = Predictions(objects(["pro-US", "pro-US"]), stated)
    scorer = LabelScorer(LABELS)
    counts = scorer.counts(gold, said)
    # |1/2 - 2/3| + |1/2 - 1/3| = 1/3; all on the wrong class = 2, the largest there is.
    # Squared: 1/36 + 1/36, and 1 + 1.
    assert counts[:, -2:] == pytest.approx(np.array([[1 / 3, 1 / 18], [2.0, 2.0]]))
    scores = scorer.scores(counts.sum(axis=0))
    assert (scores["soft"], scores["brier"]) == pytest.approx((7 / 6, 37 / 36))


def test_without_probabilities_the_label_counts_as_certain() -> None:
    gold = _gold(["pro-US", "neutral"], np.array([[3.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    said = Predictions(objects(["pro-US", "pro-Iran"]))
    assert LabelScorer(LABELS).counts(gold, said)[:, -2:].tolist() == [[0, 0], [2, 2]]


def test_counts_add_up_so_that_weights_repeat_sentences() -> None:
    scorer, rng = LabelScorer(LABELS), np.random.default_rng(3)
    true, said = rng.choice(LABELS, 30).tolist(), rng.choice(LABELS, 30).tolist()
    weights = rng.integers(0, 4, 30)
    counts = scorer.counts(_gold(true), Predictions(objects(said)))
    repeated = [(a, b) for a, b, n in zip(true, said, weights, strict=True) for _ in range(int(n))]
    expected = f1_score(*zip(*repeated, strict=True), average="macro", labels=LABELS)
    assert float(scorer.headline(weights @ counts)) == pytest.approx(expected)


def test_chance_is_what_many_random_guesses_with_the_same_totals_score() -> None:
    scorer, rng = LabelScorer(LABELS), np.random.default_rng(0)
    true = rng.choice(LABELS, 150, p=[0.2, 0.1, 0.7]).tolist()
    said = rng.choice(LABELS, 150, p=[0.3, 0.3, 0.4]).tolist()
    guesses = [_sums(true, rng.permutation(said).tolist(), scorer) for _ in range(400)]
    mean = np.mean([scorer.headline(sums) for sums in guesses])
    assert scorer.chance(guesses[0]) == pytest.approx(mean, abs=0.01)


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(ValueError, match=r"labels \['pro-UN'\]: allowed are"):
        LabelScorer(LABELS).counts(_gold(["neutral"]), Predictions(objects(["pro-UN"])))


def test_ratio_is_0_over_nothing_and_broadcasts() -> None:
    quotient = ratio(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0], [0.0]]))
    assert quotient.tolist() == [[0.5, 1.0], [0.0, 0.0]]
