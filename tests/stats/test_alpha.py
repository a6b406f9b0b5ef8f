"""Krippendorff's alpha: published values, hand-worked values, the reference package, edges."""

from __future__ import annotations

from collections.abc import Sequence

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from usiran.stats.alpha import (
    against_rest,
    alpha,
    alpha_interval,
    bootstrap_coincidences,
    coincidences,
    coincidences_between,
)
from usiran.stats.scores import Floats


def counts(rows: Sequence[str]) -> Floats:
    """Return how often each value stands in each column; a dot is a missing value."""
    values = sorted({value for row in rows for value in row.split()} - {"."})
    columns = list(zip(*(row.split() for row in rows), strict=True))
    return np.array([[column.count(value) for value in values] for column in columns], dtype=float)


def of(rows: Sequence[str]) -> float:
    return float(alpha(coincidences(counts(rows)).sum(axis=0)))


# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: examples B, C and E.
BINARY = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
NOMINAL = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")
FOUR = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# The example of Wikipedia's article on Krippendorff's alpha.
THREE = (
    ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "1 . 2 1 3 3 4 3 . . . . . . .",
    ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
)


@pytest.mark.parametrize(
    ("rows", "published"), [(BINARY, 0.095), (NOMINAL, 0.692), (FOUR, 0.743), (THREE, 0.691)]
)
def test_published_values(rows: Sequence[str], published: float) -> None:
    assert of(rows) == pytest.approx(published, abs=0.0005)


def test_the_published_coincidences_of_the_binary_example() -> None:
    assert coincidences(counts(BINARY)).sum(axis=0).tolist() == [[10, 4], [4, 2]]


def test_a_value_worked_by_hand() -> None:
    # Units aaa and aab of three annotators: o = [[4, 1], [1, 0]], n = 6, n_c = (5, 1).
    o = coincidences(np.array([[3.0, 0.0], [2.0, 1.0]])).sum(axis=0)
    assert o.tolist() == [[4.0, 1.0], [1.0, 0.0]]
    # Do = 2/6, De = (36 - 26) / 30 = 1/3.
    assert float(alpha(o)) == pytest.approx(0.0)


def test_agreement_on_varied_labels_is_1_and_systematic_disagreement_is_below_0() -> None:
    assert of(("a b c a", "a b c a")) == pytest.approx(1.0)
    # o = [[0, 4], [4, 0]]: Do = 1, De = (64 - 32) / 56.
    assert of(("a b a b", "b a b a")) == pytest.approx(1 - 56 / 32)


def test_one_label_only_is_undefined_also_where_an_unpaired_value_deviates() -> None:
    assert np.isnan(of(("a a a", "a a a")))
    assert np.isnan(of(("a a b", "a a .")))


def test_one_label_of_three_annotators_is_undefined_in_spite_of_rounding() -> None:
    o = coincidences(np.array([[7.0, 0.0]] * 11)) / 3.0
    assert np.isnan(float(alpha(o.sum(axis=0))))


def test_no_unit_with_two_labels_is_undefined() -> None:
    assert np.isnan(of(("a b . .", ". . a b")))
    assert np.isnan(float(alpha(coincidences(np.zeros((0, 3))).sum(axis=0))))


def test_an_unpaired_label_has_no_say() -> None:
    assert of(("a b a .", "a b b a")) == of(("a b a", "a b b"))


tables = st.lists(
    st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(sum), min_size=2, max_size=12
)


@given(tables)
def test_it_is_the_reference_package_where_that_is_defined(rows: list[list[int]]) -> None:
    table = np.array(rows, dtype=float)
    ours = float(alpha(coincidences(table).sum(axis=0)))
    kept = table[table.sum(axis=1) > 1]
    used = (kept.sum(axis=0) > 0).sum() if len(kept) else 0
    if used < 2:
        assert np.isnan(ours)
    else:
        theirs = krippendorff.alpha(value_counts=kept, level_of_measurement="nominal")
        assert ours == pytest.approx(theirs, abs=1e-9)
        assert ours <= 1.0 + 1e-12


@given(tables, st.permutations(range(3)))
def test_the_order_of_labels_has_no_say(rows: list[list[int]], order: list[int]) -> None:
    table = np.array(rows, dtype=float)
    one, other = (float(alpha(coincidences(t).sum(axis=0))) for t in (table, table[:, order]))
    assert one == pytest.approx(other, abs=1e-9, nan_ok=True)


@given(tables, st.integers(0, 2))
def test_a_label_against_the_rest_is_the_alpha_of_yes_and_no(
    rows: list[list[int]], label: int
) -> None:
    table = np.array(rows, dtype=float)
    two = np.stack([table[:, label], table.sum(axis=1) - table[:, label]], axis=1)
    folded = against_rest(coincidences(table).sum(axis=0), label)
    assert folded == pytest.approx(coincidences(two).sum(axis=0))


def test_units_of_one_sentence_are_drawn_together_in_bootstrap_draws() -> None:
    # One table of a single 1 for each unit: its sum over a draw is the unit's weight.
    articles, sentences = ["a", "a", "b", "b"], ["a1", "a2", "b1", "b1"]
    o = np.eye(4).reshape(4, 2, 2)
    draws = bootstrap_coincidences(o, articles, sentences, draws=400, seed=1).reshape(400, 4)
    assert (draws[:, 2] == draws[:, 3]).all()
    copies = draws[:, :2].sum(axis=1) / 2, draws[:, 2]
    assert (copies[0] + copies[1] == 2).all()
    assert (draws[:, 0] != draws[:, 1]).any()


def test_the_draws_of_units_without_disagreement_are_all_1() -> None:
    o = coincidences(np.array([[2.0, 0.0], [0.0, 2.0]] * 10))
    names = [f"s{i}" for i in range(20)]
    values = alpha(bootstrap_coincidences(o, ["a"] * 10 + ["b"] * 10, names, draws=200, seed=0))
    assert alpha_interval(values) == (1.0, 1.0)


def test_an_interval_leaves_undefined_draws_out_and_there_is_none_without_defined_ones() -> None:
    assert alpha_interval(np.array([np.nan, 0.5, 0.5])) == (0.5, 0.5)
    assert alpha_interval(np.array([np.nan, np.nan])) is None
    assert alpha_interval(np.empty(0)) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_of_two_annotators_the_groups_of_one_give_the_usual_coincidences(
    pairs: list[tuple[str, str]],
) -> None:
    labels = "abc"
    first, second = (
        np.array([[float(pair[i] == label) for label in labels] for pair in pairs]) for i in (0, 1)
    )
    np.testing.assert_allclose(coincidences_between(first, second), coincidences(first + second))


def test_between_groups_what_each_agrees_with_itself_does_not_count() -> None:
    # Each group agrees with itself in every unit, and with the other in half of them.
    first = np.array([[3.0, 0.0], [0.0, 3.0], [3.0, 0.0], [0.0, 3.0]])
    second = np.array([[3.0, 0.0], [0.0, 3.0], [0.0, 3.0], [3.0, 0.0]])
    o = coincidences_between(first, second).sum(axis=0)
    assert o.tolist() == [[6.0, 6.0], [6.0, 6.0]]
    # Do = 12/24; De = (24^2 - 2 * 12^2) / (24 * 23)
    assert float(alpha(o)) == pytest.approx(1 - 0.5 / (288 / 552))


def test_a_unit_that_one_group_left_out_pairs_with_nothing() -> None:
    silent = coincidences_between(np.array([[2.0, 1.0]]), np.array([[0.0, 0.0]]))
    assert not silent.any()
