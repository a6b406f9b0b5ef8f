"""Scores of typed spans, from counts that add up over sentences.

Four schemes, each with precision, recall and F1 over pooled spans:

- ``strict``: a prediction is right when offsets and type are;
- ``exact``: when the offsets are, whatever the type;
- ``overlap``: when it shares a character with a gold span of its type; every span is
  matched at most once, and as many as possible are;
- ``partial``: boundaries only; equal offsets earn 1, any other overlap one half, every
  span matched at most once (nervaluate's "partial").

Strict and overlap are computed per class too, at each level of the task (for events the
quad class first, then the type). A row of counts holds, for each level, PER_CLASS by class;
then the pooled pairs of equal offsets and of spans that touch.

References
----------
N. Chinchor, B. Sundheim (1993), MUC-5 evaluation metrics, doi:10.3115/1072017.1072026.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from usiran.stats.scores import Floats, f1, ratio
from usiran.tasks.base import Classes, Gold, Predictions, Task
from usiran.tasks.metrics.labels import (
    chance_of_pairs,
    class_rows,
    macro_f1,
    refuse_unknown,
)
from usiran.text.spans import Span, equal_offsets, matched

SCHEMES = ("strict", "exact", "overlap", "partial")
PER_CLASS = ("strict", "overlap", "gold", "predicted")
SPAN_CARD = (
    "Strict: offsets and {level} are right. Exact: the offsets. Overlap: the {level}, and a "
    "shared character. Partial: boundaries of any type, half a point for overlap alone. "
    "Macro: the mean over classes under the headline's scheme."
)


@dataclass(frozen=True)
class SpanScorer:
    """Scores of typed spans, at every level of label lists that the task has."""

    task: Task
    # For each level the classes that cannot be evaluated, out of the macro mean.
    left_out: Mapping[str, Collection[str]] = field(default_factory=dict)

    @cached_property
    def _columns(self) -> dict[tuple[str, str], slice]:
        """The columns of each count at each level, one a class."""
        columns, first = {}, 0
        for level, names in self.task.levels.items():
            for count in PER_CLASS:
                columns[level, count] = slice(first, first + len(names))
                first += len(names)
        return columns

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row of counts for each sentence."""
        width = len(PER_CLASS) * sum(map(len, self.task.levels.values())) + 2
        rows = np.zeros((len(gold.values), width))
        for row, true, predicted in zip(rows, gold.values, predictions.values, strict=True):
            if not true and not predicted:
                continue
            # An unknown type would silently be no column, and so no false alarm.
            refuse_unknown("types", (span.label for span in predicted), self.task.labels)
            # Types apart: an exact or touching pair may be of two types, so it is matched anew.
            pooled = [equal_offsets(true, predicted), matched(true, predicted)]
            cells = [self._per_class(level, true, predicted) for level in self.task.levels]
            row[:] = np.concatenate([*cells, pooled])
        return rows

    def _per_class(self, level: str, true: Sequence[Span], predicted: Sequence[Span]) -> Floats:
        """Return the counts of one sentence at one level, PER_CLASS by class, as a row."""
        names = self.task.levels[level]
        cells = np.zeros((len(PER_CLASS), len(names)))
        by_class = [self._by_class(level, spans) for spans in (true, predicted)]
        for name in by_class[0].keys() | by_class[1].keys():
            first, second = (classes.get(name, []) for classes in by_class)
            same = equal_offsets(first, second), matched(first, second)
            cells[:, names.index(name)] = *same, len(first), len(second)
        return cells.ravel()

    def _by_class(self, level: str, spans: Sequence[Span]) -> dict[str, list[Span]]:
        classes: dict[str, list[Span]] = {}
        for span in spans:
            classes.setdefault(self.task.at(level, span.label), []).append(span)
        return classes

    def _hits(self, sums: Floats, level: str, scheme: str) -> Floats:
        exact, touching = sums[..., -2], sums[..., -1]
        if scheme == "exact":
            return np.asarray(exact)
        if scheme == "partial":
            # Equal spans overlap nothing else, so they are among the matched pairs.
            return np.asarray(exact + 0.5 * (touching - exact))
        return np.asarray(sums[..., self._columns[level, scheme]].sum(axis=-1))

    def _totals(self, sums: Floats) -> tuple[Floats, Floats]:
        gold, predicted = (self._columns["type", side] for side in ("gold", "predicted"))
        return sums[..., gold].sum(axis=-1), sums[..., predicted].sum(axis=-1)

    def headline(self, sums: Floats) -> Floats:
        """Return the task's headline F1 over pooled spans."""
        level, scheme, _ = self.task.headline.split("_")
        return f1(self._hits(sums, level, scheme), *self._totals(sums))

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return precision, recall and F1 of every scheme, and macro-F1 where types count."""
        gold, predicted = self._totals(sums)
        scores: dict[str, float] = {}
        for level in self.task.levels:
            for scheme in SCHEMES:
                # Boundaries are the same at every level.
                name = scheme if scheme in ("exact", "partial") else f"{level}_{scheme}"
                right = self._hits(sums, level, scheme)
                scores[f"{name}_precision"] = float(ratio(right, predicted))
                scores[f"{name}_recall"] = float(ratio(right, gold))
                scores[f"{name}_f1"] = float(f1(right, gold, predicted))
                if name != scheme:
                    rows = self._rows(sums, level, scheme)
                    scores[f"{name}_macro_f1"] = macro_f1(rows, self.left_out.get(level, ()))
        return scores

    def _rows(self, sums: Floats, level: str, scheme: str) -> Classes:
        counts = (sums[..., self._columns[level, name]] for name in (scheme, "gold", "predicted"))
        return class_rows(self.task.levels[level], *counts)

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support per class under the headline's scheme."""
        scheme = self.task.headline.split("_")[1]
        return {level: self._rows(sums, level, scheme) for level in self.task.levels}

    def chance(self, sums: Floats) -> float:
        """Return the headline expected when the boundaries stay and types are random."""
        level, scheme, _ = self.task.headline.split("_")
        gold, predicted = (sums[self._columns[level, name]] for name in ("gold", "predicted"))
        return chance_of_pairs(sums[-2 if scheme == "strict" else -1], gold, predicted)


def span_scorer(gold: Gold) -> SpanScorer:
    """Return the scorer of a span task; classes that cannot be evaluated stay out of means."""
    levels = gold.task.levels
    return SpanScorer(gold.task, {level: gold.unevaluable_classes(level) for level in levels})
