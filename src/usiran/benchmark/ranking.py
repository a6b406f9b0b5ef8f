"""The order of the systems on one task: which ones tie, how loud the noise is, the peers."""

from dataclasses import dataclass

from usiran.benchmark.results import SUBMITTED, Result, Results, Stored
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.models.registry import SYSTEMS, reads_marks
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
    """How the best of our own systems on a task compares with a peer."""

    best: str  # no control, and it reads the text alone
    difference: float  # of the headline; positive where ours is ahead
    interval: tuple[float, float]  # paired, 95 %
    better: int  # in how many articles ours scores higher
    verdict: Verdict  # for ours


@dataclass(frozen=True)
class Peer:
    """A peer; `against` is None without a system of ours to compare it with."""

    result: Result
    against: PairwiseComparison | None


@dataclass(frozen=True)
class Ranking:
    """All systems on one task."""

    task: str
    rows: tuple[Row, ...]  # by group and score; then the controls on rearranged labels
    stale: tuple[Result, ...]  # made on other gold or folds: listed, never compared
    noise_floor: float | None  # None for fewer than two systems, controls and peers left out
    peers: tuple[Peer, ...] = ()  # the best score first; they are in no group


def rank(benchmark: Benchmark, task: str, results: Results) -> Ranking:
    """Rank the stored results of one task.

    The best system leads the first group, and every system whose comparison with the
    leader is a tie joins it. The best of the others leads the next group, and so on.

    Raises
    ------
    FileError
        A result lacks a score that is ranked by or shown: it was made before there was one.
    """
    fresh, stale = _by_score(benchmark, task, results)
    comparable = [stored for stored in fresh if not stored.result.relabelled]
    scores = _bootstrap(benchmark, comparable)
    by_score = [stored.result for stored in comparable]
    ranked = [result for result in by_score if result.kind != PEER]
    groups = tie_groups([result.system for result in ranked], scores)
    own = [stored.result for stored in fresh if stored.result.kind != PEER]
    rows = [Row(result, groups.get(result.system)) for result in own]
    return Ranking(
        task,
        tuple(sorted(rows, key=lambda row: row.group or len(rows) + 1)),
        tuple(stale),
        noise_floor([scores[result.system] for result in ranked if result.kind != CONTROL]),
        _peers(by_score, scores),
    )


def contestants_of(ranking: Ranking) -> list[Row]:
    """Return the rows of the systems that contend on a task, the best first."""
    rows = [row for row in ranking.rows if _is_contestant(row.result)]
    return sorted(rows, key=lambda row: -row.result.score)


def contestants(benchmark: Benchmark, task: str, results: Results) -> list[Result]:
    """Return our own systems' results on one task, the best first: what peers are set against."""
    fresh, _ = _by_score(benchmark, task, results)
    return [stored.result for stored in fresh if _is_contestant(stored.result)]


def _by_score(
    benchmark: Benchmark, task: str, results: Results
) -> tuple[list[Stored], list[Result]]:
    """Return a task's results, the best first and those on rearranged labels last; stale ones."""
    of_task = [stored for (_, name), stored in results.items() if name == task]
    stale = [stored.result for stored in of_task if benchmark.is_stale(stored.result)]
    fresh = [stored for stored in of_task if not benchmark.is_stale(stored.result)]
    _refuse_lacking(benchmark, task, [stored.result for stored in fresh])
    fresh.sort(key=lambda one: (one.result.relabelled, -one.result.score, one.result.system))
    return fresh, stale


def _refuse_lacking(benchmark: Benchmark, task: str, results: list[Result]) -> None:
    asked = benchmark.golds[task].task
    keys = (asked.headline, *(key for key, _ in asked.columns))
    for result in results:
        lacking = [key for key in keys if key not in result.scores]
        if lacking or result.headline != asked.headline:
            file = benchmark.corpus.name_of(benchmark.files_of(result.system, task)[0])
            value = f"no score {', '.join(lacking)}" if lacking else f"headline {result.headline}"
            fix = "score the stored predictions again: `usiran benchmark rescore --write`"
            raise FileError(file, value, f"the task's scores: {', '.join(keys)}", fix)


def _bootstrap(benchmark: Benchmark, comparable: list[Stored]) -> dict[str, BootstrapScore]:
    # Differences are paired only where seed and number of draws are the same for all.
    draws = min((stored.result.draws for stored in comparable), default=0)
    seed = min((stored.result.seed for stored in comparable), default=0)
    return {
        stored.result.system: benchmark.bootstrap(stored, seed=seed, draws=draws)
        for stored in comparable
    }


def tie_groups(names: list[str], scores: dict[str, BootstrapScore]) -> dict[str, int]:
    """Return the tie group of each system, from 1; `names` are by score, the best first."""
    groups: dict[str, int] = {}
    number = 0
    while waiting := [name for name in names if name not in groups]:
        number += 1
        # Ties are no equivalence: a system may tie with two that do not tie. The leader decides.
        leader = waiting[0]
        for name in waiting:
            if name == leader or scores[leader].minus(scores[name]).verdict == "tie":
                groups[name] = number
    return groups


def _peers(by_score: list[Result], scores: dict[str, BootstrapScore]) -> tuple[Peer, ...]:
    """Compare the best of our own systems with every peer."""
    best = next((result for result in by_score if _is_contestant(result)), None)
    peers = []
    for peer in (result for result in by_score if result.kind == PEER):
        against = None
        if best is not None:
            paired = scores[best.system].minus(scores[peer.system])
            against = PairwiseComparison(best.system, best.score - peer.score, *paired)
        peers.append(Peer(peer, against))
    return tuple(peers)


def _is_contestant(result: Result) -> bool:
    """Whether a result is a system's of ours that reads nothing annotators marked."""
    # Nobody can see what a submitted system reads.
    if result.kind in (CONTROL, PEER, SUBMITTED):
        return False
    return result.system in SYSTEMS and not reads_marks(result.system)
