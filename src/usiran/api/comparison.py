"""What `usiran.compare` returns: several systems on one task, paired, and which of them tie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from usiran.api.paired import AGAINST_HEADS, against_cells, how_to_read
from usiran.api.report import Report, draw
from usiran.api.tables import Displayed, Frame, Section
from usiran.benchmark.ranking import tie_groups
from usiran.benchmark.significance import AGAINST, against
from usiran.errors import InputError
from usiran.io.markdown import score, span_of
from usiran.stats.bootstrap import COVERAGE, noise_floor
from usiran.tasks.base import METRICS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Displayed):
    """Reports on one task, the best first."""

    reports: dict[str, Report]

    @classmethod
    def of(cls, reports: dict[str, Report]) -> Comparison:
        """Return the comparison of reports that were made on the same sentences and draws.

        Raises
        ------
        InputError
            There are fewer than two, they were not, or one is on rearranged labels.
        """
        if len(reports) < 2:
            allowed, fix = "two systems or more", "add one, or use usiran.evaluate"
            raise InputError.of("compare", f"{len(reports)} of them", allowed, fix)
        first = next(iter(reports.values()))
        for name, report in reports.items():
            if _basis(report) != _basis(first):
                allowed = "reports on one task, gold, seed, draws and choice of contested"
                raise InputError.of(f"compare {name}", "another basis", allowed, "evaluate it anew")
            if report.result.relabelled:
                value, allowed = "labels rearranged on purpose", "the true labels"
                raise InputError.of(f"compare {name}", value, allowed, "leave this control out")
        order = sorted(reports, key=lambda name: (-reports[name].score, name))
        return cls({name: reports[name] for name in order})

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Every two systems, the better first: difference, interval, p, articles, verdict."""
        first = next(iter(self.reports.values()))
        scorer, draws, seed = first.gold.scorer, first.result.draws, first.result.seed
        scores = {name: report.bootstrap for name, report in self.reports.items()}
        rows = {
            (better, other): against(scores[better], scores[other], scorer, draws=draws, seed=seed)
            for better, other in combinations(scores, 2)
        }
        index = pd.MultiIndex.from_tuples(rows, names=["first", "second"])
        return Frame(list(rows.values()), index=index, columns=list(AGAINST))

    @cached_property
    def groups(self) -> pd.Series[Any]:
        """The tie group of each system: the best one leads the first, those tied with it join."""
        scores = {name: report.bootstrap for name, report in self.reports.items()}
        return pd.Series(tie_groups(list(self.reports), scores), name="group")

    @property
    def noise_floor(self) -> float | None:
        """The median half-width of the paired intervals: smaller differences cannot be told."""
        return noise_floor([report.bootstrap for report in self.reports.values()])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a system: its group, score, interval, chance and other scores."""
        frame = pd.concat([report.to_frame() for report in self.reports.values()])
        frame.insert(0, "group", self.groups[list(self.reports)].to_numpy())
        return frame

    def plot(self) -> Figure:
        """Return a picture of the scores beside those of the stored systems (extra ``plots``)."""
        return draw(list(self.reports.values()))

    def _sections(self) -> Iterator[Section]:
        first = next(iter(self.reports.values()))
        result = first.result
        rows = [
            (name, str(self.groups[name]), score(report.score), span_of(report.interval))
            for name, report in self.reports.items()
        ]
        yield Section(
            f"{result.task}: {METRICS[result.headline]}",
            ("system", "group", "score", "95 % interval"),
            rows,
            [f"Systems in one group tie. Interval: {COVERAGE}."],
        )
        pairs = [
            (" - ".join(map(str, names)), *against_cells(row))
            for names, row in zip(self.pairs.index, self.pairs.to_dict("records"), strict=True)
        ]
        own = [report.result.system for report in self.reports.values()]
        yield Section("", ("pair", *AGAINST_HEADS), pairs, how_to_read(result.articles, own))
        for name, report in self.reports.items():
            if report.warnings:
                yield Section(f"Warnings: {name}", notes=report.warnings)


def _basis(report: Report) -> tuple[object, ...]:
    result = report.result
    hashes = result.gold_sha256, result.folds_sha256
    return (result.task, *hashes, result.seed, result.draws, report.contested)
