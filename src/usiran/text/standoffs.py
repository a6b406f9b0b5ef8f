"""What is kept of a withdrawn text: its size, hashes, token and sentence offsets, no words.

The toolkit works on a *skeleton* of such a text: every token stands as underscores, a single
character or a possessive ending as a mark of that size. `tokenize` gives the same offsets on
it as on the text, so that everything but the words can still be checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from usiran.corpus import Corpus
from usiran.errors import FileError, shorten
from usiran.text.tokens import Token, tokenize

Piece = str | tuple[int, int]
"""Part of an edited sentence: new words, or half-open offsets in the sentence's own text."""

MASK = "_"
_FIX = "put the file back as `usiran articles withdraw` wrote it"


class Place(msgspec.Struct, frozen=True):
    """Where a sentence lies in the text, and the SHA-256 of its words."""

    start: int
    end: int
    sha256: str


class Edited(msgspec.Struct, frozen=True):
    """A contrast item without the sentence's words, and the SHA-256 of its text."""

    pieces: tuple[Piece, ...]
    sha256: str


class Standoff(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawn article's stand-off file.

    Parameters
    ----------
    article_id : str
        The article.
    withdrawn : str
        The day, ISO 8601.
    reason : str
        Why, in a sentence.
    text_sha256 : str
        SHA-256 of the text's UTF-8 bytes.
    length : int
        Code points of the text.
    tokens : tuple of (int, int)
        Half-open offsets of every token, from the left.
    sentences : mapping
        From sentence_id to its place.
    contrast : mapping
        From contrast_id to the edit that makes it from its sentence.
    checksum : str
        SHA-256 of everything else in the file.
    """

    article_id: str
    withdrawn: str
    reason: str
    text_sha256: str
    length: int
    tokens: tuple[tuple[int, int], ...]
    sentences: dict[str, Place]
    contrast: dict[str, Edited] = {}
    checksum: str = ""

    def sealed(self) -> Standoff:
        """Return it with the checksum of what it holds."""
        return msgspec.structs.replace(self, checksum=_checksum(self))

    def content(self) -> bytes:
        """Return the file's bytes."""
        return msgspec.json.encode(self) + b"\n"

    def skeleton(self) -> str:
        """Return what stands for the text."""
        return skeleton(self.tokens, self.length)


def _checksum(standoff: Standoff) -> str:
    bare = msgspec.structs.replace(standoff, checksum="")
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()


def skeleton(tokens: Iterable[tuple[int, int]], length: int) -> str:
    """Return a text of `length` code points whose tokens lie where these do.

    Examples
    --------
    >>> skeleton([(0, 6), (6, 8), (9, 10), (10, 11), (11, 12), (12, 13)], 14)
    "______'s .... "
    """
    marks = [" "] * length
    word_end = -1
    for start, end in tokens:
        if end - start == 1:
            marks[start] = "."
        elif start == word_end:
            # Two words never touch: the second of them is a possessive ending.
            marks[start:end] = "'s"
        else:
            marks[start:end] = MASK * (end - start)
            word_end = end
    return "".join(marks)


def skeleton_of(text: str) -> str:
    """Return the skeleton of a text that is there.

    Examples
    --------
    >>> skeleton_of("The envoy’s car: a U.S. one")
    "___ _____'s ___. . .... ___"
    """
    return skeleton(bounds(tokenize(text)), len(text))


def bounds(tokens: Sequence[Token]) -> tuple[tuple[int, int], ...]:
    """Return the offsets of tokens."""
    return tuple((token.start, token.end) for token in tokens)


def read_standoff(corpus: Corpus, article_id: str) -> Standoff | None:
    """Read an article's stand-off file; None where there is none.

    Raises
    ------
    FileError
        The file is not what a withdrawal wrote.
    """
    path = corpus.withdrawn / f"{article_id}.json"
    content = _content(path)
    if content is None:
        return None
    file = corpus.name_of(path)
    try:
        standoff = msgspec.json.decode(content, type=Standoff)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileError(file, shorten(error, 120), "a stand-off file", _FIX) from None
    if standoff.checksum != _checksum(standoff) or standoff.article_id != article_id:
        found = "other content than its checksum says"
        raise FileError(file, found, f"the stand-off file of {article_id}", _FIX)
    return standoff


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        found = (error.strerror or str(error)).lower()
        raise FileError(str(path), found, "a stand-off file", _FIX) from None
