"""Counts of n-grams, of which each text is read once however often it is learned from.

Every fold learns from most of the articles, so a text is in the training part of most folds.
Which n-grams a text has is the text's own matter; which of them there is a column for follows
from the texts learned from, and from nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

# Texts that are remembered: beyond them all is forgotten, so that memory has a bound.
SIZE = 2**16


class CountsOnce(CountVectorizer):  # type: ignore[misc]  # sklearn is untyped
    """A CountVectorizer that remembers what it has read while learning.

    Only the n-grams of words or characters can be set; the rest is as scikit-learn has it.
    """

    def __init__(self, *, analyzer: str = "word", ngram_range: tuple[int, int] = (1, 1)) -> None:
        super().__init__(analyzer=analyzer, ngram_range=ngram_range)

    def fit_transform(
        self,
        raw_documents: Iterable[str],
        y: object = None,  # noqa: ARG002  (scikit-learn's signature)
    ) -> sparse.csr_matrix:
        """Learn the n-grams of some texts, and return how often each text has each."""
        texts = list(raw_documents)
        names, matrix = _memory(self.analyzer, tuple(self.ngram_range)).counts(texts)
        if not names:
            return super().fit_transform(texts)  # which says what is wrong
        self.fixed_vocabulary_ = False
        self.vocabulary_ = {name: column for column, name in enumerate(names)}
        return matrix


class _Memory:
    """The n-grams of texts, numbered as they are met."""

    def __init__(self, analyze: Callable[[str], Sequence[str]]) -> None:
        self.analyze = analyze
        self.numbers: dict[str, int] = {}
        self.rows: dict[str, tuple[NDArray[np.int32], NDArray[np.int64]]] = {}
        self.sorted: list[str] = []
        self.place = np.array([], dtype=np.int64)  # of each number among the sorted names

    def counts(self, texts: Sequence[str]) -> tuple[list[str], sparse.csr_matrix]:
        """Return the n-grams of some texts, sorted, and a matrix: a row a text."""
        if len(self.rows) > SIZE:
            self.__init__(self.analyze)  # type: ignore[misc]  # all of it anew
        rows = [self._row(text) for text in texts]
        self._sort()
        ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
        numbers, counts = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        places = self.place[numbers]
        used = np.zeros(len(self.sorted), dtype=bool)
        used[places] = True
        columns = (np.cumsum(used) - 1)[places]
        shape = (len(texts), int(used.sum()))
        matrix = sparse.csr_matrix((counts, columns, ends), shape=shape)
        matrix.sort_indices()
        return [self.sorted[place] for place in np.flatnonzero(used)], matrix

    def _row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        if text not in self.rows:
            found = Counter(self.analyze(text))
            numbers = [self.numbers.setdefault(name, len(self.numbers)) for name in found]
            self.rows[text] = (
                np.array(numbers, dtype=np.int32),
                np.array(list(found.values()), dtype=np.int64),
            )
        return self.rows[text]

    def _sort(self) -> None:
        if len(self.sorted) < len(self.numbers):
            self.sorted = sorted(self.numbers)
            self.place = np.empty(len(self.sorted), dtype=np.int64)
            self.place[[self.numbers[name] for name in self.sorted]] = np.arange(len(self.sorted))


@lru_cache(maxsize=8)
def _memory(analyzer: str, ngram_range: tuple[int, int]) -> _Memory:
    vectorizer = CountVectorizer(analyzer=analyzer, ngram_range=ngram_range)
    return _Memory(vectorizer.build_analyzer())
