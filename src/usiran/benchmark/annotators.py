"""What each annotator answered to the benchmark's tasks, in the rounds behind the gold and others.

An annotator's labels are put in the places of the gold's tables, so that a task reads them
as it reads its own gold. A sentence or an article that an annotator did not label is not
among their rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd

from usiran.tasks.base import Gold, Tables, Task

_OF_SENTENCES = ("stance", "grounds", "holder")
# In the table of annotations labels of sentences have no offsets, so its columns are of floats.
_OFFSETS = {"start": "int64", "end": "int64"}


@dataclass(frozen=True)
class Annotators:
    """Everybody who labelled in some rounds: those behind the gold, or all others."""

    kinds: dict[str, str]  # from annotator, sorted, to ``human`` or ``language-model``
    rows: pd.DataFrame  # as in the table of annotations; of several rounds the last one
    tables: Tables  # the corpus's
    _spans: dict[str, Tables] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, tables: Tables, rounds: Sequence[str], *, leave_out: Collection[str] = ()) -> Self:
        """Return the annotators of some rounds, in order: the last one counts."""
        rows = _annotations(tables)
        rows = rows[rows["round"].isin(list(rounds)) & ~rows["annotator_id"].isin(list(leave_out))]
        if rows.empty:
            return cls({}, rows, tables)
        kind_of = tables["annotators"].set_index("annotator_id")["kind"].to_dict()
        names = sorted(set(rows["annotator_id"]))
        kinds = {name: str(kind_of.get(name, "unknown")) for name in names}
        return cls(kinds, _last(rows, rounds), tables)

    @classmethod
    def without_part(cls, tables: Tables, annotators: Annotators, order: Iterable[str]) -> Self:
        """Return the annotators of all rounds who are none of those behind the gold.

        The rounds named in `order` come first, the others after them by name.
        """
        rounds = dict.fromkeys((*order, *sorted(set(_annotations(tables)["round"]))))
        return cls.of(tables, list(rounds), leave_out=annotators.kinds)

    def rounds_of(self, annotator: str) -> tuple[str, ...]:
        """Return the rounds that an annotator's labels are of."""
        rounds = self.rows.loc[self.rows["annotator_id"] == annotator, "round"]
        return tuple(dict.fromkeys(rounds))

    def gold(self, task: Task, annotator: str) -> Gold:
        """Return a task's gold as it would be, were one annotator's labels all there is."""
        rows = self.rows[self.rows["annotator_id"] == annotator]
        if task.unit == "sentence":
            labels = self._labels(rows, task.column)
            stance = self.tables["stance"]
            answered = stance[stance["sentence_id"].isin(list(labels.index))]
            column = {task.column: answered["sentence_id"].map(labels)}
            return task.gold({**self.tables, "stance": answered.assign(**column)})
        return task.gold({**self.tables, **self._span_tables(annotator)})

    def _labels(self, rows: pd.DataFrame, layer: str) -> pd.Series[Any]:
        """Return an annotator's answer to a layer of sentences, by sentence."""
        labels = rows[rows["layer"] == layer].groupby("unit_id", sort=False)["label"]
        if layer != "grounds":
            return labels.first()
        # A sentence without grounds has no row of them: whoever gave its stance found none.
        labelled = rows.loc[rows["layer"] == "stance", "unit_id"]
        grounds = labels.agg(tuple).to_dict()
        return pd.Series({unit: grounds.get(unit, ()) for unit in labelled}, dtype=object)

    def _span_tables(self, annotator: str) -> Tables:
        """Return an annotator's spans and links; all tasks of spans read the same."""
        if annotator not in self._spans:
            rows = self.rows[self.rows["annotator_id"] == annotator]
            stance = self.tables["stance"]
            # The article's stance is asked with its spans: an article without any is here too.
            labelled = rows.loc[~rows["layer"].isin(_OF_SENTENCES), "article_id"]
            answered = stance[stance["article_id"].isin(list(labelled))]
            actors, events = (_spans(rows, layer, answered) for layer in ("actor", "event"))
            spans = {"actors": actors, "events": events, "roles": _roles(rows, actors, events)}
            self._spans[annotator] = {"stance": answered, **spans}
        return self._spans[annotator]


def _annotations(tables: Tables) -> pd.DataFrame:
    if "annotations" in tables:
        return tables["annotations"]
    return pd.DataFrame(columns=["round", "annotator_id"], dtype=object)


def _last(rows: pd.DataFrame, rounds: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the last round in which each annotator labelled each task."""
    place = rows["round"].map({name: number for number, name in enumerate(rounds)})
    sentence = rows["layer"].isin(_OF_SENTENCES)
    # An article's spans are one task, labelled and labelled again as a whole.
    unit = rows["unit_id"].where(sentence, rows["article_id"])
    last = place.groupby([rows["annotator_id"], sentence, unit]).transform("max")
    return rows[place == last]


def _spans(rows: pd.DataFrame, layer: str, stance: pd.DataFrame) -> pd.DataFrame:
    """Return an annotator's spans in scored sentences as a gold table; others are not scored."""
    places = stance[["sentence_id", "article_id", *_OFFSETS]].astype(_OFFSETS)
    spans = rows.loc[rows["layer"] == layer, ["unit_id", "article_id", *_OFFSETS, "label"]]
    # Sentences do not overlap: only the last one that begins no later can hold the span.
    frame = pd.merge_asof(
        spans.astype(_OFFSETS).sort_values("start"),
        places.sort_values("start"),
        on="start",
        by="article_id",
        suffixes=("", "_there"),
    )
    frame = frame[frame["end"] <= frame["end_there"]].drop(columns="end_there")
    return frame.rename(columns={"unit_id": "span_id", "label": "type"})


def _roles(rows: pd.DataFrame, actors: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return an annotator's links between spans of scored sentences, as a gold table."""
    links = rows[rows["layer"] == "role"]
    scored = links["unit_id"].isin(list(events["span_id"]))
    links = links[scored & links["target"].isin(list(actors["span_id"]))]
    names = {"unit_id": "event_id", "label": "role", "target": "actor_span_id"}
    return links[["article_id", *names]].rename(columns=names)
