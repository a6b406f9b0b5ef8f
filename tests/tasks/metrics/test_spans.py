"""Claims about the four span schemes, against seqeval and nervaluate.

Where the peers differ from us, and why:

- nervaluate's ent_type lets a prediction of the wrong type use up the gold span it
  touches, so a later right one finds it taken; our overlap matches inside each type.
- nervaluate goes through predictions from left to right and takes the first gold span;
  our matching is a maximum, so overlapping predictions can score higher here.
"""

from __future__ import annotations

import numpy as np
import pytest
from nervaluate import Evaluator
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching
from seqeval.metrics import f1_score as seqeval_f1
from seqeval.scheme import IOB2

from tests.support import synthetic
from tests.support.synthetic import spans
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Predictions, objects
from usiran.tasks.metrics.spans import SpanScorer
from usiran.text.spans import Span, matched, overlaps
from usiran.text.tokens import Token, to_bio

TYPES = ("GOVERNMENT", "MILITARY", "ARMED_GROUP")
Row = tuple[Span, ...]


def _counts(true: list[Row], said: list[Row], task: str = "actors") -> tuple[SpanScorer, Floats]:
    source = synthetic.gold(task)
    size = len(true)
    gold = Gold(source.task, source.records.iloc[:size], objects(true), source.folds[:size])
    scorer = SpanScorer(gold.task)
    return scorer, scorer.counts(gold, Predictions(objects(said)))


def _scores(true: list[Row], said: list[Row], task: str = "actors") -> dict[str, float]:
    scorer, counts = _counts(true, said, task)
    return scorer.scores(counts.sum(axis=0))


def _random_rows(rng: np.random.Generator, rows: int = 60, *, types: int = 3) -> list[Row]:
    """Non-overlapping spans of one to three tokens; token i covers [2 i, 2 i + 1)."""
    found = []
    for _ in range(rows):
        at, row = int(rng.integers(4)), []
        while at < 14:
            length = int(rng.integers(1, 4))
            row.append(Span(2 * at, 2 * (at + length) - 1, TYPES[int(rng.integers(types))]))
            at += length + int(rng.integers(5))
        found.append(tuple(row))
    return found


def _bio(rows: list[Row]) -> list[list[str]]:
    tokens = [Token(2 * i, 2 * i + 1, "x") for i in range(20)]
    return [to_bio(tokens, row) for row in rows]


def _nervaluate(true: list[Row], said: list[Row]) -> dict[str, float]:
    results = Evaluator(_bio(true), _bio(said), tags=list(TYPES), loader="list").evaluate()
    return {name: result.f1 for name, result in results["overall"].items()}


