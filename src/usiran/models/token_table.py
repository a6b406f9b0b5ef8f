"""The features of all tokens of a batch as one matrix, without writing them out.

`token_features` names every feature of every token; most names are the same ones again. Here
forms, neighbours and marks are numbers, a name is written once for each distinct value in the
batch, and what a model knows of it is looked up once. The matrix is the one that the names give.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from usiran.models.token_counts import Sentence
from usiran.models.token_features import (
    AROUND,
    EDGE,
    PAIRS,
    REACH,
    marks,
    own_features,
    shape,
    stem,
)
from usiran.text.spans import Span

# Blank places around each sentence: none is seen from another.
_MARGIN = max(REACH, 2)
_start = attrgetter("start")
Numbers = NDArray[np.int64]
Names = Mapping[str, int]


class _Values(NamedTuple):
    """One value a place: its number among the distinct ones."""

    distinct: list[str]
    numbers: Numbers

    @classmethod
    def of(cls, values: Iterable[str]) -> _Values:
        known: dict[str, int] = {}
        numbers = np.array([known.setdefault(v, len(known)) for v in values], dtype=np.int64)
        return cls(list(known), numbers)

    def map(self, change: Callable[[str], str]) -> _Values:
        """Return the values changed one by one."""
        changed = _Values.of(map(change, self.distinct))
        return _Values(changed.distinct, changed.numbers[self.numbers])


class TokenTable:
    """The tokens of some sentences, in order."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = sentences
        self.lengths = np.array([len(row.tokens) for row in sentences], dtype=np.int64)
        ends = np.cumsum(self.lengths + _MARGIN)
        # The place of each token among those with blanks between the sentences.
        sentence = np.repeat(np.arange(len(sentences)), self.lengths)
        self.places = np.arange(self.lengths.sum()) + _MARGIN * (sentence + 1)
        self.size = int(ends[-1]) + _MARGIN if len(ends) else _MARGIN

    def _spread(self, values: Iterable[str], blank: str) -> _Values:
        """Return values of tokens, and the blank where there is none."""
        spread = [blank] * self.size
        for place, value in zip(self.places.tolist(), values, strict=True):
            spread[place] = value
        return _Values.of(spread)

    @cached_property
    def _forms(self) -> _Values:
        forms = (token.text for row in self.sentences for token in row.tokens)
        return self._spread(forms, EDGE)

    @cached_property
    def _window(self) -> dict[str, _Values]:
        lower = self._forms.map(str.lower)
        outline = self._forms.map(lambda form: "" if form == EDGE else shape(form))
        stems = self._forms.map(lambda form: EDGE if form == EDGE else stem(form))
        return {"lower": lower, "shape": outline, "stem": stems, "suffix": lower.map(_ending)}

    @cached_property
    def _own(self) -> _Values:
        """What the features of a token's own form hang on, as one string."""
        return _Values.of(
            f"{token.text} {row.zone} {i == 0}"
            for row in self.sentences
            for i, token in enumerate(row.tokens)
        )

    @cached_property
    def _lists(self) -> list[tuple[_Values, _Values, _Values]]:
        """The marks of every level of the word lists, and the nearest ahead and behind."""
        levels = max((len(row.entries) for row in self.sentences), default=0)
        return [self._listed(level) for level in range(levels)]

    def _listed(self, level: int) -> tuple[_Values, _Values, _Values]:
        tags = self.marked([row.entries[level] for row in self.sentences])
        labels = tags.map(lambda tag: tag[2:])
        blank = labels.distinct.index("")
        ahead, behind = (
            _Values(labels.distinct, self._nearest(labels.numbers, blank, sign)) for sign in (1, -1)
        )
        return tags, ahead, behind

    def _nearest(self, numbers: Numbers, blank: int, sign: int) -> Numbers:
        nearest: Numbers = np.full(len(self.places), blank)
        for d in reversed(range(REACH)):
            near = numbers[self.places + sign * d]
            nearest = np.where(near == blank, nearest, near)
        return nearest

    def marked(self, spans: Sequence[Sequence[Span]]) -> _Values:
        """Return for each place the B or I and the label of the span it lies in, or ""."""
        tags = (
            tag
            for row, own in zip(self.sentences, spans, strict=True)
            for tag in (marks(row.tokens, own) if own else [""] * len(row.tokens))
        )
        return self._spread(tags, "")

    def matrix(
        self, names: Names, at: Numbers | None = None, prefix: str = ""
    ) -> sparse.csr_matrix:
        """Return which features each token, or each of those `at` (rows,), has (0 or 1).

        `names` leads from feature, with the prefix before it, to column; other features have none.
        """
        at = np.arange(len(self.places)) if at is None else at
        columns = [*self._own_columns(names, at, prefix)]
        columns += self._near_columns(names, at, prefix)
        return _binary(columns, len(at), len(names))

    def _own_columns(self, names: Names, at: Numbers, prefix: str) -> Iterator[Numbers]:
        numbers, inverse = np.unique(self._own.numbers[at], return_inverse=True)
        rows = []
        for number in numbers.tolist():
            form, zone, first = self._own.distinct[number].split(" ")
            features = own_features(form, zone, first=first == "True")
            rows.append([names.get(prefix + feature, -1) for feature in features])
        width = max(map(len, rows), default=0)
        padded = [row + [-1] * (width - len(row)) for row in rows]
        yield from np.array(padded, dtype=np.int64).reshape(len(rows), width)[inverse].T

    def _near_columns(self, names: Names, at: Numbers, prefix: str) -> Iterator[Numbers]:
        window, places = self._window, self.places[at]
        for kind in ("lower", "shape"):
            for d in AROUND:
                yield _columns(names, f"{prefix}{kind}[{d}]=", window[kind], places + d)
            for a, b in PAIRS:
                name = f"{prefix}{kind}[{a},{b}]="
                yield _columns_of_pairs(names, name, window[kind], places + a, places + b)
        for kind in ("stem", "suffix"):
            for d in (-1, 1):
                yield _columns(names, f"{prefix}{kind}[{d}]=", window[kind], places + d)
        for tags, ahead, behind in self._lists:
            for d in (0, *AROUND):
                yield _columns(names, f"{prefix}list[{d}]=", tags, places + d, blank="")
            yield _columns(names, f"{prefix}ahead=", ahead, at, blank="")
            yield _columns(names, f"{prefix}behind=", behind, at, blank="")

    def bounds(self, spans: Sequence[Sequence[Span]]) -> tuple[list[int], list[int]]:
        """Return the number of each span's first token, and that of the first one behind it."""
        firsts, ends, offset = [], [], 0
        for row, own in zip(self.sentences, spans, strict=True):
            for span in own:
                firsts.append(offset + bisect_left(row.tokens, span.start, key=_start))
                ends.append(offset + bisect_left(row.tokens, span.end, key=_start))
            offset += len(row.tokens)
        return firsts, ends

    def spans(self, names: Names, spans: Sequence[Sequence[Span]]) -> sparse.csr_matrix:
        """Return which features each span has, as `usiran.models.tagger.span_features` has them.

        There is at least one span. Tokens stand in the names as they are, the first one with
        ``first|`` before it besides, the last one with ``last|``.
        """
        firsts, ends = (np.array(each, dtype=np.int64) for each in self.bounds(spans))
        sizes = ends - firsts
        inside = np.concatenate([np.arange(*pair) for pair in zip(firsts, ends, strict=True)])
        rows = np.concatenate([[0], np.cumsum(sizes)])
        member = sparse.csr_matrix((np.ones(len(inside)), np.arange(len(inside)), rows))
        lengths = _Values.of(map(str, sizes.tolist()))
        columns = _columns(names, "length=", lengths, np.arange(len(sizes)))
        matrix = (
            member @ self.matrix(names, inside)
            + self.matrix(names, firsts, "first|")
            + self.matrix(names, ends - 1, "last|")
            + _binary([columns], len(sizes), len(names))
        )
        matrix.sort_indices()
        matrix.data[:] = 1.0
        return matrix

    def hints(
        self, names: Names, spans: Sequence[Sequence[Span]], parts: Iterable[str]
    ) -> sparse.csr_matrix:
        """Return what a gazetteer says of each token and its neighbours, one column a name.

        `spans` are its matches in each sentence, `parts` what it knows of each token.
        """
        tags = self.marked(spans).map(lambda tag: tag or "O")
        columns = [_columns(names, f"known[{d}]=", tags, self.places + d) for d in (-1, 0, 1)]
        part = _Values.of(parts)
        columns.append(_columns(names, "part=", part, np.arange(len(self.places))))
        return _binary(columns, len(self.places), len(names))


