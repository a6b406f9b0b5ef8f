"""What a text-free edition carries of a text, so that a reader's own copy can be recognised.

A *word* is a run of letters, marks, digits and underscores, over soft hyphens and zero-width
characters. The normal form of a text is its words, each in Unicode's NFKC without those
characters, with one space between them: quotes, dashes, ellipses, blanks, line ends and byte
order marks have no part in it; small and capital letters differ. A *template* is the text
with underscores in place of its words: it says which marks and blanks stand where.

Hashes are SHA-256 over UTF-8, without a salt.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import regex

from usiran.text.articles import Sentence, sha256
from usiran.text.standoffs import MASK, Edited

EDGE = 3
"""Words hashed at each end of a sentence."""

Form = Literal["", "NFC", "NFD", "NFKC", "NFKD"]
"""How letters are composed; "" is as they stand."""

_IGNORED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_WORD = regex.compile(rf"[\p{{L}}\p{{M}}\p{{N}}_]+(?:[{_IGNORED}]+[\p{{L}}\p{{M}}\p{{N}}_]+)*")
_DROP = dict.fromkeys(map(ord, _IGNORED))
_BLANK = regex.compile(rf"{MASK}+")
_FORMS: tuple[Form, ...] = ("", "NFC", "NFD", "NFKC", "NFKD")


class Word(NamedTuple):
    """A word of a text: half-open offsets in code points, as written, and its normal form."""

    start: int
    end: int
    text: str
    key: str


class Anchor(msgspec.Struct, frozen=True):
    """What is known of a sentence: its place, its size in words, and hashes.

    `sha256` is that of its text, `normal` that of its normal form; `first` and `last` are
    those of its first and last three words in normal form (of all words where it has fewer).
    """

    start: int
    end: int
    words: int
    sha256: str
    normal: str
    first: str
    last: str


class Anchors(msgspec.Struct, frozen=True):
    """The restore data of one article.

    Parameters
    ----------
    article_id : str
        The article.
    text_sha256 : str
        SHA-256 of its text.
    template : str
        The text without its words.
    sentences : mapping
        From sentence_id to its anchor, in the order of the text.
    fields : mapping
        From the name of a published field that quotes the text (its headline) to how it is
        made from the text.
    contrast : mapping
        From contrast_id to how the item is made from its sentence.
    """

    article_id: str
    text_sha256: str
    template: str
    sentences: dict[str, Anchor]
    fields: dict[str, Edited] = {}
    contrast: dict[str, Edited] = {}

    def content(self) -> bytes:
        """Return the file's bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def words(text: str) -> list[Word]:
    """Return the words of a text.

    Examples
    --------
    >>> [word.key for word in words("The envoy’s co\u00adoperation… ended")]
    ['The', 'envoy', 's', 'cooperation', 'ended']
    """
    return [
        Word(*match.span(), match[0], unicodedata.normalize("NFKC", match[0].translate(_DROP)))
        for match in _WORD.finditer(text)
    ]


def normal(parts: Sequence[Word]) -> str:
    """Return the hash of words in normal form."""
    return sha256(" ".join(word.key for word in parts))


def template(text: str) -> str:
    """Return a text with underscores in place of its words.

    Examples
    --------
    >>> template("“No”, said the U.S. envoy.")
    '“__”, ____ ___ _._. _____.'
    """
    return _WORD.sub(lambda match: MASK * len(match[0]), text)


def anchor(text: str, sentence: Sentence) -> Anchor:
    """Return what is kept of one sentence of a text."""
    inside = text[sentence.start : sentence.end]
    parts = words(inside)
    return Anchor(
        sentence.start,
        sentence.end,
        len(parts),
        sha256(inside),
        normal(parts),
        normal(parts[:EDGE]),
        normal(parts[-EDGE:]),
    )


def anchors(
    article_id: str,
    text: str,
    sentences: Sequence[Sentence],
    *,
    fields: Mapping[str, Edited],
    contrast: Mapping[str, Edited],
) -> Anchors:
    """Return the restore data of one article."""
    found = {row.sentence_id: anchor(text, row) for row in sentences}
    return Anchors(article_id, sha256(text), template(text), found, dict(fields), dict(contrast))


def fill(template: str, parts: Sequence[Word], wanted: str) -> str | None:
    """Return a template filled with words, if that gives the text with the wanted hash.

    A copy may compose its letters otherwise than the text did: each of Unicode's forms is
    tried, and only what has the hash is returned.

    Examples
    --------
    >>> fill("“__”, ____.", words('"No" said'), sha256("“No”, said."))
    '“No”, said.'
    """
    places = [match.span() for match in _BLANK.finditer(template)]
    if len(places) != len(parts):
        return None
    for form in _FORMS:
        text = _filled(template, places, parts, form)
        if text is not None and sha256(text) == wanted:
            return text
    return None


def _filled(
    template: str, places: Sequence[tuple[int, int]], parts: Sequence[Word], form: Form
) -> str | None:
    made, at = [], 0
    for (start, end), word in zip(places, parts, strict=True):
        fitting = [one for one in _spellings(word, form) if len(one) == end - start]
        if not fitting:
            return None
        made += [template[at:start], fitting[0]]
        at = end
    return "".join([*made, template[at:]])


def _spellings(word: Word, form: Form) -> list[str]:
    """Return how a word may have been written, in one of Unicode's forms before the others."""
    bare = word.text.translate(_DROP)
    forms = sorted(_FORMS, key=lambda one: one != form)
    spelt = [unicodedata.normalize(one, bare) if one else word.text for one in forms]
    return [*spelt, bare]
