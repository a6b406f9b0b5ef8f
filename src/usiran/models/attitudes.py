"""What a sentence judges and who says so, as features: hand-written words, learned weights.

The guidelines count an attitude where evaluative words meet a side of the contest, and give it
to a source where the words are attributed or quoted. So the features are which kind of word
stands nearest to which side, how that balances, and whether words of attribution or quotation
marks stand in the sentence. The lists are the cue lexicon's; only the weights are learned.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
from scipy import sparse

from usiran.models.base import NamedFeatures, learn_features
from usiran.models.lexicon import Lexicon, Words, sides_of
from usiran.text.spans import Span

NEAR = 40
MOST = 2
_QUOTES = re.compile('[“”"]')
_MODALS = re.compile(
    r"(?i)\b(?:should|must|needs? to|needed to|would|could|may|might|cannot|will)\b"
)
_NEGATIONS = re.compile(r"(?i)\b(?:not|no|never|without)\b|n['’]t\b")


class AttitudeFeatures(NamedFeatures):
    """Which attitude words stand by which side, and whether they are attributed.

    Parameters
    ----------
    words : mapping
        The lists ``favourable`` and ``unfavourable``, and one of names for each side.
    attribution : mapping
        The list of attributing words.
    """

    def __init__(self, words: Words, attribution: Words) -> None:
        self.words = words
        self.attribution = attribution

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> sparse.csr_matrix:
        """Learn which features there are, and return the training sentences'."""
        self.lexicon_, self.sources_ = Lexicon(self.words), Lexicon(self.attribution)
        self.vocabulary_, matrix = learn_features(self._features(X))
        return matrix

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return one row a sentence."""
        return self.vocabulary_.transform(self._features(X))

    def _features(self, X: pd.DataFrame) -> list[list[str]]:
        rows = zip(X["text"], X["zone"], strict=True)
        return [[f"zone={zone}", *self._sentence(text)] for text, zone in rows]

    def _sentence(self, text: str) -> Iterator[str]:
        voice = self._voice(text)
        modal = bool(_MODALS.search(text))
        found = self.lexicon_.find(text)
        names = sides_of(self.words)
        sides = [span for span in found if span.label in names]
        cues = [span for span in found if span not in sides and sides]
        balance = sum(_sign(cue, nearest(cue, sides), names[0]) for cue in cues)
        sign = (balance > 0) - (balance < 0)
        yield from (f"voice={voice}", f"modal={modal}", f"not={bool(_NEGATIONS.search(text))}")
        yield from (f"sign={sign}", f"balance={max(-MOST, min(MOST, balance))}")
        yield from (f"sign={sign}|voice={voice}", f"sign={sign}|modal={modal}")
        yield from (f"quoted={'quoted' in voice}", f"attributed={'attributed' in voice}")
        yield f"sides={'+'.join(sorted({side.label for side in sides}))}"
        for cue in cues:
            yield from _judged(cue, nearest(cue, sides), voice)

    def _voice(self, text: str) -> str:
        attributed = "attributed" if self.sources_.find(text) else ""
        return attributed + ("quoted" if _QUOTES.search(text) else "")


def _judged(cue: Span, side: Span, voice: str) -> Iterator[str]:
    """Yield what one attitude word says of the side that is named nearest to it."""
    said = f"{cue.label} {side.label}"
    near = abs(side.start - cue.start) <= NEAR
    yield from (said, f"{said}|near={near}", f"{said}|voice={voice}")
    yield f"{said}|first={cue.start < side.start}"


def nearest(cue: Span, sides: list[Span]) -> Span:
    """Return the side that is named nearest to a word, the first one where two are.

    Examples
    --------
    >>> nearest(Span(9, 12, "x"), [Span(0, 2, "us"), Span(15, 19, "iran")]).label
    'iran'
    """
    return min(sides, key=lambda side: abs(side.start - cue.start))


def _sign(cue: Span, side: Span, first: str) -> int:
    """Return 1 where the word speaks for the first side, -1 where it speaks for the second."""
    return 1 if (cue.label == "favourable") == (side.label == first) else -1
