"""Peers: well-known models by others, for comparison under the same protocol.

They need the optional extra `peers` and are no part of the toolkit's own systems. Their
packages are imported where they are used, so that all else runs without them. Peers that read
sentence embeddings are pipelines over `usiran.models.embeddings`.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

import importlib.util
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import pandas as pd

from usiran.errors import FileError
from usiran.models.base import learn_features
from usiran.models.lexicon import Lexicon, Words
from usiran.models.tagger import TokenModel, TokenTagger, hints, span_features
from usiran.models.token_counts import Sentence
from usiran.models.token_table import TokenTable
from usiran.tasks.base import Objects, objects
from usiran.text.tokens import from_bio, to_bio

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


class CrfTagger(TokenTagger):
    """A conditional random field over what the linear tagger reads (python-crfsuite).

    It reads the same features of tokens, word lists at the same levels, and gazetteer, and tags the
    same groups of labels; inside a group the same model picks the type. `c1` and `c2` weigh the
    L1 and L2 penalties; the other parameters are those of `usiran.models.tagger.LinearTagger`.
    """

    def __init__(
        self,
        *,
        groups: Mapping[str, str] | None = None,
        words: Words | None = None,
        fold_case: bool = False,
        c1: float = 0.1,
        c2: float = 0.1,
        max_iterations: int = 100,
    ) -> None:
        self.groups = groups
        self.words = words
        self.fold_case = fold_case
        self.c1 = c1
        self.c2 = c2
        self.max_iterations = max_iterations

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn the tags of all sentences, and the types inside groups."""
        self.lexicon_ = Lexicon(self.words or {})
        rows = self.read(X, y)
        pairs = [(row, span) for row in rows for span in row.spans]
        self.span_vocabulary_, types = learn_features(span_features(*pair) for pair in pairs)
        self.types_ = TokenModel()
        if self.groups:
            self.types_.fit_types(types, [span.label for _, span in pairs])
        self.types_.gazetteer = self.learn_gazetteer(rows)
        self.model_ = self._trained(rows, self.hints_of_others(rows))
        return self

    def _trained(self, rows: Sequence[Sentence], told: Iterable[list[str]]) -> bytes:
        import pycrfsuite

        trainer = pycrfsuite.Trainer(verbose=False)
        penalties = {"c1": self.c1, "c2": self.c2}
        trainer.set_params({**penalties, "max_iterations": self.max_iterations})
        for row, features in zip(rows, _joined(rows, told), strict=True):
            trainer.append(features, to_bio(row.tokens, self.grouped(row.spans)))
        # The library trains into a file; the bytes are kept, the file is not.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trainer.train(str(path))
            return path.read_bytes()

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        import pycrfsuite

        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(self.model_)
        rows = self.read(X, [()] * len(X))
        told = (hint for row in rows for hint in hints(row, self.types_.gazetteer))
        grouped = [
            from_bio(row.tokens, tagger.tag(features))
            for row, features in zip(rows, _joined(rows, told), strict=True)
        ]
        return objects(self.types_.typed(self, TokenTable(rows), grouped))


def _joined(rows: Sequence[Sentence], told: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """Yield the features of each sentence's tokens, with what the gazetteer tells of each."""
    hint = iter(told)
    for row in rows:
        yield [[*features, *next(hint)] for features in row.features]
