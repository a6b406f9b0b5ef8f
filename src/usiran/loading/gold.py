"""The gold tables, made from the gold exports, the votes, the folds and the registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd

from usiran.label_studio.annotation_records import AnnotationRow
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.registry import split_aliases
from usiran.schemas.tables import Frames, empty, rows_of
from usiran.text.articles import Texts

Row = dict[str, object]


def gold_frames(
    rows: Sequence[AnnotationRow], frames: Frames, texts: Texts, scheme: Scheme
) -> dict[str, pd.DataFrame]:
    """Return the gold tables that the labels of the gold exports give: stance, ..., roles.

    Of the other tables, folds, votes, registry and actor_links are used where they are present.
    """
    gold = _Gold(rows, frames, texts, scheme)
    tables = {
        "stance": gold.stance(),
        "article_stance": gold.article_stance(),
        "actors": gold.actors(),
        "events": gold.events(),
        "roles": gold.roles(),
    }
    return {name: pd.DataFrame(rows) if rows else empty(name) for name, rows in tables.items()}


class _Gold:
    def __init__(
        self, rows: Sequence[AnnotationRow], frames: Frames, texts: Texts, scheme: Scheme
    ) -> None:
        self._texts = texts
        self._scheme = scheme
        order = {article_id: number for number, article_id in enumerate(texts.texts)}
        self._by_layer: dict[str, list[AnnotationRow]] = defaultdict(list)
        # The order of the texts, not of the exports, which change with who exported them.
        for row in sorted(rows, key=lambda r: (order.get(r.article_id, -1), r.start, r.end)):
            self._by_layer[row.layer].append(row)
        self._votes = _votes(frames)
        self._folds = _mapping(frames, "folds", "article_id", "fold")
        self._actors = _aliases(frames)
        self._links = _mapping(frames, "actor_links", "span_id", "actor_id")

    def stance(self) -> list[Row]:
        holder = {row.unit_id: row.label for row in self._by_layer["holder"]}
        grounds: dict[str, list[str]] = defaultdict(list)
        for row in self._by_layer["grounds"]:
            grounds[row.unit_id].append(row.label)
        return [
            {
                "sentence_id": row.unit_id,
                "article_id": row.article_id,
                "start": row.start,
                "end": row.end,
                "zone": self._zone(row.unit_id),
                "text": self._text(row),
                "stance": row.label,
                "grounds": tuple(grounds[row.unit_id]),
                "holder": holder.get(row.unit_id),
                "stance_votes": self._counts("stance", row.unit_id, "stance"),
                "holder_votes": self._counts("holder", row.unit_id, "holder"),
                # A missing fold is the finding of folds.csv, not of every sentence.
                "fold": self._folds.get(row.article_id, 0),
            }
            for row in self._by_layer["stance"]
        ]

    def article_stance(self) -> list[Row]:
        return [
            {
                "article_id": row.unit_id,
                "article_stance": row.label,
                "votes": self._counts("article_stance", row.unit_id, "article_stance"),
            }
            for row in self._by_layer["article_stance"]
        ]

    def actors(self) -> list[Row]:
        return [
            self._span(row)
            | {"type": row.label, "actor_id": self._linked(row), "votes": self._count(row)}
            for row in self._by_layer["actor"]
        ]

    def events(self) -> list[Row]:
        return [
            self._span(row)
            | {
                "type": row.label,
                "quad": self._scheme.quad_of.get(row.label),
                "mode": row.mode,
                "votes": self._count(row),
            }
            for row in self._by_layer["event"]
        ]

    def roles(self) -> list[Row]:
        return [
            {
                "article_id": row.article_id,
                "event_id": row.unit_id,
                "role": row.label,
                "actor_span_id": row.target,
                "votes": self._count(row),
            }
            for row in self._by_layer["role"]
        ]

    def _span(self, row: AnnotationRow) -> Row:
        sentence = self._texts.holding(row.article_id, row.start, row.end)
        return {
            "span_id": row.unit_id,
            "article_id": row.article_id,
            "sentence_id": sentence.sentence_id if sentence else None,
            "start": row.start,
            "end": row.end,
            "text": self._text(row),
        }

    def _zone(self, sentence_id: str) -> str | None:
        sentence = self._texts.by_id.get(sentence_id)
        return sentence.zone if sentence else None

    def _text(self, row: AnnotationRow) -> str:
        return self._texts.texts[row.article_id][row.start : row.end]

    def _linked(self, row: AnnotationRow) -> object:
        if row.unit_id in self._links:
            return self._links[row.unit_id]
        return self._actors.get(" ".join(self._text(row).split()))

    def _counts(self, layer: str, unit_id: str, field: str) -> tuple[int, ...]:
        names = self._scheme[field].names
        return tuple(self._votes.get((layer, unit_id, name, ""), 0) for name in names)

    def _count(self, row: AnnotationRow) -> int:
        return self._votes.get((row.layer, row.unit_id, row.label, row.target or ""), 0)


def _votes(frames: Frames) -> dict[tuple[str, str, str, str], int]:
    if "votes" not in frames:
        return {}
    votes = frames["votes"].fillna({"target": ""})
    return {
        (row.layer, row.unit_id, row.label, row.target): int(row.votes) for row in rows_of(votes)
    }


def _aliases(frames: Frames) -> dict[str, str]:
    """From a surface to the one actor it stands for."""
    if "registry" not in frames:
        return {}
    return {
        surface: str(row.actor_id)
        for row in rows_of(frames["registry"])
        for surface in (row.name, *split_aliases(row.aliases))
    }


def _mapping(frames: Frames, table: str, key: str, value: str) -> Mapping[str, object]:
    if table not in frames:
        return {}
    frame = frames[table]
    return dict(zip(frame[key], frame[value], strict=True))
