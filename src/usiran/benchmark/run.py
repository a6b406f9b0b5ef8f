"""Running the benchmark: systems over tasks under the protocol, results and leaderboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import pandas as pd

from usiran.benchmark.annotators import Annotators
from usiran.benchmark.ceiling import Ceiling, measure
from usiran.benchmark.protocol import PROTOCOL, Outcome, folds_sha256, run
from usiran.benchmark.results import (
    Confusion,
    Result,
    Stored,
    lines_of,
    outcomes_of,
    paths,
    prediction_bytes,
    rounded,
    sha256,
)
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.models.peers import FIX, missing, need
from usiran.models.registry import SYSTEMS, BuildContext
from usiran.models.settings import Settings, chosen, read_all, settings_sha256
from usiran.schemas.label_scheme import read_scheme
from usiran.stats.bootstrap import BootstrapScore, interval
from usiran.stats.scores import Floats
from usiran.tasks.base import LAYERS, Gold, Predictions, Scorer, Tables, Task
from usiran.tasks.inputs import layers_of, with_layers, with_texts
from usiran.tasks.metrics.labels import LabelScorer
from usiran.tasks.registry import tasks_of

# Four places are what a score can show; what is stored is what is scored.
PROBABILITY_PLACES = 4


@dataclass(frozen=True)
class Benchmark:
    """A corpus as the benchmark sees it.

    Parameters
    ----------
    corpus : Corpus
        The folder.
    golds : mapping
        From task to its gold.
    library : mapping
        From system to its settings.
    folds : str
        SHA-256 of folds.csv.
    layers : DataFrame
        What annotators marked in each sentence, for the systems that read it.
    annotators : Annotators
        Whose labels stand behind the gold, and what they labelled.
    """

    corpus: Corpus
    golds: Mapping[str, Gold]
    library: Mapping[str, Settings]
    folds: str
    layers: pd.DataFrame
    annotators: Annotators

    @classmethod
    def of(cls, corpus: Corpus, tables: Tables) -> Benchmark:
        """Return the benchmark over a corpus and its tables.

        An article whose text was withdrawn is left out, and with it its fold.

        Raises
        ------
        UsiranError
            The label scheme, the folds, a settings file or the gold cannot be used.
        """
        tables = with_texts(tables)
        tasks = tasks_of(read_scheme(corpus.labels))
        golds = {name: task.gold(tables) for name, task in tasks.items()}
        library = read_all(corpus, tuple(SYSTEMS))
        annotators = Annotators.of(tables, corpus.manifest.gold_rounds)
        layers = layers_of(tables)
        return cls(corpus, golds, library, folds_sha256(corpus), layers, annotators)

    @cached_property
    def ceiling(self) -> Ceiling:
        """What annotators reach on every task."""
        said = self.corpus.manifest
        return measure(
            self.golds, self.annotators, gold_basis=said.gold_basis, data_version=said.version
        )

    def plan(
        self, tasks: Sequence[str] = (), systems: Sequence[str] = (), *, peers: bool = False
    ) -> list[tuple[str, str]]:
        """Return the (task, system) pairs to run; empty arguments mean all.

        Peers run where they are named. With `peers`, all of them that are installed run
        besides; `absent_peers` says which are not.

        Raises
        ------
        InputError
            A name is unknown, or the systems asked for run on none of the tasks.
        FileError
            A peer is named that is not installed.
        """
        names = chosen("task", tuple(tasks), tuple(self.golds))
        wanted = self._wanted(tuple(systems), peers=peers)
        pairs = [
            (task, system)
            for task in names
            if not self.golds[task].verdict
            for system in wanted
            if self.runs(system, task)
        ]
        if not pairs and any(not self.golds[task].verdict for task in names):
            raise InputError([self._idle(system) for system in wanted])
        return pairs

    def _wanted(self, systems: tuple[str, ...], *, peers: bool) -> tuple[str, ...]:
        wanted = chosen("system", systems, tuple(self.library))
        for system in wanted if systems else ():
            need(SYSTEMS[system].packages, system)
        absent = self.absent_peers()
        return tuple(
            name
            for name in self.library
            if (name in wanted and (systems or not SYSTEMS[name].packages))
            or (peers and SYSTEMS[name].packages and name not in absent)
        )

    def absent_peers(self) -> dict[str, str]:
        """Return the peers that cannot run here, each with what to do about it."""
        lacking = {name: missing(SYSTEMS[name].packages) for name in self.library}
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
        asked = self.golds[task].task
        if not asked.learns_from:
            return task in self.library[system].tasks
        apt = SYSTEMS[system].relabel is None and SYSTEMS[system].reads != "marks"
        return apt and asked.learns_from in self.library[system].tasks

    def learned(self, task: str) -> Task:
        """Return the task that systems learn for a task: itself, or what it learns from."""
        return self.golds[self.golds[task].task.learns_from or task].task

    def gold_for(self, system: str, task: str) -> Gold:
        """Return a task's gold with everything that the system reads in its records."""
        gold, reads = self.golds[task], SYSTEMS[system].reads
        if reads == "text":
            return gold
        # Whose side an actor is on is never given in the article held out.
        hidden = ("sides",) if reads == "marks" else LAYERS
        return with_layers(gold, self.layers, hidden)

    def _idle(self, system: str) -> Finding:
        tasks = ", ".join(self.library[system].tasks)
        return Finding("--task", "", "", f"none that {system} runs on", tasks, "name one of these")

    def build_context(self, task: str, system: str, seed: int) -> BuildContext:
        """Return what the system's builder is given."""
        tasks = {name: gold.task for name, gold in self.golds.items()}
        return BuildContext(self.learned(task), self.library[system], self.library, seed, tasks)

    def is_stale(self, result: Result) -> bool:
        """Return whether a result was made on other gold or other folds."""
        gold = self.golds.get(result.task)
        return (
            gold is None or gold.sha256 != result.gold_sha256 or self.folds != result.folds_sha256
        )

    def outcomes(self, stored: Stored) -> list[Outcome]:
        """Return the outcomes in a stored predictions file."""
        result = stored.result
        file = self.corpus.name_of(paths(self.corpus, result.system, result.task)[1])
        return outcomes_of(stored, self.golds[result.task], file)


