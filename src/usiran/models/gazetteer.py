"""Surfaces remembered from training articles, each with the type it mostly had."""

# ruff: noqa: N803  (scikit-learn's signatures)

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import pandas as pd
from sklearn.base import clone

from usiran.models.base import Spans, SpanTagger, predict_items
from usiran.models.fit_cache import fit_once
from usiran.models.token_features import tokens_of
from usiran.tasks.base import Objects, objects
from usiran.text.spans import Span, overlaps
from usiran.text.tokens import Token

Surface = tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """From surfaces, as token sequences, to their types; `fold_case` ignores capitals."""

    types: Mapping[Surface, str]
    fold_case: bool = False

    def __getstate__(self) -> dict[str, object]:
        # Stored as rows: the formats that hold models have no tuples as keys.
        rows = [[list(surface), label] for surface, label in self.types.items()]
        return {"types": rows, "fold_case": self.fold_case}

    def __setstate__(self, state: dict[str, Any]) -> None:
        types = {tuple(surface): label for surface, label in state["types"]}
        self.__init__(types, state["fold_case"])  # type: ignore[misc]  # as in Lexicon

    @classmethod
    def learn(
        cls,
        sentences: Iterable[tuple[Sequence[Token], Spans]],
        *,
        fold_case: bool = False,
        least_precision: float = 0.5,
    ) -> Self:
        """Remember the spans of labelled sentences, which are given as their tokens.

        A surface that is a span in less than `least_precision` of the places where a
        longest match finds it is dropped: it mostly means something else.
        """
        sentences = list(sentences)
        labels: dict[Surface, Counter[str]] = defaultdict(Counter)
        for tokens, spans in sentences:
            for span in spans:
                inside = [t for t in tokens if span.start <= t.start and t.end <= span.end]
                labels[_surface(inside, fold_case)][span.label] += 1
        full = cls({surface: commonest(counts) for surface, counts in labels.items()}, fold_case)
        matches: Counter[Surface] = Counter()
        hits: Counter[Surface] = Counter()
        for tokens, spans in sentences:
            bounds = {span[:2] for span in spans}
            for span, surface in full.search(tokens):
                matches[surface] += 1
                hits[surface] += span[:2] in bounds
        # A surface may have no match at all: a longer one covers it wherever it stands.
        precise = {
            surface: label
            for surface, label in full.types.items()
            if matches[surface] and hits[surface] >= least_precision * matches[surface]
        }
        return cls(precise, fold_case)

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """The lengths of the surfaces that begin with a form, the longest first."""
        lengths: dict[str, set[int]] = defaultdict(set)
        for surface in self.types:
            lengths[surface[0]].add(len(surface))
        return {form: sorted(sizes, reverse=True) for form, sizes in lengths.items()}

    def search(self, tokens: Sequence[Token]) -> list[tuple[Span, Surface]]:
        """Return the longest matches, left to right, each with its surface."""
        forms = _surface(tokens, self.fold_case)
        matches, free = [], 0
        # Almost no token begins a surface: those that do are picked out first.
        starts = [start for start, form in enumerate(forms) if form in self._lengths]
        for start in starts:
            candidates = (forms[start : start + length] for length in self._lengths[forms[start]])
            surface = next((s for s in candidates if s in self.types), ()) if start >= free else ()
            if surface:
                free = start + len(surface)
                span = Span(tokens[start].start, tokens[free - 1].end, self.types[surface])
                matches.append((span, surface))
        return matches

    @cached_property
    def _parts(self) -> dict[str, str]:
        labels: dict[str, Counter[str]] = defaultdict(Counter)
        for surface, label in self.types.items():
            for form in surface:
                labels[form][label] += 1
        return {form: commonest(counts) for form, counts in labels.items()}

    def parts(self, tokens: Sequence[Token]) -> list[str]:
        """Return for each token the type of the surfaces that hold it, "" where none does."""
        return [self._parts.get(form, "") for form in _surface(tokens, self.fold_case)]


def _surface(tokens: Sequence[Token], fold_case: bool) -> Surface:
    forms = [token.text for token in tokens]
    return tuple(map(str.casefold, forms) if fold_case else forms)


def commonest(counts: Counter[str]) -> str:
    """Return the label that is counted most often."""
    # Ties go to the first label by name, so that the order of the sentences does not matter.
    return min(counts, key=lambda label: (-counts[label], label))


class GazetteerTagger(SpanTagger):
    """Marks what was a span in the training articles, and nothing else."""

    def __init__(self, fold_case: bool = False, least_precision: float = 0.5) -> None:
        self.fold_case = fold_case
        self.least_precision = least_precision

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Remember the surfaces of the training spans."""
        sentences = zip(tokens_of(X), y, strict=True)
        self.gazetteer_ = Gazetteer.learn(
            sentences, fold_case=self.fold_case, least_precision=self.least_precision
        )
        return self

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the longest matches in each sentence."""
        rows = map(self.gazetteer_.search, tokens_of(X))
        return objects(tuple(span for span, _ in matches) for matches in rows)


class CombinedTagger(SpanTagger):
    """The first tagger's spans, and the second one's wherever they overlap none of those."""

    def __init__(self, first: SpanTagger, second: SpanTagger) -> None:
        self.first = first
        self.second = second

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Fit both."""
        self.first_ = fit_once(self.first, X, y)
        self.second_ = clone(self.second).fit(X, y)
        return self

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        return self.stated_items(X)[0]

    def stated_items(self, X: pd.DataFrame) -> tuple[Objects, Objects]:
        """Return the spans of each sentence, and how likely the tagger that gives each has it."""
        values, stated = [], []
        parts = (*predict_items(self.first_, X), *predict_items(self.second_, X))
        for first, chances, second, others in zip(*parts, strict=True):
            of_span = dict(zip(second, others, strict=True)) | dict(
                zip(first, chances, strict=True)
            )
            values.append(merged(first, second))
            stated.append(tuple(of_span[span] for span in values[-1]))
        return objects(values), objects(stated)


def merged(first: Spans, second: Spans) -> tuple[Span, ...]:
    """Return the first spans and those of the second that overlap none of them.

    Examples
    --------
    >>> merged([Span(0, 4, "A")], [Span(2, 6, "B"), Span(7, 9, "B")])
    (Span(start=0, end=4, label='A'), Span(start=7, end=9, label='B'))
    """
    gaps = [span for span in second if not any(overlaps(span, taken) for taken in first)]
    return tuple(sorted([*first, *gaps]))
