"""An article's sentences as an outline that a text editor can change.

One line is one sentence: its zone, a bar, its text with every run of blanks shown as one
space. Moving a line break moves a boundary; changing the first word changes the zone. The
words themselves cannot be changed: an edited outline is laid over the text character by
character.
"""

from __future__ import annotations

from collections.abc import Sequence

from usiran.errors import Finding, InputError, shorten
from usiran.schemas.names import ZONES
from usiran.text.articles import Sentence
from usiran.text.segmentation import Proposal


def outline(text: str, sentences: Sequence[Sentence | Proposal]) -> str:
    """Return the outline of an article.

    Examples
    --------
    >>> print(outline("They met.  She left.", [Proposal(0, 9, "body")]), end="")
    body        | They met.
    """
    rows = (f"{row.zone:<11} | {' '.join(text[row.start : row.end].split())}" for row in sentences)
    return "".join(f"{row}\n" for row in rows)


def read_outline(edited: str, text: str, *, file: str) -> list[Proposal]:
    """Lay an edited outline over the article's text.

    Parameters
    ----------
    edited : str
        The outline, one sentence a line; blank lines and lines that begin with # are ignored.
    text : str
        The article's text.
    file : str
        The file that a finding names.

    Raises
    ------
    InputError
        A line has no known zone, or the lines do not hold the text's words in order.
    """
    proposals: list[Proposal] = []
    at = 0
    for number, line in enumerate(edited.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        zone, bar, words = (part.strip() for part in line.partition("|"))
        if zone not in ZONES or not bar or not words:
            raise _fault(file, number, line, f"<zone> | <text>, zone one of {', '.join(ZONES)}")
        start, at = _follow(text, at, words, file=file, number=number)
        if at < len(text) and text[at - 1].isalnum() and text[at].isalnum():
            raise _fault(file, number, line, "a line break between words, not inside one")
        proposals.append(Proposal(start, at, zone))
    rest = text[at:].split()
    if rest:
        raise _fault(file, 0, " ".join(rest), "every word of the article in some line")
    return proposals


def _follow(text: str, at: int, words: str, *, file: str, number: int) -> tuple[int, int]:
    """Return where the non-blank characters of `words` lie in `text`, from `at` on."""
    start = None
    for char in (char for char in words if not char.isspace()):
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text) or text[at] != char:
            while at and text[at - 1].isalnum():
                at -= 1  # show whole words
            there = " ".join(text[at : at + 40].split())
            raise _fault(file, number, words, f"the article's next words: {there or 'none left'}")
        start = at if start is None else start
        at += 1
    assert start is not None  # the caller refuses lines without words
    return start, at


def _fault(file: str, number: int, value: str, allowed: str) -> InputError:
    record = f"line {number}" if number else "the end"
    fix = "move line breaks and change zones only; the words stay as they are"
    return InputError([Finding(file, record, "", shorten(value), allowed, fix)])
