"""Taking a run from its stored result where nothing that the result depends on has changed.

A run's key is a hash over all of that: gold, what else the system reads, folds, contested
sentences, settings, seed, draws, the toolkit's sources and the libraries. Keys stand in a file
that git leaves out, so that the first run of a clone is a fresh one. A key holds only for the
very files that it was noted with; plug-ins have none, since their code is anywhere.
"""

import json
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import distributions, version
from pathlib import Path

import msgspec

from usiran.benchmark.protocol import PROTOCOL
from usiran.benchmark.results import Stored, json_bytes, read_result, sha256
from usiran.benchmark.run import Benchmark
from usiran.benchmark.workers import Pair, Progress, run_all
from usiran.corpus import Corpus
from usiran.files import content_of, read_json
from usiran.io.atomic import replace_files, settle
from usiran.io.sources import sources_sha256
from usiran.models.registry import SYSTEMS
from usiran.models.settings import Settings

# What results come from, in the package; a test looks that nothing they import is left out.
SOURCES = (
    *("stats", "schemas", "text", "tasks", "models"),
    *(f"benchmark/{name}.py" for name in ("protocol", "results", "run", "settings_hash")),
    *(f"benchmark/predictions/{name}.py" for name in ("lines", "rules")),
)
_LIBRARIES = ("msgspec", "numpy", "pandas", "scikit-learn", "scipy")


class Note(msgspec.Struct, frozen=True):
    """The key of a run, and the SHA-256 of the files that it gave."""

    key: str
    result: str
    predictions: str


class Ran(msgspec.Struct, frozen=True):
    """What was asked for, by system and task; some of it was not run again."""

    results: dict[tuple[str, str], Stored]
    unchanged: tuple[tuple[str, str], ...]


def notes_path(corpus: Corpus) -> Path:
    """Return where the keys stand."""
    return corpus.baselines / ".unchanged.json"


def run_changed(
    benchmark: Benchmark,
    pairs: Sequence[Pair],
    *,
    seed: int,
    draws: int,
    fresh: bool = False,
    progress: Progress | None = None,
    workers: int = 1,
) -> Ran:
    """Run the given (task, system) pairs, or with `fresh` not set only those that may change.

    Results are kept aside as soon as they are there, so that a run which is interrupted goes on
    from them; `usiran.benchmark.write_results.publish` stores all, with the leaderboard.
    """
    notes = _Notes(benchmark, seed, draws)
    if fresh:
        forget_run(benchmark.corpus)
    unchanged = {} if fresh else dict(notes.unchanged(pairs))
    due = [(task, system) for task, system in pairs if (system, task) not in unchanged]
    try:
        ran = run_all(
            benchmark,
            due,
            seed=seed,
            draws=draws,
            progress=progress,
            workers=workers,
            store=notes.store,
        )
    except KeyboardInterrupt:
        # It may have come while files were put in place.
        settle(benchmark.corpus.swap)
        raise
    results = unchanged | ran
    by_pair = {(system, task): results[system, task] for task, system in pairs}
    return Ran(by_pair, tuple(unchanged))


def due(
    benchmark: Benchmark, pairs: Sequence[Pair], *, seed: int, draws: int, fresh: bool
) -> list[Pair]:
    """Return the pairs that `run_changed` would run, and runs nothing."""
    notes = _Notes(benchmark, seed, draws)
    unchanged = {} if fresh else dict(notes.unchanged(pairs))
    return [(task, system) for task, system in pairs if (system, task) not in unchanged]


def aside(corpus: Corpus) -> Path:
    """Return where results lie while the run that they are of goes on."""
    return corpus.baselines / ".run.new"


def forget_run(corpus: Corpus) -> None:
    """Remove what a run keeps aside: it is stored."""
    shutil.rmtree(aside(corpus), ignore_errors=True)


class _Notes:
    """The keys that stand in the file, and those of the present inputs."""

    def __init__(self, benchmark: Benchmark, seed: int, draws: int) -> None:
        self.benchmark = benchmark
        self.corpus = benchmark.corpus
        self.seed = seed
        self.given = {"seed": seed, "draws": draws, "protocol": PROTOCOL}
        # Without keys everything is run.
        self.noted = read_json(notes_path(self.corpus), dict[str, Note]) or {}

    def unchanged(self, pairs: Sequence[Pair]) -> Iterator[tuple[tuple[str, str], Stored]]:
        """Yield the stored results that a run would only make again."""
        for task, system in pairs:
            files = self.benchmark.files_of(system, task)
            note = self.noted.get(self._name(system, task))
            key = self._key(task, system) if note else ""
            for result, predictions in (files, self._aside(files)):
                if note and note == _note(key, content_of(result), content_of(predictions)):
                    stored = read_result(result, self.corpus.name_of(result))
                    yield (system, task), Stored(stored, predictions.read_bytes())
                    break

    def _aside(self, files: tuple[Path, Path]) -> tuple[Path, ...]:
        root = self.corpus.baselines
        return tuple(aside(self.corpus) / path.relative_to(root) for path in files)

    def store(self, done: Mapping[tuple[str, str], Stored]) -> None:
        """Write results aside and their keys: all of them, or none."""
        files: dict[Path, bytes | None] = {}
        for (system, task), stored in done.items():
            contents = json_bytes(stored.result), stored.predictions
            paths = self._aside(self.benchmark.files_of(system, task))
            files |= dict(zip(paths, contents, strict=True))
            if system in SYSTEMS:
                self.noted[self._name(system, task)] = _note(self._key(task, system), *contents)
        files[notes_path(self.corpus)] = json_bytes(dict(sorted(self.noted.items())))
        replace_files(files, self.corpus.swap)

    def _name(self, system: str, task: str) -> str:
        return "/".join(filter(None, (self.benchmark.track, system, task)))

    def _key(self, task: str, system: str) -> str:
        benchmark = self.benchmark
        if system not in SYSTEMS:
            return ""
        gold = benchmark.gold_for(system, task)
        golds = [(part.sha256, part.folds.tolist(), part.hidden) for part in (gold, gold.source)]
        inputs = {
            **self.given,
            "task": task,
            "version": self.corpus.manifest.version,
            "golds": golds,
            "folds": benchmark.folds,
            "contested": sorted(benchmark.contested),
            "scheme": repr(benchmark.scheme),
            "origin": msgspec.to_builtins(benchmark.origin(task, system, self.seed)),
            "settings": [repr(settings) for settings in _settings(benchmark, system)],
            "code": sources_sha256(SOURCES),
            "libraries": _libraries(everything=bool(SYSTEMS[system].packages)),
        }
        return sha256(json.dumps(inputs, sort_keys=True).encode())


def _note(key: str, result: bytes, predictions: bytes) -> Note:
    return Note(key, sha256(result), sha256(predictions))


def _settings(benchmark: Benchmark, system: str) -> list[Settings]:
    """Return the settings of a system and of all that it is built on, one way or another."""
    names, waiting = set[str](), [system]
    while waiting:
        name = waiting.pop()
        if name in benchmark.library and name not in names:
            names.add(name)
            settings = benchmark.library[name]
            tables = (settings.parameters, *settings.task_parameters.values())
            waiting += [
                value for table in tables for value in table.values() if isinstance(value, str)
            ]
    return [benchmark.library[name] for name in sorted(names)]


@cache
def _libraries(*, everything: bool) -> dict[str, str]:
    """Return the versions of what results depend on; a peer may depend on all that is there."""
    names = [dist.name for dist in distributions()] if everything else _LIBRARIES
    return {name: version(name) for name in names} | {"python": platform.python_version()}
