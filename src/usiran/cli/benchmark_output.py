"""What `usiran benchmark` prints: tables and reports on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from usiran.baselines.benchmark import Bench, Report
from usiran.baselines.leaderboard import PURPOSE, QUOTED_FLOOR, group_of, score, span_of, system_of
from usiran.baselines.resampling import COVERAGE
from usiran.baselines.results import Results, Stored
from usiran.baselines.standings import METRICS, Row, Standings, standings
from usiran.cli.options import say

WIDTH = 100
Notify = Callable[[str, str, int, int], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Notify]:
    """Give a callback that shows progress: a bar on a terminal, plain lines elsewhere."""
    console = Console(stderr=True)
    if quiet:
        yield lambda *_: None
    elif console.is_terminal:
        columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(),
                   TimeElapsedColumn())  # fmt: skip
        with Progress(*columns, console=console, transient=True) as bar:
            line = bar.add_task("", total=None)
            yield lambda task, system, done, total: bar.update(
                line, description=f"{task} {system}", completed=done, total=total
            )
    else:
        yield lambda task, system, done, total: say(f"{done + 1}/{total} {task} {system}")


def show_run(
    bench: Bench,
    results: Results,
    tasks: Sequence[str],
    fresh: Mapping[tuple[str, str], Stored],
    *,
    as_json: bool,
) -> None:
    """Print the standings of the tasks asked for, or the fresh results as JSON."""
    if as_json:
        rows = [stored.result for stored in fresh.values()]
        print(msgspec.json.format(msgspec.json.encode(rows), indent=1).decode())
        return
    console = Console(width=WIDTH, highlight=False)
    for task, gold in bench.golds.items():
        if tasks and task not in tasks:
            continue
        if gold.verdict:
            console.print(f"[bold]{task}[/bold]: not evaluable.\n{_sentence(gold.verdict)}\n")
        else:
            _show_standings(console, bench, standings(bench, task, results))
    if any(not bench.golds[task].verdict for task in tasks or bench.golds):
        console.print(_legend(bench), soft_wrap=True)


def _show_standings(console: Console, bench: Bench, order: Standings) -> None:
    gold = bench.golds[order.task]
    metric = METRICS[gold.task.headline]
    table = Table(title=f"{order.task}: {metric}", title_justify="left", title_style="bold",
                  box=None, pad_edge=False, header_style="dim")  # fmt: skip
    for head in ("group", "system", "score", "95 % interval", "chance"):
        table.add_column(head, justify="left" if head == "system" else "right", no_wrap=True)
    shown = min(len(gold.article_ids), 6)
    for i in range(shown):
        table.add_column(f"A{i + 1}", justify="right", no_wrap=True)
    for row in order.rows:
        table.add_row(*_cells(row, shown), style="dim" if row.is_control else None)
    console.print(table)
    if order.noise_floor is not None:
        console.print(f"noise floor measured here: {score(order.noise_floor)}")
    for result in order.stale:
        console.print(f"stale, not compared: {result.system} (other gold or folds)")
    console.print()


def _cells(row: Row, shown: int) -> list[str]:
    result = row.result
    articles = [score(value) for value in list(result.per_article.values())[:shown]]
    return [
        group_of(row), system_of(row), score(result.score), span_of(result.interval),
        score(result.chance), *articles,
    ]  # fmt: skip


def _legend(bench: Bench) -> str:
    names = next(iter(bench.golds.values())).article_ids
    return "\n".join(
        [
            "Systems in one group tie. Interval: two-stage bootstrap, articles then sentences;",
            f"{COVERAGE}.",
            f"Noise floor in simulations: {QUOTED_FLOOR}.",
            "Controls show what a score is worth; on rearranged labels (–) they must be at chance.",
            PURPOSE.replace(". ", ".\n", 1),
            "",
            *(f"A{i}  {name}" for i, name in enumerate(names, start=1)),
            "",
            "All scores, and how to read them: baselines/LEADERBOARD.md",
        ]
    )


def show_comparison(report: Report, *, as_json: bool) -> None:
    """Print a comparison for a reader, or as JSON."""
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
        return
    print("\n".join(_comparison_lines(report)))


def _comparison_lines(report: Report) -> Iterator[str]:
    first, second = report.scores
    yield f"{report.task}: {METRICS[report.headline]}"
    yield ""
    yield f"  {report.first} {score(first)}, {report.second} {score(second)}"
    yield f"  difference      {signed(report.difference)}"
    low, high = report.interval
    yield f"  95 % interval   {signed(low)} to {signed(high)} (two-stage bootstrap; {COVERAGE})"
    yield f"  p               {report.p:.4f} (approximate randomisation over sentences)"
    yield f"  better in       {report.better} of {report.articles} articles"
    widths = [max(5, len(name)) for name in (report.first, report.second)]
    yield f"    {report.first:>{widths[0]}}  {report.second:>{widths[1]}}  article"
    for name, (mine, theirs) in report.per_article.items():
        yield f"    {score(mine):>{widths[0]}}  {score(theirs):>{widths[1]}}  {name}"
    yield f"  verdict         {report.verdict}: {_meaning(report)}"
    yield f"  Noise floor in simulations: {QUOTED_FLOOR}."
    yield "\n" + PURPOSE.replace(". ", ".\n", 1)


def _meaning(report: Report) -> str:
    if report.verdict == "tie":
        return "a win needs an interval without 0 and every article on one side"
    ahead = report.first if report.verdict == "win" else report.second
    return f"{ahead} is ahead in every article and the interval excludes 0"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def signed(value: float) -> str:
    """Return a difference with its sign.

    Examples
    --------
    >>> signed(0.123), signed(-0.5), signed(0.0)
    ('+.12', '-.50', '.00')
    """
    text = score(value)
    return f"+{text}" if value >= 0.005 else text
