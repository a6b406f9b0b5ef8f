"""Scoring stored predictions on the present gold, when it is no longer the one they met."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from usiran.baselines.benchmark import Bench, scores_of
from usiran.baselines.entries import read_lines
from usiran.baselines.results import (
    Result,
    Results,
    Stored,
    outcomes_in,
    paths,
    prediction_bytes,
    rounded,
)
from usiran.baselines.settings import chosen
from usiran.errors import FileFault, InputFault


class Side(msgspec.Struct, frozen=True):
    """A score, and what it was made on."""

    score: float
    interval: tuple[float, float]
    data_version: str
    gold_sha256: str


class Rescored(msgspec.Struct, frozen=True):
    """One stored result before and after.

    Parameters
    ----------
    system, task : str
        Whose.
    old : Side
        As it is stored.
    new : Side or None
        On the present gold; None where the predictions cannot be scored on it.
    reason : str
        Why they cannot; empty where they can.
    """

    system: str
    task: str
    old: Side
    new: Side | None
    reason: str = ""

    @property
    def changed(self) -> bool:
        """Whether gold, version or score differ."""
        return self.new != self.old


def rescore(
    bench: Bench, results: Results, systems: Sequence[str] = ()
) -> tuple[list[Rescored], dict[tuple[str, str], Stored]]:
    """Score stored predictions on the present gold; nothing is written.

    Parameters
    ----------
    results : mapping
        The stored results, keyed by (system, task).
    systems : sequence of str
        Which ones; empty means all.

    Returns
    -------
    rows : list of Rescored
        One a stored result, sorted by system and task.
    fresh : dict
        The new results, where there is one: give them to
        `usiran.baselines.publication.publish`.

    Raises
    ------
    InputFault
        A system has no stored result.
    """
    names = chosen("system", tuple(systems), tuple(dict.fromkeys(name for name, _ in results)))
    rows: list[Rescored] = []
    fresh: dict[tuple[str, str], Stored] = {}
    for (system, task), stored in sorted(results.items()):
        if system not in names:
            continue
        made = _again(bench, stored)
        if isinstance(made, str):
            rows.append(Rescored(system, task, _side(stored.result), None, made))
        else:
            fresh[system, task] = made
            rows.append(Rescored(system, task, _side(stored.result), _side(made.result)))
    return rows, fresh


def _side(result: Result) -> Side:
    return Side(result.score, result.interval, result.data_version, result.gold_sha256)


def _again(bench: Bench, stored: Stored) -> Stored | str:
    """Return the result on the present gold, or why there is none."""
    old = stored.result
    if old.task not in bench.golds:
        return f"there is no task {old.task} any more"
    gold = bench.golds[old.task]
    if old.relabelled:
        if bench.is_stale(old):
            return "its labels were rearranged from the old gold: `usiran benchmark run`"
        return stored
    file = bench.corpus.name_of(paths(bench.corpus, old.system, old.task)[1])
    try:
        content = prediction_bytes(read_lines(stored.predictions, gold, file))
    except FileFault as fault:
        return str(fault)
    except InputFault as fault:
        more = f" (and {len(fault.findings) - 1} more)" if len(fault.findings) > 1 else ""
        return f"{fault.findings[0]}{more}"
    outcomes = outcomes_in(content, gold, file)
    result = msgspec.structs.replace(
        old,
        data_version=bench.corpus.manifest.version,
        gold_sha256=gold.sha256,
        folds_sha256=bench.folds,
        **rounded(scores_of(gold, outcomes, seed=old.seed, draws=old.draws)),
    )
    return Stored(result, content)
