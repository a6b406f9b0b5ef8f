"""What the tagger looks at: features of one token in its sentence, as strings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from usiran.text.spans import Span
from usiran.text.tokens import Token

WINDOW = (-2, -1, 1, 2)
EDGE = "<edge>"
REACH = 4
_ENDINGS = re.compile(r"(?:ations?|ions?|ments?|ings?|ers?|ed|es|e|s)$")
_RUNS = re.compile(r"(.)\1+")


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
    tokens: Sequence[Token], zone: str, known: Sequence[Sequence[Span]]
) -> list[list[str]]:
    """Return the features of every token.

    Parameters
    ----------
    tokens : sequence of Token
        One sentence's.
    zone : str
        Headlines are capitalised otherwise than bodies.
    known : sequence of sequences of Span
        What the word lists find in the sentence, once for every level of labels.
    """
    forms = [token.text for token in tokens]
    stems = [stem(form) for form in forms]
    lists = [marks(tokens, spans) for spans in known]
    return [
        [
            *_own(forms[i], stems[i], zone, first=i == 0),
            *_around(forms, stems, i),
            *(
                f"list[{d}]={_at(found, i + d)}"
                for found in lists
                for d in (0, *WINDOW)
                if _at(found, i + d)
            ),
            *(f"{side}={label}" for found in lists for side, label in _near(found, i)),
        ]
        for i in range(len(tokens))
    ]


def marks(tokens: Sequence[Token], spans: Sequence[Span]) -> list[str]:
    """Return for each token the B or I and the label of the span it lies in, or ""."""
    found = [""] * len(tokens)
    for span in spans:
        for i, token in enumerate(tokens):
            if span.start <= token.start and token.end <= span.end:
                found[i] = f"{'B' if token.start == span.start else 'I'}-{span.label}"
    return found


def _own(form: str, stemmed: str, zone: str, *, first: bool) -> list[str]:
    lower, drawn = form.lower(), shape(form)
    features = ["bias", f"form={form}", f"lower={lower}", f"stem={stemmed}", f"shape={drawn}",
                f"shape={drawn}|{zone}", f"shape={drawn}|first={first}"]  # fmt: skip
    for size in (2, 3, 4):
        if len(lower) > size:
            features += [f"prefix={lower[:size]}", f"suffix={lower[-size:]}"]
    return features


def _around(forms: Sequence[str], stems: Sequence[str], i: int) -> list[str]:
    lower = {d: (_at(forms, i + d) or EDGE).lower() for d in (0, *WINDOW)}
    drawn = {d: shape(_at(forms, i + d) or "") for d in (0, *WINDOW)}
    features = [f"lower[{d}]={lower[d]}" for d in WINDOW]
    features += [f"shape[{d}]={drawn[d]}" for d in WINDOW]
    features += [f"stem[{d}]={_at(stems, i + d) or EDGE}" for d in (-1, 1)]
    features += [f"suffix[{d}]={lower[d][-3:]}" for d in (-1, 1)]
    for a, b in ((-1, 0), (0, 1), (-1, 1), (-2, -1), (1, 2)):
        features.append(f"lower[{a},{b}]={lower[a]} {lower[b]}")
        features.append(f"shape[{a},{b}]={drawn[a]} {drawn[b]}")
    return features


def _near(found: Sequence[str], i: int) -> list[tuple[str, str]]:
    """Return the nearest list entry ahead and behind: a phrase's head may stand far off."""
    ahead = [mark[2:] for mark in found[i : i + REACH] if mark]
    behind = [mark[2:] for mark in found[max(0, i - REACH + 1) : i + 1] if mark]
    return [("ahead", label) for label in ahead[:1]] + [("behind", label) for label in behind[-1:]]


def _at(items: Sequence[str], i: int) -> str:
    return items[i] if 0 <= i < len(items) else ""
