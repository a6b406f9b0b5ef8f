"""The order of the systems on one task: which ones tie, how loud the noise is, the peers."""

from __future__ import annotations

from dataclasses import dataclass

from usiran.benchmark.results import SUBMITTED, Result, Results, Stored
from usiran.benchmark.run import Benchmark, known
from usiran.models.registry import SYSTEMS
from usiran.stats.bootstrap import BootstrapScore, Verdict, noise_floor

CONTROL, PEER = "control", "peer"


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
class PairwiseComparison:
    """How the best of our own systems compares with a peer.

    Parameters
    ----------
    best : str
        Our best system on the task: no control, and one that reads the text alone.
    difference : float
        Of the headline; positive where ours is ahead.
    interval : tuple of float
        The paired 95 % interval.
    better : int
        In how many articles ours scores higher.
    verdict : {"win", "loss", "tie"}
        For ours.
    """

    best: str
    difference: float
    interval: tuple[float, float]
    better: int
    verdict: Verdict


@dataclass(frozen=True)
class Peer:
    """A peer; `against` is None without a system of ours to compare it with."""

    result: Result
    against: PairwiseComparison | None


@dataclass(frozen=True)
class Ranking:
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
        Median half-width of the paired intervals among the systems that are neither controls
        nor peers; None for fewer than two of them.
    peers : tuple of Peer
        The peers, the best score first: they are in no group.
    """

    task: str
    rows: tuple[Row, ...]
    stale: tuple[Result, ...]
    noise_floor: float | None
    peers: tuple[Peer, ...] = ()


def rank(bench: Benchmark, task: str, results: Results) -> Ranking:
    """Rank the stored results of one task.

    The best system leads the first group, and every system whose comparison with the
    leader is a tie joins it. The best of the others leads the next group, and so on.
    """
    mine = [stored for (_, of), stored in results.items() if of == task]
    fresh = sorted((s for s in mine if not bench.is_stale(s.result)), key=_rank)
    told = [stored.result for stored in fresh if not stored.result.relabelled]
    sides = _known(bench, [stored for stored in fresh if not stored.result.relabelled])
    ranked = [result for result in told if result.kind != PEER]
    groups = _groups([(result.system, sides[result.system]) for result in ranked])
    contestants = [sides[result.system] for result in ranked if result.kind != CONTROL]
    rows = [
        Row(stored.result, groups.get(stored.result.system))
        for stored in fresh
        if stored.result.kind != PEER
    ]
    return Ranking(
        task,
        tuple(sorted(rows, key=lambda row: row.group or len(rows) + 1)),
        tuple(stored.result for stored in mine if bench.is_stale(stored.result)),
        noise_floor(contestants),
        _peers(told, sides),
    )


def _peers(ranked: list[Result], sides: dict[str, BootstrapScore]) -> tuple[Peer, ...]:
    """Compare the best of our own systems with every peer; `ranked` has the best first."""
    best = next((one for one in ranked if _own(one)), None)
    return tuple(
        Peer(one, None if best is None else _against(best, one, sides))
        for one in ranked
        if one.kind == PEER
    )


def _against(best: Result, peer: Result, sides: dict[str, BootstrapScore]) -> PairwiseComparison:
    compared = sides[best.system].minus(sides[peer.system])
    return PairwiseComparison(best.system, best.score - peer.score, *compared)


def _own(result: Result) -> bool:
    """Whether a result is a contestant's of ours that reads nothing annotators marked."""
    if result.kind in (CONTROL, PEER, SUBMITTED):
        return False
    return result.system in SYSTEMS and SYSTEMS[result.system].reads != "marks"


def contestants(bench: Benchmark, task: str, results: Results) -> list[Result]:
    """Return our own systems' results on one task, the best first: what peers are set against."""
    mine = [stored for (_, of), stored in results.items() if of == task]
    fresh = sorted((stored for stored in mine if not bench.is_stale(stored.result)), key=_rank)
    return [stored.result for stored in fresh if _own(stored.result)]


def _rank(stored: Stored) -> tuple[bool, float, str]:
    return stored.result.relabelled, -stored.result.score, stored.result.system


def _known(bench: Benchmark, ranked: list[Stored]) -> dict[str, BootstrapScore]:
    # Differences are paired only where seed and number of draws are the same for all.
    draws = min((stored.result.draws for stored in ranked), default=0)
    seed = min((stored.result.seed for stored in ranked), default=0)
    return {stored.result.system: known(bench, stored, seed=seed, draws=draws) for stored in ranked}


def _groups(ranked: list[tuple[str, BootstrapScore]]) -> dict[str, int]:
    groups: dict[str, int] = {}
    number = 0
    while waiting := [pair for pair in ranked if pair[0] not in groups]:
        number += 1
        _, leader = waiting[0]
        for name, side in waiting:
            if side is leader or leader.minus(side)[2] == "tie":
                groups[name] = number
    return groups
