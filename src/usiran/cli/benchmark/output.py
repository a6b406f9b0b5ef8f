"""What `usiran benchmark` prints: tables and reports on stdout, progress on stderr."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from usiran.benchmark import leaderboard
from usiran.benchmark.artefacts import Artefacts
from usiran.benchmark.ranking import Ranking, Row, rank
from usiran.benchmark.rescore import Rescored
from usiran.benchmark.results import Results, json_bytes
from usiran.benchmark.run import Benchmark
from usiran.benchmark.unchanged import Ran
from usiran.benchmark.verify import Checked
from usiran.benchmark.workers import Pair
from usiran.cli.output import say, show, show_columns, show_findings, show_json, wrapped
from usiran.cli.stopping import tell_stopped
from usiran.cli.working import ticker
from usiran.errors import counted, grouped
from usiran.hidden import plain, plain_json
from usiran.io.markdown import score, span_of
from usiran.io.templates import render
from usiran.stats.bootstrap import ALL_AGREE, COVERAGE
from usiran.tasks.base import METRICS

WIDTH = 80
Notify = Callable[[str, str, int, int], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Notify]:
    """Give a callback that shows progress: a bar on a terminal, plain lines elsewhere."""
    # A bar only where somebody watches: its control characters would fill a log.
    console = Console(stderr=True)
    if quiet:
        yield lambda *_: None
    elif console.is_terminal:
        ticker.stop()
        columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
        name = TextColumn("{task.description:<32}")
        with Progress(name, *columns, console=console, transient=True) as bar:
            line = bar.add_task("", total=None)
            yield lambda task, system, done, total: bar.update(
                line, description=f"{task} {system}", completed=done, total=total
            )
    else:
        yield lambda task, system, done, total: say(f"{done + 1}/{total} {task} {system}")


@contextmanager
def keeping_what_is_done() -> Iterator[None]:
    """Say, where a run is interrupted, how it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        goes_on = "the same command goes on from there; until then the results are the old ones"
        tell_stopped(f"stopped: what was done is kept, and {goes_on}")
        raise


def show_run(
    benchmark: Benchmark,
    results: Results,
    tasks: Sequence[str],
    ran: Ran,
    *,
    as_json: bool,
) -> None:
    """Print the ranking of each of the tasks, or the results of the run as JSON."""
    if as_json:
        rows = [stored.result for stored in ran.results.values()]
        unchanged = ["/".join(key) for key in ran.unchanged]
        document = {"results": rows, "unchanged": unchanged, "ceiling": benchmark.ceiling}
        show_json(msgspec.to_builtins(document))
        return
    console = _console()
    for task, gold in benchmark.golds.items():
        if tasks and task not in tasks:
            continue
        if gold.verdict:
            reason = f"{gold.verdict[:1].upper()}{gold.verdict[1:]}."
            console.print(Text.assemble((task, "bold"), f": not evaluable.\n{plain(reason)}\n"))
        else:
            _show_ranking(console, benchmark, rank(benchmark, task, results))
    # How tables are read is said once, below the last of them, and not below a verdict alone.
    if any(not benchmark.golds[task].verdict for task in tasks or benchmark.golds):
        articles = next(iter(benchmark.golds.values())).article_ids
        console.print(
            _page("legend", articles, benchmark.corpus.manifest.scores), soft_wrap=True, end=""
        )


def show_plan(pairs: Sequence[Pair], due: Sequence[Pair], *, as_json: bool) -> None:
    """Print what a run would run, or as JSON with what it would take from stored results."""
    if as_json:
        unchanged = [pair for pair in pairs if pair not in due]
        show_json({"would_run": due, "unchanged": unchanged})
        return
    for task, system in due:
        show(f"would run: {task} {system}")
    say(f"dry run: {len(due)} of {len(pairs)} would be run, nothing was written")


def tell_absent(benchmark: Benchmark, *, peers: bool) -> None:
    """Say which peers were asked for and cannot run here, and how to get them."""
    for name, why in benchmark.absent_peers().items() if peers else ():
        say(f"{name} {why}")


def tell_unchanged(ran: Ran, *, quiet: bool) -> None:
    """Say how many results were taken as they are stored."""
    if ran.unchanged and not quiet:
        say(f"{len(ran.unchanged)} of {len(ran.results)} unchanged; --fresh runs these too")


def show_leaderboard(benchmark: Benchmark, results: Results, stale: Sequence[str]) -> None:
    """Print the ranking of every task, the ceiling and which files are stale, as JSON."""
    tasks = {
        task: {"verdict": gold.verdict} if gold.verdict else rank(benchmark, task, results)
        for task, gold in benchmark.golds.items()
    }
    document = {"tasks": tasks, "ceiling": benchmark.ceiling, "outdated": stale}
    show_json(msgspec.to_builtins(document))


def _console() -> Console:
    # Names and reasons are others' words: brackets in them are no styles.
    return Console(width=WIDTH, highlight=False, markup=False, emoji=False)


def _table(**options: Any) -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", **options)


