"""`usiran benchmark`: run the systems, render the leaderboard, compare two of them."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from usiran.cli.benchmark import predictions
from usiran.cli.options import (
    MOST_WORKERS,
    CorpusOption,
    DryRunOption,
    JsonOption,
    QuietOption,
    RehearsalOption,
    WaitOption,
    WithOption,
    command_group,
    open_benchmark,
    output_option,
    stored_argument,
    task_option,
)
from usiran.cli.output import say, show, show_json
from usiran.cli.session import to_write
from usiran.corpus import Corpus
from usiran.stats import DRAWS

app = command_group(
    help="Run the baselines under the official protocol, rank them, compare two of them."
)


@app.command()
def run(
    *,
    task: Annotated[list[str] | None, task_option(help="A task; repeat it. Default: all.")] = None,
    system: predictions.SystemsOption = None,
    peers: Annotated[
        bool, Option("--peers", help="Run the peers too (optional extra 'peers').")
    ] = False,
    seed: Annotated[int, Option(min=0, help="Seed of all that is random.")] = 0,
    draws: predictions.DrawsOption = DRAWS,
    workers: Annotated[
        int, typer.Option(min=0, max=MOST_WORKERS, help="Processes side by side; 0: one a core.")
    ] = 0,
    fresh: Annotated[
        bool, Option("--fresh", help="Run also what is unchanged since it was run here.")
    ] = False,
    companion: WithOption = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Run systems, write their results, the ceiling and the leaderboard, print the tables.

    With --peers alone, everything and every peer that is installed runs; a peer that is
    named with --system runs as any system. So does another package's: by the name of its entry
    point, or as package.module:factory. With --with synthetic, systems learn from the training
    companion besides; their results stand apart. A run of which nothing has changed is taken
    from its stored result; one that is interrupted goes on where it was.

    Example: usiran benchmark run --task stance --system tfidf-logreg
    """
    from usiran.benchmark.unchanged import due, forget_run, run_changed
    from usiran.benchmark.write_results import publish
    from usiran.cli.benchmark import output

    if not dry_run:
        to_write(corpus, wait=wait)
    benchmark = open_benchmark(corpus, tasks=task or (), systems=system or (), companion=companion)
    pairs = benchmark.plan(task or (), system or (), peers=peers)
    # Said first: whoever asked for a peer may not want to wait for the others.
    output.tell_absent(benchmark, peers=peers)
    if dry_run:
        todo = due(benchmark, pairs, seed=seed, draws=draws, fresh=fresh)
        output.show_plan(pairs, todo, as_json=as_json)
        return
    with output.keeping_what_is_done(), output.progress(quiet=quiet) as progress:
        ran = run_changed(
            benchmark,
            pairs,
            seed=seed,
            draws=draws,
            fresh=fresh,
            progress=progress,
            workers=workers,
        )
    output.tell_unchanged(ran, quiet=quiet)
    results = publish(benchmark, ran.results)
    forget_run(benchmark.corpus)
    output.show_run(benchmark, results, task or (), ran, as_json=as_json)


