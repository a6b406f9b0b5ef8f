"""Timing two ways of one job in turn, and what came out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

Job = Callable[[], object]


class Measured(NamedTuple):
    """One budget and its ratio.

    Parameters
    ----------
    budget : str
        What was agreed.
    ours, peer : str
        What was timed, with its figure.
    ratio : float
        In the budget's sense.
    holds : bool
        Whether the budget is kept.
    note : str
        How the figures were come by; the reason where the budget is missed.
    """

    budget: str
    ours: str
    peer: str
    ratio: float
    holds: bool
    note: str = ""


def alternate(ours: Job, peer: Job, *, runs: int, warm: int = 1) -> tuple[float, float]:
    """Return the median seconds of two jobs, run in turn so that both meet the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(warm + runs):
        for kept, job in zip(times, (ours, peer), strict=True):
            start = time.perf_counter()
            job()
            if number >= warm:
                kept.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
