"""What every reader must make of a mutant: its content, or located findings; soon, and quietly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from usiran.errors import FileError, Finding, InputError
from usiran.hidden import plain

SECONDS = 10  # of work, however busy the machine is
WAIT = 120
LONGEST_LINE = 2000

Read = Callable[[Path], object]
Says = Callable[[bytes], object]


class TooLong(Exception):
    """An input took longer than it may."""


def judge(
    read: Read, path: Path, says: Says | None = None, seed: bytes | None = None
) -> Sequence[Finding]:
    """Read a mutant; return the findings, none where it was taken for what it says.

    `says` is what the file holds by a reader that is not the toolkit's. A mutant that this one
    cannot read has to have findings, or be read as the `seed` that it was made from: what is
    broken is nothing that is used.
    """
    try:
        with time_limit(SECONDS):
            content = read(path)
    except (FileError, InputError) as error:
        findings = [error.finding] if isinstance(error, FileError) else list(error.findings)
        check_findings(findings)
        return findings
    if says is not None:
        try:
            said = says(path.read_bytes())
        except Exception:  # whatever a plain reader raises, that is all it has to say
            said = says(seed or b"")
        assert content == said, f"{content} instead of {said}"
    return ()


def check_findings(findings: Sequence[Finding]) -> None:
    """Assert that each finding is one line that a terminal can show, and names a place."""
    assert findings
    for finding in findings:
        line = str(finding)
        assert finding.file, line
        assert len(line) < LONGEST_LINE, f"{len(line)} characters: {line[:300]}"
        assert plain(line) == line, ascii(line)
        assert not {"\n", "\t"} & set(line), ascii(line)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooLong` after so many seconds of work, or `WAIT` of waiting for something."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooLong(f"more than {seconds} s")

    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, WAIT),
    )
    old = {number: signal.signal(number, stop) for number, _, _ in timers}
    try:
        for _, timer, limit in timers:
            signal.setitimer(timer, limit)
        yield
    finally:
        for number, timer, _ in timers:
            signal.setitimer(timer, 0)
            signal.signal(number, old[number])
