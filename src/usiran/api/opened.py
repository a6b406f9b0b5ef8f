"""The corpus that a call of the Python API is about, opened once while its files stay the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from os import PathLike
from pathlib import Path

from usiran import loading
from usiran.benchmark.companion.track import TRACK, with_companion
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.errors import InputError, shorten
from usiran.models.settings import chosen
from usiran.tasks.base import Gold

Data = Path | str | None


def open_benchmark(data: Data, *, tasks: Sequence[str], systems: Sequence[str] = ()) -> Benchmark:
    """Return the benchmark over a corpus folder, with plug-ins of these names.

    `data` is a folder of the corpus; None is the one that the working directory is in, and
    ``with-synthetic`` the same one in the track of systems that learn from the companion besides.
    """
    if not isinstance(data, str | PathLike | None) or "\0" in str(data):
        allowed = f"a corpus folder, None or '{TRACK}'"
        raise InputError.of("data", shorten(data), allowed, "name the folder")
    for task in tasks:
        if not isinstance(task, str):
            fix = "leave it out, or see `usiran benchmark run --help`"
            raise InputError.of("task", shorten(task), "the name of a task", fix)
    taught = data == TRACK
    corpus = Corpus.find(None if taught else data, "data=DIR")
    opened = _taught if taught else _opened
    return opened(corpus.root, tuple(_state(corpus))).with_plugins(tasks, systems)


def evaluable_gold(benchmark: Benchmark, task: str) -> Gold:
    """Return the gold of a task that can be evaluated.

    Raises
    ------
    InputError
        There is no such task, or its gold cannot tell systems apart.
    """
    chosen("task", (task,), tuple(benchmark.golds), where="task")
    gold = benchmark.golds[task]
    if gold.verdict:
        fix = f"choose another task: {gold.verdict}"
        raise InputError.of("task", task, "a task that can be evaluated", fix)
    return gold


# Two, so that an edition and its copy can be worked on beside each other.
@lru_cache(maxsize=2)
def _opened(root: Path, state: tuple[tuple[str, int, int], ...]) -> Benchmark:  # noqa: ARG001
    opened = loading.open(Corpus(root)).refuse_findings()
    return Benchmark.of(opened.corpus, opened.tables, opened.scheme)


@lru_cache(maxsize=1)
def _taught(root: Path, state: tuple[tuple[str, int, int], ...]) -> Benchmark:
    return with_companion(_opened(root, state))


def _state(corpus: Corpus) -> Iterator[tuple[str, int, int]]:
    """Yield name, time and size of every file that a benchmark is read from."""
    files = [corpus.dataset / "corpus.toml", *corpus.baselines.glob("*.toml")]
    for folder in (corpus.source, corpus.annotation):
        files += [path for path in folder.rglob("*") if path.is_file()]
    for path in sorted(files):
        stat = path.stat()
        yield str(path), stat.st_mtime_ns, stat.st_size
