"""What a sentence judges and who says so, as features: hand-written words, learned weights.

The guidelines count an attitude where evaluative words meet a side of the contest, and give it
to a source where the words are attributed or quoted. So the features are which kind of word
stands nearest to which side, how that balances, and whether words of attribution or quotation
marks stand in the sentence. The lists are the cue lexicon's; only the weights are learned.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

import re
from collections.abc import Iterator

import pandas as pd
from scipy import sparse

from usiran.models.base import NamedFeatures, learn_features
from usiran.models.lexicon import ATTITUDES, Lexicon, Words, judgements

NEAR = 40
MOST = 2
_QUOTES = re.compile('[“”"]')
_MODALS = re.compile(
    r"(?i)\b(?:should|must|needs? to|needed to|would|could|may|might|cannot|will)\b"
)
_NEGATIONS = re.compile(r"(?i)\b(?:not|no|never|without)\b|n['’]t\b")


class AttitudeFeatures(NamedFeatures):
    """Which attitude words stand by which side, and whether they are attributed."""

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
        spans = self.lexicon_.find(text)
        judged = judgements(spans, self.words)
        balance = sum(judgement.sign for judgement in judged)
        sign = (balance > 0) - (balance < 0)
        sides = {span.label for span in spans if span.label not in ATTITUDES}
        yield from (f"voice={voice}", f"modal={modal}", f"not={bool(_NEGATIONS.search(text))}")
        yield from (f"sign={sign}", f"balance={max(-MOST, min(MOST, balance))}")
        yield from (f"sign={sign}|voice={voice}", f"sign={sign}|modal={modal}")
        yield from (f"quoted={'quoted' in voice}", f"attributed={'attributed' in voice}")
        yield f"sides={'+'.join(sorted(sides))}"
        for cue, side, _ in judged:
            name = f"{cue.label} {side.label}"
            near = abs(side.start - cue.start) <= NEAR
            yield from (name, f"{name}|near={near}", f"{name}|voice={voice}")
            # Whom the sentence begins with is often who acts or judges.
            yield f"{name}|first={cue.start < side.start}"

    def _voice(self, text: str) -> str:
        attributed = "attributed" if self.sources_.find(text) else ""
        return attributed + ("quoted" if _QUOTES.search(text) else "")
