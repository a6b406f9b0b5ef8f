"""The words of a sheet's line, and the places where quoted words stand in a sentence."""

from typing import NamedTuple

import regex

from usiran.hidden import spelled, unspelled
from usiran.text.articles import Sentence, Texts
from usiran.text.tokens import tokenize

# Possessive: whoever types a file's content as a quote would have every letter remembered.
_QUOTE = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
_WORD = regex.compile(rf'((?P<key>\w+)=)?"(?P<quote>{_QUOTE})"(?=\s|$)|(?P<bare>\S+)')
_ESCAPE = regex.compile(r"\\(u\{[0-9a-f]{1,6}\}|.)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Word(NamedTuple):
    """One word of a line: a quote without its marks and escapes, or a bare word.

    `key` is what stands before a quote as ``key="..."``.
    """

    text: str
    quoted: bool
    key: str = ""


def split_words(line: str) -> list[Word] | None:
    r"""Return the words of a line; None where a quote does not close.

    >>> split_words(r'  CIVILIAN "a \"fan\"" a1')[1]
    Word(text='a "fan"', quoted=True, key='')
    >>> split_words('  CIVILIAN "a fan') is None
    True
    """
    words: list[Word] = []
    for match in _WORD.finditer(line):
        bare = match["bare"]
        if bare is None:
            words.append(Word(_unescape(match["quote"]), True, match["key"] or ""))
        elif '"' in bare:
            return None
        else:
            words.append(Word(bare, False))
    return words


def escape(quote: str) -> str:
    r"""Return a quote as a sheet writes it between its marks.

    >>> print(escape('the "old"\nguard'))
    the \"old\"\nguard
    """
    return one_line(quote.replace("\\", "\\\\").replace('"', '\\"'))


def one_line(text: str) -> str:
    r"""Return `text` with its line breaks, tabs and hidden characters written out.

    >>> print(one_line("one\ntwo\u200b"))
    one\ntwo\u{200b}
    """
    return spelled(text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t"))


def occurrences(texts: Texts, sentence: Sentence, quote: str) -> list[tuple[int, int]]:
    """Return every place in a sentence where `quote` stands at whole tokens, from the left."""
    text = texts.texts[sentence.article_id]
    tokens = tokenize(texts.text_of(sentence), sentence.start)
    ends = {token.end for token in tokens}
    size = len(quote)
    return [
        (token.start, token.start + size)
        for token in tokens
        if size and token.start + size in ends and text.startswith(quote, token.start)
    ]


def _unescape(quote: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1]) or unspelled(match[0]), quote)
