"""Proposing sentences and zones for a new article.

A segmenter only proposes: the boundaries in sentences.csv are data, curated by a reader. It is
asked line by line, and only where it begins a sentence counts: what it leaves out belongs to the
sentence before it, so that every non-blank character lies in exactly one, whatever it does.

What a reader of English still has to mend (of 175 boundaries in five news articles 2 were too
many, 1 was missed): a full stop in running text that ends no sentence, and a quotation that opens a
new one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

SEGMENTER = "nupunkt"
"""The package that knows where sentences of English begin."""

_TITLE_WORDS = 20
_ENDING = re.compile(r"[.!?:…][\"'”’)\]]*$")
_WIDGET = re.compile(
    r"(?i)^(?:comments are closed|leave a reply|story continues|read more|advertisement"
    r"|related (?:articles|stories)|share this|powered by|what do you think\?|written by"
    r"|\w+ responses? to\b).*$"
)
_OPENERS = "\"'“‘«„‚¿¡(["
_CLOSERS, _ENDS = "\"'”’“»)]", ".!?…؟"
# Titles before names, in languages of Latin script.
_WORDS = "sr sra srta dr dra prof profa ing gral gen lic st mr mrs ms mme mlle"
_TITLES = frozenset(_WORDS.split())


class Proposal(NamedTuple):
    """A proposed sentence: half-open offsets in code points, and its zone."""

    start: int
    end: int
    zone: str


def _english(line: str) -> list[int]:
    # Imported here: it takes .1 s, and most commands segment nothing.
    from nupunkt import sentence_spans

    return [start for start, _ in sentence_spans(line)]


def _by_marks(line: str) -> list[int]:
    """Return where sentences begin: behind a mark of an end, with no small letter."""
    pairs = pairwise(re.finditer(r"\S+", line))
    return [0, *(word.start() for before, word in pairs if _ends(before[0]) and _begins(word[0]))]


def _ends(word: str) -> bool:
    """Whether a sentence may end with a word: not with an initial, a title or a day's number."""
    marked = word.rstrip(_CLOSERS)
    bare = marked.rstrip(_ENDS)
    name = bare.lstrip(_OPENERS)
    number = name.isdecimal() and len(name) < 3
    short = number or len(name) == 1 or "." in name or name.lower() in _TITLES
    return bare != marked and not (short and marked == f"{bare}.")


def _begins(word: str) -> bool:
    # Letters without capitals begin a sentence as well as capitals do.
    first = word.lstrip(f"{_OPENERS}—–-")[:1]
    return first.isalnum() and not first.islower()


# Where the sentences of a line begin, by the language that corpus.toml names (ISO 639); a language
# that is not here is divided by its marks.
SEGMENTERS: Mapping[str, Callable[[str], list[int]]] = {"en": _english}


def propose(text: str, language: str = "en") -> list[Proposal]:
    """Propose sentences with zones for an article's text, in order.

    None begins or ends with a blank, none overlap, and together they hold every non-blank
    character of `text`.

    >>> propose("Talks with U.S. envoys resume. They left.")
    [Proposal(start=0, end=30, zone='body'), Proposal(start=31, end=41, zone='body')]
    """
    seen: set[str] = set()
    proposals: list[Proposal] = []
    for start, end in _sentences(text, SEGMENTERS.get(language, _by_marks)):
        surface = text[start:end]
        zone = "boilerplate" if surface in seen else _zone(surface, first=not seen)
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


def _sentences(text: str, segmenter: Callable[[str], list[int]]) -> list[tuple[int, int]]:
    # A line break always divides: headlines and captions end in no full stop.
    cuts = {len(text)}
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        cuts |= {line.start(), *(line.start() + start for start in segmenter(line[0]))}
    spans = [_trim(text, *pair) for pair in pairwise(sorted(cuts))]
    return [(start, end) for start, end in spans if start < end]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    surface = text[start:end]
    return start + len(surface) - len(surface.lstrip()), start + len(surface.rstrip())


def _zone(surface: str, *, first: bool) -> str:
    if _WIDGET.match(surface):
        return "boilerplate"
    heading = len(surface.split()) <= _TITLE_WORDS and not _ENDING.search(surface)
    return "title" if heading or (first and surface.endswith("?")) else "body"
