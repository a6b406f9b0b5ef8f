r"""Placing the spans of an export on the text that they were drawn on.

Offsets in this project count Unicode code points. An export may instead count UTF-16 code
units (old servers, regions resized by dragging), count a line break as two (a text with CRLF)
or be of a text in which everything stood further on; one export may hold several of these. The
quoted text is the witness: what the browser selected, with runs of blanks collapsed and every
line break written as the two characters ``\n``. A repeated word may fit in several ways by
chance, so the spans of one text are judged together.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Literal, NamedTuple

from usiran.text.tokens import tokenize

Way = Literal["exact", "utf16", "crlf", "utf16 crlf", "lf"]
"""A way to count: code points, UTF-16 units, a line feed as two, both, CRLF as one."""

How = Way | Literal["offsets", "drift", "searched", "trusted"]
Bounds = tuple[int, int]

_SLACK = 100  # blanks at the ends of a quote
RADIUS = 32
"""How far from the given start, in code points, a quoted text is searched."""

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_LINE_FEED = re.compile(r"(?<!\r)\n")
_CRLF = re.compile(r"\r(?=\n)")
_BLANKS = re.compile(r"[^\S\r\n]+")
# A browser drops the blanks beside a line break from what it quotes.
_BREAK = re.compile(r"[^\S\r\n]*(?:\r\n?|\n|\\n)[^\S\r\n]*")
_ENDS = re.compile(r"^(?:\s|\\n)+|(?:\s|\\n)+$")
_PIECES = re.compile(r"( |\\n)")
# A word that stands so often tells nothing about how far a text has moved.
_OFTEN = 50


class Drawn(NamedTuple):
    """Where an export says that a span lies, and the text that it quotes, if any."""

    start: int
    end: int
    quoted: str | None = None


class Placement(NamedTuple):
    """Where a span lies, and how that was found.

    `how`: a way to count in which the offsets fit the quoted text; ``offsets``, they hold the
    quoted text and more, from token to token; ``drift``, they fit when moved as those of other
    spans; ``searched``, the quoted text stands once nearby; ``trusted``, there is no quoted text
    to compare with. `trimmed`: blanks at the ends were cut off. All but exact and not trimmed is
    a repair, which the reader reports.
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
    return _to_codepoint(_positions(_ASTRAL, text), len(text), offset)


def _positions(pattern: re.Pattern[str], text: str) -> list[int]:
    return [match.start() for match in pattern.finditer(text)]


def _to_codepoint(longer: Sequence[int], size: int, offset: int) -> int:
    """Return the code point at an offset in units, two of which each of `longer` takes."""
    # The k-th such character at code point p starts at unit p + k.
    units = [position + k for k, position in enumerate(longer)]
    before = bisect_left(units, offset)
    if not 0 <= offset <= size + len(units):
        raise ValueError(f"offset {offset} outside a text of {size + len(units)} units")
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
    """Find one span that an export means: `place_all`, where there is no other evidence.

    >>> place("IS said IS", 0, 2, "IS")
    Placement(start=0, end=2, how='exact', trimmed=False)
    >>> place("😀😀 IS fled", 5, 7, "IS")
    Placement(start=3, end=5, how='utf16', trimmed=False)
    >>> place("a US patrol", 2, 11, "patrol")
    Placement(start=2, end=11, how='offsets', trimmed=False)
    >>> place("the US fled", 0, 2, "US")
    Placement(start=4, end=6, how='searched', trimmed=False)
    >>> place("US, US", 1, 3, "US") is None
    True
    """
    return place_all(text, [Drawn(start, end, quoted)])[0]


