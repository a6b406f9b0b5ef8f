"""Running the benchmark: systems over tasks under the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec
import pandas as pd

from usiran.benchmark.annotators import Annotators
from usiran.benchmark.ceiling import Ceiling, measure
from usiran.benchmark.predictions.lines import (
    lines_of,
    outcomes_of,
    prediction_bytes,
    read_lines,
    refuse_faults,
)
from usiran.benchmark.predictions.rules import Line
from usiran.benchmark.protocol import PROTOCOL, Fitted, Outcome, folds_sha256, holds, run
from usiran.benchmark.results import (
    Mixtures,
    Origin,
    Result,
    Stored,
    counts_of,
    figures_of,
    paths,
    read_stored,
    rounded,
    sha256,
    submitted_origin,
)
from usiran.benchmark.settings_hash import own_settings_sha256
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.models.mixing import mixtures_of
from usiran.models.peers import FIX, missing, need
from usiran.models.plugged import plugged
from usiran.models.registry import SYSTEMS, BuildContext, System
from usiran.models.settings import Settings, chosen, read_all
from usiran.plugins import is_reference, names
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.stats.bootstrap import BootstrapScore
from usiran.stats.scores import Floats
from usiran.tasks.base import GOLD_LAYERS, LAYERS, Gold, Tables, Task
from usiran.tasks.inputs import layers_of, with_layers, with_texts
from usiran.tasks.registry import plugged_task, tasks_of

T = TypeVar("T")


@dataclass(frozen=True)
class Benchmark:
    """A corpus as the benchmark sees it."""

    corpus: Corpus
    golds: Mapping[str, Gold]  # by task
    library: Mapping[str, Settings]  # by system
    folds: str  # SHA-256 of folds.csv
    layers: pd.DataFrame  # what annotators marked in each sentence, for systems that read it
    annotators: Annotators  # whose labels stand behind the gold
    others: Annotators  # who labelled and had no part in it
    contested: frozenset[str]  # sentences on whose labels readers part
    tables: Tables  # what the gold was read from, and with which labels
    scheme: Scheme
    systems: Mapping[str, System] = field(default_factory=lambda: SYSTEMS)  # by name
    # Of another track than the official one: its name, what is learned besides the articles, and
    # the official benchmark, whose systems are the plain twins.
    track: str = ""
    companion_sha256: str = ""
    plain: Benchmark | None = None

    @classmethod
    def of(cls, corpus: Corpus, tables: Tables, scheme: Scheme | None = None) -> Benchmark:
        """Return the benchmark over a corpus; a label scheme that is not handed on is read.

        An article whose text was withdrawn is left out, and with it its fold.
        """
        tables = with_texts(tables)
        scheme = scheme or read_scheme(corpus.labels)
        golds = {name: task.gold(tables) for name, task in tasks_of(scheme).items()}
        library = read_all(corpus, tuple(SYSTEMS))
        annotators = Annotators.of(tables, corpus.manifest.gold_rounds)
        others = Annotators.without_part(tables, annotators, corpus.manifest.rounds)
        layers = layers_of(tables)
        stance = tables["stance"]
        contested = frozenset(stance["sentence_id"][stance["contested"].astype(bool)])
        folds = folds_sha256(corpus)
        people = annotators, others
        return cls(corpus, golds, library, folds, layers, *people, contested, tables, scheme)

    def with_plugins(self, tasks: Sequence[str] = (), systems: Sequence[str] = ()) -> Benchmark:
        """Return the benchmark with what other packages add under these names.

        A name of the toolkit's own is passed over, since nothing can take its place; so is one
        that no package gives, which whoever looks it up refuses. A system may be named by
        ``package.module:factory`` too; `name_of` has its short name.
        """
        golds, library, table = dict(self.golds), dict(self.library), dict(self.systems)
        for name in set(tasks) & set(names("usiran.tasks")) - set(golds):
            golds[name] = plugged_task(name, self.scheme).gold(self.tables)
        known = {name: gold.task for name, gold in golds.items()}
        for name in systems:
            if name not in library and (is_reference(name) or name in names("usiran.systems")):
                settings, system = plugged(name, known)
                if settings.name in library:
                    value, allowed = (
                        f"the name '{settings.name}'",
                        "a name that no other system has",
                    )
                    raise InputError.of(f"--system {name}", value, allowed, "rename the factory")
                library[settings.name], table[settings.name] = settings, system
        return replace(self, golds=golds, library=library, systems=table)

    def name_of(self, system: str) -> str:
        """Return the short name of a system that was named by a reference."""
        for name, settings in self.library.items():
            if is_reference(system) and settings.parameters.get("factory") == system:
                return name
        return system

    def own(self, by_task: Mapping[str, T]) -> dict[str, T]:
        """Return what is there of the toolkit's own tasks, whatever is plugged in."""
        tasks = tasks_of(self.scheme)
        return {name: value for name, value in by_task.items() if name in tasks}

    @cached_property
    def ceiling(self) -> Ceiling:
        """What annotators reach on every task."""
        return self.ceiling_of(self.golds)

    def ceiling_of(self, golds: Mapping[str, Gold]) -> Ceiling:
        """Return what annotators reach on some tasks."""
        return measure(golds, self.annotators, self.others, self.corpus.manifest)

    def plan(
        self, tasks: Sequence[str] = (), systems: Sequence[str] = (), *, peers: bool = False
    ) -> list[tuple[str, str]]:
        """Return the (task, system) pairs to run; empty arguments mean all.

        Peers run where they are named. With `peers`, all of them that are installed run
        besides; `absent_peers` says which are not.
        """
        names = chosen("task", tuple(tasks), tuple(self.golds))
        evaluable = [task for task in names if not self.golds[task].verdict]
        selected = self._selected(tuple(systems), peers=peers)
        pairs = [
            (task, system) for task in evaluable for system in selected if self.runs(system, task)
        ]
        if evaluable and not pairs:
            raise InputError([self._idle(system) for system in selected])
        return pairs

    def _selected(self, systems: tuple[str, ...], *, peers: bool) -> tuple[str, ...]:
        named = tuple(map(self.name_of, systems))
        known = tuple(name for name in self.library if name in self.systems)
        named = chosen("system", named, known) if named else ()
        for system in named:
            need(self.systems[system].packages, system)
        # Peers are other people's and slow: only asking for them runs them.
        own = () if systems else [name for name in SYSTEMS if not SYSTEMS[name].packages]
        absent = self.absent_peers()
        present = [name for name in SYSTEMS if SYSTEMS[name].packages and name not in absent]
        selected = {*named, *own, *(present if peers else ())}
        return tuple(name for name in known if name in selected)

    def absent_peers(self) -> dict[str, str]:
        """Return the peers that cannot run here, each with what to do about it."""
        lacking = {name: missing(SYSTEMS[name].packages) for name in SYSTEMS}
        return {
            name: f"skipped: no package {', '.join(modules)}; to mend: {FIX}"
            for name, modules in lacking.items()
            if modules
        }

    def runs(self, system: str, task: str) -> bool:
        """Return whether a system runs on a task.

        A task for evaluation only takes every system of the task it learns from, except
        those on rearranged labels, and those that read marks that edited sentences lack.
        """
        if system not in self.systems:
            return False
        learned = self.learned(task).name
        if learned == task:
            asked, settings = self.golds[task].task, self.library[system]
            # Another package's system says exactly which tasks it can do.
            names = {task, asked.settings if system in SYSTEMS else task}
            named = bool(names & set(settings.tasks))
            return system in asked.systems or (named and task not in settings.not_applicable)
        apt = self.systems[system].relabel is None and self.systems[system].reads != "marks"
        return apt and learned in self.library[system].tasks

    def learned(self, task: str) -> Task:
        """Return the task that systems learn for a task: itself, or what it learns from."""
        return self.golds[self.golds[task].task.learns_from or task].task

    def gold_for(self, system: str, task: str) -> Gold:
        """Return a task's gold with everything that the system reads in its records."""
        gold, reads = self.golds[task], self.systems[system].reads
        if reads == "text":
            return gold
        # Whose side an actor is on is never given in the article held out.
        hidden = GOLD_LAYERS if reads == "marks" else LAYERS
        return with_layers(gold, self.layers, hidden)

    def _idle(self, system: str) -> Finding:
        tasks = ", ".join(self.library[system].tasks)
        return Finding("--task", "", "", f"none that {system} runs on", tasks, "name one of these")

    def build_context(self, task: str, system: str, seed: int) -> BuildContext:
        """Return what the system's builder is given."""
        tasks = {name: gold.task for name, gold in self.golds.items()}
        return BuildContext(self.learned(task), self.library[system], self.library, seed, tasks)

    def is_stale(self, result: Result) -> bool:
        """Return whether a result was made on other gold, other folds or by another protocol."""
        gold = self.golds.get(result.task)
        if gold is None or not holds(result.protocol, len(gold.article_ids)):
            return True
        stated = result.gold_sha256, result.folds_sha256, result.track, result.companion_sha256
        return stated != (gold.sha256, self.folds, *self._of_track)

    @property
    def _of_track(self) -> tuple[str | msgspec.UnsetType, str | msgspec.UnsetType]:
        """What results say of the track and its companion; the official one has neither."""
        return self.track or msgspec.UNSET, self.companion_sha256 or msgspec.UNSET

    def stored(self, system: str, task: str) -> Stored | None:
        """Return the stored result on the present gold; None where there is none."""
        path = self.files_of(system, task)[0]
        stored = read_stored(self.corpus, path) if path.is_file() else None
        return None if stored is None or self.is_stale(stored.result) else stored

    def files_of(self, system: str, task: str) -> tuple[Path, Path]:
        """Return where a result of the track and its predictions stand."""
        return paths(self.corpus, system, task, self.track)

    def outcomes(self, stored: Stored) -> list[Outcome]:
        """Return the outcomes in a stored predictions file."""
        result, gold = stored.result, self.golds[stored.result.task]
        file = self.corpus.name_of(self.files_of(result.system, result.task)[1])
        lines = read_lines(stored.predictions, gold, file, relabelled=result.relabelled)
        return outcomes_of(lines, gold)

    def bootstrap(self, stored: Stored, *, seed: int, draws: int) -> BootstrapScore:
        """Return a stored result's counts, bootstrap draws and article scores."""
        gold = self.golds[stored.result.task]
        counts = counts_of(self.outcomes(stored), gold.scorer)
        return BootstrapScore.of(counts, gold.articles, gold.scorer, draws=draws, seed=seed)

    def origin(self, task: str, system: str, seed: int) -> Origin:
        """Return what the results of a system say of it; a plug-in's is a submission."""
        settings = self.library[system]
        if system not in SYSTEMS:
            return submitted_origin(
                system, settings.title, settings.description, settings.of(self.learned(task).name)
            )
        return Origin(
            system=system,
            title=settings.title,
            kind=settings.kind,
            relabelled=self.systems[system].relabel is not None,
            settings=self.build_context(task, system, seed).options,
            settings_sha256=own_settings_sha256(self.build_context(task, system, 0)),
        )

    def replicates(self, task: str, system: str) -> int:
        """Return how often a system is run, each time with another seed."""
        return int(self.library[system].of(self.learned(task).settings).get("replicates", 1))

    def score(
        self,
        origin: Origin,
        task: str,
        lines: Sequence[Line],
        *,
        seed: int,
        draws: int,
    ) -> Stored:
        """Return the result of prediction lines, checked and in order, on the present gold.

        Lines on rearranged labels state what they are scored against.
        """
        gold, content = self.golds[task], prediction_bytes(lines)
        scorer, outcomes = gold.scorer, outcomes_of(lines, gold)
        counts = counts_of(outcomes, scorer)
        bootstrap = BootstrapScore.of(counts, gold.articles, scorer, draws=draws, seed=seed)
        figures = figures_of(bootstrap, scorer)
        figures["scores"] |= rounded(self._without_contested(gold, counts))
        track, companion_sha256 = self._of_track
        result = Result(
            **{name: getattr(origin, name) for name in origin.__struct_fields__},
            task=task,
            protocol=PROTOCOL,
            replicates=len(outcomes),
            seed=seed,
            draws=draws,
            data_version=self.corpus.manifest.version,
            gold_sha256=gold.sha256,
            folds_sha256=self.folds,
            predictions_sha256=sha256(content),
            sentences=len(counts),
            articles=len(gold.article_ids),
            headline=gold.task.headline,
            not_evaluable={level: gold.unevaluable_classes(level) for level in gold.task.levels},
            track=track,
            companion_sha256=companion_sha256,
            **figures,
        )
        return Stored(result, content)

    def _without_contested(self, gold: Gold, counts: Floats) -> dict[str, float]:
        """Return the headline over the sentences whose labels no way of reading contests."""
        if gold.task.table != "stance":
            return {}
        kept = ~gold.records["sentence_id"].isin(self.contested).to_numpy(dtype=bool)
        return {"without_contested": float(gold.scorer.headline(counts[kept].sum(axis=0)))}


