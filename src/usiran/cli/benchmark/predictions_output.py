"""What the commands for anybody's predictions print: results, findings, old and new scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from usiran.benchmark.leaderboard import PURPOSE
from usiran.benchmark.rescore import Rescored
from usiran.benchmark.results import Result, json_bytes
from usiran.benchmark.verify import Checked
from usiran.cli.options import say, show_findings, show_json
from usiran.io.markdown import score, span_of
from usiran.tasks.base import METRICS

WIDTH = 100


def result(scored: Result, *, as_json: bool) -> None:
    """Print a result for a reader, or as JSON."""
    if as_json:
        print(json_bytes(scored).decode(), end="")
        return
    print("\n".join(_result_lines(scored)))


def _result_lines(result: Result) -> Iterator[str]:
    yield f"{result.system} on {result.task}: {METRICS.get(result.headline, result.headline)}"
    yield ""
    yield f"  score           {score(result.score)}"
    yield f"  95 % interval   {span_of(result.interval)} (two-stage bootstrap)"
    yield f"  chance          {score(result.chance)}"
    scores = [f"{name} {score(value)}" for name, value in result.scores.items()]
    for i in range(0, len(scores), 4):
        yield f"  {'all scores' if i == 0 else '':<15} {', '.join(scores[i : i + 4])}"
    level, classes = next(iter(result.per_class.items()))
    yield f"  F1 per {level}"
    for name, row in classes.items():
        yield f"    {score(row['f1']):>5}  {name} (n = {row['support']:.0f})"
    yield f"  {result.sentences} sentences, by article"
    for name, value in result.per_article.items():
        yield f"    {score(value):>5}  {name}"
    yield ""
    yield PURPOSE.replace(". ", ".\n", 1)


def checked(results: Sequence[Checked], *, as_json: bool) -> None:
    """Print what verifying found: a finding a line, or one JSON document."""
    findings = [finding for result in results for finding in result.findings]
    sound = [result.file for result in results if not result.findings]
    if as_json:
        document = [finding.as_dict() for finding in findings]
        show_json({"findings": document, "verified": sound})
        return
    show_findings(findings)
    say(f"{len(sound)} of {len(results)} verified, {len(findings)} findings.")


def rescored(rows: Sequence[Rescored], *, written: bool, as_json: bool) -> None:
    """Print old and new scores side by side, or as JSON."""
    if as_json:
        print(json_bytes(rows).decode(), end="")
        return
    console = Console(width=WIDTH, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
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
