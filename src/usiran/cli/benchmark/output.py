"""What `usiran benchmark` prints: tables and reports on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from usiran.benchmark import leaderboard
from usiran.benchmark.leaderboard import PURPOSE, QUOTED_FLOOR
from usiran.benchmark.power import Power
from usiran.benchmark.ranking import Ranking, Row, rank
from usiran.benchmark.results import Results, Stored, json_bytes
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
        columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        name = TextColumn("{task.description:<32}")
        with Progress(name, *columns, console=console, transient=True) as bar:
            line = bar.add_task("", total=None)
            yield lambda task, system, done, total: bar.update(
                line, description=f"{task} {system}", completed=done, total=total
            )
    else:
        yield lambda task, system, done, total: say(f"{done + 1}/{total} {task} {system}")


def show_run(
    benchmark: Benchmark,
    results: Results,
    tasks: Sequence[str],
    fresh: Mapping[tuple[str, str], Stored],
    *,
    as_json: bool,
) -> None:
    """Print the ranking of each of the tasks, or the fresh results as JSON."""
    if as_json:
        rows = [stored.result for stored in fresh.values()]
        show_json(msgspec.to_builtins({"results": rows, "ceiling": benchmark.ceiling}))
        return
    console = Console(width=WIDTH, highlight=False)
    for task, gold in benchmark.golds.items():
        if tasks and task not in tasks:
            continue
        if gold.verdict:
            console.print(f"[bold]{task}[/bold]: not evaluable.\n{_sentence(gold.verdict)}\n")
        else:
            _show_ranking(console, benchmark, rank(benchmark, task, results))
    # How tables are read is said once, below the last of them, and not below a verdict alone.
    if any(not benchmark.golds[task].verdict for task in tasks or benchmark.golds):
        console.print(_legend(benchmark), soft_wrap=True)


def tell_absent(benchmark: Benchmark, *, peers: bool) -> None:
    """Say which peers were asked for and cannot run here, and how to get them."""
    for name, why in benchmark.absent_peers().items() if peers else ():
        say(f"{name} {why}")


def show_leaderboard(benchmark: Benchmark, results: Results, stale: Sequence[str]) -> None:
    """Print the ranking of every task, the ceiling and which files are stale, as JSON."""
    tasks = {
        task: {"verdict": gold.verdict} if gold.verdict else rank(benchmark, task, results)
        for task, gold in benchmark.golds.items()
    }
    document = {"tasks": tasks, "ceiling": benchmark.ceiling, "outdated": stale}
    show_json(msgspec.to_builtins(document))


def _show_ranking(console: Console, benchmark: Benchmark, ranking: Ranking) -> None:
    gold = benchmark.golds[ranking.task]
    table = Table(
        title=f"{ranking.task}: {METRICS[gold.task.headline]}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        header_style="dim",
    )
    # More articles than this do not fit a terminal; LEADERBOARD.md has all of them.
    shown = min(len(gold.article_ids), 6)
    articles = [f"A{i + 1}" for i in range(shown)]
    for head in ("group", "system", "score", "95 % interval", "chance", *articles):
        table.add_column(head, justify="left" if head == "system" else "right", no_wrap=True)
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
        console.print(f"ceiling: {leaderboard.means(benchmark.ceiling.tasks[ranking.task])}")
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
    return [leaderboard.group_of(row), system, *figures, *articles]


def _legend(benchmark: Benchmark) -> str:
    names = next(iter(benchmark.golds.values())).article_ids
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
        print(json_bytes(report).decode(), end="")
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


def show_power(power: Power, *, as_json: bool) -> None:
    """Print how many articles it would take, for a reader or as JSON."""
    if as_json:
        show_json(msgspec.to_builtins(power))
        return
    print("\n".join(_power_lines(power)))


def _power_lines(power: Power) -> Iterator[str]:
    yield f"{power.task}: {METRICS[power.headline]}, {power.first} and {power.second}"
    yield ""
    yield f"  {power.articles} articles show a difference of {signed(power.observed)}."
    by_articles, by_sentences = score(power.article_sd), score(power.sentence_sd)
    yield f"  One article's share in it strays by {by_articles} because articles differ,"
    yield f"  and by {by_sentences} because it has few sentences."
    yield f"  Asked: a true difference of {power.difference:g}, told with power {power.target:g}."
    yield ""
    yield "  articles  sentences  half-width  power  every article  false alarms"
    for size in power.sizes:
        yield (
            f"  {size.articles:>8}  {size.sentences:>9}  {size.half_width:>10.3f}  "
            f"{size.power:>5.2f}  {size.power_every:>13.2f}  {size.false_alarms:>12.2f}"
        )
    yield ""
    yield _enough(power)
    yield "Power: the 95 % interval of the difference excludes 0. Every article: each one agrees"
    yield "besides, as the verdict of `compare` asks; no large corpus can hope for that."
    yield "False alarms: the interval excludes 0 without a difference."
    simulations, articles = power.simulations, power.articles
    yield f"{simulations} simulated corpora a size, extrapolated from {articles} articles:"
    yield "others may differ more, and other systems disagree otherwise. Plan with a margin."


def _enough(power: Power) -> str:
    largest = power.sizes[-1].articles
    if power.enough is None:
        return f"More than {largest} articles like these would be needed."
    below = [size.articles for size in power.sizes if size.articles < power.enough]
    if not below:
        return f"{power.enough} articles like these are enough."
    return f"About {below[-1]} to {power.enough} articles like these would be needed."
