"""What `usiran benchmark` prints: tables and reports on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from usiran.benchmark.leaderboard import (
    PURPOSE,
    QUOTED_FLOOR,
    compared,
    group_of,
    means,
    system_of,
)
from usiran.benchmark.power import Power
from usiran.benchmark.ranking import Ranking, Row, rank
from usiran.benchmark.results import Results, Stored
from usiran.benchmark.run import Benchmark
from usiran.benchmark.significance import Report
from usiran.cli.options import say, show_json
from usiran.io.markdown import score, signed, signed_span, span_of
from usiran.stats.bootstrap import COVERAGE
from usiran.tasks.base import METRICS

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
    bench: Benchmark,
    results: Results,
    tasks: Sequence[str],
    fresh: Mapping[tuple[str, str], Stored],
    *,
    as_json: bool,
) -> None:
    """Print the standings of the tasks asked for, or the fresh results as JSON."""
    if as_json:
        rows = [stored.result for stored in fresh.values()]
        show_json(msgspec.to_builtins({"results": rows, "ceiling": bench.ceiling}))
        return
    console = Console(width=WIDTH, highlight=False)
    for task, gold in bench.golds.items():
        if tasks and task not in tasks:
            continue
        if gold.verdict:
            console.print(f"[bold]{task}[/bold]: not evaluable.\n{_sentence(gold.verdict)}\n")
        else:
            _show_standings(console, bench, rank(bench, task, results))
    if any(not bench.golds[task].verdict for task in tasks or bench.golds):
        console.print(_legend(bench), soft_wrap=True)


def tell_absent(bench: Benchmark, *, peers: bool) -> None:
    """Say which peers were asked for and cannot run here, and how to get them."""
    for name, why in bench.absent_peers().items() if peers else ():
        say(f"{name} {why}")


def show_leaderboard(bench: Benchmark, results: Results, stale: Sequence[str]) -> None:
    """Print the standings of every task, the ceiling and which files are stale, as JSON."""
    document = {"tasks": _document(bench, results), "ceiling": bench.ceiling, "outdated": stale}
    show_json(msgspec.to_builtins(document))


def _document(bench: Benchmark, results: Results) -> dict[str, object]:
    return {
        task: {"verdict": gold.verdict} if gold.verdict else rank(bench, task, results)
        for task, gold in bench.golds.items()
    }


def _show_standings(console: Console, bench: Benchmark, order: Ranking) -> None:
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
    for peer in order.peers:
        console.print(f"peer {peer.result.system} {score(peer.result.score)} "
                      f"({span_of(peer.result.interval)}); {compared(peer)}")  # fmt: skip
    if order.task in bench.ceiling.tasks:
        console.print(f"ceiling: {means(bench.ceiling.tasks[order.task])}")
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


def _legend(bench: Benchmark) -> str:
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
    bounds = signed_span(report.interval)
    yield f"  95 % interval   {bounds} (two-stage bootstrap; {COVERAGE})"
    yield f"  p               {report.p:.4f} (approximate randomisation over sentences)"
    yield f"  better in       {report.better} of {report.articles} articles"
    widths = [max(5, len(name)) for name in (report.first, report.second)]
    yield f"    {report.first:>{widths[0]}}  {report.second:>{widths[1]}}  article"
    for name, (mine, theirs) in report.per_article.items():
        yield f"    {score(mine):>{widths[0]}}  {score(theirs):>{widths[1]}}  {name}"
    yield f"  verdict         {report.verdict}: {_meaning(report)}"
    if report.noise_floor is not None:
        yield f"  noise floor     {score(report.noise_floor)} (measured on this task)"
    if report.headline == "macro_f1":
        yield f"  Noise floor in simulations: {QUOTED_FLOOR}."
    yield "\n" + PURPOSE.replace(". ", ".\n", 1)


def _meaning(report: Report) -> str:
    if report.verdict == "tie":
        return "a win needs an interval without 0 and every article on one side"
    ahead = report.first if report.verdict == "win" else report.second
    return f"{ahead} is ahead in every article and the interval excludes 0"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def show_power(found: Power, *, as_json: bool) -> None:
    """Print how many articles it would take, for a reader or as JSON."""
    if as_json:
        show_json(msgspec.to_builtins(found))
        return
    print("\n".join(_power_lines(found)))


def _power_lines(found: Power) -> Iterator[str]:
    yield f"{found.task}: {METRICS[found.headline]}, {found.first} and {found.second}"
    yield ""
    yield f"  {found.articles} articles show a difference of {signed(found.observed)}."
    yield (f"  One article's share in it strays by {score(found.article_sd)} because articles "
           f"differ,")  # fmt: skip
    yield f"  and by {score(found.sentence_sd)} because it has few sentences."
    yield f"  Asked: a true difference of {found.difference:g}, told with power {found.target:g}."
    yield ""
    yield "  articles  sentences  half-width  power  every article  false alarms"
    for size in found.sizes:
        yield (
            f"  {size.articles:>8}  {size.sentences:>9}  {size.half_width:>10.3f}  "
            f"{size.power:>5.2f}  {size.power_every:>13.2f}  {size.false_alarms:>12.2f}"
        )
    yield ""
    yield _enough(found)
    yield "Power: the 95 % interval of the difference excludes 0. Every article: each one agrees"
    yield "besides, as the verdict of `compare` asks; no large corpus can hope for that."
    yield "False alarms: the interval excludes 0 without a difference."
    told = f"{found.simulations} simulated corpora a size"
    yield f"{told}, extrapolated from {found.articles} articles:"
    yield "others may differ more, and other systems disagree otherwise. Plan with a margin."


def _enough(found: Power) -> str:
    largest = found.sizes[-1].articles
    if found.enough is None:
        return f"More than {largest} articles like these would be needed."
    below = [size.articles for size in found.sizes if size.articles < found.enough]
    if not below:
        return f"{found.enough} articles like these are enough."
    return f"About {below[-1]} to {found.enough} articles like these would be needed."
