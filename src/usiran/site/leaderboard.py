"""The leaderboard's pages: what is drawn and told of each task and of each system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec

from usiran.benchmark.ceiling import Ceiling, TaskCeiling
from usiran.benchmark.companion.board import Twins, twins
from usiran.benchmark.companion.track import TRACK, with_companion
from usiran.benchmark.leaderboard import compared
from usiran.benchmark.ranking import Ranking, Row, contestants_of, rank
from usiran.benchmark.results import SUBMITTED, Result, Results, read_results
from usiran.benchmark.run import Benchmark
from usiran.benchmark.write_results import stored_ceiling
from usiran.models.registry import reads_marks
from usiran.tasks.base import METRICS, Gold


class Line(NamedTuple):
    """One system on one task; `group` is its tie group, `mark` says why it is in none."""

    result: Result
    group: int | None
    mark: str


@dataclass(frozen=True)
class TaskBoard:
    """One task: its systems in their order, what annotators reach, what is not evaluable."""

    gold: Gold
    ranking: Ranking
    ceiling: TaskCeiling | None

    @property
    def name(self) -> str:
        """The task's name."""
        return self.gold.task.name

    @property
    def metric(self) -> str:
        """What the score that ranks is called."""
        return METRICS[self.gold.task.headline]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All systems, groups first; then controls on rearranged labels, then peers."""
        rows = [Line(row.result, row.group, _mark(row)) for row in self.ranking.rows]
        return (*rows, *(Line(peer.result, None, "peer") for peer in self.ranking.peers))

    @property
    def reached(self) -> float | None:
        """The mean score of annotators against the gold."""
        return self.ceiling.mean_gold if self.ceiling else None

    @property
    def comparisons(self) -> list[str]:
        """How the best of our own systems compares with each peer."""
        return [compared(peer) for peer in self.ranking.peers if peer.against is not None]

    @property
    def level(self) -> str:
        """The list of labels that the headline is about."""
        return next(iter(self.gold.task.levels))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of that list, in order."""
        return self.gold.task.levels[self.level]

    @property
    def unevaluable(self) -> Iterator[tuple[str, str]]:
        """The classes that are left out of the macro mean, with the reason."""
        for level in self.gold.task.levels:
            yield from self.gold.unevaluable_classes(level).items()

    @property
    def best(self) -> Line | None:
        """The best of our own systems that read the text alone."""
        first = next(iter(contestants_of(self.ranking)), None)
        return None if first is None else Line(first.result, first.group, _mark(first))


class Card(NamedTuple):
    """A system: its results, each of which says what it is; what was said of it; its settings."""

    results: tuple[Result, ...]
    description: str
    settings: str


@dataclass(frozen=True)
class Board:
    """All tasks and systems; the stored ceiling is shown where it belongs to the present gold."""

    benchmark: Benchmark
    results: Results

    @cached_property
    def tasks(self) -> tuple[TaskBoard, ...]:
        """The tasks that can be evaluated and have a result, in the benchmark's order."""
        boards = []
        ceilings = self._ceiling.tasks if self._ceiling else {}
        for name, gold in self.benchmark.own(self.benchmark.golds).items():
            if gold.verdict:
                continue
            ceiling = ceilings.get(name)
            if ceiling is not None and ceiling.gold_sha256 != gold.sha256:
                ceiling = None
            ranking = rank(self.benchmark, name, self.results)
            if ranking.rows or ranking.peers:
                boards.append(TaskBoard(gold, ranking, ceiling))
        return tuple(boards)

    @cached_property
    def verdicts(self) -> tuple[tuple[str, str], ...]:
        """The tasks that cannot be evaluated, with the reason."""
        return tuple(
            (name, gold.verdict) for name, gold in self.benchmark.golds.items() if gold.verdict
        )

    @cached_property
    def _ceiling(self) -> Ceiling | None:
        return stored_ceiling(self.benchmark)

    @cached_property
    def companion(self) -> tuple[tuple[Gold, list[Twins]], ...]:
        """The track that learns from the companion besides: by task, beside the plain twins."""
        taught = read_results(self.benchmark.corpus, TRACK)
        if not taught:
            return ()
        track = with_companion(self.benchmark)
        rows = (
            (gold, twins(track, name, taught, self.results))
            for name, gold in track.own(track.golds).items()
        )
        return tuple((gold, found) for gold, found in rows if found)

    @property
    def notes(self) -> tuple[str, ...]:
        """How the ceiling is to be read."""
        return self._ceiling.notes if self._ceiling else ()

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """A card of every system that has a result."""
        names = dict.fromkeys(system for system, _ in self.results)
        return tuple(map(self._card, names))

    def _card(self, name: str) -> Card:
        own = {task: row.result for (system, task), row in self.results.items() if system == name}
        # In the benchmark's order; tasks that it no longer has come last.
        results = tuple(
            own[task] for task in dict.fromkeys((*self.benchmark.golds, *own)) if task in own
        )
        first = results[0]
        known = self.benchmark.library.get(name)
        words = first.submission.description if first.submission else ""
        settings = msgspec.json.format(msgspec.json.encode(first.settings), indent=1).decode()
        return Card(results, known.description if known else words, settings)


def _mark(row: Row) -> str:
    if row.is_control:
        return "control"
    if reads_marks(row.result.system):
        return "reads the gold's marks"
    return SUBMITTED if row.result.kind == SUBMITTED else ""
