"""`usiran benchmark score`, `verify`, `submit` and `rescore`: anybody's predictions."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from usiran.cli.options import (
    CorpusOption,
    JsonOption,
    RehearsalOption,
    WaitOption,
    WithOption,
    open_benchmark,
    output_option,
    system_option,
    task_option,
)
from usiran.cli.output import say
from usiran.cli.session import to_write
from usiran.stats import DRAWS

FileArgument = Annotated[
    Path, Argument(help="Predictions or a language model's log, one JSON object a line.")
]
FromOption = Annotated[
    Literal["predictions", "answers", "lm-eval"],
    Option(
        "--from",
        metavar="KIND",
        help="predictions, answers (a log with sentence_id and answer) or lm-eval (its log).",
    ),
]
TaskOption = Annotated[str, task_option(help="What was predicted.")]
SystemOption = Annotated[str, system_option(metavar="NAME", help="What predicted it.")]
SettingsOption = Annotated[
    Path | None, Option(metavar="FILE", help="Its parameters, TOML or JSON, to be kept.")
]
SeedOption = Annotated[int, Option(min=0, help="Seed of the bootstrap.")]
DrawsOption = Annotated[int, Option(min=100, max=1_000_000, help="Bootstrap draws.")]
SystemsOption = Annotated[
    list[str] | None, system_option(help="A system; repeat it. Default: all.")
]


def score(
    file: FileArgument,
    *,
    task: TaskOption,
    system: SystemOption,
    output: Annotated[
        Path | None, output_option(metavar="RESULT", help="Write the result here.")
    ] = None,
    form: FromOption = "predictions",
    settings: SettingsOption = None,
    _dry_run: RehearsalOption = False,
    seed: SeedOption = 0,
    draws: DrawsOption = DRAWS,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Check and score a file of predictions; with any fault nothing is written.

    Example: usiran benchmark score mine.jsonl --task stance --system mine
    """
    from usiran.benchmark.results import json_bytes
    from usiran.benchmark.submit import score as score_file
    from usiran.cli.benchmark.output import show_page
    from usiran.io.atomic import write_file

    benchmark = open_benchmark(corpus, tasks=[task])
    scored = score_file(
        benchmark,
        file,
        task=task,
        system=system,
        form=form,
        settings=settings,
        seed=seed,
        draws=draws,
    )
    if output is not None:
        write_file(output, json_bytes(scored.result))
    show_page("result", scored.result, benchmark, as_json=as_json)


def verify(
    result: Annotated[Path | None, Argument(help="A result.")] = None,
    predictions: Annotated[
        Path | None,
        Argument(help="Its predictions (default: beside it)."),
    ] = None,
    every: Annotated[bool, Option("--all", help="Every stored result.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Compute results again from their predictions and the gold; list what differs.

    Exit code 0: verified; 1: findings.

    Example: usiran benchmark verify baselines/results/majority/stance.json
    """
    from usiran.benchmark.verify import verify as verify_one
    from usiran.benchmark.verify import verify_all
    from usiran.cli.benchmark import output

    # With neither of the two nothing would be looked at, and that would pass for verified.
    if (result is None) != every:
        raise typer.BadParameter("name one result, or say --all")
    benchmark = open_benchmark(corpus)
    checked = [verify_one(benchmark, result, predictions)] if result else verify_all(benchmark)
    output.show_checked(checked, as_json=as_json)
    raise typer.Exit(1 if any(result.findings for result in checked) else 0)


def submit(
    file: FileArgument,
    *,
    task: TaskOption,
    system: SystemOption,
    title: Annotated[str, Option(help="For readers of the leaderboard, one line.")],
    description: Annotated[str, Option(help="How it was made, one line.")],
    url: Annotated[str, Option(help="Where it can be read about.")] = "",
    form: FromOption = "predictions",
    settings: SettingsOption = None,
    force: Annotated[bool, Option("--force", help="Replace an earlier one.")] = False,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    seed: SeedOption = 0,
    draws: DrawsOption = DRAWS,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Score predictions and add them to the leaderboard: file, result and card.

    To take a system out again, delete its folder in baselines/results/ and run: usiran benchmark
    leaderboard (and usiran benchmark report, where the pictures show it).

    Example: usiran benchmark submit mine.jsonl --task stance --system mine --title "Mine"
    --description "A model of 2026, prompted once."
    """
    from usiran.benchmark.results import read_results
    from usiran.benchmark.submit import submit as submit_file
    from usiran.benchmark.write_results import publish
    from usiran.cli.benchmark import output

    to_write(corpus, wait=wait)
    benchmark = open_benchmark(corpus, tasks=[task])
    fresh = submit_file(
        benchmark,
        read_results(benchmark.corpus),
        file,
        task=task,
        system=system,
        title=title,
        description=description,
        url=url,
        form=form,
        settings=settings,
        seed=seed,
        draws=draws,
        force=force,
    )
    publish(benchmark, fresh)
    output.show_page("result", fresh[system, task].result, benchmark, as_json=as_json)
    say(f"stored in baselines/results/{system}/; baselines/LEADERBOARD.md lists it")
    say("next: `usiran benchmark report` draws the pictures with it")


def rescore(
    system: SystemsOption = None,
    write: Annotated[bool, Option("--write", help="Store the new results.")] = False,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    companion: WithOption = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Score stored predictions on the present gold; show old and new side by side.

    With --with synthetic, those of systems that learned from the training companion besides.

    Example: usiran benchmark rescore --system tfidf-svm
    """
    from usiran.benchmark.rescore import rescore as rescore_stored
    from usiran.benchmark.results import read_results
    from usiran.benchmark.write_results import publish
    from usiran.cli.benchmark import output

    if write:
        to_write(corpus, wait=wait)
    benchmark = open_benchmark(corpus, companion=companion)
    stored = read_results(benchmark.corpus, benchmark.track)
    rows, fresh = rescore_stored(benchmark, stored, system or ())
    if write:
        publish(benchmark, fresh)
    output.show_rescored(rows, written=write and not _dry_run, as_json=as_json)


def mount(app: typer.Typer) -> None:
    """Add the four commands to the group `benchmark`."""
    for command in (score, verify, submit, rescore):
        app.command()(command)