@app.command()
def leaderboard(
    check: Annotated[
        bool, Option("--check", help="Write nothing; exit 1 when it is out of date.")
    ] = False,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Render LEADERBOARD.md and ceiling.json again from stored results and labels.

    Example: usiran benchmark leaderboard --check
    """
    from usiran.benchmark.results import read_results
    from usiran.benchmark.write_results import outdated, publish
    from usiran.cli.benchmark import output

    if not check:
        to_write(corpus, wait=wait)
    benchmark = open_benchmark(corpus)
    stale = outdated(benchmark) if check else []
    results = read_results(benchmark.corpus) if check else publish(benchmark, {})
    if as_json:
        output.show_leaderboard(benchmark, results, stale)
    for file in stale:
        say(f"{file} is out of date; to mend: `usiran benchmark leaderboard`")
    if not check:
        say("baselines/LEADERBOARD.md is what the stored results give")
    raise typer.Exit(1 if stale else 0)


@app.command()
def compare(
    first: Annotated[str, stored_argument(help="A system.")],
    second: Annotated[str, stored_argument(help="Another system.")],
    task: Annotated[str, task_option(help="The task.")],
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Compare two systems' stored predictions: difference, interval, verdict.

    Example: usiran benchmark compare tfidf-svm majority --task stance
    """
    from usiran.benchmark.results import read_results
    from usiran.benchmark.significance import compare_stored
    from usiran.cli.benchmark import output

    benchmark = open_benchmark(corpus, tasks=[task])
    report = compare_stored(benchmark, read_results(benchmark.corpus), task, first, second)
    output.show_page("compare", report, benchmark, as_json=as_json)


@app.command()
def power(
    difference: Annotated[float, Option(min=0.001, max=1.0, help="What is to be told.")],
    task: Annotated[str, task_option(help="The task.")] = "stance",
    systems: Annotated[
        tuple[str, str] | None,
        Option(
            metavar="A B",
            help="Default: the two best of the toolkit's own that contend: no controls, no peers, "
            "none that reads what annotators marked, none submitted.",
        ),
    ] = None,
    target: Annotated[
        float, Option("--power", min=0.05, max=0.99, help="Chance of telling it.")
    ] = 0.8,
    seed: Annotated[int, Option(min=0, help="Seed of the simulation.")] = 0,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Estimate how many articles it would take to tell two systems apart, by simulation.

    Example: usiran benchmark power --difference .05 --task stance
    """
    from usiran.benchmark.power import power as estimate
    from usiran.benchmark.results import read_results
    from usiran.cli.benchmark import output

    benchmark = open_benchmark(corpus)
    estimated = estimate(
        benchmark,
        read_results(benchmark.corpus),
        difference=difference,
        task=task,
        systems=systems or (),
        target=target,
        seed=seed,
    )
    output.show_page("power", estimated, benchmark, as_json=as_json)


@app.command()
def artefacts(as_json: JsonOption = False, corpus: CorpusOption = None) -> None:
    """See whether the contrast set's stances can be guessed without understanding it.

    Rules over what a reader gets beside an edit, and bags of its words, are tried on each
    source sentence after the others; one that is right too often is an error.

    Example: usiran benchmark artefacts
    """
    from usiran import loading
    from usiran.benchmark.artefacts import artefacts as measure
    from usiran.cli.benchmark import output

    measured = measure(loading.open(Corpus.find(corpus)).refuse_findings().tables)
    output.show_artefacts(measured, as_json=as_json)
    raise typer.Exit(1 if measured.leaks else 0)


@app.command()
def report(
    output: Annotated[
        Path | None, output_option(metavar="DIR", help="Default: baselines/figures.")
    ] = None,
    check: Annotated[
        bool, Option("--check", help="Write nothing; exit 1 when one is out of date.")
    ] = False,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Draw scores, articles, confusions, learning curves and labels as SVG, with their data.

    Example: usiran benchmark report --output figures
    """
    from usiran.benchmark.report import pictures as figures
    from usiran.benchmark.results import read_results
    from usiran.cli.benchmark import output as shown

    if not check:
        to_write(corpus, wait=wait)
    benchmark = open_benchmark(corpus)
    results, folder = read_results(benchmark.corpus), output or figures.folder_of(benchmark)
    if check:
        stale = figures.outdated(benchmark, results, folder)
        names = [benchmark.corpus.name_of(path) for path in stale]
        if as_json:
            show_json({"outdated": names})
        for file in names:
            say(f"{file} is out of date; to mend: `usiran benchmark report`")
        raise typer.Exit(1 if stale else 0)
    with shown.progress(quiet=quiet) as progress:
        files = figures.write(benchmark, results, folder, progress)
    names = [benchmark.corpus.name_of(path) for path in files]
    show_json({"files": names}) if as_json else show("\n".join(names))


predictions.mount(app)