def counts_of(outcomes: Sequence[Outcome], scorer: Scorer) -> Floats:
    """Return the counts of each sentence, the mean over replicates."""
    rows = [scorer.counts(one.gold, one.predictions) for one in outcomes]
    return np.asarray(np.mean(rows, axis=0))


def outcomes(bench: Benchmark, task: str, system: str, seed: int) -> list[Outcome]:
    """Run one system on one task under the protocol, once for every replicate."""
    gold = bench.gold_for(system, task)
    found = []
    for number in range(replicates(bench.library[system], bench.learned(task).name)):
        context = bench.build_context(task, system, seed + number)
        relabel = SYSTEMS[system].relabel
        asked = relabel(gold, seed + number) if relabel else gold
        one = run(SYSTEMS[system].build(context), asked)
        stated = one.predictions.probabilities
        kept = None if stated is None else stated.round(PROBABILITY_PLACES)
        found.append(Outcome(one.gold, Predictions(one.predictions.values, kept)))
    return found


def parts_of(context: BuildContext) -> list[Settings]:
    """Return all settings of the systems that one builds on to solve another task."""
    parts = []
    for key in ("tagger", "role_pairs"):
        if key in context.options:
            named = context.named(key)
            every = {task: named.of(task) for task in named.tasks}
            parts.append(msgspec.structs.replace(named, parameters=every, task_parameters={}))
    return parts


def lists_of(context: BuildContext) -> list[Settings]:
    """Return the word lists that a system reads besides those of its own task."""
    others = [name for name in context.options.get("lists", ()) if name != context.task.name]
    if not others:
        return []
    lender = context.named("lexicon_of")
    return [
        msgspec.structs.replace(lender, lexicon={context.task.name: lender.lexicon[name]})
        for name in others
    ]


