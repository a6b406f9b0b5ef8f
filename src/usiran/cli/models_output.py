"""What `usiran predict` prints: progress on stderr, a summary on stdout."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from usiran.cli.options import say
from usiran.corpus import Corpus
from usiran.errors import CorpusNotFound
from usiran.inference.predict import Predictions

Notify = Callable[[int, int], None]
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
def progress(*, quiet: bool) -> Iterator[Notify]:
    """Give a callback that shows progress: a bar on a terminal, now and then a line elsewhere."""
    console = Console(stderr=True)
    if quiet:
        yield lambda *_: None
    elif console.is_terminal:
        columns = (TextColumn("texts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            line = bar.add_task("", total=None)
            yield lambda done, total: bar.update(line, completed=done, total=total)
    else:
        yield _lines()


def _lines() -> Notify:
    last = time.monotonic()

    def notify(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= _PAUSE:
            last = time.monotonic()
            say(f"{done} of {total} texts")

    return notify


def predictions(written: Predictions, output: Path, *, as_json: bool) -> None:
    """Print what was written, for a reader or as JSON."""
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(written)).decode())
        return
    for name, count in written.rows.items():
        print(f"{name:<10} {count:>8} rows")
    print(f"in {output}")
    if written.skipped:
        say(f"{written.skipped} rows could not be read and were left out")
