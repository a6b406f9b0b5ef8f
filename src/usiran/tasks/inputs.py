"""What a system may read of a sentence, and what annotators marked in it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from usiran.errors import Finding, InputError
from usiran.tasks.base import LAYERS, Gold, Objects, Tables, Task, objects
from usiran.tasks.links import Link, written_all
from usiran.text.spans import Span

Row = dict[Hashable, Any]
RECORD_COLUMNS = ("sentence_id", "article_id", "start", "end", "zone", "text", "before", "after")


def records_of(stance: pd.DataFrame) -> pd.DataFrame:
    """Return what a system may read of each scored sentence: never a label or a vote."""
    records = stance[["sentence_id", "article_id", "start", "end", "zone", "text"]].copy()
    by_article = records.groupby("article_id", sort=False)["text"]
    records["before"] = by_article.shift(1).fillna("")
    records["after"] = by_article.shift(-1).fillna("")
    return records.reset_index(drop=True)


def spans_of(table: str, column: str, tables: Tables) -> Objects:
    """Return the spans of each scored sentence, sorted; offsets count from its start.

    Raises
    ------
    InputError
        A gold span lies in no scored sentence.
    """
    stance = tables["stance"]
    starts = dict(zip(stance["sentence_id"], stance["start"], strict=True))
    spans: dict[str, list[Span]] = {sentence_id: [] for sentence_id in starts}
    for row in tables[table].to_dict("records"):
        if row["sentence_id"] not in starts:
            raise InputError([_outside(table, str(row["span_id"]), str(row["sentence_id"]))])
        first = int(starts[row["sentence_id"]])
        span = Span(int(row["start"]) - first, int(row["end"]) - first, str(row[column]))
        spans[row["sentence_id"]].append(span)
    return objects([tuple(sorted(spans[key])) for key in stance["sentence_id"]])


def _outside(table: str, span_id: str, sentence_id: str) -> Finding:
    return Finding(
        table, span_id, "sentence_id", sentence_id, "a scored sentence",
        "place the span in a scored sentence; `usiran validate` lists such spans",
    )  # fmt: skip


def links_of(tables: Tables) -> Objects:
    """Return the links of each scored sentence's events, written as spans (`links`).

    The actor may stand in another sentence of the article; its offsets still count from
    the start of the event's sentence.

    Raises
    ------
    InputError
        A link's event lies in no scored sentence, or one of its spans is unknown.
    """
    stance = tables["stance"]
    starts = dict(zip(stance["sentence_id"], stance["start"].astype(int), strict=True))
    links: dict[str, list[Link]] = {sentence_id: [] for sentence_id in starts}
    known: dict[str, Row] = {
        str(row["span_id"]): row
        for table in ("actors", "events")
        for row in tables[table].to_dict("records")
    }
    for row in tables["roles"].to_dict("records"):
        event, actor = (_known(known, row, column) for column in ("event_id", "actor_span_id"))
        if event["sentence_id"] not in starts:
            raise InputError([_outside("events", str(event["span_id"]), event["sentence_id"])])
        first = starts[event["sentence_id"]]
        link = Link(str(row["role"]), _placed(event, first), _placed(actor, first))
        links[event["sentence_id"]].append(link)
    return objects([written_all(links[key], starts[key]) for key in stance["sentence_id"]])


def _known(known: dict[str, Row], row: Row, column: str) -> Row:
    span_id = str(row[column])
    if span_id not in known:
        raise InputError([Finding("roles", str(row["event_id"]), column, span_id,
                                  "a span of the gold", "run `usiran validate`")])  # fmt: skip
    return known[span_id]


def _placed(row: Row, first: int) -> Span:
    start, end = (int(row[key]) - first for key in ("start", "end"))
    return Span(start, end, str(row["type"]))


def layers_of(tables: Tables) -> pd.DataFrame:
    """Return what annotators marked in each scored sentence: one column a layer.

    ``actors`` and ``events`` hold typed spans, ``roles`` links, ``sides`` the affiliation of
    each actor in its place, "" where the registry does not know it.
    """
    frame = pd.DataFrame({"sentence_id": tables["stance"]["sentence_id"].to_list()})
    frame["actors"] = spans_of("actors", "type", tables)
    frame["events"] = spans_of("events", "type", tables)
    frame["roles"] = links_of(tables) if "roles" in tables else objects([()] * len(frame))
    frame["sides"] = _sides(tables, frame)
    return frame


def _sides(tables: Tables, frame: pd.DataFrame) -> Objects:
    actors, registry = tables["actors"], tables.get("registry")
    if registry is None or "actor_id" not in actors:
        return objects([("",) * len(spans) for spans in frame["actors"]])
    side = dict(zip(registry["actor_id"], registry["affiliation"], strict=True))
    starts = dict(zip(tables["stance"]["sentence_id"], tables["stance"]["start"], strict=True))
    found = {
        (row["sentence_id"], int(row["start"]) - int(starts[row["sentence_id"]])): side.get(
            row["actor_id"], ""
        )
        for row in actors.to_dict("records")
    }
    return objects([
        tuple(str(found[key, span.start]) for span in spans)
        for key, spans in zip(frame["sentence_id"], frame["actors"], strict=True)
    ])  # fmt: skip


def with_layers(gold: Gold, layers: pd.DataFrame, hidden: tuple[str, ...]) -> Gold:
    """Return the gold with the layers in its records, for systems that read them.

    Parameters
    ----------
    gold : Gold
        Of a task whose units are sentences.
    layers : DataFrame
        What `layers_of` returns.
    hidden : tuple of str
        Layers that are taken away in the article held out.
    """
    if gold.training is not None:
        return replace(gold, training=with_layers(gold.training, layers, hidden), hidden=hidden)
    columns = [name for name in LAYERS if name not in gold.records]
    records = gold.records.merge(
        layers[["sentence_id", *columns]], on="sentence_id", how="left", validate="one_to_one"
    )
    return replace(gold, records=records, hidden=tuple(dict.fromkeys([*gold.hidden, *hidden])))


def sentence_gold(task: Task, tables: Tables) -> Gold:
    """Return the gold of a task with one label a sentence."""
    stance = tables["stance"].reset_index(drop=True)
    votes = np.array([tuple(row) for row in stance[f"{task.column}_votes"]], dtype=np.float64)
    folds = stance["fold"].to_numpy(dtype=np.int64)
    return Gold(task, records_of(stance), objects(stance[task.column]), folds, votes)


def span_gold(task: Task, tables: Tables) -> Gold:
    """Return the gold of a task with typed spans in sentences."""
    stance = tables["stance"].reset_index(drop=True)
    folds = stance["fold"].to_numpy(dtype=np.int64)
    return Gold(task, records_of(stance), spans_of(task.table, task.column, tables), folds)
