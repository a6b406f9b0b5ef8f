"""`usiran benchmark`: run the systems, render the leaderboard, compare two of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from usiran.cli import entries
from usiran.cli.options import CorpusOption, JsonOption, QuietOption, say

if TYPE_CHECKING:
    from usiran.baselines.benchmark import Bench

app = typer.Typer(
    no_args_is_help=True,
    help="Run the baselines under the official protocol, rank them, compare two of them.",
)


def open_bench(folder: Path | None) -> Bench:
    """Return the benchmark over the corpus that `--corpus` names."""
    from usiran.baselines.benchmark import Bench
    from usiran.corpus import Corpus
    from usiran.dataset.tables import load_tables

    corpus = Corpus.find(folder)
    return Bench.of(corpus, load_tables(corpus))


@app.command()
def run(
    *,
    task: Annotated[list[str] | None, typer.Option(help="A task; repeat it. Default: all.")] = None,
    system: Annotated[
        list[str] | None, typer.Option(help="A system; repeat it. Default: all.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    draws: Annotated[int, typer.Option(min=100, help="Bootstrap draws.")] = 10_000,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Run systems, write their results and the leaderboard, print the tables.

    Example: usiran benchmark run --task stance --system tfidf-logreg
    """
    from usiran.baselines.benchmark import run_all
    from usiran.baselines.publication import publish
    from usiran.cli import benchmark_output as output

    bench = open_bench(corpus)
    pairs = bench.plan(task or (), system or ())
    with output.progress(quiet=quiet) as report:
        fresh = run_all(bench, pairs, seed=seed, draws=draws, progress=report)
    results = publish(bench, fresh)
    output.show_run(bench, results, task or (), fresh, as_json=as_json)


@app.command()
def leaderboard(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when it is out of date.")
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Render LEADERBOARD.md again from the stored results.

    Example: usiran benchmark leaderboard --check
    """
    from usiran.baselines.publication import is_current, publish

    bench = open_bench(corpus)
    if not check:
        publish(bench, {})
        say("baselines/LEADERBOARD.md is what the stored results give")
    elif not is_current(bench):
        say("baselines/LEADERBOARD.md is out of date; to mend: `usiran benchmark leaderboard`")
        raise typer.Exit(1)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A system.")],
    second: Annotated[str, typer.Argument(help="Another system.")],
    task: Annotated[str, typer.Option(help="The task.")],
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Compare two systems' stored predictions: difference, interval, verdict.

    Example: usiran benchmark compare tfidf-svm majority --task stance
    """
    from usiran.baselines.benchmark import compare_stored
    from usiran.baselines.results import read_results
    from usiran.cli import benchmark_output as output

    bench = open_bench(corpus)
    report = compare_stored(bench, read_results(bench.corpus), task, first, second)
    output.show_comparison(report, as_json=as_json)


entries.mount(app)
