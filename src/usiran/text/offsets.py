r"""Placing a span of an export on the article's text.

Offsets in this project count Unicode code points. An export may instead count UTF-16 code
units (old servers, regions resized by dragging), and one export may hold both. The quoted
text is the witness: what the browser selected, with runs of blanks collapsed and every line
break written as the two characters ``\n``.
"""

import re
from bisect import bisect_left
from itertools import takewhile
from typing import Literal, NamedTuple

How = Literal["exact", "utf16", "searched", "trusted"]

RADIUS = 32
"""How far from the given start, in code points, a quoted text is searched."""

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_BLANKS = re.compile(r"[^\S\r\n]+")
# A browser drops the blanks beside a line break from what it quotes.
_BREAK = re.compile(r"[^\S\r\n]*(?:\r\n?|\n|\\n)[^\S\r\n]*")
_ENDS = re.compile(r"^(?:\s|\\n)+|(?:\s|\\n)+$")
_PIECES = re.compile(r"( |\\n)")


class Placement(NamedTuple):
    """Where a span lies, and how that was found.

    `how`: ``exact``, the offsets fit the quoted text as they are; ``utf16``, they fit when
    read as UTF-16 units; ``searched``, the quoted text stands once nearby; ``trusted``, there
    is no quoted text to compare with. `trimmed`: blanks at the ends were cut off. All but
    exact and not trimmed is a repair, which the reader reports.
    """

    start: int
    end: int
    how: How
    trimmed: bool = False

    @property
    def repaired(self) -> bool:
        """Whether the placement is other than what was given, or could not be checked."""
        return self.trimmed or self.how != "exact"


def utf16_to_codepoint(text: str, offset: int) -> int:
    """Return the number of code points in the first `offset` UTF-16 units of `text`.

    One that is negative, beyond the text, or inside a surrogate pair is a ValueError.

    >>> utf16_to_codepoint("😀 IS", 3)
    2
    """
    # The k-th astral character at code point p starts at unit p + k and takes two units.
    units = [match.start() + k for k, match in enumerate(_ASTRAL.finditer(text))]
    before = bisect_left(units, offset)
    if not 0 <= offset <= len(text) + len(units):
        raise ValueError(f"offset {offset} outside a text of {len(text) + len(units)} units")
    if before and units[before - 1] == offset - 1:
        raise ValueError(f"offset {offset} inside a surrogate pair")
    return offset - before


def normalise(text: str) -> str:
    r"""Return `text` as a browser quotes it: blanks collapsed, line breaks as ``\n``.

    >>> print(normalise("no  way\r\nback"))
    no way\nback
    """
    return _BREAK.sub(r"\\n", _BLANKS.sub(" ", text))


def place(text: str, start: int, end: int, quoted: str | None) -> Placement | None:
    """Find the span that an export means.

    In this order: the offsets as they are; as UTF-16 units; the one place within `RADIUS`
    code points of `start` where the quoted text stands. Texts are compared after
    `normalise` and without blanks at their ends; the placed span never begins or ends with a
    blank. Without quoted text the offsets are trusted where they lie inside the text. None
    where no rule applies: nothing fits, several places do, or the span is blank.

    >>> place("IS said IS", 0, 2, "IS")
    Placement(start=0, end=2, how='exact', trimmed=False)
    >>> place("😀😀 IS fled", 5, 7, "IS")
    Placement(start=3, end=5, how='utf16', trimmed=False)
    >>> place("the US fled", 0, 2, "US")
    Placement(start=4, end=6, how='searched', trimmed=False)
    >>> place("US, US", 1, 3, "US") is None
    True
    """
    if not quoted:
        return _trim(text, start, end, "trusted") if 0 <= start < end <= len(text) else None
    if _fits(text, start, end, quoted):
        return _trim(text, start, end, "exact")
    try:
        first, last = utf16_to_codepoint(text, start), utf16_to_codepoint(text, end)
    except ValueError:
        first = last = 0
    if _fits(text, first, last, quoted):
        return _trim(text, first, last, "utf16")
    return _search(text, start, _core(quoted) or normalise(quoted))


def _fits(text: str, start: int, end: int, quoted: str) -> bool:
    """Tell whether a span holds the quoted text, as it stands or but for blanks at the ends."""
    if not 0 <= start < end <= len(text):
        return False
    if normalise(text[start:end]) == normalise(quoted):
        return True
    inside = normalise(text[start:end].strip())
    return inside != "" and inside in (normalise(quoted.strip()), _core(quoted))


def _core(quoted: str) -> str:
    r"""Return a quoted text without blanks and line breaks (``\n``) at its ends."""
    return _ENDS.sub("", normalise(quoted))


def _trim(text: str, start: int, end: int, how: How) -> Placement | None:
    inner = text[start:end]
    first = start + len(inner) - len(inner.lstrip())
    last = end - len(inner) + len(inner.rstrip())
    if first >= last:
        return None
    return Placement(first, last, how, (first, last) != (start, end))


def _search(text: str, start: int, wanted: str) -> Placement | None:
    """Return the only place near `start` where `wanted` stands."""
    # Normalised text stands for whatever would have been normalised to it.
    forms = {" ": _BLANKS.pattern, r"\n": _BREAK.pattern}
    inside = "".join(forms.get(piece) or re.escape(piece) for piece in _PIECES.split(wanted))
    # A lookahead finds places that overlap too: they also make a search ambiguous.
    matches = re.compile(f"(?=({inside}))").finditer(text, max(0, start - RADIUS))
    near = list(takewhile(lambda match: match.start() <= start + RADIUS, matches))
    return _trim(text, *near[0].span(1), "searched") if len(near) == 1 else None
