"""Surfaces remembered from training articles, each with the type it mostly had."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from usiran.models.base import Spans, SpanTagger
from usiran.tasks.base import Objects
from usiran.text.spans import Span
from usiran.text.tokens import Token, tokenize

Surface = tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """Surfaces as token sequences, and how they are looked up.

    Parameters
    ----------
    types : mapping
        From surface to type.
    fold_case : bool
        Whether capitals are ignored.
    """

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
        rows: Iterable[tuple[str, Spans]],
        *,
        fold_case: bool = False,
        least_precision: float = 0.5,
    ) -> Gazetteer:
        """Remember the spans of labelled sentences.

        A surface that is a span in less than `least_precision` of the places where a
        longest match finds it is dropped: it mostly means something else.
        """
        rows = list(rows)
        seen: dict[Surface, Counter[str]] = defaultdict(Counter)
        for text, spans in rows:
            for span in spans:
                surface = surface_of(tokenize(text[span.start : span.end]), fold_case)
                seen[surface][span.label] += 1
        full = cls({key: _most(counts) for key, counts in seen.items()}, fold_case)
        found: Counter[Surface] = Counter()
        right: Counter[Surface] = Counter()
        for text, spans in rows:
            bounds = {(span.start, span.end) for span in spans}
            for span, surface in full.search(tokenize(text)):
                found[surface] += 1
                right[surface] += (span.start, span.end) in bounds
        kept = {
            surface: label
            for surface, label in full.types.items()
            if found[surface] and right[surface] >= least_precision * found[surface]
        }
        return cls(kept, fold_case)

    def search(self, tokens: Sequence[Token]) -> list[tuple[Span, Surface]]:
        """Return the longest matches, left to right, each with its surface."""
        longest = max(map(len, self.types), default=0)
        forms = surface_of(tokens, self.fold_case)
        found, at = [], 0
        while at < len(forms):
            ends = range(min(at + longest, len(forms)), at, -1)
            end = next((end for end in ends if forms[at:end] in self.types), at)
            if end > at:
                surface = forms[at:end]
                span = Span(tokens[at].start, tokens[end - 1].end, self.types[surface])
                found.append((span, surface))
            at = max(end, at + 1)
        return found

    @cached_property
    def _parts(self) -> dict[str, str]:
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for surface, label in self.types.items():
            for form in surface:
                seen[form][label] += 1
        return {form: _most(counts) for form, counts in seen.items()}

    def part(self, token: Token) -> str:
        """Return the type of the surfaces that hold the token, "" where none does."""
        (form,) = surface_of([token], self.fold_case)
        return self._parts.get(form, "")

    def find(self, text: str) -> list[Span]:
        """Return the spans of the longest matches in a text."""
        return [span for span, _ in self.search(tokenize(text))]


def surface_of(tokens: Sequence[Token], fold_case: bool) -> Surface:
    """Return the forms of the tokens, in lower case where capitals are ignored."""
    return tuple(token.text.casefold() if fold_case else token.text for token in tokens)


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda label: (-counts[label], label))


class GazetteerTagger(SpanTagger):
    """Marks what was a span in the training articles, and nothing else.

    Parameters
    ----------
    fold_case : bool
        Whether capitals are ignored.
    least_precision : float
        Surfaces that are spans in a smaller share of their training places are dropped.
    """

    def __init__(self, fold_case: bool = False, least_precision: float = 0.5) -> None:
        self.fold_case = fold_case
        self.least_precision = least_precision

    def fit(self, X: pd.DataFrame, y: Objects) -> GazetteerTagger:
        """Remember the surfaces of the training spans."""
        self.gazetteer_ = Gazetteer.learn(
            zip(X["text"], y, strict=True),
            fold_case=self.fold_case,
            least_precision=self.least_precision,
        )
        return self

    def spans_of(self, text: str) -> Spans:
        """Return the longest matches in the text."""
        return self.gazetteer_.find(text)