def _ending(word: str) -> str:
    return word[-3:]


def _columns(
    names: Names, prefix: str, values: _Values, at: Numbers, *, blank: str | None = None
) -> Numbers:
    """Return the column of each value, -1 where it has none; a blank has none."""
    columns = [-1 if v == blank else names.get(prefix + v, -1) for v in values.distinct]
    return np.array(columns, dtype=np.int64)[values.numbers[at]]


def _columns_of_pairs(
    names: Names, prefix: str, values: _Values, first: Numbers, second: Numbers
) -> Numbers:
    """Return the column of each pair of values, -1 where it has none."""
    size, distinct = len(values.distinct), values.distinct
    keys = values.numbers[first] * size + values.numbers[second]
    pairs, inverse = np.unique(keys, return_inverse=True)
    columns = [
        names.get(f"{prefix}{distinct[a]} {distinct[b]}", -1)
        for a, b in zip(*(part.tolist() for part in np.divmod(pairs, size)), strict=True)
    ]
    return np.array(columns, dtype=np.int64)[inverse]


def _binary(columns: Sequence[Numbers], rows: int, width: int) -> sparse.csr_matrix:
    """Return a matrix of ones at the columns of each row, sorted, each once."""
    stacked = np.stack(columns, axis=1)
    known = stacked >= 0
    ends = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    indices = stacked[known]
    matrix = sparse.csr_matrix((np.ones(len(indices)), indices, ends), shape=(rows, width))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
