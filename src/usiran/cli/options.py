"""Options that several commands share, and how results and progress are shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Option

from usiran.corpus import Corpus
from usiran.errors import Finding, InputError, grouped
from usiran.hidden import plain, plain_json, plain_line

if TYPE_CHECKING:
    from usiran.benchmark.run import Benchmark


def show_columns(rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns as wide as they need: an id that is cut short cannot be copied."""
    lines = [[plain_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        show("  ".join(cells).rstrip())


def show(text: object, *, end: str = "\n", flush: bool = False) -> None:
    """Write a result to standard output; nothing in it is obeyed by a terminal."""
    print(plain(text), end=end, flush=flush)


def say(text: str) -> None:
    """Write a line of progress or a hint to standard error, as `show` does."""
    print(plain(text), file=sys.stderr, flush=True)


def _settled(folder: Path | None) -> Path | None:
    """Before any command: bring to one state what one that was killed had begun to write."""
    from usiran.cli.session import to_read

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


def show_json(document: object) -> None:
    """Write one JSON document to standard output."""
    # Escaped is what cannot be seen: quotes of the texts are to be read as they stand.
    show(plain_json(json.dumps(document, indent=2, ensure_ascii=False)))


def show_encoded(document: object) -> None:
    """Write a document of msgspec's types as `show_json` does."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document)).decode()
    show(plain_json(text))


def show_findings(findings: Iterable[Finding], *, full: bool = False) -> None:
    """Write findings to standard output: many of a kind in one line, or with `full` one each."""
    for line in findings if full else grouped(findings):
        show(line)


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
