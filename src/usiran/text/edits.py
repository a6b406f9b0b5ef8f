"""An edited sentence as the edit: what it takes from its sentence, and its own words."""

from __future__ import annotations

from collections.abc import Iterable

from usiran.text.articles import sha256
from usiran.text.standoffs import Edited, Piece
from usiran.text.tokens import tokenize


def edit_of(source: str, edited: str) -> Edited:
    """Return how a text is made from a source: every token that the source has is taken there.

    Parameters
    ----------
    source : str
        The sentence that was edited.
    edited : str
        The result.

    Examples
    --------
    >>> edit_of("The US left.", "Iran left.").pieces
    ('Iran', (6, 12))
    """
    starts = {token.start for token in tokenize(source)}
    ends = {token.end for token in tokenize(source)}
    tokens = tokenize(edited)
    pieces: list[Piece] = []
    at = done = 0
    while at < len(tokens):
        first, last = tokens[at].start, len(tokens) - 1
        while last > at and _place(source, edited[first : tokens[last].end], starts, ends) < 0:
            last -= 1
        words = edited[first : tokens[last].end]
        place = _place(source, words, starts, ends)
        if place >= 0 and edited[done:first] == " " and source[place - 1 : place] == " ":
            place, first = place - 1, first - 1
        _add(pieces, edited[done:first])
        _add(pieces, words) if place < 0 else pieces.append(
            (place, place + tokens[last].end - first)
        )
        at, done = last + 1, tokens[last].end
    _add(pieces, edited[done:])
    return Edited(tuple(pieces), sha256(edited))


def _place(source: str, words: str, starts: set[int], ends: set[int]) -> int:
    """Return where the source has these words at whole tokens, or -1."""
    at = source.find(words)
    while at >= 0 and not (at in starts and at + len(words) in ends):
        at = source.find(words, at + 1)
    return at


def _add(pieces: list[Piece], words: str) -> None:
    if words and pieces and isinstance(pieces[-1], str):
        pieces[-1] += words
    elif words:
        pieces.append(words)


def apply(source: str, pieces: Iterable[Piece]) -> str:
    """Return the edited text.

    Examples
    --------
    >>> apply("The US left.", ["Iran", (6, 12)])
    'Iran left.'
    """
    return "".join(piece if isinstance(piece, str) else source[slice(*piece)] for piece in pieces)
