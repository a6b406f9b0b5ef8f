"""Budget: splitting texts into sentences and tokens against spaCy's blank pipeline."""

from __future__ import annotations

import spacy

from bench.measuring import Measured, alternate
from usiran.text.segmentation import propose
from usiran.text.tokens import tokenize


def measure(texts: list[str], language: str) -> Measured:
    """Split the texts with the toolkit, and with a blank pipeline and its sentencizer."""
    pipeline = spacy.blank(language)
    pipeline.add_pipe("sentencizer")
    counted = [0]

    def ours() -> None:
        sentences = [text[start:end] for text in texts for start, end, _ in propose(text, language)]
        counted[0] = len(sentences)
        for sentence in sentences:
            tokenize(sentence)

    def peer() -> None:
        for doc in pipeline.pipe(texts):
            list(doc.sents)

    own, theirs = alternate(ours, peer, runs=5)
    return Measured(
        "sentences and tokens: no slower than spaCy's blank pipeline with its sentencizer",
        f"{counted[0] / own:.0f} sentences/s", f"{counted[0] / theirs:.0f} sentences/s",
        theirs / own, theirs / own >= 1,
        "Ours also tells title, caption, body and boilerplate, and has no rules of its own for "
        "each word; the peer's sentences end at every full stop that its tokens leave.",
    )  # fmt: skip
