"""Scores of links from given mentions to actors of a registry.

With L mentions that the gold links, p links given by a system and h of them right::

    accuracy = h / L        precision = h / p        0 where undefined

A row of counts holds PER_LABEL by label, then the mentions.
"""

from dataclasses import dataclass

import numpy as np

from usiran.stats.scores import Floats, ratio
from usiran.tasks.base import Classes, Gold, Predictions
from usiran.tasks.metrics.labels import PER_LABEL, class_rows, per_label, refuse_unknown

LINKED, UNLINKED = "linked", "unlinked"
LINKING_COLUMNS = (
    ("link_precision", "precision"),
    ("unlinked", "unlinked"),
    ("all_accuracy", "all"),
)


@dataclass(frozen=True)
class LinkingScorer:
    """Scores of linked mentions; the last of the labels says that there is no link."""

    labels: tuple[str, ...]

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row of counts for each sentence.

        A mention that a system leaves out is not linked; a span that is no mention is passed over.
        """
        place = {label: number for number, label in enumerate(self.labels)}
        rows = np.zeros((len(gold.values), len(PER_LABEL) * len(self.labels) + 1))
        for row, true, predicted in zip(rows, gold.values, predictions.values, strict=True):
            refuse_unknown("actors", (span.label for span in predicted), self.labels)
            labels = {span[:2]: span.label for span in predicted}
            cells = row[:-1].reshape(len(PER_LABEL), -1)
            for span in true:
                label = labels.get(span[:2], UNLINKED)
                cells[0, place[label]] += label == span.label
                cells[1, place[span.label]] += 1
                cells[2, place[label]] += 1
            row[-1] = len(true)
        return rows

    def headline(self, sums: Floats) -> Floats:
        """Return the share of the linked mentions that are linked right."""
        hits, gold, _ = per_label(sums, self.labels)
        return ratio(hits[..., :-1].sum(axis=-1), gold[..., :-1].sum(axis=-1))

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return accuracy, precision of links, share unlinked, accuracy over all mentions."""
        hits, _, predicted = per_label(sums, self.labels)
        linked = predicted[..., :-1].sum(axis=-1)
        return {
            "accuracy": float(self.headline(sums)),
            "link_precision": float(ratio(hits[..., :-1].sum(axis=-1), linked)),
            "unlinked": float(ratio(predicted[..., -1], sums[..., -1])),
            "all_accuracy": float(ratio(hits.sum(axis=-1), sums[..., -1])),
        }

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support of links, and of no link."""
        counts = per_label(sums, self.labels)
        two = [np.array([count[:-1].sum(), count[-1]]) for count in counts]
        return {"type": class_rows((LINKED, UNLINKED), *two)}

    def chance(self, sums: Floats) -> float:
        """Return the headline expected of the system's labels dealt to the mentions at random."""
        _, gold, predicted = per_label(sums, self.labels)
        drawn = ratio(predicted, np.asarray(sums[..., -1:]))
        return float(ratio(np.asarray(gold[:-1] @ drawn[:-1]), np.asarray(gold[:-1].sum())))
