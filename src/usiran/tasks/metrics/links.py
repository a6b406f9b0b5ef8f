"""Scores of links from events to actors, from counts that add up over sentences.

With h links found, g gold links and p predicted ones, pooled over all sentences::

    F1 = 2 h / (g + p)                             0 where undefined

A predicted link is found when its role is that of a gold link, their actors have the same
offsets, and their events fit. How events fit is the task's: given the spans, by their
offsets; end to end, by sharing a character and a quad class. Every link is matched at most
once, and as many as possible are. Pairs are links whatever their role. A row of counts holds
PER_LABEL by role, then the pairs found.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from usiran.stats.scores import Floats, f1, ratio
from usiran.tasks.base import Classes, Gold, Predictions
from usiran.tasks.links import Link
from usiran.tasks.metrics.labels import (
    PER_LABEL,
    chance_of_pairs,
    class_rows,
    macro_f1,
    per_label,
    refuse_unknown,
)
from usiran.text.spans import Span, matched

LINK_COLUMNS = (
    ("link_precision", "precision"),
    ("link_recall", "recall"),
    ("agent_f1", "agent"),
    ("recipient_f1", "recipient"),
    ("pair_f1", "pairs"),
)


@dataclass(frozen=True)
class LinkScorer:
    """Scores of links."""

    labels: tuple[str, ...]
    # From event type to quad class where events are predicted; None where they are given.
    quads: Mapping[str, str] | None = None
    left_out: Collection[str] = ()  # roles that cannot be evaluated, out of the macro mean

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row of counts for each sentence."""
        rows = np.zeros((len(gold.values), len(PER_LABEL) * len(self.labels) + 1))
        for row, true, predicted in zip(rows, gold.values, predictions.values, strict=True):
            if not true and not predicted:
                continue
            refuse_unknown("roles", (link.role for link in predicted), self.labels)
            if self.quads is not None:
                events = (link.event.label for link in predicted)
                refuse_unknown("event types", events, self.quads)
            cells = row[:-1].reshape(len(PER_LABEL), -1)
            for i, role in enumerate(self.labels):
                sides = [[link for link in side if link.role == role] for side in (true, predicted)]
                cells[:, i] = self._found(*sides), len(sides[0]), len(sides[1])
            row[-1] = self._found(true, predicted)
        return rows

    def _found(self, true: Sequence[Link], predicted: Sequence[Link]) -> int:
        """Return the most pairs of links that fit, roles apart; each is used at most once."""
        groups: dict[Hashable, tuple[list[Span], list[Span]]] = {}
        for side, links in enumerate((true, predicted)):
            for link in links:
                groups.setdefault(self._group(link), ([], []))[side].append(link.event)
        return sum(matched(*events) for events in groups.values())

    def _group(self, link: Link) -> Hashable:
        """Return what of two links must be equal; their events must overlap besides."""
        if self.quads is None:
            return link.place
        # Not the actor's type: it is asked for by the task of actors, and would be scored twice.
        return *link.actor[:2], self.quads[link.event.label]

    def headline(self, sums: Floats) -> Floats:
        """Return F1 over pooled links of both roles."""
        return f1(*(count.sum(axis=-1) for count in per_label(sums, self.labels)))

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return precision, recall and F1 of links, F1 of each role, and F1 of pairs."""
        hits, gold, predicted = (count.sum(axis=-1) for count in per_label(sums, self.labels))
        rows = self.classes(sums)["type"]
        return {
            "link_precision": float(ratio(hits, predicted)),
            "link_recall": float(ratio(hits, gold)),
            "link_f1": float(self.headline(sums)),
            **{f"{role}_f1": row["f1"] for role, row in rows.items()},
            "link_macro_f1": macro_f1(rows, self.left_out),
            "pair_f1": float(f1(sums[-1], gold, predicted)),
        }

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support of each role."""
        return {"type": class_rows(self.labels, *per_label(sums, self.labels))}

    def chance(self, sums: Floats) -> float:
        """Return the headline expected when the pairs stay and their roles are random."""
        _, gold, predicted = per_label(sums, self.labels)
        return chance_of_pairs(sums[-1], gold, predicted)
