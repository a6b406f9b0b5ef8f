"""How scores, differences, intervals, tables and others' words are written for a reader."""

import re
from collections.abc import Iterable, Sequence

from usiran.hidden import plain

# What Markdown or HTML would take for a mark: anywhere, between words, or where a line begins.
_MARKS = re.compile(r"[\\`*\[\]<>|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|^[#+=-]")
_NUMBERED = re.compile(r"^(\d+)([.)])")


def score(value: float) -> str:
    """Return a score with two places after a bare point, the usual way to print one.

    >>> score(0.456), score(1.0), score(-0.031)
    ('.46', '1.00', '-.03')
    """
    text = f"{value + 0.0:.2f}"
    text = "0.00" if text == "-0.00" else text
    # Below 1 a leading nought says nothing; 0.996 is rounded to 1.00 and keeps its digit.
    return text.replace("0.", ".", 1) if abs(value) < 0.995 else text


def signed(value: float) -> str:
    """Return a difference with its sign.

    >>> signed(0.123), signed(-0.5), signed(0.0)
    ('+.12', '-.50', '.00')
    """
    return f"+{score(value)}" if value >= 0.005 else score(value)


def span_of(interval: tuple[float, float]) -> str:
    """Return an interval's bounds.

    >>> span_of((0.25, 0.5))
    '.25 to .50'
    """
    return f"{score(interval[0])} to {score(interval[1])}"


def signed_span(interval: tuple[float, float]) -> str:
    """Return the bounds of a difference's interval.

    >>> signed_span((-0.25, 0.5))
    '-.25 to +.50'
    """
    return f"{signed(interval[0])} to {signed(interval[1])}"


def table(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    r"""Return a Markdown table.

    >>> print(table(["a", "b"], [["1", "2 | 3"]]))
    | a | b |
    |---|---|
    | 1 | 2 \| 3 |
    """
    lines = ["| " + " | ".join(map(cell, line)) + " |" for line in (heads, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(heads)}", *lines[1:]])


def cell(value: object) -> str:
    """Return a value on one line, without bars that would divide it."""
    return " ".join(str(value).split()).replace("|", "\\|")


def words(value: object) -> str:
    r"""Return others' words as Markdown that shows them as they stand, on one line.

    >>> print(words("*a* <b> | [c](d)"))
    \*a\* \<b\> \| \[c\](d)
    """
    line = plain(" ".join(str(value).split()))
    return _NUMBERED.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", line))
