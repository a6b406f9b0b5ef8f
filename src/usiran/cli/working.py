"""A line on the terminal that says, where nothing else is said, that a command is at work."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from usiran.progress import under_way

SILENT = 2.0  # seconds after which somebody wonders
_ERASE = "\r\x1b[K"


class Ticker:
    """Tells the seconds from the second one of silence on, and vanishes before anything is said.

    Where standard error is no terminal, or is not wanted, it tells nothing.
    """

    def __init__(self, silent: float = SILENT) -> None:
        self._silent = silent
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._begun = self._last = time.monotonic()
        self._shown = False

    def start(self) -> None:
        """Begin to tell."""
        self._begun = self._last = time.monotonic()
        self._stopped.clear()
        threading.Thread(target=self._tick, daemon=True).start()

    def stop(self) -> None:
        """Tell nothing more: somebody is asked, or something else shows how far it is."""
        self._stopped.set()
        self.clear()

    def clear(self) -> None:
        """Take the line away, for something that is written now."""
        with self._lock:
            self._last = time.monotonic()
            if self._shown:
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
                self._shown = False

    def tell(self, now: float) -> None:
        """Tell how long the command has been at work, if nothing was said for a while."""
        with self._lock:
            if now - self._last >= self._silent and not self._stopped.is_set():
                work = under_way()
                far = f"; {work.told(now)}" if work else ""
                sys.stderr.write(f"{_ERASE}working, {now - self._begun:.0f} s{far}")
                sys.stderr.flush()
                self._shown = True

    def _tick(self) -> None:
        while not self._stopped.wait(1):
            self.tell(time.monotonic())


ticker = Ticker()


@contextmanager
def working() -> Iterator[None]:
    """Tell for a while that a command is at work, on a terminal that is not to be quiet."""
    if not sys.stderr.isatty() or {"--quiet", "-q"} & {*sys.argv}:
        yield
        return
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()