def place_all(text: str, drawn: Sequence[Drawn]) -> list[Placement | None]:
    """Find the spans that an export means in one text, each by the evidence of all.

    In this order: the offsets in the way to count in which most of the spans fit, then in any
    other; the offsets as they are, where they hold the quoted text and end at token borders;
    moved as far as others are; the one place within `RADIUS` code points of the start where the
    quoted text stands. Texts are compared after `normalise` and without blanks at their ends; a
    placed span never begins or ends with a blank. Without quoted text the offsets are trusted
    where they lie inside the text. None where no rule applies: nothing fits, several places do,
    the span is blank, or an offset lies far outside.

    Spans are moved together where two or more that fit in no way fit when moved equally far
    (three or more, beyond `RADIUS`). So are spans that fit as they stand, where all that fit at
    all also fit when moved: then it is chance.

    >>> text = "😀😀😀US US Basra"
    >>> [place_all(text, [Drawn(6, 8, "US"), span])[0].how
    ...  for span in (Drawn(9, 14, "Basra"), Drawn(12, 17, "Basra"))]
    ['exact', 'utf16']
    """
    # A quote writes a line break as two characters, and may have been quoted twice; one that is
    # longer still, such as a whole file, fits nowhere and would take minutes to look for.
    most = 4 * len(text) + _SLACK
    usual = [span for span in drawn if len(span.quoted or "") <= most]
    placed = dict(zip(usual, _Text(text).place_all(usual), strict=True))
    return [placed.get(span) for span in drawn]


