"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from usiran.cli import complete
from usiran.cli.mistakes import Group
from usiran.cli.output import say
from usiran.cli.session import to_read
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.io import dry_run

if TYPE_CHECKING:
    from usiran.benchmark.run import Benchmark


def _corpus(ctx: typer.Context, folder: Path | None) -> Path | None:
    """Return the folder that was named here or before the command, brought to one state."""
    before = complete.named_corpus(ctx.parent)
    if before and folder and before.resolve() != folder.resolve():
        wrong = f"one folder; before the command stands --corpus {before}"
        raise typer.BadParameter(wrong, param_hint="--corpus")
    folder = folder or before
    # A command that was killed may have left files half-way. A shell that completes mends nothing.
    if not ctx.resilient_parsing:
        to_read(folder)
    return folder


CorpusOption = Annotated[
    Path | None,
    Option(
        "--corpus",
        "-c",
        callback=_corpus,
        metavar="DIR",
        help="The corpus folder (default: the nearest one from here upwards).",
    ),
]


def in_corpus(corpus: CorpusOption = None) -> None:
    """Let a group of commands take the folder before the name of its command."""


command_group = partial(typer.Typer, cls=Group, callback=in_corpus, no_args_is_help=True)


def article_id(corpus: Corpus, word: str, where: str = "ID") -> str:
    """Return the article that an id, or the beginning of just one, names."""
    ids = sorted(set(complete.article_ids(corpus)))
    meant = complete.named(ids, word)
    if len(meant) == 1:
        return meant[0]
    if meant:
        allowed = f"the beginning of one: {', '.join(meant)}"
        raise InputError.of(where, word, allowed, "type more of its id")
    near = get_close_matches(word, ids, n=1)
    fix = f"type {near[0]}" if near else "see `usiran articles list`"
    allowed = (
        f"the beginning of one of {', '.join(ids)}" if ids else "an article; there is none yet"
    )
    raise InputError.of(where, word, allowed, fix if ids else "type `usiran articles add FILE`")


# More is a slip of the finger: so many processes would hang the machine.
MOST_WORKERS = 1024
JsonOption = Annotated[bool, Option("--json", "-j", help="Print one JSON document.")]
WaitOption = Annotated[
    bool,
    Option(
        "--wait",
        help="Where another command is writing, wait until it is done (default: refuse at once).",
    ),
]
QuietOption = Annotated[bool, Option("--quiet", "-q", help="Show no progress.")]
DryRunOption = Annotated[
    bool, Option("--dry-run", "-n", help="Say what would be written, write nothing.")
]


def _rehearse(ctx: typer.Context, value: bool) -> bool:
    if value and not ctx.resilient_parsing:
        dry_run.begin()
        # What the command says is what it says without --dry-run: "registered", "saved".
        say("dry run: nothing is written; what follows is said as if it were")
    return value


# Of commands that do all they do and write nothing; above: of those that see to it themselves.
RehearsalOption = Annotated[
    bool,
    Option("--dry-run", "-n", callback=_rehearse, help="Say what would be written, write nothing."),
]
# Names that are completed; each command adds its help to them.
output_option = partial(Option, "--output", "-o")
task_option = partial(Option, "--task", "-t", autocompletion=complete.tasks)
system_option = partial(Option, "--system", "-s", autocompletion=complete.systems)
round_option = partial(Option, "--round", "-r", metavar="ROUND", autocompletion=complete.rounds)
annotator_option = partial(
    Option, "--annotator", "-a", metavar="ID", autocompletion=complete.annotators
)
task_argument = partial(Argument, autocompletion=complete.tasks)
system_argument = partial(Argument, autocompletion=complete.systems)
stored_argument = partial(Argument, autocompletion=complete.stored_systems)
ArticleArgument = Annotated[
    str,
    Argument(
        metavar="ID",
        help="The article's id, or the beginning of it.",
        autocompletion=complete.articles,
    ),
]

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
    from usiran.benchmark.companion.track import with_companion

    return with_companion(benchmark)
