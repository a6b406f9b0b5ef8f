"""Gwet's AC1: a published value, hand-worked values, edges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.stats.test_alpha import FOUR, counts
from usiran.stats.ac1 import ac1


def test_the_published_value_of_four_raters_and_twelve_units() -> None:
    # Gwet (2014), table of 12 subjects, 4 raters, 5 categories and gaps: AC1 = 0.77544.
    assert ac1(counts(FOUR)) == pytest.approx(0.775444, abs=1e-6)


def test_uneven_labels_leave_little_to_chance() -> None:
    # 9 of 10 units are unanimous: pa = 0.9, pi = (0.95, 0.05), pe = 2 * 0.95 * 0.05.
    table = np.array([[2.0, 0.0]] * 9 + [[1.0, 1.0]])
    assert ac1(table) == pytest.approx((0.9 - 0.095) / (1 - 0.095))


def test_all_alike_is_perfect_and_no_pair_is_undefined() -> None:
    assert ac1(np.array([[3.0, 0.0], [3.0, 0.0]])) == 1.0
    assert math.isnan(ac1(np.array([[1.0, 0.0], [0.0, 1.0]])))
