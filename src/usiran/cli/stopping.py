"""Ctrl-C and SIGTERM stop a command alike: what it holds is given back, and a line says so."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

from usiran.cli.output import say

_OURS = (signal.SIG_DFL, signal.default_int_handler)
_told: list[str] = []


def tell_stopped(text: str) -> None:
    """Say what a command that is being stopped leaves, in the place of what is said of any."""
    _told.append(text)
    say(text)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let both signals interrupt a command, and end it with 128 and the signal's number."""
    numbers: list[int] = []

    def stop(number: int, _: object) -> None:
        numbers.append(number)
        raise KeyboardInterrupt

    # What a shell ignores for a command in the background stays ignored.
    signals = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if current_thread() is main_thread() and signal.getsignal(number) in _OURS
    ]
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer turns the interrupt into 130; a server that was stopped has ended well.
        if not numbers or getattr(end, "code", 130) != 130:
            raise
        if not _told:
            state = "the files are as they were, or the next command brings them to one state"
            say(f"usiran: stopped; {state}")
        sys.exit(128 + numbers[0])
    finally:
        _told.clear()
        for number, handler in before.items():
            signal.signal(number, handler)
