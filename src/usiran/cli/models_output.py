"""What `usiran predict` prints: progress on stderr, a summary on stdout."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from usiran.cli.output import say, show, show_encoded
from usiran.cli.stopping import tell_stopped
from usiran.corpus import Corpus
from usiran.errors import CorpusNotFound, counted
from usiran.inference.job.run import Progress, Run

Notify = Callable[[Progress], None]
_PAUSE = 5.0  # seconds between two lines of progress where there is no terminal


def data_version(folder: Path | None) -> str | None:
    """Return the data version of the corpus named or around; None outside of any."""
    try:
        return Corpus.find(folder).manifest.version
    # Texts can be labelled outside of any corpus, but a folder that was named must be one.
    except CorpusNotFound:
        if folder is not None:
            raise
        return None


@contextmanager
def progress(output: Path, *, quiet: bool) -> Iterator[Notify]:
    """Give a callback that shows progress: a bar on a terminal, now and then a line elsewhere.

    Who interrupts is told what is there, and how it goes on.
    """
    console, last = Console(stderr=True), [Progress(0, 0)]
    try:
        if quiet:
            yield lambda _: None
        elif console.is_terminal:
            with Bar(BarColumn(), TextColumn("{task.description}"), console=console) as bar:
                yield _bar(bar, last)
        else:
            yield _lines(last)
    except KeyboardInterrupt:
        now = last[0]
        parts = (
            f"{now.parts} of {counted(now.all_parts, 'part')} whole" if now.all_parts else "stopped"
        )
        tell_stopped(f"{parts} in {output}; the same command goes on from there")
        raise


def _bar(bar: Bar, last: list[Progress]) -> Notify:
    line = bar.add_task("reading the inputs", total=None)

    def notify(now: Progress) -> None:
        last[0] = now
        bar.update(line, completed=now.parts, total=now.all_parts, description=_line(now))

    return notify


def _lines(last: list[Progress]) -> Notify:
    shown = time.monotonic()

    def notify(now: Progress) -> None:
        nonlocal shown
        last[0] = now
        if now.parts == now.all_parts or time.monotonic() - shown >= _PAUSE:
            shown = time.monotonic()
            say(_line(now))

    return notify


def _line(now: Progress) -> str:
    rate = f", {now.rate:.0f} sentences a second" if now.rate else ""
    left = f", {timedelta(seconds=round(now.seconds_left))} left" if now.seconds_left else ""
    return f"{now.parts} of {counted(now.all_parts, 'part')}{rate}{left}"


def run(done: Run, output: Path, *, as_json: bool) -> None:
    """Print what was written, for a reader or as JSON."""
    if as_json:
        show_encoded(done)
        return
    width = max(map(len, done.rows))
    for name, count in done.rows.items():
        number, noun = counted(count, "row").split()
        show(f"{name:<{width}} {number:>8} {noun}")
    show(f"in {output}")
    if rejected := done.rows["rejected"]:
        say(f"{counted(rejected, 'record')} could not be labelled: {output / 'rejected'} says why")
