"""The order of the systems on one task: which ones tie, and how loud the noise is."""

from __future__ import annotations

from dataclasses import dataclass

from usiran.baselines.benchmark import Bench, known
from usiran.baselines.resampling import Scored, noise_floor
from usiran.baselines.results import Result, Results, Stored
from usiran.baselines.tasks import METRICS

__all__ = ["METRICS", "Row", "Standings", "standings"]

CONTROL = "control"


@dataclass(frozen=True)
class Row:
    """One system in the order; group is None where it is not ranked."""

    result: Result
    group: int | None

    @property
    def is_control(self) -> bool:
        """Whether the system is a control, not a contestant."""
        return self.result.kind == CONTROL


@dataclass(frozen=True)
class Standings:
    """All systems on one task.

    Parameters
    ----------
    task : str
        The task's name.
    rows : tuple of Row
        Group by group, in each the best score first; then the controls on rearranged
        labels, unranked.
    stale : tuple of Result
        Results made on other gold or folds: listed, never compared.
    noise_floor : float or None
        Median half-width of the paired intervals among the systems that are no controls;
        None for fewer than two of them.
    """

    task: str
    rows: tuple[Row, ...]
    stale: tuple[Result, ...]
    noise_floor: float | None


def standings(bench: Bench, task: str, results: Results) -> Standings:
    """Rank the stored results of one task.

    The best system leads the first group, and every system whose comparison with the
    leader is a tie joins it. The best of the others leads the next group, and so on.
    """
    mine = [stored for (_, of), stored in results.items() if of == task]
    fresh = sorted((s for s in mine if not bench.is_stale(s.result)), key=_rank)
    ranked = [stored for stored in fresh if not stored.result.relabelled]
    sides = _known(bench, ranked)
    groups = _groups([(stored.result.system, sides[stored.result.system]) for stored in ranked])
    contestants = [sides[s.result.system] for s in ranked if s.result.kind != CONTROL]
    rows = [Row(stored.result, groups.get(stored.result.system)) for stored in fresh]
    return Standings(
        task,
        tuple(sorted(rows, key=lambda row: row.group or len(rows) + 1)),
        tuple(stored.result for stored in mine if bench.is_stale(stored.result)),
        noise_floor(contestants),
    )


def _rank(stored: Stored) -> tuple[bool, float, str]:
    return stored.result.relabelled, -stored.result.score, stored.result.system


def _known(bench: Bench, ranked: list[Stored]) -> dict[str, Scored]:
    # Differences are paired only where seed and number of draws are the same for all.
    draws = min((stored.result.draws for stored in ranked), default=0)
    seed = min((stored.result.seed for stored in ranked), default=0)
    return {stored.result.system: known(bench, stored, seed=seed, draws=draws) for stored in ranked}


def _groups(ranked: list[tuple[str, Scored]]) -> dict[str, int]:
    groups: dict[str, int] = {}
    number = 0
    while waiting := [pair for pair in ranked if pair[0] not in groups]:
        number += 1
        _, leader = waiting[0]
        for name, side in waiting:
            if side is leader or leader.against(side)[2] == "tie":
                groups[name] = number
    return groups