# The fitted copies of systems, by name, by what they learn and by seed: tasks that learn the same
# share them.
Copies = dict[tuple[str, str, int], Fitted]


def run_replicates(
    benchmark: Benchmark, task: str, system: str, seed: int, copies: Copies | None = None
) -> list[Outcome]:
    """Run one system on one task under the protocol, once for every replicate."""
    gold, learned = benchmark.gold_for(system, task), benchmark.learned(task).name
    relabel = benchmark.systems[system].relabel
    copies = {} if copies is None else copies
    outcomes = []
    for replicate in range(benchmark.replicates(task, system)):
        # A seed of its own each, and the same ones whatever else is run.
        context = benchmark.build_context(task, system, seed + replicate)
        scored = relabel(gold, seed + replicate) if relabel else gold
        fitted = copies.setdefault((system, learned, seed + replicate), {})
        outcomes.append(run(benchmark.systems[system].build(context), scored, fitted))
    return outcomes


def evaluate(
    benchmark: Benchmark,
    task: str,
    system: str,
    *,
    seed: int,
    draws: int,
    copies: Copies | None = None,
) -> Stored:
    """Run one system on one task and score it."""
    copies = {} if copies is None else copies
    outcomes = run_replicates(benchmark, task, system, seed, copies)
    origin = benchmark.origin(task, system, seed)
    if benchmark.track and not origin.relabelled:
        fitted = copies[system, benchmark.learned(task).name, seed]
        origin = msgspec.structs.replace(origin, mixtures=_mixtures(benchmark.golds[task], fitted))
    return score_outcomes(benchmark, origin, task, outcomes, seed=seed, draws=draws)


def _mixtures(gold: Gold, fitted: Fitted) -> Mixtures | msgspec.UnsetType:
    """Return how each article's fold mixed the articles and the companion, where one chose."""
    folds = dict(zip(gold.articles.tolist(), gold.folds.tolist(), strict=True))
    chosen = {article: mixtures_of(fitted[fold]) for article, fold in folds.items()}
    return chosen if any(chosen.values()) else msgspec.UNSET


def score_outcomes(
    benchmark: Benchmark,
    origin: Origin,
    task: str,
    outcomes: Sequence[Outcome],
    *,
    seed: int,
    draws: int,
) -> Stored:
    """Return the result of what a system predicted, held to the rules of prediction files."""
    # By way of the lines that are stored: scored from the file again they give the same.
    lines = list(lines_of(outcomes, relabelled=origin.relabelled))
    refuse_faults(lines, benchmark.golds[task], origin.system, relabelled=origin.relabelled)
    return benchmark.score(origin, task, lines, seed=seed, draws=draws)
