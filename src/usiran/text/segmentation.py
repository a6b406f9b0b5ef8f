"""Proposing sentences and zones for a new article.

A segmenter only proposes: the boundaries in sentences.csv are data, curated by a reader.
pysbd does the splitting, line by line; what it leaves out is added to its neighbour, so
that every non-blank character always lies in exactly one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_TITLE_WORDS = 20
_ENDING = re.compile(r"[.!?:…][\"'”’)\]]*$")
_WIDGET = re.compile(
    r"(?i)^(?:comments are closed|leave a reply|story continues|read more|advertisement"
    r"|related (?:articles|stories)|share this|powered by|what do you think\?|written by"
    r"|\w+ responses? to\b).*$"
)


class Proposal(NamedTuple):
    """A proposed sentence: half-open offsets in code points, and its zone."""

    start: int
    end: int
    zone: str


def propose(text: str) -> list[Proposal]:
    """Propose sentences with zones for an article's text.

    Returns
    -------
    list of Proposal
        In order; none begins or ends with a blank, none overlap, and together they hold
        every non-blank character of `text`.

    Examples
    --------
    >>> [row.zone for row in propose("Talks resume. They left.")]
    ['body', 'body']
    """
    spans = [span for line in _lines(text) for span in _split(text, *line)]
    seen: set[str] = set()
    proposals: list[Proposal] = []
    for number, (start, end) in enumerate(spans):
        surface = text[start:end]
        zone = "boilerplate" if surface in seen else _zone(surface, first=number == 0)
        seen.add(surface)
        proposals.append(Proposal(start, end, zone))
    return proposals


def uncovered(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return the offsets of the non-blank characters that lie in no span, in order."""
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\x01" * (min(end, len(text)) - start)
    return [
        i
        for i, (char, hit) in enumerate(zip(text, covered, strict=True))
        if not hit and not char.isspace()
    ]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^\n]*\S[^\n]*", text):
        yield match.start(), match.end()


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split one line; join what the segmenter left out to the sentence before it."""
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
    cuts = {start}
    for span in segmenter.segment(text[start:end]):
        inside = start <= start + span.start < end
        if inside and text[start + span.start : start + span.end].strip():
            cuts.add(start + span.start)
    edges = [*sorted(cuts), end]
    spans = [_trim(text, *pair) for pair in pairwise(edges)]
    return [(left, right) for left, right in spans if left < right]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _zone(surface: str, *, first: bool) -> str:
    if _WIDGET.match(surface):
        return "boilerplate"
    heading = len(surface.split()) <= _TITLE_WORDS and not _ENDING.search(surface)
    return "title" if heading or (first and surface.endswith("?")) else "body"
