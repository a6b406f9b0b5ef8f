"""Training a system on the whole gold, to label texts that nobody has labelled."""

from collections.abc import Callable

import numpy as np
from msgspec import UNSET

from usiran.benchmark.results import json_bytes, sha256
from usiran.benchmark.run import Benchmark
from usiran.benchmark.settings_hash import own_settings_sha256
from usiran.errors import InputError
from usiran.inference import eval_results, store
from usiran.inference.model_card import model_card
from usiran.models.base import Estimator
from usiran.models.fit_cache import fit_copy
from usiran.models.settings import chosen
from usiran.tasks.base import LAYERS, Gold


def fit(bench: Benchmark, task: str, system: str, *, seed: int = 0) -> Estimator:
    """Return a system fitted on every article; task and system are checked first.

    In the track with the companion it learns from that besides.
    """
    _check_trainable(bench, task, system)
    # With the marks of annotators where the system learns from them; it never needs them again.
    gold = bench.gold_for(system, task).source
    estimator = bench.systems[system].build(bench.build_context(task, system, seed))
    return fit_copy(estimator, gold, np.arange(len(gold.values)))


def model_files(
    bench: Benchmark,
    task: str,
    system: str,
    *,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, bytes]:
    """Fit a system on every article and return the files of its folder, by name.

    `say` takes a line where a stored score would make an entry for the Hub's leaderboard.
    """
    content = store.dumps(fit(bench, task, system, seed=seed))
    if untrusted := store.untrusted(content):
        allowed = "a system made of scikit-learn's and the toolkit's types"
        fix = "a folder of another type could not be read: run it with `usiran benchmark run`"
        raise InputError.of("SYSTEM", ", ".join(untrusted), allowed, fix)
    gold, settings, manifest = bench.golds[task], bench.library[system], bench.corpus.manifest
    info = _info(bench, task, system, seed, sha256(content))
    stored = bench.stored(system, task)
    result = stored.result if stored else None
    card = model_card(info, settings, gold, manifest, result)
    files = {
        store.MODEL: content,
        store.INFO: json_bytes(info),
        store.CARD: card.encode("utf-8"),
    }
    if not eval_results.is_asked(bench, task):
        return files
    if result is None:
        run = f"`usiran benchmark run --system {system} --task {task}` makes one"
        say(f"no {eval_results.FILE}: {system} has no stored result on {task}; {run}")
    else:
        files[eval_results.FILE] = eval_results.eval_results(bench, result)
    return files


def _info(bench: Benchmark, task: str, system: str, seed: int, model: str) -> store.ModelInfo:
    """Return what model.json says; `model` is the SHA-256 of the model's file."""
    gold, settings = bench.golds[task], bench.library[system]
    manifest = bench.corpus.manifest
    return store.ModelInfo(
        format=store.FORMAT,
        task=task,
        unit=gold.task.unit,
        system=system,
        title=settings.title,
        labels=gold.task.labels,
        groups=dict(gold.task.groups),
        settings=bench.build_context(task, system, seed).options,
        settings_sha256=own_settings_sha256(bench.build_context(task, system, 0)),
        seed=seed,
        hub_id=manifest.hub_id,
        data_version=manifest.version,
        gold_sha256=gold.sha256,
        articles=len(gold.article_ids),
        sentences=len(gold.values),
        versions=store.present_versions(),
        model_sha256=model,
        given=given(gold),
        language=manifest.language,
        track=bench.track or UNSET,
        companion_sentences=int(gold.source.of_companion.sum()) if bench.track else UNSET,
        companion_sha256=bench.companion_sha256 or UNSET,
    )


def given(gold: Gold) -> tuple[str, ...]:
    """Return the layers that stand in the records of every article, held out or not."""
    return tuple(name for name in LAYERS if name in gold.records and name not in gold.hidden)


def _check_trainable(bench: Benchmark, task: str, system: str) -> None:
    able = tuple(name for name, gold in bench.golds.items() if _can_label_raw(gold))
    if task not in bench.golds:
        chosen("task", (task,), able, where="TASK")
    gold = bench.golds[task]
    if system not in bench.library:
        chosen("system", (system,), _systems(bench, gold), where="SYSTEM")
    entry = bench.systems[system]
    if entry.packages or entry.reads == "marks":
        why = "it is a peer, only compared with" if entry.packages else "it reads annotators' marks"
        allowed = "a system that labels raw texts"
        raise InputError.of("SYSTEM", system, allowed, f"name another system: {why}")
    if gold.verdict:
        fix = f"choose another task: {gold.verdict}"
        raise InputError.of("TASK", task, "a task that can be evaluated", fix)
    if not _can_label_raw(gold):
        fix = "name a task of the list"
        if steps := _steps(gold):
            fix = f"train the part that is given {' and '.join(steps)}, and those"
        raise InputError.of("TASK", task, ", ".join(able), fix)
    if not entry.labels_raw:
        fix = "name another system: this control learns labels rearranged on purpose"
        raise InputError.of("SYSTEM", system, "a system that learns the true labels", fix)
    bench.plan((task,), (system,))


def _systems(bench: Benchmark, gold: Gold) -> tuple[str, ...]:
    """Return the systems that can be trained: on the task, or on any where it cannot be."""
    tasks = (gold.task.name,) if _can_label_raw(gold) else tuple(bench.golds)
    return tuple(
        name
        for name in bench.library
        if bench.systems[name].labels_raw and any(bench.runs(name, task) for task in tasks)
    )


def _can_label_raw(gold: Gold) -> bool:
    """Return whether raw texts can be labelled for the task, and its gold can be learned.

    What is found in several steps is trained step by step.
    """
    task = gold.task
    learned = not (task.learns_from or _steps(gold) or gold.verdict)
    return task.unit in store.UNITS and learned


def _steps(gold: Gold) -> list[str]:
    """Return the tasks that a system solves on the way: layers that it has to find itself."""
    return [name for name in gold.task.hidden if name in ("actors", "events")]