@pytest.mark.parametrize("seed", range(5))
def test_strict_equals_seqeval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true, said = _random_rows(rng), _random_rows(rng)
    said[:30] = true[:30]
    expected = seqeval_f1(_bio(true), _bio(said), mode="strict", scheme=IOB2)
    assert _scores(true, said)["type_strict_f1"] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_strict_exact_and_partial_equal_nervaluate(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true, said = _random_rows(rng), _random_rows(rng)
    said[:20] = true[:20]
    scores, expected = _scores(true, said), _nervaluate(true, said)
    assert scores["type_strict_f1"] == pytest.approx(expected["strict"])
    assert scores["exact_f1"] == pytest.approx(expected["exact"])
    assert scores["partial_f1"] == pytest.approx(expected["partial"])


@pytest.mark.parametrize("seed", range(5))
def test_overlap_equals_nervaluates_ent_type_where_there_is_one_type(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true, said = _random_rows(rng, types=1), _random_rows(rng, types=1)
    expected = _nervaluate(true, said)["ent_type"]
    assert _scores(true, said)["type_overlap_f1"] == pytest.approx(expected)


def test_overlap_matches_inside_a_type_where_nervaluate_lets_a_wrong_type_use_up_the_gold() -> None:
    true = [spans((0, 9, "MILITARY"))]
    said = [spans((0, 3, "GOVERNMENT"), (4, 9, "MILITARY"))]
    assert _scores(true, said)["type_overlap_f1"] == pytest.approx(2 / 3)
    assert _nervaluate(true, said)["ent_type"] == 0.0


def test_the_schemes_of_one_sentence_by_hand() -> None:
    true = [spans((0, 5, "MILITARY"), (10, 15, "GOVERNMENT"), (20, 30, "CIVILIAN"))]
    said = [
        spans((0, 5, "MILITARY"), (10, 15, "CIVILIAN"), (22, 26, "CIVILIAN"), (40, 44, "CIVILIAN"))
    ]
    scores = _scores(true, said)
    assert scores["type_strict_precision"] == 1 / 4
    assert scores["type_strict_recall"] == 1 / 3
    assert scores["type_strict_f1"] == pytest.approx(2 / 7)
    assert scores["exact_f1"] == pytest.approx(4 / 7)
    assert scores["type_overlap_f1"] == pytest.approx(4 / 7)
    # Two equal spans and one half: 2.5 of 4 predicted, of 3 gold.
    assert scores["partial_precision"] == 2.5 / 4
    assert scores["partial_recall"] == pytest.approx(2.5 / 3)


def test_events_are_scored_on_quad_classes_and_on_types() -> None:
    # ACCUSE and REJECT are both verbal conflict; AID is material cooperation.
    true = [spans((0, 5, "ACCUSE"), (10, 15, "AID"))]
    said = [spans((0, 4, "REJECT"), (10, 15, "AID"))]
    scores = _scores(true, said, "events")
    assert scores["quad_overlap_f1"] == 1.0
    assert scores["type_overlap_f1"] == 0.5
    assert scores["quad_strict_f1"] == 0.5


def test_a_span_is_matched_once() -> None:
    true = [spans((0, 20, "MILITARY"))]
    said = [spans((0, 5, "MILITARY"), (6, 12, "MILITARY"), (13, 20, "MILITARY"))]
    scores = _scores(true, said)
    assert scores["type_overlap_recall"] == 1.0
    assert scores["type_overlap_precision"] == pytest.approx(1 / 3)
    assert scores["partial_recall"] == 0.5


def test_a_duplicate_prediction_is_right_once() -> None:
    true, said = [spans((0, 5, "MILITARY"))], [spans((0, 5, "MILITARY"), (0, 5, "MILITARY"))]
    assert _scores(true, said)["type_strict_precision"] == 0.5


def test_the_matching_is_the_largest_there_is() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        sides = []
        for _ in range(2):
            starts = rng.integers(0, 20, rng.integers(1, 6))
            sides.append([Span(int(a), int(a + rng.integers(1, 9)), "X") for a in starts])
        table = csr_array([[int(overlaps(a, b)) for b in sides[1]] for a in sides[0]])
        expected = int((maximum_bipartite_matching(table) >= 0).sum())
        assert matched(sides[0], sides[1]) == expected


def test_touching_ends_are_no_overlap() -> None:
    assert not overlaps(Span(0, 5, "X"), Span(5, 9, "X"))
    assert overlaps(Span(0, 6, "X"), Span(5, 9, "X"))


def test_nothing_predicted_or_nothing_there_scores_0_without_a_fault() -> None:
    assert set(_scores([()], [()]).values()) == {0.0}
    assert _scores([spans((0, 1, "MILITARY"))], [()])["type_strict_f1"] == 0.0


def test_classes_outside_the_macro_mean_are_left_out() -> None:
    true = [spans((0, 5, "MILITARY"), (6, 9, "CIVILIAN"))]
    said = [spans((0, 5, "MILITARY"))]
    scorer, counts = _counts(true, said)
    kept = SpanScorer(
        scorer.task, {"type": [name for name in scorer.task.labels if name[0] != "M"]}
    )
    assert kept.scores(counts.sum(axis=0))["type_strict_macro_f1"] == 1.0
    assert scorer.scores(counts.sum(axis=0))["type_strict_macro_f1"] == pytest.approx(1 / 7)
    assert kept.scores(counts.sum(axis=0))["type_strict_f1"] == pytest.approx(2 / 3)


def test_per_class_rows_follow_the_headlines_scheme() -> None:
    scorer, counts = _counts([spans((0, 5, "AID"))], [spans((0, 3, "AID"))], "events")
    row = scorer.classes(counts.sum(axis=0))["quad"]["material cooperation"]
    assert row == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1.0}
    scorer, counts = _counts([spans((0, 5, "CIVILIAN"))], [spans((0, 3, "CIVILIAN"))])
    assert scorer.classes(counts.sum(axis=0))["type"]["CIVILIAN"]["f1"] == 0.0


def test_chance_is_what_right_places_with_random_types_score() -> None:
    rng = np.random.default_rng(5)
    true = _random_rows(rng, 80)
    pool = [span.label for row in true for span in row]
    scores = []
    for _ in range(60):
        labels = iter(rng.permutation(pool).tolist())
        said = [tuple(span._replace(label=next(labels)) for span in row) for row in true]
        scores.append(_scores(true, said)["type_strict_f1"])
    scorer, counts = _counts(true, true)
    assert scorer.chance(counts.sum(axis=0)) == pytest.approx(np.mean(scores), abs=0.01)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match=r"types \['ALIEN'\]: allowed are"):
        _counts([()], [spans((0, 1, "ALIEN"))])