class _Text:
    """One text, and every way that offsets on it may count."""

    def __init__(self, text: str) -> None:
        self.text = text
        astral, feeds = _positions(_ASTRAL, text), _positions(_LINE_FEED, text)
        ways: dict[Way, list[int]] = {"utf16": astral, "crlf": feeds}
        if astral and feeds:
            ways["utf16 crlf"] = sorted(astral + feeds)
        # From the way to the characters that count two; those that count nothing are apart.
        self.longer: dict[Way, list[int]] = {"exact": []}
        self.longer |= {way: positions for way, positions in ways.items() if positions}
        self.crlf = [position - k for k, position in enumerate(_positions(_CRLF, text))]
        if self.crlf:
            self.longer["lf"] = []

    def place_all(self, drawn: Sequence[Drawn]) -> list[Placement | None]:
        fits = {span: self._ways(span) for span in dict.fromkeys(drawn)}
        votes = Counter(way for ways in fits.values() for way in ways)
        # Sorting keeps equals in the order of trust, which is that of the ways.
        order = sorted(self.longer, key=lambda way: -votes[way])
        # Whatever fits in no way is looked for from where the commonest way puts it.
        near = {span: self._read(span, order[0]) for span in fits}
        shifts = self._shifts({near[span] for span, ways in fits.items() if not ways})
        fitting = [near[span] for span, ways in fits.items() if ways]
        chance = bool(shifts and fitting) and all(self._moved(s, shifts[0]) for s in fitting)
        placed: dict[Drawn, Placement | None] = {}
        for span, ways in fits.items():
            if not span.quoted:
                bounds = self._bounds(span, order[0])
                placed[span] = bounds and _trim(self.text, *bounds, "trusted")
            elif chance and (bounds := self._moved(near[span], shifts[0])):
                placed[span] = _trim(self.text, *bounds, "drift")
            elif ways:
                way = next(way for way in order if way in ways)
                placed[span] = _trim(self.text, *ways[way], way)
            else:
                placed[span] = self._looked_for(near[span], shifts)
        return [placed[span] for span in drawn]

    def _looked_for(self, span: Drawn, shifts: Sequence[int]) -> Placement | None:
        """Return where a span is whose offsets do not fit its quoted text."""
        if not self._is_near(span):
            return None
        if self._holds(span):
            return _trim(self.text, span.start, span.end, "offsets")
        moved = (self._moved(span, shift) for shift in shifts)
        if bounds := next(filter(None, moved), None):
            return _trim(self.text, *bounds, "drift")
        return _search(self.text, span.start, _wanted(span.quoted or ""))

    def _read(self, span: Drawn, way: Way) -> Drawn:
        """Return a span with its offsets in code points, where they lie inside the text."""
        bounds = self._bounds(span, way)
        return span if bounds is None else Drawn(*bounds, span.quoted)

    def _ways(self, span: Drawn) -> dict[Way, Bounds]:
        """Return the ways in which a span's offsets fit its quoted text, and where it then is."""
        if not span.quoted:
            return {}
        bounds = {way: self._bounds(span, way) for way in self.longer}
        return {way: b for way, b in bounds.items() if b and _fits(self.text, *b, span.quoted)}

    def _bounds(self, span: Drawn, way: Way) -> Bounds | None:
        """Return a span's offsets in code points, where they lie inside the text."""
        try:
            first, last = (self._codepoint(offset, way) for offset in span[:2])
        except ValueError:
            return None
        return (first, last) if 0 <= first < last <= len(self.text) else None

    def _codepoint(self, offset: int, way: Way) -> int:
        if way == "lf":
            return offset + bisect_left(self.crlf, offset)
        return _to_codepoint(self.longer[way], len(self.text), offset)

    def _is_near(self, span: Drawn) -> bool:
        """Tell whether both offsets may be those of the quoted text, a little off."""
        most = 2 * len(self.text) + RADIUS
        length = span.end - span.start - len(span.quoted or "")
        return -RADIUS <= span.start <= most and -RADIUS <= length <= RADIUS

    def _holds(self, span: Drawn) -> bool:
        """Tell whether a span's offsets hold its quoted text and more, from token to token."""
        starts, ends = self._borders
        inside = normalise(self.text[max(span.start, 0) : max(span.end, 0)])
        return span.start in starts and span.end in ends and _wanted(span.quoted or "") in inside

    @cached_property
    def _borders(self) -> tuple[set[int], set[int]]:
        tokens = tokenize(self.text)
        return {token.start for token in tokens}, {token.end for token in tokens}

    def _shifts(self, unplaced: set[Drawn]) -> list[int]:
        """Return how far the text has moved, by two or more spans, what most say first."""
        votes: Counter[int] = Counter()
        for span in unplaced:
            if not span.quoted or not self._is_near(span) or self._holds(span):
                continue
            places = [match.start(1) for match in _matches(self.text, _wanted(span.quoted))]
            if len(places) <= _OFTEN:
                votes.update(place - span.start for place in places)
        enough = {
            shift: count
            for shift, count in votes.items()
            if count >= (2 if abs(shift) <= RADIUS else 3)
        }
        return sorted(enough, key=lambda shift: (-enough[shift], abs(shift), shift))

    def _moved(self, span: Drawn, shift: int) -> Bounds | None:
        """Return where a span is when it is moved, if its quoted text stands there."""
        start = span.start + shift
        if not span.quoted or not self._is_near(span) or not 0 <= start < len(self.text):
            return None
        match = _pattern(_wanted(span.quoted)).match(self.text, start)
        return match.span(1) if match else None


def _wanted(quoted: str) -> str:
    return _core(quoted) or normalise(quoted)


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
    matches = _matches(text, wanted, max(0, min(start - RADIUS, len(text))))
    near = list(takewhile(lambda match: match.start() <= start + RADIUS, matches))
    return _trim(text, *near[0].span(1), "searched") if len(near) == 1 else None


def _matches(text: str, wanted: str, start: int = 0) -> Iterator[re.Match[str]]:
    return _pattern(wanted).finditer(text, start)


def _pattern(wanted: str) -> re.Pattern[str]:
    # Normalised text stands for whatever would have been normalised to it.
    forms = {" ": _BLANKS.pattern, r"\n": _BREAK.pattern}
    inside = "".join(forms.get(piece) or re.escape(piece) for piece in _PIECES.split(wanted))
    # A lookahead finds places that overlap too: they also make a search ambiguous.
    return re.compile(f"(?=({inside}))")
