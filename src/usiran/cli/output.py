"""How results, progress and findings are printed: nothing in them is obeyed by a terminal."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from usiran.cli.working import ticker
from usiran.errors import Finding, grouped
from usiran.hidden import plain, plain_json, plain_line

if TYPE_CHECKING:
    from usiran.dataset.hub.publish import Published
    from usiran.site.space import Sent

_WIDTH = 80
_GLUE = "\x00"  # no text holds it


def wrapped(line: str, indent: str, more: str, width: int = _WIDTH) -> list[str]:
    """Return a line as lines of so many columns; ids and words that are longer stay whole."""
    return textwrap.wrap(
        line,
        width,
        initial_indent=indent,
        subsequent_indent=more,
        break_long_words=False,
        break_on_hyphens=False,
    )


def fitted(text: str, width: int | None) -> str:
    r"""Return a text with its lines broken at words where they are longer than `width` columns.

    What was found, what is allowed and how to mend it get a line each then. What stands in
    backticks stays whole, to be copied; without a `width` the text stays as it is.

    >>> print(fitted("a.csv: found 'x'; allowed: `usiran build`, or y; to mend: delete it", 20))
    a.csv: found 'x'
      allowed:
        `usiran build`,
        or y
      to mend: delete it
    """
    if width is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in _broken(line, width))


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    broken: list[str] = []
    for part in re.split("; (?=allowed: |to mend: )", line.strip()):
        # A blank that is no blank to textwrap, within what is typed as it stands.
        glued = re.sub("`[^`]*`", lambda code: code[0].replace(" ", _GLUE), part)
        own = f"{indent}  " if broken else indent
        broken += wrapped(glued, own, f"{own}  ", width)
    return [text.replace(_GLUE, " ") for text in broken]


def _width_of(stream: TextIO) -> int | None:
    return shutil.get_terminal_size().columns if stream.isatty() else None


def show_columns(rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns; on a terminal that is too narrow, each row on two lines."""
    for line in in_columns(rows, _width_of(sys.stdout)):
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
    """Write a line of progress or a hint to standard error, as `show_text` does."""
    ticker.clear()
    print(fitted(plain(text), _width_of(sys.stderr)), file=sys.stderr, flush=True)


def show_text(text: object) -> None:
    """Write sentences to standard output, with lines that the terminal has room for."""
    show(fitted(str(text), _width_of(sys.stdout)))


def show_json(document: object) -> None:
    """Write one JSON document to standard output."""
    # Escaped is what cannot be seen: quotes of the texts are to be read as they stand.
    show(plain_json(json.dumps(document, indent=2, ensure_ascii=False)))


def show_encoded(document: object) -> None:
    """Write a document of msgspec's types as `show_json` does."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document)).decode()
    show(plain_json(text))


def show_sent(sent: Sent | Published, result: str, *, unchanged: str, as_json: bool) -> None:
    """Write what was sent to the Hub, or with a dry run would be; `result` is where it stands."""
    if as_json:
        operations = [operation._asdict() for operation in sent.operations]
        show_json(sent._asdict() | {"operations": operations})
        return
    if sent.dry_run:
        for operation in sent.operations:
            show(operation)
        say(f"dry run: nothing was written to {sent.url}")
    else:
        show(result)
    if not sent.operations:
        say(unchanged)


def show_findings(findings: Iterable[Finding], *, full: bool = False) -> None:
    """Write findings to standard output: many of a kind in one line, or with `full` one each."""
    for line in findings if full else grouped(findings):
        show_text(line)