def _show_ranking(console: Console, benchmark: Benchmark, ranking: Ranking) -> None:
    gold = benchmark.golds[ranking.task]
    title = f"{ranking.task}: {METRICS[gold.task.headline]}"
    table = _table(title=title, title_justify="left", title_style="bold")
    # More articles than this do not fit a terminal; LEADERBOARD.md has all of them.
    shown = min(len(gold.article_ids), 5)
    articles = [f"A{i + 1}" for i in range(shown)]
    # Where a line is too long, the system's name is broken and no figure.
    table.add_column("group", justify="right", no_wrap=True)
    table.add_column("system")
    for head in ("score", "interval", "chance", *articles):
        table.add_column(head, justify="right", no_wrap=True)
    for row in ranking.rows:
        table.add_row(*_cells(row, shown), style="dim" if row.is_control else None)
    console.print(table)
    for peer in ranking.peers:
        result = peer.result
        interval = span_of(result.interval)
        console.print(
            f"peer {result.system} {score(result.score)} ({interval}); {leaderboard.compared(peer)}"
        )
    if ranking.task in benchmark.ceiling.tasks:
        ceiling = benchmark.ceiling
        for line in leaderboard.reached(ceiling, ceiling.tasks[ranking.task]):
            console.print(f"ceiling, {line}")
    if ranking.noise_floor is not None:
        console.print(f"noise floor measured here: {score(ranking.noise_floor)}")
    for result in ranking.stale:
        console.print(f"stale, not compared: {result.system} (other gold or folds)")
    console.print()


def _cells(row: Row, shown: int) -> list[str]:
    result = row.result
    figures = score(result.score), span_of(result.interval), score(result.chance)
    articles = [score(value) for value in list(result.per_article.values())[:shown]]
    system = leaderboard.system_of(row)
    return [leaderboard.group_of(row), plain(system), *figures, *articles]


def show_page(page: str, document: msgspec.Struct, benchmark: Benchmark, *, as_json: bool) -> None:
    """Print a comparison, an estimate of power or a result: for a reader, or as JSON."""
    if as_json:
        show(plain_json(json_bytes(document).decode()), end="")
    else:
        show(_page(page, document, benchmark.corpus.manifest.scores), end="")


def _page(name: str, shown: object, scores: str) -> str:
    return render(
        "usiran.cli.benchmark",
        f"{name}.txt.jinja",
        shown=shown,
        metrics=METRICS,
        coverage=COVERAGE,
        all_agree=ALL_AGREE,
        quoted_floor=leaderboard.QUOTED_FLOOR,
        purpose="\n".join(wrapped(scores, "", "")),
    )


def show_checked(results: Sequence[Checked], *, as_json: bool) -> None:
    """Print what verifying found: many of a kind in one line, or each in one JSON document."""
    findings = [finding for result in results for finding in result.findings]
    sound = [result.file for result in results if not result.findings]
    if as_json:
        document = [finding.as_dict() for finding in findings]
        show_json({"findings": document, "verified": sound})
        return
    show_findings(findings)
    if len(grouped(findings)) < len(findings):
        say("--json lists every one of them")
    say(f"{len(sound)} of {len(results)} verified, {counted(len(findings), 'finding')}.")


def show_rescored(rows: Sequence[Rescored], *, written: bool, as_json: bool) -> None:
    """Print old and new scores side by side, or as JSON."""
    if as_json:
        show(plain_json(json_bytes(rows).decode()), end="")
        return
    console, table = _console(), _table()
    for head in ("system", "task", "old", "old interval", "new", "new interval"):
        table.add_column(head, no_wrap=True)
    for row in rows:
        new = (score(row.new.score), span_of(row.new.interval)) if row.new else ("–", "–")
        table.add_row(row.system, row.task, score(row.old.score), span_of(row.old.interval), *new)
    console.print(table)
    for row in rows:
        if row.reason:
            say(f"{row.system}/{row.task} cannot be scored on the present gold: {row.reason}")
        if row.dropped:
            left = f"{row.dropped} lines on withdrawn articles are left out"
            say(f"{row.system}/{row.task}: {left}")
    changed = sum(row.changed for row in rows if row.new)
    done = "written" if written else "nothing written; --write stores the new results"
    say(f"{changed} of {len(rows)} change: {done}.")


def show_artefacts(measured: Artefacts, *, as_json: bool) -> None:
    """Print how often each guesser is right, for a reader or as JSON, and say which leak."""
    if as_json:
        show_json(msgspec.to_builtins(measured))
    elif measured.guessers:
        rows = [(f"{one.accuracy:.3f}", one.looks_at, one.name) for one in measured.guessers]
        show_columns([("accuracy", "looks at", "guesser"), *rows])
    say(_leaking(measured))


def _leaking(measured: Artefacts) -> str:
    if not measured.guessers:
        return "there is no contrast set"
    limit = score(measured.limit)
    guessers = counted(len(measured.guessers), "guesser")
    tried = f"{guessers} on {counted(measured.edits, 'edit')}"
    if not measured.leaks:
        sentences = counted(measured.sentences, "sentence")
        return f"{tried} of {sentences}: none is right more often than {limit}"
    best = measured.leaks[0]
    return (
        f"{tried}: {len(measured.leaks)} right more often than {limit}, first of all the one "
        f"that looks at {best.looks_at} ({best.name}: {best.accuracy:.3f}); to mend: write edits "
        "with other stances for what it goes by"
    )
