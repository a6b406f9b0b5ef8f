"""How a text is recognised in a reader's copy, and written again from the copy's words.

A *word* is a run of letters, marks, digits and underscores, over soft hyphens and zero-width
characters. The normal form of a text is its words, each in Unicode's NFKC without those
characters, with one space between them: quotes, dashes, ellipses, blanks, line ends and byte
order marks have no part in it; small and capital letters differ.

Hashes are SHA-256 over UTF-8, without a salt.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import regex

from usiran.text.articles import Sentence, Texts, sha256
from usiran.text.diff_pieces import edit_of
from usiran.text.standoffs import Fingerprint, Standoff, template
from usiran.text.tokens import WORD

FIRST = 3
"""Words at the beginning of a sentence that it is looked up by."""

Form = Literal["", "NFC", "NFD", "NFKC", "NFKD"]
"""How letters are composed; "" is as they stand."""

_IGNORED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_WORD = regex.compile(rf"{WORD}+(?:[{_IGNORED}]+{WORD}+)*")
_DROP = dict.fromkeys(map(ord, _IGNORED))
_FORMS: tuple[Form, ...] = ("", "NFC", "NFD", "NFKC", "NFKD")


class Word(NamedTuple):
    """A word of a text: half-open offsets in code points, as written, and its normal form."""

    start: int
    end: int
    text: str
    key: str


def words(text: str) -> list[Word]:
    """Return the words of a text.

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


def standoff_of(texts: Texts, article_id: str, items: Iterable[Any] = ()) -> Standoff:
    """Return what is kept of an article's text, and of those `items` of the contrast set on it."""
    text = texts.texts[article_id]
    sentences = {row.sentence_id: row for row in texts.sentences[article_id]}
    return Standoff(
        article_id=article_id,
        text_sha256=sha256(text),
        template=template(text),
        sentences={key: _fingerprint(text, row) for key, row in sentences.items()},
        contrast={
            item.contrast_id: edit_of(texts.text_of(sentences[item.sentence_id]), item.text)
            for item in items
            if item.sentence_id in sentences
        },
    )


def _fingerprint(text: str, sentence: Sentence) -> Fingerprint:
    inside = text[sentence.start : sentence.end]
    parts = words(inside)
    hashes = (sha256(inside), normal(parts), normal(parts[:FIRST]))
    return Fingerprint(sentence.start, sentence.end, len(parts), *hashes)


def fill(template: str, parts: Sequence[Word], sha: str) -> str | None:
    """Return a template filled with words, if that gives the text with this SHA-256.

    A copy may compose its letters otherwise than the text did: each of Unicode's forms is
    tried, and only what has the hash is returned.

    >>> fill("“__”, ____.", words('"No" said'), sha256("“No”, said."))
    '“No”, said.'
    """
    # A word of the template lies where the text has one: both have letters or underscores there.
    places = [match.span() for match in _WORD.finditer(template)]
    if len(places) != len(parts):
        return None
    for form in _FORMS:
        marks = list(template)
        for (start, end), word in zip(places, parts, strict=True):
            spelling = _spelling(word, end - start, form)
            if spelling is None:
                return None
            # Of the word's own length, so that the places behind it stay where they are.
            marks[start:end] = spelling
        if sha256("".join(marks)) == sha:
            return "".join(marks)
    return None


def _spelling(word: Word, size: int, form: Form) -> str | None:
    """Return how a word of this size was written, in one of Unicode's forms before the others."""
    bare = word.text.translate(_DROP)
    for name in (form, *_FORMS):
        spelling = unicodedata.normalize(name, bare) if name else word.text
        if len(spelling) == size:
            return spelling
    return bare if len(bare) == size else None
