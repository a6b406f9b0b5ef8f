"""An edited text as pieces: what it takes from the text it was made from, and its own words."""

from usiran.text.articles import sha256
from usiran.text.standoffs import Edit, Piece
from usiran.text.tokens import tokenize


def edit_of(source: str, edited: str) -> Edit:
    """Return how a text is made from a source: every token that the source has is taken there.

    >>> edit_of("The US left.", "Iran left.").pieces
    ('Iran', (6, 12))
    """
    source_tokens, tokens = tokenize(source), tokenize(edited)
    starts, ends = {token.start for token in source_tokens}, {token.end for token in source_tokens}
    pieces: list[Piece] = []
    at = done = 0
    while at < len(tokens):
        # The longest run of tokens from here on that the source has in one place.
        start, last = tokens[at].start, len(tokens) - 1
        while last > at and _place(source, edited[start : tokens[last].end], starts, ends) < 0:
            last -= 1
        end = tokens[last].end
        place = _place(source, edited[start:end], starts, ends)
        if place > 0 and edited[done:start] == " " == source[place - 1]:
            place, start = place - 1, start - 1
        _add(pieces, edited[done:start])
        if place < 0:
            _add(pieces, edited[start:end])
        else:
            pieces.append((place, place + end - start))
        at, done = last + 1, end
    _add(pieces, edited[done:])
    return Edit(tuple(pieces), sha256(edited))


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


def edited(source: str, edit: Edit | None) -> str | None:
    """Return the text that an edit makes of a source; None where it is not the one it made.

    >>> edited("The US left.", edit_of("The US left.", "Iran left."))
    'Iran left.'
    """
    if edit is None:
        return None
    text = "".join(p if isinstance(p, str) else source[p[0] : p[1]] for p in edit.pieces)
    return text if sha256(text) == edit.sha256 else None
