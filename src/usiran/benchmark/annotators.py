"""What each annotator answered to the benchmark's tasks: the labels of the rounds behind the gold.

An annotator's labels are put in the places of the gold's tables, so that a task reads them
as it reads its own gold. A sentence or an article that an annotator did not label is not
among their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from usiran.tasks.base import Gold, Tables, Task

_OF_SENTENCES = ("stance", "grounds", "holder")


@dataclass(frozen=True)
class Annotators:
    """Everybody whose labels stand behind the gold.

    Parameters
    ----------
    kinds : dict
        From annotator (sorted) to ``human`` or ``language-model``.
    rows : DataFrame
        Their labels, a row each as in the table of annotations; where somebody labelled a
        task in several rounds, those of the last one.
    tables : mapping
        The corpus's tables.
    """

    kinds: dict[str, str]
    rows: pd.DataFrame
    tables: Tables

    @classmethod
    def of(cls, tables: Tables, rounds: Sequence[str]) -> Annotators:
        """Return the annotators of some rounds, in order: the last one counts."""
        rows = tables["annotations"] if "annotations" in tables else pd.DataFrame({"round": []})
        rows = rows[rows["round"].isin(list(rounds))]
        if rows.empty:
            return cls({}, rows, tables)
        told = tables["annotators"].set_index("annotator_id")["kind"].to_dict()
        names = sorted(set(rows["annotator_id"]))
        kinds = {name: str(told.get(name, "unknown")) for name in names}
        return cls(kinds, _last(rows, rounds), tables)

    def gold(self, task: Task, annotator: str) -> Gold:
        """Return a task's gold as it would be, were one annotator's labels all there is."""
        return task.read(task, self._tables(task, annotator))

    def _tables(self, task: Task, annotator: str) -> dict[str, pd.DataFrame]:
        mine = self.rows[self.rows["annotator_id"] == annotator]
        stance = self.tables["stance"]
        if task.unit == "sentence":
            said = mine[mine["layer"] == task.column].set_index("unit_id")["label"]
            answered = stance[stance["sentence_id"].isin(list(said.index))]
            labels = answered["sentence_id"].map(said)
            return {**self.tables, "stance": answered.assign(**{task.column: labels})}
        read = mine.loc[~mine["layer"].isin(_OF_SENTENCES), "article_id"]
        answered = stance[stance["article_id"].isin(list(read))]
        spans = {layer: _spans(mine, layer, answered) for layer in ("actor", "event")}
        return {
            **self.tables, "stance": answered, "actors": spans["actor"], "events": spans["event"],
            "roles": _roles(mine, spans["actor"], spans["event"]),
        }  # fmt: skip


def _last(rows: pd.DataFrame, rounds: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the last round in which each annotator labelled each task."""
    place = rows["round"].map({name: number for number, name in enumerate(rounds)})
    sentence = rows["layer"].isin(_OF_SENTENCES)
    unit = rows["unit_id"].where(sentence, rows["article_id"])
    last = place.groupby([rows["annotator_id"], sentence, unit]).transform("max")
    return rows[place == last]


def _spans(mine: pd.DataFrame, layer: str, stance: pd.DataFrame) -> pd.DataFrame:
    """Return an annotator's spans in scored sentences as a gold table; others are not scored."""
    spans = mine[mine["layer"] == layer].sort_values(["article_id", "start"])
    frame = pd.DataFrame({
        "span_id": spans["unit_id"], "article_id": spans["article_id"],
        "sentence_id": _holding(spans, stance), "start": spans["start"], "end": spans["end"],
        "type": spans["label"],
    })  # fmt: skip
    return frame.dropna(subset="sentence_id")


def _holding(spans: pd.DataFrame, stance: pd.DataFrame) -> list[str | None]:
    """Return the scored sentence that holds each span, None where there is none."""
    found: list[str | None] = []
    for article, start, end in zip(spans["article_id"], spans["start"], spans["end"], strict=True):
        near = stance[stance["article_id"] == article]
        inside = ((near["start"] <= start) & (end <= near["end"])).to_numpy(dtype=bool)
        at = np.flatnonzero(inside)
        found.append(str(near["sentence_id"].iloc[at[0]]) if len(at) else None)
    return found


def _roles(mine: pd.DataFrame, actors: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return an annotator's links between spans that are kept, as a gold table."""
    links = mine[mine["layer"] == "role"]
    kept = links["unit_id"].isin(list(events["span_id"]))
    links = links[kept & links["target"].isin(list(actors["span_id"]))]
    return pd.DataFrame({
        "article_id": links["article_id"], "event_id": links["unit_id"], "role": links["label"],
        "actor_span_id": links["target"],
    })  # fmt: skip
