"""What the tagger looks at: features of one token in its sentence, as strings."""

# ruff: noqa: N803  (scikit-learn's signatures)

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import pandas as pd

from usiran.text.spans import Span
from usiran.text.tokens import Token, tokenize

EDGE = "<edge>"
REACH = 4
AROUND = (-2, -1, 1, 2)
PAIRS = ((-1, 0), (0, 1), (-1, 1), (-2, -1), (1, 2))
_ENDINGS = re.compile(r"(?:ations?|ions?|ments?|ings?|ers?|ed|es|e|s)$")
_RUNS = re.compile(r"(.)\1+")
# Forms recur: remembering what each gives makes tagging a quarter faster, and a bound keeps
# memory flat however many texts there are.
_remember = lru_cache(maxsize=2**15)


def tokens_of(X: pd.DataFrame) -> list[Sequence[Token]]:
    """Return the tokens of each sentence: those that stand in its record, where they do."""
    return list(X["tokens"]) if "tokens" in X else [tokenize(text) for text in X["text"]]


@_remember
def shape(form: str) -> str:
    """Return the form with letters as X or x and digits as 0, runs shortened to one.

    Examples
    --------
    >>> shape("Iraqi"), shape("F16"), shape("IS")
    ('Xx', 'X0', 'X')
    """
    classes = "".join(
        "X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else c for c in form
    )
    return _RUNS.sub(r"\1", classes)


@_remember
def stem(form: str) -> str:
    """Return the form in lower case without a common English ending.

    Examples
    --------
    >>> stem("Attacked"), stem("attacks"), stem("withdrawing")
    ('attack', 'attack', 'withdraw')
    """
    lower = form.lower()
    short = _ENDINGS.sub("", lower)
    return short if len(short) > 2 else lower


def token_features(
    tokens: Sequence[Token], zone: str, entries: Sequence[Sequence[Span]]
) -> list[list[str]]:
    """Return the features of every token of a sentence.

    `entries` are what the word lists find in it, once for every level of labels.
    """
    forms = [token.text for token in tokens]
    lower = _padded([form.lower() for form in forms], EDGE)
    shapes = _padded([shape(form) for form in forms], "")
    stems = _padded([stem(form) for form in forms], EDGE)
    lists = [marks(tokens, spans) for spans in entries]
    listed = [_padded(tags, "") for tags in lists]
    return [
        [
            *own_features(form, zone, first=i == 0),
            *_around(lower[i : i + 5], shapes[i : i + 5], stems[i : i + 5]),
            *(feature for tags in listed for feature in _listed(tags[i : i + 5])),
            *(feature for tags in lists for feature in _near(tags, i)),
        ]
        for i, form in enumerate(forms)
    ]


def _padded(values: list[str], edge: str) -> list[str]:
    """Return the values with two edges on either side: five from place i are i's window."""
    return [edge, edge, *values, edge, edge]


def marks(tokens: Sequence[Token], spans: Sequence[Span]) -> list[str]:
    """Return for each token the B or I and the label of the span it lies in, or ""."""
    tags = [""] * len(tokens)
    for span in spans:
        for i, token in enumerate(tokens):
            if span.start <= token.start and token.end <= span.end:
                tags[i] = f"{'B' if token.start == span.start else 'I'}-{span.label}"
    return tags


@_remember
def own_features(form: str, zone: str, *, first: bool) -> tuple[str, ...]:
    """Return the features of a token's own form, wherever it stands."""
    lower, outline = form.lower(), shape(form)
    affixes = [
        affix
        for size in (2, 3, 4)
        if len(lower) > size
        for affix in (f"prefix={lower[:size]}", f"suffix={lower[-size:]}")
    ]
    return (
        "bias",
        f"form={form}",
        f"lower={lower}",
        f"stem={stem(form)}",
        f"shape={outline}",
        # Capitals say less in a headline and at the start of a sentence.
        f"shape={outline}|{zone}",
        f"shape={outline}|first={first}",
        *affixes,
    )


def _around(lower: list[str], shapes: list[str], stems: list[str]) -> Iterator[str]:
    """Yield what stands around the token in the middle of a window of five."""
    for d in AROUND:
        yield f"lower[{d}]={lower[2 + d]}"
    for d in AROUND:
        yield f"shape[{d}]={shapes[2 + d]}"
    yield f"stem[-1]={stems[1]}"
    yield f"stem[1]={stems[3]}"
    yield f"suffix[-1]={lower[1][-3:]}"
    yield f"suffix[1]={lower[3][-3:]}"
    for a, b in PAIRS:
        yield f"lower[{a},{b}]={lower[2 + a]} {lower[2 + b]}"
        yield f"shape[{a},{b}]={shapes[2 + a]} {shapes[2 + b]}"


def _listed(window: list[str]) -> Iterator[str]:
    for d in (0, *AROUND):
        if window[2 + d]:
            yield f"list[{d}]={window[2 + d]}"


def _near(tags: Sequence[str], i: int) -> Iterator[str]:
    """Yield the nearest list entry ahead and behind: a phrase's head may stand far off."""
    ahead = [tag[2:] for tag in tags[i : i + REACH] if tag]
    behind = [tag[2:] for tag in tags[max(0, i - REACH + 1) : i + 1] if tag]
    yield from (f"ahead={label}" for label in ahead[:1])
    yield from (f"behind={label}" for label in behind[-1:])
