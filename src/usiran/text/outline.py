"""An article's sentences as an outline that a text editor can change.

One line is one sentence: its zone, a bar, its text with every run of blanks shown as one
space and hidden characters spelled out. Moving a line break moves a boundary; changing the
first word changes the zone. The words themselves cannot be changed: an edited outline is laid
over the text character by character.
"""

from collections.abc import Sequence

from usiran.errors import Finding, InputError, shorten
from usiran.hidden import spelled, unspelled
from usiran.schemas.names import ZONES
from usiran.text.articles import Sentence
from usiran.text.segmentation import Proposal


def outline(text: str, sentences: Sequence[Sentence | Proposal]) -> str:
    """Return the outline of an article.

    >>> print(outline("They met.  She left.", [Proposal(0, 9, "body")]), end="")
    body        | They met.
    """
    lines = []
    for row in sentences:
        words = " ".join(text[row.start : row.end].split())
        # What looks like a spelled character is spelled itself: reading gives the text back.
        shown = spelled(words.replace("\\u{", "\\u{5c}u{"))
        lines.append(f"{row.zone:<11} | {shown}\n")
    return "".join(lines)


def read_outline(edited: str, text: str, *, file: str) -> list[Proposal]:
    """Lay an edited outline over the article's text; blank lines and comments (#) are ignored."""
    proposals: list[Proposal] = []
    end = 0
    for number, line in enumerate(edited.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        record = f"line {number}"
        zone, bar, words = (part.strip() for part in line.partition("|"))
        if zone not in ZONES or not bar or not words:
            allowed = f"<zone> | <text>, zone one of {', '.join(ZONES)}"
            raise _error(file, record, line, allowed)
        start, end = _follow(text, end, unspelled(words), file=file, record=record)
        if end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
            raise _error(file, record, line, "a line break between words, not inside one")
        proposals.append(Proposal(start, end, zone))
    if rest := text[end:].split():
        raise _error(file, "the end", " ".join(rest), "every word of the article in some line")
    return proposals


def _follow(text: str, at: int, words: str, *, file: str, record: str) -> tuple[int, int]:
    """Return where the non-blank characters of `words` lie in `text`, from `at` on."""
    # Blanks are not compared: the outline shows every run of them, line breaks too, as one space.
    places: list[int] = []
    for char in "".join(words.split()):
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text) or text[at] != char:
            while at and text[at - 1].isalnum():
                at -= 1  # the message shows whole words
            rest = " ".join(text[at : at + 40].split()) or "none left"
            raise _error(file, record, words, f"the article's next words: {rest}")
        places.append(at)
        at += 1
    return places[0], at


def _error(file: str, record: str, value: str, allowed: str) -> InputError:
    fix = "move line breaks and change zones only; the words stay as they are"
    return InputError([Finding(file, record, "", shorten(value), allowed, fix)])
