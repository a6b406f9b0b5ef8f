"""What `usiran.evaluate` returns: a system's figures on a task, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pandas as pd

from usiran.api.paired import (
    AGAINST_HEADS,
    Contested,
    against_cells,
    bootstrapped,
    how_to_read,
    kept,
)
from usiran.api.sentences import sentence_frame
from usiran.api.tables import Displayed, Frame, Section
from usiran.benchmark.ceiling import Agreed, Annotator, Ceiling, TaskCeiling
from usiran.benchmark.leaderboard import reached
from usiran.benchmark.protocol import Outcome
from usiran.benchmark.ranking import CONTROL
from usiran.benchmark.report.figures import TaskScores, confused, shown
from usiran.benchmark.results import (
    Result,
    Results,
    Stored,
    counts_of,
    json_bytes,
    read_results,
)
from usiran.benchmark.run import Benchmark
from usiran.benchmark.significance import AGAINST, against
from usiran.benchmark.write_results import stored_ceiling
from usiran.corpus import SWAP
from usiran.errors import PlotsMissing, counted
from usiran.io.atomic import replace_files
from usiran.io.markdown import score, span_of
from usiran.stats.bootstrap import COVERAGE, BootstrapScore
from usiran.tasks.base import METRICS, Gold

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FIGURES = ("precision", "recall", "f1")


@dataclass(frozen=True, eq=False, repr=False)
class Report(Displayed):
    """A system's figures on a task under the official protocol.

    Scores run from 0 to 1; intervals are 95 %, from a two-stage bootstrap over articles and
    sentences. With ``contested="exclude"`` all figures but the ceiling are over the sentences
    on whose labels readers do not part; predictions are made for every sentence all the same.

    Attributes
    ----------
    name : str
        What the system is called.
    benchmark : Benchmark
        The corpus that it was run on.
    stored : Stored
        The official result, over all sentences, and its predictions: what `save` writes.
    result : Result
        The figures shown.
    outcomes : list of Outcome
        Predictions and the gold that they were scored on, one a replicate.
    bootstrap : BootstrapScore
        Counts a sentence, and the score of every draw.
    warnings : tuple of str
        Signs that the system knows the articles it was asked about.
    """

    name: str
    benchmark: Benchmark
    stored: Stored
    result: Result
    outcomes: list[Outcome]
    bootstrap: BootstrapScore
    contested: Contested = "include"
    warnings: tuple[str, ...] = ()

    @property
    def gold(self) -> Gold:
        """The task's gold."""
        return self.benchmark.golds[self.result.task]

    @property
    def score(self) -> float:
        """The headline score, with six places."""
        return self.result.score

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the score; its real coverage is about 88 to 92 %."""
        return self.result.interval

    @property
    def per_class(self) -> pd.DataFrame:
        """Precision, recall, F1 and support of each class, at the level scored first."""
        level = next(iter(self.gold.task.levels))
        return Frame.from_dict(self.result.per_class[level], orient="index")

    @property
    def per_article(self) -> pd.Series[float]:
        """The score of each article alone, held out."""
        return pd.Series(self.result.per_article, name="score", dtype=float)

    @property
    def confusion(self) -> pd.DataFrame | None:
        """Gold (rows) by prediction (columns); of spans those that overlap, ``none`` unmarked.

        None for links between predicted spans.
        """
        table = confused(self.result, self.outcomes[0])
        if table is None:
            return None
        index = pd.Index(table.labels, name="gold")
        return Frame(table.cells, index, pd.Index(table.labels, name="predicted"))

    @cached_property
    def stored_results(self) -> Results:
        """The corpus's stored results of the task on the present gold, the best first."""
        keys = {
            key: stored
            for key, stored in read_results(self.benchmark.corpus, self.benchmark.track).items()
            if key[1] == self.result.task and not self.benchmark.is_stale(stored.result)
        }
        order = sorted(keys, key=lambda key: (-keys[key].result.score, key))
        return {key: keys[key] for key in order}

    @property
    def controls(self) -> pd.DataFrame:
        """The stored controls: what a score is worth is told by what scores without reading."""
        results = [stored.result for stored in self.stored_results.values()]
        rows = {
            result.system: (result.score, *result.interval, result.chance, result.relabelled)
            for result in results
            if result.kind == CONTROL
        }
        heads = ["score", "low", "high", "chance", "relabelled"]
        return Frame.from_dict(rows, orient="index", columns=heads)

    @property
    def ceiling(self) -> pd.DataFrame:
        """Annotators against the gold and each other, by the same score.

        ``part`` is whether the annotator's labels are votes that the gold was decided from; who
        had none labelled in other rounds, perhaps by other ``guidelines``. ``kind`` tells people
        from language models.
        """
        task, ceiling = self._task_ceiling, self._ceiling
        rows = [
            self._ceiling_row(pair, ceiling.annotators[pair.first])
            for pair in ((*task.gold, *task.no_part, *task.pairs) if task else ())
        ]
        heads = ["annotator", "against", "kind", "part", "round", "guidelines", "score"]
        return Frame(rows, columns=[*heads, "low", "high", "sentences"])

    def _ceiling_row(self, pair: Agreed, who: Annotator) -> tuple[object, ...]:
        given = [self._ceiling.rounds[name] for name in who.rounds if name in self._ceiling.rounds]
        guidelines = ", ".join(dict.fromkeys(each.guidelines for each in given))
        named = pair.first, pair.second, who.kind, who.part, ", ".join(who.rounds), guidelines
        return *named, pair.score, *pair.interval, pair.sentences

    @property
    def _task_ceiling(self) -> TaskCeiling | None:
        return self._ceiling.tasks.get(self.result.task)

    @cached_property
    def _ceiling(self) -> Ceiling:
        # The stored one where it is of this gold: measuring it takes long.
        name = self.result.task
        stored = stored_ceiling(self.benchmark)
        task = stored.tasks.get(name) if stored else None
        if stored is None or task is None or task.gold_sha256 != self.gold.sha256:
            return self.benchmark.ceiling_of({name: self.gold})
        return stored

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """How it compares with each stored system that was scored on the true labels.

        ``difference`` is positive where this one is ahead; ``low`` and ``high`` are its paired
        interval, ``p`` that of a randomisation over sentences, ``better`` in how many of the
        articles this one scores higher. The verdict is a tie unless the interval excludes 0 and
        every article agrees; above 20 articles, so many that it is no chance (sign test at 5 %).
        """
        rows, scorer = {}, self.gold.scorer
        draws, seed = self.result.draws, self.result.seed
        for (system, _), stored in self.stored_results.items():
            itself = system == self.result.system
            if not (itself or stored.result.relabelled or self.result.relabelled):
                counts = counts_of(self.benchmark.outcomes(stored), scorer)
                other = bootstrapped(self.benchmark, self.result, counts, self.contested)
                figures = against(self.bootstrap, other, scorer, draws=draws, seed=seed)
                rows[system] = {"kind": stored.result.kind, **figures}
        return Frame.from_dict(rows, orient="index", columns=["kind", *AGAINST])

    @property
    def predictions(self) -> pd.DataFrame:
        """One row a sentence: its text, the gold, the prediction, the votes, whether contested.

        Probabilities, where the system states them, stand in columns named after the labels. Of
        several replicates the first one is shown.
        """
        frame = sentence_frame(self.benchmark, self.outcomes[0])
        return frame[kept(self.benchmark, self.gold, self.contested)]

    def errors(self) -> pd.DataFrame:
        """Return the sentences that were not predicted as the gold has them.

        A terminal shows the first ten with all their columns.
        """
        frame = self.predictions
        wrong = [a != b for a, b in zip(frame["gold"], frame["predicted"], strict=True)]
        return frame.loc[wrong, ["gold", "predicted", "votes", "contested", "text"]]

    def to_frame(self) -> pd.DataFrame:
        """Return one row: task, system, score, interval, chance, and every other score."""
        result = self.result
        low, high = result.interval
        row = {"score": result.score, "low": low, "high": high, "chance": result.chance}
        scores = {name: value for name, value in result.scores.items() if name != result.headline}
        index = pd.MultiIndex.from_tuples([(result.task, self.name)], names=["task", "system"])
        return Frame([{**row, **scores}], index=index)

    def plot(self) -> Figure:
        """Return a picture of the score beside those of the stored systems (extra ``plots``)."""
        return draw([self])

    def save(self, folder: Path | str) -> Path:
        """Write the official result and its predictions, and return the result's path.

        ``usiran benchmark verify`` checks ``<folder>/<task>.json``; earlier files of the same
        names are replaced.
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{self.result.task}.json"
        predictions = path.with_name(f"{path.stem}.predictions.jsonl")
        files = {path: json_bytes(self.stored.result), predictions: self.stored.predictions}
        replace_files(files, place / SWAP)
        return path

    def _sections(self) -> Iterator[Section]:
        result = self.result
        sentences = counted(len(self.bootstrap.counts), "sentence")
        size = f"{sentences} in {counted(result.articles, 'article')}"
        left_out = "" if self.contested == "include" else ", contested ones left out"
        notes = [
            f"{METRICS[result.headline]} {score(result.score)}, 95 % interval "
            f"{span_of(result.interval)} ({COVERAGE})",
            f"chance {score(result.chance)}; {size}{left_out}; protocol {result.protocol}, "
            f"data {result.data_version}",
        ]
        yield Section(f"{result.task}: {self.name}", notes=notes)
        yield Section("", ("class", "precision", "recall", "F1", "support"), self._class_rows())
        articles = [(name, score(value)) for name, value in result.per_article.items()]
        yield Section("", ("article, held out", "score"), articles)
        yield from self._standing()
        if self.warnings:
            yield Section("Warnings", notes=self.warnings)

    def _class_rows(self) -> list[tuple[str, ...]]:
        level = next(iter(self.gold.task.levels))
        return [
            (name, *(score(row[key]) for key in _FIGURES), f"{row['support']:.0f}")
            for name, row in self.result.per_class[level].items()
        ]

    def _standing(self) -> Iterator[Section]:
        rows = [
            (_named(system, row["kind"]), *against_cells(row))
            for system, row in self.verdicts.to_dict("index").items()
        ]
        if rows:
            notes = how_to_read(self.result.articles, self.verdicts.index)
            if any(stored.result.relabelled for stored in self.stored_results.values()):
                notes.append("Left out are the controls that learned from rearranged labels.")
            yield Section("", ("against", *AGAINST_HEADS), rows, notes)
        if self._task_ceiling is not None:
            lines = reached(self._ceiling, self._task_ceiling)
            yield Section("", notes=[f"ceiling, {line}" for line in lines])


def _named(system: object, kind: str) -> str:
    return f"{system} ({kind})" if kind in (CONTROL, "peer", "submitted") else str(system)


def draw(reports: list[Report]) -> Figure:
    """Return a picture of reports on one task beside the stored systems."""
    try:
        from usiran.benchmark.report.plots import draw_scores
    except ImportError:
        raise PlotsMissing("plot") from None
    report = reports[0]
    own = [msgspec.structs.replace(shown(each.result), system=each.name) for each in reports]
    names = {each.system for each in own}
    stored = [
        shown(each.result)
        for (system, _), each in report.stored_results.items()
        if system not in names
    ]
    task = TaskScores(
        task=report.result.task,
        metric=METRICS[report.result.headline],
        articles=report.gold.article_ids,
        systems=tuple(sorted([*own, *stored], key=lambda row: -row.score)),
        ceiling=report._task_ceiling.mean_pairs if report._task_ceiling else None,
    )
    return draw_scores([task])
