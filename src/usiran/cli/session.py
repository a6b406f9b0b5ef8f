"""What holds for one command: the corpus it writes is its own, the corpus it reads is of one state.

A command that writes takes the corpus's lock and keeps it to its end. One that only reads takes
none, so that it works where nothing can be written; it is told where files were replaced while it
read. Whichever comes first after a command that was killed brings its files to one state.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from usiran.cli.output import say
from usiran.cli.working import ticker, working
from usiran.corpus import LOCK, SWAP, Corpus
from usiran.errors import CorpusNotFound, FileError, UsiranError, counted
from usiran.io import dry_run

if TYPE_CHECKING:
    from usiran.io.atomic import Settled
    from usiran.io.lock import Holder

_OFFER = "wait until it is done, or say --wait"
_held = ExitStack()
_read: dict[Path, int] = {}  # from folders to their time of change when the command began


@contextmanager
def session() -> Iterator[None]:
    """Give back at the end of a command what it holds; refuse what it read of two states."""
    try:
        with working():
            yield
    except (SystemExit, UsiranError) as end:
        if isinstance(end, SystemExit) and dry_run.is_on():
            _tell_dry_run()
        # A swap begins and ends with a change in this folder.
        changed = [folder for folder, time in _read.items() if _changed_at(folder) != time]
        if changed:
            value = "files that another command replaced while this one read them"
            fix = "run it again: what it told may be of two states"
            raise FileError(changed[0], value, "files of one state", fix) from None
        raise
    finally:
        _held.close()
        _read.clear()
        dry_run.end()


def _tell_dry_run() -> None:
    """Say what a dry run would have done to which files."""
    here = Path.cwd()
    for path, verb in dry_run.end().items():
        say(f"would {verb}: {path.relative_to(here) if path.is_relative_to(here) else path}")
    say("dry run: nothing was written")


def to_read(folder: Path | None) -> None:
    """Bring to one state what a killed command left, and note what is read from here on."""
    # Whether there must be a corpus is for the command to say.
    with suppress(CorpusNotFound):
        corpus = Corpus.find(folder)
        _recover(corpus)
        _read[corpus.dataset] = _changed_at(corpus.dataset)


def not_reading() -> None:
    """Say that a command has read what it needs: it goes on for hours, or asks somebody."""
    _read.clear()
    ticker.stop()


def to_write(folder: Path | None, *, wait: bool) -> Corpus:
    """Return the corpus that a command is about to change; others are kept out until it ends."""
    corpus = Corpus.find(folder)
    # A dry run changes nothing, and works where nothing can be written.
    if dry_run.is_on():
        return corpus
    _held.enter_context(holding(corpus, wait=wait))
    return corpus


@contextmanager
def holding(corpus: Corpus, *, wait: bool) -> Iterator[None]:
    """Keep others from writing for a while."""
    from usiran.io.lock import locked

    if dry_run.is_on():
        yield
        return

    with locked(corpus.lock, wait=say if wait else None, fix=_OFFER) as killed:
        _settle(corpus, killed)
        _sweep(corpus)
        _read.pop(corpus.dataset, None)
        yield


def hold_folder(folder: Path) -> None:
    """Keep others from writing into a folder that is no corpus, and bring it to one state."""
    if dry_run.is_on():
        return
    from usiran.io.atomic import settle
    from usiran.io.lock import locked

    swap = folder / SWAP
    killed = _held.enter_context(locked(folder / LOCK))
    _tell(settle(swap), killed)


def _recover(corpus: Corpus) -> None:
    if not any(path.exists() for path in (corpus.swap, corpus.lock, corpus.rehearsal)):
        return
    from usiran.io.atomic import is_pending, settle
    from usiran.io.lock import Busy, locked

    try:
        with locked(corpus.lock) as killed:
            _settle(corpus, killed)
    except Busy:
        # Its command is at work. While it puts files in place, this one waits.
        if os.name != "nt":
            settle(corpus.swap)
    except FileError:
        if is_pending(corpus.swap):
            value = "files of two states, left by an interrupted command"
            fix = "run any `usiran` command where the folder can be written, or has space"
            raise FileError(corpus.root, value, "files of one state", fix) from None


def _settle(corpus: Corpus, killed: Holder | None) -> None:
    from usiran.io.atomic import settle

    shutil.rmtree(corpus.rehearsal, ignore_errors=True)
    _tell(settle(corpus.swap), killed)


def _sweep(corpus: Corpus) -> None:
    """Settle what was left by killed commands that wrote a file or folder named by their user."""
    from usiran.io.atomic import settle

    for place in (corpus.annotation, corpus.baselines, corpus.dataset, corpus.schemas):
        for path in place.rglob(".*.new"):
            # That one is what a run goes on from.
            if path.is_dir() and path.name != ".run.new":
                _tell(settle(path), None)


def _tell(settled: Settled | None, killed: Holder | None) -> None:
    if settled is None and killed is None:
        return
    state = settled.state if settled else "nothing"
    who = f"{killed}: " if killed else ""
    files = counted(len(settled.files), "file") if settled else ""
    if state == "done":
        rest = f"{files} in place; see them with `git status`"
        say(f"an interrupted command was brought to its end: {who}{rest}")
    elif state == "undone":
        say(f"an interrupted command was undone: {who}{files} are as they were")
    else:
        say(f"an interrupted command had left nothing half-way: {who}what it left is removed")


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
