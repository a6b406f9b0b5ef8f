"""`usiran.evaluate` and `usiran.compare`: anybody's system under the official protocol."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_args, overload

import msgspec
import pandas as pd
from sklearn.pipeline import Pipeline

from usiran.api.comparison import Comparison
from usiran.api.held_out import brought_along, too_good
from usiran.api.opened import Data, evaluable_gold, open_benchmark
from usiran.api.paired import Contested, bootstrapped
from usiran.api.predicted import looked_up
from usiran.api.report import Report
from usiran.benchmark.predictions.lines import lines_of
from usiran.benchmark.protocol import run
from usiran.benchmark.results import DRAWS as DRAWS_ALLOWED
from usiran.benchmark.results import Stored, counts_of, figures_of, submitted_origin
from usiran.benchmark.run import Benchmark, score_outcomes
from usiran.benchmark.run import evaluate as run_system
from usiran.errors import HeldOutWarning, InputError
from usiran.models.base import Estimator
from usiran.models.guest import guest
from usiran.models.registry import SYSTEMS
from usiran.stats import DRAWS
from usiran.tasks.base import Gold

# An estimator, a function from a frame to predictions, a table of them, or a system's name.
System = Estimator | Callable[..., Any] | pd.DataFrame | str
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@overload
def evaluate(
    estimator: Mapping[str, Any],
    task: str = ...,
    *,
    data: Data = ...,
    contested: Contested = ...,
    draws: int = ...,
    seed: int = ...,
) -> Comparison: ...
@overload
def evaluate(
    estimator: System,
    task: str = ...,
    *,
    data: Data = ...,
    contested: Contested = ...,
    draws: int = ...,
    seed: int = ...,
) -> Report: ...
def evaluate(
    estimator: System | Mapping[str, Any],
    task: str = "stance",
    *,
    data: Data = None,
    contested: Contested = "include",
    draws: int = DRAWS,
    seed: int = 0,
) -> Report | Comparison:
    """Score a system under the official protocol: every article is held out once.

    Parameters
    ----------
    estimator : estimator, callable, DataFrame, str or dict
        - A scikit-learn estimator; a fresh copy is fitted for each fold. One that reads strings
          (a text vectoriser, or a pipeline that begins with one) is given the column ``text``,
          every other one the frame that `usiran.task` describes.
        - A function from that frame to predictions: nothing is learned.
        - A table of predictions that were made elsewhere: ``sentence_id`` and ``label`` (or
          ``spans``, ``links``), a row for each sentence of ``usiran.task(...).X``.
        - The name of a system, which is run: the toolkit's own (``baselines/LEADERBOARD.md`` lists
          them), a plug-in's, or ``package.module:factory``.
        - A dict of several, by name: they are compared, as by `usiran.compare`.

        Predictions are labels; for spans (start, end, label), the dicts of entities that
        pipelines of transformers return, or one BIO tag a token; for links (role, event, actor).
        Offsets count from the start of the sentence.
    task : str
        What is predicted; see `usiran.task`.
    data : path or "with-synthetic", optional
        A corpus folder (default: the one that the working directory is in). With
        ``with-synthetic`` it learns from the training companion besides, a track of its own: the
        frame that it is fitted on has the companion's rows too, and a column ``companion`` that
        says which they are.
    contested : {"include", "exclude"}
        Whether the sentences on whose stance or holder readers part are scored.
    draws, seed : int
        Of the bootstrap: 100 to 1,000,000, and from 0.

    Returns
    -------
    Report or, for a dict, Comparison

    Raises
    ------
    CorpusNotFound
        There is no corpus there.
    InputError
        The system or what it predicts is not what the task asks for.

    Warns
    -----
    HeldOutWarning
        The system shows signs of knowing the articles that it is asked about.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> report = evaluate(DummyClassifier(), "stance", draws=100)
    >>> report.score == evaluate("majority", "stance", draws=100).score
    True
    """
    if isinstance(estimator, Mapping):
        return compare(estimator, task, data=data, contested=contested, draws=draws, seed=seed)
    systems = [estimator] if isinstance(estimator, str) else []
    benchmark = open_benchmark(data, tasks=[task], systems=systems)
    gold = evaluable_gold(benchmark, task)
    _check_options(gold, contested, draws, seed)
    if isinstance(estimator, str):
        name = benchmark.name_of(estimator)
        with _in_python():
            benchmark.plan([task], [name])
        stored = run_system(benchmark, task, name, seed=seed, draws=draws)
        return _report(benchmark, name, stored, contested)
    stored = _run(benchmark, estimator, task, seed=seed, draws=draws)
    report = _report(benchmark, _name_of(estimator), stored, contested)
    is_table = isinstance(estimator, pd.DataFrame)  # which has to name the sentences
    return _warned(report, [] if is_table else brought_along(estimator, gold.source))


def compare(
    systems: Mapping[str, Any] | Sequence[Any],
    task: str | None = None,
    *,
    data: Data = None,
    contested: Contested = "include",
    draws: int = DRAWS,
    seed: int = 0,
) -> Comparison:
    """Compare systems on one task: paired intervals, randomisation p, articles won, tie groups.

    Parameters
    ----------
    systems : dict or list
        From a name to what `usiran.evaluate` takes, or to a `Report`; or a list of these, which
        have names of their own. Reports must have been made on the same task, gold, seed, draws
        and choice of contested sentences. A system that goes by its name is not run where its
        stored result is on the present gold, folds, settings and seed: that one is taken, also
        of submitted systems, and of peers whose packages are not installed.
    task : str, optional
        Default: that of the reports, else ``stance``.
    data, contested, draws, seed
        As for `usiran.evaluate`.

    Raises
    ------
    InputError
        There are fewer than two systems, or reports that cannot be compared.

    Examples
    --------
    >>> comparison = compare({"guess": "stratified", "always": "majority"}, draws=100)
    >>> comparison.groups.to_dict()["always"] in (1, 2)
    True
    """
    named = _by_name(systems)
    given = [system for system in named.values() if isinstance(system, Report)]
    name = task or (given[0].result.task if given else "stance")
    reports = {}
    for key, system in named.items():
        report = system if isinstance(system, Report) else None
        if isinstance(system, str):
            report = _of_stored(system, name, data, contested, draws=draws, seed=seed)
        report = report or evaluate(
            system, name, data=data, contested=contested, draws=draws, seed=seed
        )
        reports[key] = replace(report, name=key)
    return Comparison.of(reports)


def _by_name(systems: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
    if isinstance(systems, Mapping):
        return {str(name): system for name, system in systems.items()}
    allowed = "a dict from names to systems, or a list of systems whose names differ"
    if isinstance(systems, str) or not isinstance(systems, Sequence):
        fix = "for example compare({'mine': estimator, 'always': 'majority'})"
        raise InputError.of("systems", f"a {type(systems).__name__}", allowed, fix)
    named: dict[str, Any] = {}
    for system in systems:
        name = _name_of(system)
        if name in named:
            fix = f"give a dict: {{'{name}': ..., '{name}-2': ...}}"
            raise InputError.of("systems", f"two named '{name}'", allowed, fix)
        named[name] = system
    return named


def _of_stored(
    system: str, task: str, data: Data, contested: Contested, *, draws: int, seed: int
) -> Report | None:
    """Return the report of a stored result; None where a run might give another one."""
    benchmark = open_benchmark(data, tasks=[task])
    _check_options(evaluable_gold(benchmark, task), contested, draws, seed)
    stored = benchmark.stored(system, task)
    if stored is None or stored.result.seed != seed:
        return None
    origin, own = stored.result.origin, system in SYSTEMS
    if own and benchmark.origin(task, system, seed).settings_sha256 != origin.settings_sha256:
        return None
    if draws != stored.result.draws:
        lines = [*lines_of(benchmark.outcomes(stored), relabelled=origin.relabelled)]
        stored = benchmark.score(origin, task, lines, seed=seed, draws=draws)
    return _report(benchmark, system, stored, contested)


@contextmanager
def _in_python() -> Iterator[None]:
    """Name the parameters here in errors that name the program's options."""
    try:
        yield
    except InputError as error:
        names = {"--system": "estimator", "--task": "task"}
        findings = [replace(each, file=names.get(each.file, each.file)) for each in error.findings]
        raise InputError(findings) from None


