"""Scores of sentence labels, from counts that add up over sentences.

Every sentence gives one row of counts; a score is a function of summed rows. So one
code scores the whole corpus, one article, and every bootstrap draw (a weighted sum).

With ``C[i, j]`` sentences of label i that were predicted j, ``t = C.sum(axis=1)`` and
``p = C.sum(axis=0)``::

    F1[k]    = 2 C[k, k] / (t[k] + p[k])             0 where undefined
    macro-F1 = mean of F1 over the evaluable labels
    MCC      = (n tr C - t.p) / sqrt((n^2 - p.p) (n^2 - t.t))
    soft     = mean over sentences of sum_k |q[k] - v[k]|
    Brier    = mean over sentences of sum_k (q[k] - v[k])^2

with q the system's probabilities (1 for its label where it gives none) and v the
distribution of the annotators' votes. F1 and accuracy run from 0 to 1, MCC from -1
(always wrong) over 0 (no better than chance) to 1; soft and Brier are distances: 0 is best, 2
worst. Brier is a proper score: stating what is believed is best. Soft rewards whoever is sure
of the commonest label.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from usiran.stats.scores import Floats, f1, mcc, ratio
from usiran.tasks.base import Classes, Gold, Objects, Predictions

# Scores of stated probabilities: an annotator states none.
STATED = {"soft": "soft", "brier": "Brier"}
LABEL_COLUMNS = (("accuracy", "accuracy"), ("mcc", "MCC"), *STATED.items())
LABEL_CARD = (
    "MCC runs from -1 over 0 (chance) to 1. Soft and Brier are the mean distance, and squared "
    "distance, of the stated probabilities to the annotators' votes: 0 is best, 2 is worst. "
    "Brier is best for who states what is believed, soft for who is sure of the commonest label."
)


# What scorers of items count by label.
PER_LABEL = ("hits", "gold", "predicted")


def per_label(sums: Floats, labels: Sequence[str]) -> list[Floats]:
    """Return hits, gold and predicted, one column a label, of counts that begin with them."""
    size = len(labels)
    return [sums[..., i * size : (i + 1) * size] for i in range(len(PER_LABEL))]


def refuse_unknown(noun: str, values: Iterable[str], allowed: Collection[str]) -> None:
    """Raise ValueError where a value is none of those that a task has."""
    if unknown := {str(value) for value in values}.difference(allowed):
        raise ValueError(f"{noun} {sorted(unknown)}: allowed are {list(allowed)}")


def class_rows(names: Sequence[str], hits: Floats, gold: Floats, predicted: Floats) -> Classes:
    """Return precision, recall, F1 and support of each class."""
    columns = (ratio(hits, predicted), ratio(hits, gold), f1(hits, gold, predicted), gold)
    keys = ("precision", "recall", "f1", "support")
    return {
        name: {key: float(column[i]) for key, column in zip(keys, columns, strict=True)}
        for i, name in enumerate(names)
    }


def macro_f1(rows: Classes, left_out: Collection[str]) -> float:
    """Return the mean F1 of the classes that are not left out, 0 without any."""
    values = [row["f1"] for name, row in rows.items() if name not in left_out]
    return sum(values) / len(values) if values else 0.0


def chance_of_pairs(pairs: Floats, gold: Floats, predicted: Floats) -> float:
    """Return the F1 expected when matched places stay and their labels are random.

    With m pairs and the labels' shares g (gold) and p (predicted), m sum(g p) pairs are
    expected to agree in label as well. The totals may have one column a label.
    """
    agree = ratio(np.asarray(gold @ predicted), np.asarray(gold.sum() * predicted.sum()))
    return float(f1(np.asarray(pairs * agree), gold.sum(), predicted.sum()))


@dataclass(frozen=True)
class LabelScorer:
    """Scores of one label a sentence."""

    labels: tuple[str, ...]
    left_out: Collection[str] = ()  # labels that cannot be evaluated, out of the macro mean

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row a sentence: K*K confusion cells, then the two distances to the votes."""
        size = len(self.labels)
        cell = self.codes(gold.values) * size + self.codes(predictions.values)
        counts = np.zeros((len(gold.values), size * size + len(STATED)))
        counts[np.arange(len(cell)), cell] = 1.0
        apart = self._stated(predictions) - self._voted(gold)
        counts[:, -2:] = np.stack([np.abs(apart).sum(axis=1), (apart**2).sum(axis=1)], axis=1)
        return counts

    def codes(self, values: Objects) -> NDArray[np.int64]:
        """Return each label's place in the label list."""
        refuse_unknown("labels", values, self.labels)
        place = {label: i for i, label in enumerate(self.labels)}
        return np.array([place[value] for value in values], dtype=np.int64)

    def _one_hot(self, values: Objects) -> Floats:
        return np.eye(len(self.labels))[self.codes(values)]

    def _stated(self, predictions: Predictions) -> Floats:
        stated = predictions.probabilities
        return self._one_hot(predictions.values) if stated is None else stated

    def _voted(self, gold: Gold) -> Floats:
        if gold.votes is None:
            return self._one_hot(gold.values)
        total = gold.votes.sum(axis=1, keepdims=True)
        # Where nobody voted, the gold label stands for all votes.
        return np.where(total > 0, ratio(gold.votes, total), self._one_hot(gold.values))

    def confusion(self, sums: Floats) -> Floats:
        """Return the K x K table: a row is a gold label, a column a predicted one."""
        size = len(self.labels)
        return sums[..., : size * size].reshape(*sums.shape[:-1], size, size)

    def headline(self, sums: Floats) -> Floats:
        """Return macro-F1 over the evaluable labels."""
        return self._macro(self.confusion(sums))

    def _macro(self, table: Floats) -> Floats:
        # The last two axes: the others are bootstrap draws, scored all at once.
        hits = np.diagonal(table, axis1=-2, axis2=-1)
        values = f1(hits, table.sum(axis=-1), table.sum(axis=-2))
        kept = [i for i, label in enumerate(self.labels) if label not in self.left_out]
        return np.asarray(values[..., kept].mean(axis=-1))

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return macro-F1, accuracy, MCC, and the scores of probabilities."""
        table = self.confusion(sums)
        total = table.sum()
        return {
            "macro_f1": float(self.headline(sums)),
            "accuracy": float(ratio(np.trace(table), total)),
            "mcc": mcc(table),
            "soft": float(ratio(sums[-2], total)),
            "brier": float(ratio(sums[-1], total)),
        }

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support of each label."""
        table = self.confusion(sums)
        rows = class_rows(self.labels, np.diag(table), table.sum(axis=1), table.sum(axis=0))
        return {"type": rows}

    def chance(self, sums: Floats) -> float:
        """Return the macro-F1 of the table expected when labels are guessed at random.

        The guesses keep the system's totals, the gold its own: cell (i, j) is then
        expected to hold t[i] p[j] / n.
        """
        table = self.confusion(sums)
        # An article without items has no chance to speak of: 0, not a division by 0.
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1.0)
        return float(self._macro(expected))


def label_scorer(gold: Gold) -> LabelScorer:
    """Return the scorer of one label a row."""
    return LabelScorer(gold.task.labels, gold.unevaluable_classes())
