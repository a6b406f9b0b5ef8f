"""Tokens with offsets, and BIO tags over them.

A token is a possessive ending (``'s`` or ``’s``), a run of letters, marks, digits and
underscores, or any other single character that is not white space. Every non-blank
character lies in exactly one token. A span that starts or ends inside a token cannot be
written as BIO: the corpus has none (`usiran validate` checks it).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

from usiran.text.spans import Span

WORD = r"[\p{L}\p{M}\p{N}_]"
"""A character of a word, as a pattern of the `regex` package."""

_TOKEN = regex.compile(rf"['’]s(?!{WORD})|{WORD}+|\S")

LONG = 1000


class Token(NamedTuple):
    """A token: half-open offsets in code points, and its text."""

    start: int
    end: int
    text: str


def tokenize(text: str, offset: int = 0) -> list[Token]:
    """Split `text` into tokens; `offset` is added to every position.

    >>> [token.text for token in tokenize("Maliki’s U.S.-led F 16")]
    ['Maliki', '’s', 'U', '.', 'S', '.', '-', 'led', 'F', '16']
    """
    tokens = _remembered(text) if len(text) < LONG else _tokens(text)
    if not offset:
        return list(tokens)
    return [Token(token.start + offset, token.end + offset, token.text) for token in tokens]


def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(Token(*match.span(), match.group()) for match in _TOKEN.finditer(text))


# Sentences are split again by everything that learns from them; longer texts are not kept.
_remembered = lru_cache(maxsize=2**12)(_tokens)


def to_bio(tokens: Sequence[Token], spans: Iterable[Span]) -> list[str]:
    """Return one BIO tag a token: ``B-X`` opens a span, ``I-X`` continues it, ``O`` is outside.

    A span that cuts a token, covers none, or overlaps another one is a ValueError.
    """
    tags = ["O"] * len(tokens)
    # By offset: a span is found in one step, however long the text.
    starts = {token.start: i for i, token in enumerate(tokens)}
    ends = {token.end: i for i, token in enumerate(tokens)}
    for span in spans:
        first, last = starts.get(span.start), ends.get(span.end)
        if first is None or last is None or last < first:
            raise ValueError(f"span {span} does not begin and end where tokens do")
        if any(tag != "O" for tag in tags[first : last + 1]):
            raise ValueError(f"span {span} overlaps another span")
        tags[first] = f"B-{span.label}"
        tags[first + 1 : last + 1] = [f"I-{span.label}"] * (last - first)
    return tags


def from_bio(tokens: Sequence[Token], tags: Sequence[str]) -> list[Span]:
    """Return the spans that BIO tags mark; an ``I-X`` that continues nothing opens a span.

    More or fewer tags than tokens, or another tag than O, B-X and I-X, are a ValueError.

    >>> from_bio(tokenize("US army"), ["B-MILITARY", "I-MILITARY"])
    [Span(start=0, end=7, label='MILITARY')]
    """
    if len(tokens) != len(tags):
        raise ValueError(f"{len(tags)} tags for {len(tokens)} tokens")
    spans: list[Span] = []
    previous = "O"
    for token, tag in zip(tokens, tags, strict=True):
        if tag != "O" and tag[:2] not in ("B-", "I-"):
            raise ValueError(f"tag {tag!r}: allowed are O, B-<label> and I-<label>")
        # O has no label, so an I- behind it continues nothing.
        if tag[:2] == "I-" and previous[2:] == tag[2:] and spans:
            spans[-1] = spans[-1]._replace(end=token.end)
        elif tag != "O":
            spans.append(Span(token.start, token.end, tag[2:]))
        previous = tag
    return spans
