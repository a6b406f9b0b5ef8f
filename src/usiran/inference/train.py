"""Training a system on the whole gold, to label texts that nobody has labelled."""

from __future__ import annotations

import hashlib

import numpy as np

from usiran.benchmark.results import Result, paths, read_result
from usiran.benchmark.run import Benchmark, own_settings_sha256
from usiran.errors import Finding, InputError
from usiran.inference.model_card import model_card
from usiran.inference.store import (
    CARD,
    FORMAT,
    INFO,
    MODEL,
    UNITS,
    ModelInfo,
    dumps,
    info_bytes,
    present_versions,
)
from usiran.models.base import Estimator, fit_copy
from usiran.models.registry import SYSTEMS, System
from usiran.models.settings import chosen
from usiran.tasks.base import Gold, Task


def fit(bench: Benchmark, task: str, system: str, *, seed: int = 0) -> Estimator:
    """Return a system fitted on every article.

    Raises
    ------
    InputError
        The task or system is unknown, they do not go together, or the system cannot label
        a raw text.
    """
    _trainable(bench, task, system)
    gold = bench.gold_for(system, task)
    estimator = SYSTEMS[system].build(bench.build_context(task, system, seed))
    return fit_copy(estimator, gold, np.arange(len(gold.values)))


def train(bench: Benchmark, task: str, system: str, *, seed: int = 0) -> dict[str, bytes]:
    """Fit a system on every article and return the files of its folder, by name.

    Raises
    ------
    UsiranError
        As for `fit`; or the stored result that the card quotes cannot be read.
    """
    content = dumps(fit(bench, task, system, seed=seed))
    gold, settings = bench.golds[task], bench.library[system]
    manifest = bench.corpus.manifest
    info = ModelInfo(
        format=FORMAT,
        task=task,
        unit=gold.task.unit,
        system=system,
        title=settings.title,
        labels=gold.task.labels,
        groups=dict(gold.task.groups),
        settings=bench.build_context(task, system, seed).options,
        settings_sha256=own_settings_sha256(bench, task, system),
        seed=seed,
        hub_id=manifest.hub_id,
        data_version=manifest.version,
        gold_sha256=gold.sha256,
        articles=len(gold.article_ids),
        sentences=len(gold.values),
        versions=present_versions(),
        model_sha256=hashlib.sha256(content).hexdigest(),
    )
    card = model_card(info, settings, gold, manifest, _scored(bench, task, system))
    return {MODEL: content, INFO: info_bytes(info), CARD: card.encode("utf-8")}


def _trainable(bench: Benchmark, task: str, system: str) -> None:
    able = tuple(name for name, gold in bench.golds.items() if _able(gold))
    if task not in bench.golds:
        chosen("task", (task,), able, where="TASK")
    gold = bench.golds[task]
    if system not in bench.library:
        chosen("system", (system,), _systems(bench, task), where="SYSTEM")
    asked = SYSTEMS[system]
    if asked.packages or asked.reads == "marks":
        why = "it is a peer, only compared with" if asked.packages else "it reads annotators' marks"
        raise InputError([Finding("SYSTEM", "", "", system, "a system that labels raw texts",
                                  f"name another system: {why}")])  # fmt: skip
    if gold.verdict:
        raise InputError([Finding("TASK", "", "", task, "a task that can be evaluated",
                                  f"choose another task: {gold.verdict}")])  # fmt: skip
    if not _raw(gold.task):
        raise InputError([Finding("TASK", "", "", task, ", ".join(able),
                                  "name a task that reads nothing but the text")])  # fmt: skip
    if asked.relabel is not None:
        raise InputError([Finding(
            "SYSTEM", "", "", system, "a system that learns the true labels",
            "name another system: this control learns labels rearranged on purpose",
        )])  # fmt: skip
    bench.plan((task,), (system,))


def _systems(bench: Benchmark, task: str) -> tuple[str, ...]:
    """Return the systems that can be trained: on the task, or on any where it cannot be."""
    tasks = (task,) if _able(bench.golds[task]) else tuple(bench.golds)
    return tuple(
        name
        for name in bench.library
        if _labels_raw(SYSTEMS[name]) and any(bench.runs(name, one) for one in tasks)
    )


def _labels_raw(system: System) -> bool:
    """Return whether the system labels raw texts, and learns the true labels."""
    return not system.packages and system.reads != "marks" and system.relabel is None


def _able(gold: Gold) -> bool:
    return _raw(gold.task) and not gold.verdict


def _raw(task: Task) -> bool:
    """Return whether a raw text is all that the task needs, and its gold can be learned."""
    return task.unit in UNITS and not task.learns_from


def _scored(bench: Benchmark, task: str, system: str) -> Result | None:
    """Return the stored result on the present gold, or None."""
    path = paths(bench.corpus, system, task)[0]
    if not path.is_file():
        return None
    result = read_result(path, bench.corpus.name_of(path))
    return None if bench.is_stale(result) else result
