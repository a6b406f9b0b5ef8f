"""Writing results and the leaderboard: all of them at once, or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from usiran.baselines.benchmark import Bench
from usiran.baselines.cards import card, card_path
from usiran.baselines.leaderboard import render
from usiran.baselines.results import (
    SUBMITTED,
    Results,
    Stored,
    paths,
    read_results,
    result_bytes,
)
from usiran.writing import replace_files


def leaderboard_path(bench: Bench) -> Path:
    """Return where the leaderboard stands."""
    return bench.corpus.baselines / "LEADERBOARD.md"


def publish(bench: Bench, fresh: Mapping[tuple[str, str], Stored]) -> Results:
    """Write fresh results beside the stored ones, and the leaderboard over all of them.

    A submitted system's card is written anew with them.

    Returns
    -------
    mapping
        All results, keyed by (system, task).
    """
    results = dict(sorted({**read_results(bench.corpus), **fresh}.items()))
    files = {leaderboard_path(bench): render(bench, results).encode("utf-8")}
    for (system, task), stored in fresh.items():
        result, predictions = paths(bench.corpus, system, task)
        files[result] = result_bytes(stored.result)
        files[predictions] = stored.predictions
        if stored.result.kind == SUBMITTED:
            files[card_path(bench.corpus, system)] = card(results, system).encode("utf-8")
    replace_files(files)
    return results


def is_current(bench: Bench) -> bool:
    """Return whether the leaderboard is what the stored results give."""
    path = leaderboard_path(bench)
    wanted = render(bench, read_results(bench.corpus)).encode("utf-8")
    return path.is_file() and path.read_bytes() == wanted
