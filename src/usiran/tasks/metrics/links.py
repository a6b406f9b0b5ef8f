"""Scores of links from events to actors, from counts that add up over sentences.

With h links found, g gold links and p predicted ones, pooled over all sentences::

    F1 = 2 h / (g + p)                             0 where undefined

A predicted link is found when its role is that of a gold link, their actors have the same
offsets, and their events fit. How events fit is the task's: given the spans, by their
offsets; end to end, by sharing a character and a quad class. Every link is matched at most
once, and as many as possible are. ``pairs`` counts the same without the role.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from usiran.stats.scores import Floats, f1, ratio
from usiran.tasks.base import Classes, Gold, Predictions
from usiran.tasks.links import Link, read_all
from usiran.tasks.metrics.labels import class_rows
from usiran.text.spans import Span, matched

PER_ROLE = ("hits", "gold", "predicted")
LINK_COLUMNS = (
    ("link_precision", "precision"),
    ("link_recall", "recall"),
    ("agent_f1", "agent"),
    ("recipient_f1", "recipient"),
    ("pair_f1", "pairs"),
)
Fit = Callable[[Sequence[Span], Sequence[Span]], int]


@dataclass(frozen=True)
class LinkScorer:
    """Scores of links.

    Parameters
    ----------
    labels : tuple of str
        The roles.
    quads : mapping or None
        From event type to quad class where events are predicted too; None where they are
        given, and only equal offsets fit.
    left_out : collection of str
        Roles that stay out of the macro mean: not evaluable.
    """

    labels: tuple[str, ...]
    quads: Mapping[str, str] | None = None
    left_out: Collection[str] = ()

    @cached_property
    def columns(self) -> dict[tuple[str, str], int]:
        """The place of each count: (count, role), then the pairs."""
        keys = [(count, role) for count in PER_ROLE for role in self.labels] + [("pairs", "")]
        return {key: i for i, key in enumerate(keys)}

    def counts(self, gold: Gold, predictions: Predictions) -> Floats:
        """Return one row of counts for each sentence.

        Raises
        ------
        ValueError
            A prediction is no link, or its role or event type is not the task's.
        """
        counts = np.zeros((len(gold.values), len(self.columns)))
        starts = gold.records["start"].tolist()
        for row, start in enumerate(starts):
            true = read_all(gold.values[row], start)
            said = read_all(predictions.values[row], start)
            self._check(said)
            for role in self.labels:
                mine, theirs = ([one for one in side if one.role == role] for side in (true, said))
                cells = (self._found(mine, theirs), len(mine), len(theirs))
                for count, cell in zip(PER_ROLE, cells, strict=True):
                    counts[row, self.columns[count, role]] = cell
            counts[row, self.columns["pairs", ""]] = self._found(true, said)
        return counts

    def _check(self, said: Sequence[Link]) -> None:
        for name, found, allowed in (
            ("roles", {link.role for link in said}, self.labels),
            ("event types", {link.event.label for link in said}, self.quads),
        ):
            if allowed is not None and found - set(allowed):
                unknown = sorted(found - set(allowed))
                raise ValueError(f"{name} {unknown}: allowed are {list(allowed)}")

    def _found(self, true: Sequence[Link], said: Sequence[Link]) -> int:
        """Return the most pairs of links that fit, roles apart; each is used at most once."""
        groups = {self._place(link) for link in true}
        return sum(
            matched(
                [link.event for link in true if self._place(link) == place],
                [link.event for link in said if self._place(link) == place],
            )
            for place in groups
        )

    def _place(self, link: Link) -> Hashable:
        """Return what of two links must be equal; their events must overlap besides."""
        actor = link.actor.start, link.actor.end
        if self.quads is None:
            return *actor, link.event.start, link.event.end
        return *actor, self.quads[link.event.label]

    def _of(self, sums: Floats, count: str) -> Floats:
        first = self.columns[count, self.labels[0]]
        return np.asarray(sums[..., first : first + len(self.labels)])

    def headline(self, sums: Floats) -> Floats:
        """Return F1 over pooled links of both roles."""
        return f1(*(self._of(sums, count).sum(axis=-1) for count in PER_ROLE))

    def scores(self, sums: Floats) -> dict[str, float]:
        """Return precision, recall and F1 of links, F1 of each role, and F1 of pairs."""
        hits, gold, predicted = (self._of(sums, count).sum(axis=-1) for count in PER_ROLE)
        rows = self._rows(sums)
        kept = [row["f1"] for role, row in rows.items() if role not in self.left_out]
        return {
            "link_precision": float(ratio(hits, predicted)),
            "link_recall": float(ratio(hits, gold)),
            "link_f1": float(self.headline(sums)),
            **{f"{role}_f1": row["f1"] for role, row in rows.items()},
            "link_macro_f1": sum(kept) / len(kept) if kept else 0.0,
            "pair_f1": float(f1(sums[..., self.columns["pairs", ""]], gold, predicted)),
        }

    def _rows(self, sums: Floats) -> Classes:
        return class_rows(self.labels, *(self._of(sums, count) for count in PER_ROLE))

    def classes(self, sums: Floats) -> dict[str, Classes]:
        """Return precision, recall, F1 and support of each role."""
        return {"type": self._rows(sums)}

    def chance(self, sums: Floats) -> float:
        """Return the headline expected when the pairs stay and their roles are random.

        With m pairs that fit and the roles' shares g (gold) and s (said), m sum(g s) are
        expected to agree in role as well.
        """
        gold, predicted = self._of(sums, "gold"), self._of(sums, "predicted")
        share = ratio(np.asarray(gold @ predicted), np.asarray(gold.sum() * predicted.sum()))
        pairs = sums[..., self.columns["pairs", ""]]
        return float(f1(np.asarray(pairs * share), gold.sum(), predicted.sum()))


def exact_links(gold: Gold) -> LinkScorer:
    """Return the scorer of links between given spans."""
    return LinkScorer(gold.task.labels, None, gold.unevaluable_classes())


def found_links(gold: Gold, quads: Mapping[str, str]) -> LinkScorer:
    """Return the scorer of links between predicted spans."""
    return LinkScorer(gold.task.labels, quads, gold.unevaluable_classes())
