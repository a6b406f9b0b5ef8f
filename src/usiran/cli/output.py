"""How results, progress and findings are printed: nothing in them is obeyed by a terminal."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from usiran.cli.working import ticker
from usiran.errors import Finding, grouped
from usiran.hidden import plain, plain_json, plain_line

_WIDTH = 80


def wrapped(line: str, indent: str, more: str) -> list[str]:
    """Return a line as lines of 80 columns; ids and words that are longer stay whole."""
    return textwrap.wrap(
        line,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=more,
        break_long_words=False,
        break_on_hyphens=False,
    )


def show_columns(rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns; on a terminal that is too narrow, each row on two lines."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in in_columns(rows, width):
        show(line)


def in_columns(rows: Sequence[Sequence[object]], width: int | None = None) -> Iterator[str]:
    r"""Yield rows in columns as wide as they need: an id that is cut short cannot be copied.

    Where that is more than `width`, the first cell stands alone and the others below it.

    >>> print(*in_columns([("id", "words"), ("a-long-id", 7)], 12), sep="\n")
    id
      words
    a-long-id
      7
    """
    cells = [[plain_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    fits = width is None or sum(widths) + 2 * (len(widths) - 1) <= width
    for row in cells:
        first, *others = (cell.ljust(most) for cell, most in zip(row, widths, strict=True))
        if fits:
            yield "  ".join((first, *others)).rstrip()
        else:
            yield first.rstrip()
            yield f"  {'  '.join(others)}".rstrip()


def show(text: object, *, end: str = "\n", flush: bool = False) -> None:
    """Write a result to standard output; nothing in it is obeyed by a terminal."""
    ticker.clear()
    print(plain(text), end=end, flush=flush)


def say(text: str) -> None:
    """Write a line of progress or a hint to standard error, as `show` does."""
    ticker.clear()
    print(plain(text), file=sys.stderr, flush=True)


def show_json(document: object) -> None:
    """Write one JSON document to standard output."""
    # Escaped is what cannot be seen: quotes of the texts are to be read as they stand.
    show(plain_json(json.dumps(document, indent=2, ensure_ascii=False)))


def show_encoded(document: object) -> None:
    """Write a document of msgspec's types as `show_json` does."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document)).decode()
    show(plain_json(text))


def show_findings(findings: Iterable[Finding], *, full: bool = False) -> None:
    """Write findings to standard output: many of a kind in one line, or with `full` one each."""
    for line in findings if full else grouped(findings):
        show(line)
