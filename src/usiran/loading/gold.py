"""The gold tables, made from the gold exports, the votes, the folds and the registry."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from usiran.label_studio.annotation_records import AnnotationRow
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.registry import surfaces
from usiran.schemas.tables import Frames, empty, rows_of
from usiran.text.articles import Texts

Row = dict[str, object]


def gold_frames(
    rows: Sequence[AnnotationRow],
    frames: Frames,
    texts: Texts,
    scheme: Scheme,
    *,
    rounds: Sequence[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return the gold tables that the labels of the gold exports give: stance, ..., roles.

    The other tables are used where they are present. `rounds` are those behind the votes: each is
    a way of reading, whose majority is asked for.
    """
    gold = _Gold(rows, frames, texts, scheme, rounds)
    makers = (gold.stance, gold.article_stance, gold.actors, gold.events, gold.roles)
    tables = {make.__name__: make() for make in makers}
    # A frame made of no rows would have no columns, and be told as a table that lacks them.
    return {name: pd.DataFrame(rows) if rows else empty(name) for name, rows in tables.items()}


class _Gold:
    def __init__(
        self,
        rows: Sequence[AnnotationRow],
        frames: Frames,
        texts: Texts,
        scheme: Scheme,
        rounds: Sequence[str],
    ) -> None:
        self._texts = texts
        self._scheme = scheme
        order = {article_id: number for number, article_id in enumerate(texts.texts)}
        self._by_layer: dict[str, list[AnnotationRow]] = defaultdict(list)
        # The order of the texts, not of the exports, which change with who exported them.
        for row in sorted(rows, key=lambda r: (order.get(r.article_id, -1), r.start, r.end)):
            self._by_layer[row.layer].append(row)
        self._mentions = {row.unit_id: row for row in self._by_layer["actor"]}
        self._votes = {
            (row.layer, row.unit_id, row.label, row.target or ""): int(row.votes)
            for row in _rows(frames, "votes")
        }
        self._folds = _mapping(frames, "folds", "article_id", "fold")
        self._flags = _mapping(frames, "sentences", "sentence_id", "flag")
        self._groups = _mapping(frames, "event_groups", "event_id", "event_group")
        self._holders = {row.sentence_id: row for row in _rows(frames, "holders")}
        self._affiliations = _mapping(frames, "registry", "actor_id", "affiliation")
        self._actors = {
            surface: row.actor_id for row in _rows(frames, "registry") for surface in surfaces(row)
        }
        self._scoped = {
            (row.article_id, row.alias): row.actor_id for row in _rows(frames, "article_aliases")
        }
        self._links = {row.span_id: row for row in _rows(frames, "actor_links")}
        self._given = votes_by_round(frames, rounds)

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
                "toward": self._scheme.contest.toward(grounds[row.unit_id]),
                **self._voice(row.unit_id, holder.get(row.unit_id)),
                "contested": self._is_contested(row)
                or self._is_contested(row, "holder", holder.get(row.unit_id, "")),
                "garbled": self._flags.get(row.unit_id) == "garbled",
                "stance_votes": self._counts("stance", row.unit_id),
                "holder_votes": self._counts("holder", row.unit_id),
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
                "votes": self._counts("article_stance", row.unit_id),
            }
            for row in self._by_layer["article_stance"]
        ]

    def actors(self) -> list[Row]:
        return [
            self._span(row) | {"type": row.label, **self._actor(row), **self._support(row)}
            for row in self._by_layer["actor"]
        ]

    def events(self) -> list[Row]:
        return [
            self._span(row)
            | {
                "type": row.label,
                "quad": self._scheme.quad_of.get(row.label),
                "mode": row.mode,
                "event_group": self._groups.get(row.unit_id, row.unit_id),
                **self._support(row),
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
                "evidence": self._evidence(row),
                **self._support(row),
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

    def _actor(self, row: AnnotationRow) -> Row:
        """Return who a mention is, and whose side it is on: by hand, in its article, anywhere."""
        # A name is listed on one line, and may go over a line break in the text.
        surface = " ".join(self._text(row).split())
        scoped = self._scoped.get((row.article_id, surface))
        link = self._links.get(row.unit_id)
        actor = link.actor_id if link else scoped or self._actors.get(surface)
        by_hand = link.affiliation if link else None
        return {"actor_id": actor, "affiliation": by_hand or self._affiliations.get(str(actor))}

    def _voice(self, sentence_id: str, holder: str | None) -> Row:
        """Return who a source is: the mention that names it, its actor, its affiliation."""
        told = self._holders.get(sentence_id) if holder != "author" else None
        mention = self._mentions.get(str(told.actor_span_id)) if told else None
        actor = self._actor(mention) if mention else {"actor_id": None, "affiliation": None}
        by_hand = told.affiliation if told else None
        return {
            "voiced_by": mention.unit_id if mention else None,
            "voiced_by_id": actor["actor_id"],
            "voiced_by_affiliation": by_hand or actor["affiliation"],
        }

    def _evidence(self, row: AnnotationRow) -> str:
        """Return whether the actor of a role stands in the event's own sentence."""
        event, actor = (
            self._texts.holding(mark.article_id, mark.start, mark.end)
            for mark in (row, self._mentions[str(row.target)])
        )
        return "sentence" if event == actor else "context"

    def _is_contested(self, row: AnnotationRow, layer: str = "stance", label: str = "") -> bool:
        """Whether nobody gave a sentence's label, or the ways of reading part over it."""
        unvoted = not self._votes.get((layer, row.unit_id, label or row.label, ""))
        by_round = self._given.get((layer, row.unit_id), {})
        return bool(self._votes) and (unvoted or len(majorities(by_round)) > 1)

    def _counts(self, layer: str, unit_id: str) -> tuple[int, ...]:
        names = self._scheme[layer].names
        return tuple(self._votes.get((layer, unit_id, name, ""), 0) for name in names)

    def _support(self, row: AnnotationRow) -> Row:
        votes = self._votes.get((row.layer, row.unit_id, row.label, row.target or ""), 0)
        # An event's mode is a label of its own, and may be voted on by others than the type.
        mode = ("mode", row.unit_id, str(row.mode), "")
        unvoted = not votes or (row.layer == "event" and not self._votes.get(mode))
        return {"votes": votes, "contested": bool(self._votes) and unvoted}


def votes_by_round(
    frames: Frames, rounds: Sequence[str]
) -> Mapping[tuple[str, str], Mapping[str, Counter[str]]]:
    """From layer and sentence to round to how many of its annotators gave which label.

    The layers are stance and holder, those over which the ways of reading can part.
    """
    given: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    for row in _rows(frames, "annotations"):
        if row.layer in ("stance", "holder") and row.round in rounds:
            given[row.layer, row.unit_id][row.round][row.label] += 1
    return given


def majorities(by_round: Mapping[str, Counter[str]]) -> set[str | None]:
    """Return the labels of the rounds' majorities; None is for a round without one."""
    found: set[str | None] = set()
    for counts in by_round.values():
        # Half of them are no majority: a tie has none.
        label, most = counts.most_common(1)[0]
        found.add(label if 2 * most > counts.total() else None)
    return found


def _rows(frames: Frames, table: str) -> Iterable[Any]:
    return rows_of(frames[table]) if table in frames else ()


def _mapping(frames: Frames, table: str, key: str, value: str) -> Mapping[str, object]:
    return {getattr(row, key): getattr(row, value) for row in _rows(frames, table)}