def _check_options(gold: Gold, contested: str, draws: int, seed: int) -> None:
    least, most = DRAWS_ALLOWED
    if not isinstance(draws, int) or not least <= draws <= most:
        raise InputError.of("draws", str(draws), f"{least} to {most}", "choose one of these")
    if not isinstance(seed, int) or seed < 0:
        raise InputError.of("seed", str(seed), "a whole number from 0", "choose one of these")
    if contested not in get_args(Contested):
        allowed = " or ".join(get_args(Contested))
        raise InputError.of("contested", str(contested), allowed, "choose one of these")
    if contested == "exclude" and gold.task.table != "stance":
        allowed = "include, for tasks whose sentences are not marked as contested"
        fix = f"leave it out for {gold.task.name}"
        raise InputError.of("contested", contested, allowed, fix)


def _run(benchmark: Benchmark, estimator: Any, task: str, *, seed: int, draws: int) -> Stored:
    """Run anybody's estimator as a system that is nobody's."""
    gold, name = benchmark.golds[task], _name_of(estimator)
    if isinstance(estimator, pd.DataFrame):
        system, estimator = guest(looked_up(estimator, gold), gold.task, name, noun="table"), name
    else:
        system = guest(estimator, gold.task, name)
    outcomes = [run(system, gold)]
    described = _ADDRESS.sub("", " ".join(repr(estimator).split()))
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "system"
    origin = submitted_origin(slug, name, "Run by usiran.evaluate.", {"estimator": described})
    return score_outcomes(benchmark, origin, task, outcomes, seed=seed, draws=draws)


def _report(benchmark: Benchmark, name: str, stored: Stored, contested: Contested) -> Report:
    result, outcomes = stored.result, benchmark.outcomes(stored)
    scorer = benchmark.golds[result.task].scorer
    bootstrap = bootstrapped(benchmark, result, counts_of(outcomes, scorer), contested)
    if contested == "exclude":
        figures = figures_of(bootstrap, scorer)
        size = {"sentences": len(bootstrap.counts), "articles": len(bootstrap.per_article)}
        result = msgspec.structs.replace(result, **figures, **size)
    return Report(name, benchmark, stored, result, outcomes, bootstrap, contested)


def _warned(report: Report, signs: list[str]) -> Report:
    ceiling = report.ceiling
    annotators = ceiling.loc[ceiling["against"] == "gold", "score"].max() if len(ceiling) else None
    told = (*signs, *too_good(report.score, annotators))
    for sign in told:
        warnings.warn(f"{report.name}: {sign}", HeldOutWarning, stacklevel=3)
    return replace(report, warnings=told)


def _name_of(estimator: Any) -> str:
    """Return what messages and tables call a system that nobody named."""
    if isinstance(estimator, str | Report):
        return estimator if isinstance(estimator, str) else estimator.name
    if isinstance(estimator, pd.DataFrame):
        return "predictions"
    if isinstance(estimator, Pipeline):
        return "-".join(_name_of(step) for _, step in estimator.steps)
    if isinstance(estimator, type):
        return estimator.__name__
    name = getattr(estimator, "__name__", type(estimator).__name__)
    return "lambda" if name == "<lambda>" else str(name)