def replicates(settings: Settings, task: str) -> int:
    """Return how often a system is run with another seed; the counts are averaged."""
    return int(settings.of(task).get("replicates", 1))


def own_settings_sha256(bench: Benchmark, task: str, system: str) -> str:
    """Return the hash of a built-in system's settings and of those it borrows from."""
    context = bench.build_context(task, system, 0)
    named = [key for key in ("reference", "lexicon_of") if key in context.options]
    borrowed = [context.named(key) for key in named] + parts_of(context) + lists_of(context)
    return settings_sha256(context.task.name, context.settings, *borrowed)


def evaluate(bench: Benchmark, task: str, system: str, *, seed: int, draws: int) -> Stored:
    """Run one system on one task and score it."""
    found = outcomes(bench, task, system, seed)
    relabelled = SYSTEMS[system].relabel is not None
    predictions = prediction_bytes(lines_of(found, relabelled=relabelled))
    settings = bench.library[system]
    result = Result(
        system=system,
        title=settings.title,
        kind=settings.kind,
        task=task,
        protocol=PROTOCOL,
        relabelled=relabelled,
        replicates=len(found),
        seed=seed,
        draws=draws,
        data_version=bench.corpus.manifest.version,
        gold_sha256=bench.golds[task].sha256,
        folds_sha256=bench.folds,
        predictions_sha256=sha256(predictions),
        settings_sha256=own_settings_sha256(bench, task, system),
        settings=bench.build_context(task, system, seed).options,
        **rounded(scores_of(bench.golds[task], found, seed=seed, draws=draws)),
    )
    return Stored(result, predictions)


def scores_of(gold: Gold, found: Sequence[Outcome], *, seed: int, draws: int) -> dict[str, object]:
    """Return every field of a result that follows from gold and predictions, not rounded."""
    scorer = gold.scorer
    counts = counts_of(found, scorer)
    sums = counts.sum(axis=0)
    known = BootstrapScore.of(counts, gold.articles, scorer, draws=draws, seed=seed)
    return {
        "sentences": len(counts),
        "articles": len(gold.article_ids),
        "headline": gold.task.headline,
        "score": float(scorer.headline(sums)),
        "interval": interval(known.draws),
        "chance": scorer.chance(sums),
        "scores": scorer.scores(sums),
        "per_article": known.per_article,
        "per_class": scorer.classes(sums),
        "not_evaluable": {level: gold.unevaluable_classes(level) for level in gold.task.levels},
        "confusion": _confusion(scorer, sums),
    }


def _confusion(scorer: Scorer, sums: Floats) -> Confusion | None:
    if not isinstance(scorer, LabelScorer):
        return None
    return Confusion(scorer.labels, rounded(tuple(map(tuple, scorer.confusion(sums).tolist()))))


def run_all(
    bench: Benchmark,
    pairs: Sequence[tuple[str, str]],
    *,
    seed: int,
    draws: int,
    progress: Callable[[str, str, int, int], None] | None = None,
) -> dict[tuple[str, str], Stored]:
    """Run and score the given (task, system) pairs; keys are (system, task)."""
    fresh = {}
    for done, (task, system) in enumerate(pairs):
        if progress is not None:
            progress(task, system, done, len(pairs))
        fresh[system, task] = evaluate(bench, task, system, seed=seed, draws=draws)
    return fresh


def known(bench: Benchmark, stored: Stored, *, seed: int, draws: int) -> BootstrapScore:
    """Return a stored result's counts, bootstrap draws and article scores."""
    gold = bench.golds[stored.result.task]
    scorer = gold.scorer
    counts = counts_of(bench.outcomes(stored), scorer)
    return BootstrapScore.of(counts, gold.articles, scorer, draws=draws, seed=seed)
