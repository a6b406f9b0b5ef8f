"""Peers: well-known models by others, for comparison under the same protocol.

They need the optional extra `peers` and are no part of the toolkit's own systems. Their
packages are imported where they are used, so that all else runs without them. Peers that read
sentence embeddings are pipelines over `usiran.models.embeddings`.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from usiran.errors import FileError
from usiran.models.base import SpanTagger
from usiran.models.lexicon import Lexicon, Words
from usiran.models.token_features import token_features
from usiran.tasks.base import Objects, objects
from usiran.text.tokens import Token, from_bio, to_bio, tokenize

FIX = "pip install 'usiran[peers]'"


def missing(modules: Iterable[str]) -> list[str]:
    """Return the modules that are not installed."""
    return [name for name in modules if importlib.util.find_spec(name) is None]


def need(modules: Sequence[str], system: str) -> None:
    """Check that a peer's packages are installed."""
    absent = missing(modules)
    if absent:
        file, value = f"baselines/{system}.toml", f"no package {', '.join(absent)}"
        raise FileError(file, value, "the optional extra 'peers'", FIX)


class CrfTagger(SpanTagger):
    """A conditional random field over the linear tagger's token features (python-crfsuite).

    It reads the same features and word lists, without a gazetteer, and tags types directly.
    `c1` and `c2` weigh the L1 and L2 penalties.
    """

    def __init__(
        self,
        *,
        words: Words | None = None,
        c1: float = 0.1,
        c2: float = 0.1,
        max_iterations: int = 100,
    ) -> None:
        self.words = words
        self.c1 = c1
        self.c2 = c2
        self.max_iterations = max_iterations

    def fit(self, X: pd.DataFrame, y: Objects) -> CrfTagger:
        """Learn the tags of all sentences."""
        import pycrfsuite

        self.lexicon_ = Lexicon(self.words or {})
        trainer = pycrfsuite.Trainer(verbose=False)
        penalties = {"c1": self.c1, "c2": self.c2}
        trainer.set_params({**penalties, "max_iterations": self.max_iterations})
        for (tokens, features), spans in zip(self._read(X), y, strict=True):
            trainer.append(features, to_bio(tokens, spans))
        # The library trains into a file; the bytes are kept, the file is not.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trainer.train(str(path))
            self.model_ = path.read_bytes()
        return self

    def _read(self, X: pd.DataFrame) -> Iterable[tuple[list[Token], list[list[str]]]]:
        for text, zone in zip(X["text"], X["zone"], strict=True):
            tokens = tokenize(text)
            yield tokens, token_features(tokens, zone, [self.lexicon_.find(text)])

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        import pycrfsuite

        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(self.model_)
        return objects(
            [tuple(from_bio(tokens, tagger.tag(rows))) for tokens, rows in self._read(X)]
        )
