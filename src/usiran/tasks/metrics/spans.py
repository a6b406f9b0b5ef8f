"""Scores of typed spans, from counts that add up over sentences.

Four schemes, each with precision, recall and F1 over pooled spans:

- ``strict``: a prediction is right when offsets and type are;
- ``exact``: when the offsets are, whatever the type;
- ``overlap``: when it shares a character with a gold span of its type; every span is
  matched at most once, and as many as possible are;
- ``partial``: boundaries only; equal offsets earn 1, any other overlap one half, every
  span matched at most once (nervaluate's "partial").

Strict and overlap are computed per class too, at each level of the task (for events the
quad class first, then the 16 types).

References
----------
N. Chinchor, B. Sundheim (1993), MUC-5 evaluation metrics, doi:10.3115/1072017.1072026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from usiran.stats.scores import Floats, f1, ratio
from usiran.tasks.base import Classes, Gold, Predictions, Task
from usiran.tasks.metrics.labels import class_rows
from usiran.text.spans import Span, matched

SCHEMES = ("strict", "exact", "overlap", "partial")
PER_CLASS = ("strict", "overlap", "gold", "predicted")
POOLED = ("exact", "touching")
SPAN_CARD = (
    "Strict: offsets and {level} are right. Exact: the offsets. Overlap: the {level}, and a "
    "shared character. Partial: boundaries of any type, half a point for overlap alone. "
    "Macro: the mean over classes under the headline's scheme."
)


@dataclass(frozen=True)
class SpanScorer:
    """Scores of typed spans.

    Parameters
    ----------
    task : Task
        Its levels say at which label lists spans are scored.
    left_out : mapping
        For each level the classes that stay out of the macro mean: not evaluable.
    """

    task: Task
    left_out: Mapping[str, Collection[str]] = field(default_factory=dict)

    @cached_property
    def columns(self) -> dict[tuple[str, str], int]:
        """The place of each count: (level/count, class), then (pooled count, "")."""
        keys = [
            (f"{level}/{count}", name)
            for level, names in self.task.levels.items()
            for count in PER_CLASS
            for name in names
        ] + [(count, "") for count in POOLED]
        return {key: i for i, key in enumerate(keys)}

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row of counts for each sentence.

        Raises
        ------
        ValueError
            A predicted span has a type that the task does not have.
        """
        columns = self.columns
        counts = np.zeros((len(gold.values), len(columns)))
        for row, (true, said) in enumerate(zip(gold.values, predictions.values, strict=True)):
            self._check(said)
            for level in self.task.levels:
                self._count_level(counts[row], columns, level, true, said)
            equal = sum((Counter(map(_bounds, true)) & Counter(map(_bounds, said))).values())
            counts[row, columns["exact", ""]] = equal
            counts[row, columns["touching", ""]] = matched(true, said)
        return counts

    def _check(self, said: Sequence[Span]) -> None:
        unknown = {span.label for span in said} - set(self.task.labels)
        if unknown:
            raise ValueError(f"types {sorted(unknown)}: allowed are {list(self.task.labels)}")

    def _count_level(
        self,
        row: Floats,
        columns: Mapping[tuple[str, str], int],
        level: str,
        true: Sequence[Span],
        said: Sequence[Span],
    ) -> None:
        gold, predicted = self._by_class(level, true), self._by_class(level, said)
        for name in gold.keys() | predicted.keys():
            mine, theirs = gold.get(name, []), predicted.get(name, [])
            equal = Counter(map(_bounds, mine)) & Counter(map(_bounds, theirs))
            cells = (sum(equal.values()), matched(mine, theirs), len(mine), len(theirs))
            for count, cell in zip(PER_CLASS, cells, strict=True):
                row[columns[f"{level}/{count}", name]] = cell

    def _by_class(self, level: str, spans: Sequence[Span]) -> dict[str, list[Span]]:
        classes: dict[str, list[Span]] = {}
        for span in spans:
            classes.setdefault(self.task.at(level, span.label), []).append(span)
        return classes

    def _per_class(self, sums: Floats, level: str, count: str) -> Floats:
        first = self.columns[f"{level}/{count}", self.task.levels[level][0]]
        return np.asarray(sums[..., first : first + len(self.task.levels[level])])

    def _hits(self, sums: Floats, level: str, scheme: str) -> Floats:
        exact = sums[..., self.columns["exact", ""]]
        if scheme == "exact":
            return np.asarray(exact)
        if scheme == "partial":
            # Equal spans overlap nothing else, so they are among the matched pairs.
            return np.asarray(exact + 0.5 * (sums[..., self.columns["touching", ""]] - exact))
        return np.asarray(self._per_class(sums, level, scheme).sum(axis=-1))

    def _totals(self, sums: Floats) -> tuple[Floats, Floats]:
        gold = self._per_class(sums, "type", "gold").sum(axis=-1)
        return np.asarray(gold), np.asarray(self._per_class(sums, "type", "predicted").sum(axis=-1))

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
                name = scheme if scheme in ("exact", "partial") else f"{level}_{scheme}"
                hits = self._hits(sums, level, scheme)
                scores[f"{name}_precision"] = float(ratio(hits, predicted))
                scores[f"{name}_recall"] = float(ratio(hits, gold))
                scores[f"{name}_f1"] = float(f1(hits, gold, predicted))
                if name != scheme:
                    scores[f"{name}_macro_f1"] = self._macro(sums, level, scheme)
        return scores

    def _macro(self, sums: Floats, level: str, scheme: str) -> float:
        rows = self._rows(sums, level, scheme)
        kept = [row["f1"] for name, row in rows.items() if name not in self._without(level)]
        return sum(kept) / len(kept) if kept else 0.0

    def _without(self, level: str) -> Collection[str]:
        return self.left_out.get(level, ())

    def _rows(self, sums: Floats, level: str, scheme: str) -> Classes:
        counts = (self._per_class(sums, level, name) for name in (scheme, "gold", "predicted"))
        return class_rows(self.task.levels[level], *counts)

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support per class under the headline's scheme."""
        scheme = self.task.headline.split("_")[1]
        return {level: self._rows(sums, level, scheme) for level in self.task.levels}

    def chance(self, sums: Floats) -> float:
        """Return the headline expected when the boundaries stay and types are random.

        With m matched pairs of boundaries and the types' shares g (gold) and s (said),
        m sum(g s) pairs are expected to agree in type as well.
        """
        level, scheme, _ = self.task.headline.split("_")
        gold, predicted = (self._per_class(sums, level, name) for name in ("gold", "predicted"))
        pairs = sums[self.columns["exact" if scheme == "strict" else "touching", ""]]
        share = ratio(np.asarray(gold @ predicted), np.asarray(gold.sum() * predicted.sum()))
        return float(f1(np.asarray(pairs * share), gold.sum(), predicted.sum()))


def _bounds(span: Span) -> tuple[int, int]:
    return span.start, span.end


def span_scorer(gold: Gold) -> SpanScorer:
    """Return the scorer of a span task; classes that cannot be evaluated stay out of means."""
    levels = gold.task.levels
    return SpanScorer(gold.task, {level: gold.unevaluable_classes(level) for level in levels})
