"""Scores of a contrast set, from counts that add up over sentences.

Rows are originals and their edits. With e edits, r of them right, o originals, c of them
right together with all their edits, s edits that swap the sides, m of them predicted as
the mirror image of their original's prediction::

    accuracy    = r / e
    consistency = c / o
    symmetry    = m / s                              each 0 where undefined

All run from 0 to 1. What a group of sentences earns is counted on its original's row, and
what a swap earns on the swap's, so that the counts add up.

References
----------
M. Gardner et al. (2020), Evaluating Models' Local Decision Boundaries via Contrast Sets,
doi:10.18653/v1/2020.findings-emnlp.117.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.stats.scores import Floats, ratio
from usiran.tasks.base import Classes, Gold, Predictions
from usiran.tasks.metrics.labels import LabelScorer

SWAP, ORIGINAL = "swap-sides", "original"
GROUPS = ("originals", "consistent", "swaps", "mirrored")
CONTRAST_COLUMNS = (
    ("consistency", "consistency"),
    ("symmetry", "symmetry"),
    ("macro_f1", "macro-F1"),
)


@dataclass(frozen=True)
class ContrastScorer:
    """Scores of edited sentences."""

    edits: LabelScorer  # scores the labels of the edits
    mirror: Mapping[str, str]  # from each label to what it is when the sides change places

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row a sentence: the label scorer's counts of edits, then GROUPS."""
        kind = gold.records["kind"].to_numpy(dtype=str)
        original, swap = kind == ORIGINAL, kind == SWAP
        labels = self.edits.counts(gold, predictions)
        # Originals are scored by the task of stance: here they would count twice.
        labels[original] = 0.0
        sources = gold.records["source_id"].to_numpy()
        right = pd.Series(gold.values == predictions.values)
        consistent = right.groupby(sources).transform("all").to_numpy(dtype=bool)
        mirrored = self._mirrored(gold, predictions)
        groups = (original, original & consistent, swap, swap & mirrored)
        return np.hstack([labels, np.column_stack(groups).astype(float)])

    def _mirrored(self, gold: Gold, predictions: Predictions) -> NDArray[np.bool_]:
        """Return whether each label is the mirror image of its original's."""
        label_of = dict(zip(gold.records["sentence_id"], predictions.values, strict=True))
        pairs = zip(gold.records["source_id"], predictions.values, strict=True)
        return np.array([self.mirror[label_of[source]] == label for source, label in pairs])

    def _confusion(self, sums: Floats) -> Floats:
        return self.edits.confusion(sums[..., : -len(GROUPS)])

    def headline(self, sums: Floats) -> Floats:
        """Return the accuracy over the edits."""
        table = self._confusion(sums)
        return ratio(np.trace(table, axis1=-2, axis2=-1), table.sum(axis=(-2, -1)))

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return accuracy, consistency, symmetry, and the label scores of the edits."""
        originals, consistent, swaps, mirrored = sums[-len(GROUPS) :]
        return {
            **self.edits.scores(sums[: -len(GROUPS)]),
            "consistency": float(ratio(consistent, originals)),
            "symmetry": float(ratio(mirrored, swaps)),
        }

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support of each label among the edits."""
        return self.edits.classes(sums[: -len(GROUPS)])

    def chance(self, sums: Floats) -> float:
        """Return the accuracy of labels guessed at random with the system's totals."""
        table = self._confusion(sums)
        # An empty table has no chance to speak of: 0, not an error.
        total = max(float(table.sum()), 1.0)
        return float(table.sum(axis=1) @ table.sum(axis=0) / total**2)
