"""Which features tokens have, of which a sentence is read once however often it is learned from.

A sentence is in the training part of most folds and of several systems. Which features its
tokens have is its own matter; which of them there is a column for follows from the sentences
learned from, and from nothing else.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from usiran.models.base import Spans, ready_made
from usiran.models.token_features import token_features
from usiran.text.spans import Span
from usiran.text.tokens import Token

# Features of tokens that are remembered: beyond them all is forgotten, so that memory has a bound.
SIZE = 2**24


class Seen(NamedTuple):
    """All that the features of a sentence's tokens are made from."""

    tokens: tuple[Token, ...]
    zone: str
    entries: tuple[tuple[Span, ...], ...]  # the word lists', once for every level of labels


class Sentence(NamedTuple):
    """A sentence as the tagger sees it; spans are empty while predicting."""

    article: str
    tokens: tuple[Token, ...]
    zone: str
    entries: tuple[tuple[Span, ...], ...]  # the word lists', once for every level of labels
    spans: Spans
    of_companion: bool = False

    @property
    def features(self) -> list[list[str]]:
        """The features of every token."""
        return features(self.seen)

    @property
    def seen(self) -> Seen:
        """What its features are made from."""
        return Seen(self.tokens, self.zone, self.entries)


def learn(sentences: Sequence[Seen]) -> tuple[CountVectorizer, sparse.csr_matrix]:
    """Return which features two tokens or more have, and a matrix: a row a token."""
    # What stands once in all training articles cannot be weighed: it is left out.
    vocabulary = CountVectorizer(analyzer=ready_made, min_df=2, binary=True)
    matrix = _MEMORY.matrix(sentences)
    often = np.bincount(matrix.indices, minlength=matrix.shape[1]) > 1
    if not often.any():
        rows = (token for sentence in sentences for token in features(sentence))
        return vocabulary, vocabulary.fit_transform(rows)  # which says what is wrong
    names = [_MEMORY.sorted[place] for place in np.flatnonzero(often)]
    vocabulary.fixed_vocabulary_ = False
    vocabulary.vocabulary_ = {name: column for column, name in enumerate(names)}
    # In the order of the columns, as `transform` gives them: sums hang on it.
    return vocabulary, matrix[:, often]


@lru_cache(maxsize=1)  # a sentence's spans are asked about one after the other
def features(sentence: Seen) -> list[list[str]]:
    """Return the features of every token; of all sentences at once they would fill gigabytes."""
    if sentence in _MEMORY.rows:
        return _MEMORY.features(sentence)
    return token_features(*sentence)


class _Memory:
    """The features of tokens, numbered as they are met."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.names: list[str] = []
        self.rows: dict[Seen, tuple[NDArray[np.int32], list[int]]] = {}
        self.size = 0
        self.sorted: list[str] = []
        self.place = np.array([], dtype=np.int32)  # of each number among the sorted names

    def matrix(self, sentences: Sequence[Seen]) -> sparse.csr_matrix:
        """Return whether each token (row) has each feature that was ever met (column, sorted)."""
        if self.size > SIZE:
            self.__init__()  # type: ignore[misc]  # all of it anew
        read = [self._row(sentence) for sentence in sentences]
        self._sort()
        numbers = np.concatenate([np.array([], dtype=np.int32), *(row for row, _ in read)])
        ends = np.cumsum([0, *(length for _, lengths in read for length in lengths)])
        shape = len(ends) - 1, len(self.names)
        ones = np.ones(len(numbers), dtype=np.int64)
        matrix = sparse.csr_matrix((ones, self.place[numbers], ends), shape=shape)
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix

    def features(self, sentence: Seen) -> list[list[str]]:
        """Return the features of every token of a sentence that was read before."""
        numbers, lengths = self.rows[sentence]
        names = [self.names[number] for number in numbers.tolist()]
        ends = itertools.accumulate(lengths, initial=0)
        return [names[start:end] for start, end in itertools.pairwise(ends)]

    def _row(self, sentence: Seen) -> tuple[NDArray[np.int32], list[int]]:
        if sentence not in self.rows:
            tokens = token_features(*sentence)
            numbers = [self._number(name) for token in tokens for name in token]
            self.rows[sentence] = np.array(numbers, dtype=np.int32), list(map(len, tokens))
            self.size += len(numbers)
        return self.rows[sentence]

    def _number(self, name: str) -> int:
        number = self.numbers.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number

    def _sort(self) -> None:
        if len(self.sorted) < len(self.names):
            self.sorted = sorted(self.names)
            self.place = np.empty(len(self.sorted), dtype=np.int32)
            self.place[[self.numbers[name] for name in self.sorted]] = np.arange(len(self.sorted))


_MEMORY = _Memory()
