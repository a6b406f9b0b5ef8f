"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Option

from usiran.cli.session import to_read
from usiran.corpus import Corpus
from usiran.errors import InputError

if TYPE_CHECKING:
    from usiran.benchmark.run import Benchmark


def _settled(folder: Path | None) -> Path | None:
    """Before any command: bring to one state what one that was killed had begun to write."""
    to_read(folder)
    return folder


CorpusOption = Annotated[
    Path | None,
    Option(
        "--corpus",
        callback=_settled,
        metavar="DIR",
        help="The corpus folder (default: the nearest one from here upwards).",
    ),
]


def article_id(corpus: Corpus, word: str) -> str:
    """Return the article that an id, or the beginning of just one, names.

    What begins none is returned as it is: each command says itself what it may be.
    """
    # The names of files are enough: reading the tables would take a second.
    files = (*corpus.articles.glob("*.txt"), *corpus.withdrawn.glob("*.json"))
    ids = sorted({path.stem for path in files})
    beginning = [key for key in ids if key.startswith(word)] if word else []
    if word in ids or not beginning:
        return word
    if len(beginning) > 1:
        allowed = f"the beginning of one: {', '.join(beginning)}"
        raise InputError.of("the article", word, allowed, "type more of its id")
    return beginning[0]


JsonOption = Annotated[bool, Option("--json", help="Print one JSON document.")]
WaitOption = Annotated[
    bool,
    Option(
        "--wait",
        help="Where another command is writing, wait until it is done (default: refuse at once).",
    ),
]
QuietOption = Annotated[bool, Option("--quiet", help="Show no progress.")]


WithOption = Annotated[
    Literal["synthetic"] | None,
    Option("--with", help="Learn from the training companion besides, a track of its own."),
]


def open_benchmark(
    folder: Path | None,
    *,
    tasks: Sequence[str] = (),
    systems: Sequence[str] = (),
    companion: Literal["synthetic"] | None = None,
) -> Benchmark:
    """Return the benchmark over the corpus that `--corpus` names, with plug-ins of these names."""
    from usiran import loading
    from usiran.benchmark.run import Benchmark

    opened = loading.open(Corpus.find(folder)).refuse_findings()
    benchmark = Benchmark.of(opened.corpus, opened.tables, opened.scheme)
    benchmark = benchmark.with_plugins(tasks, systems)
    if companion is None:
        return benchmark
    from usiran.benchmark.companion import with_companion

    return with_companion(benchmark)
