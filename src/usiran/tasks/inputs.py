"""What a system may read of a sentence, and what annotators marked in it."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.errors import Finding, InputError
from usiran.schemas.tables import withdrawn_articles
from usiran.tasks.base import LAYERS, Gold, Objects, Tables, Task, objects
from usiran.tasks.links import Link, link_set
from usiran.text.spans import Span

Row = dict[Hashable, Any]
RECORD_COLUMNS = ("sentence_id", "article_id", "start", "end", "zone", "text", "before", "after")


def with_texts(tables: Tables) -> Tables:
    """Return the tables without the articles whose text was withdrawn: nothing can read them."""
    withdrawn = list(withdrawn_articles(tables))
    if not withdrawn:
        return tables
    present = {}
    for name, frame in tables.items():
        present[name] = frame
        # The sheet of edits has no article_id of its own: a sentence's id begins with it.
        key = "sentence_id" if name == "contrast" else "article_id"
        if key in frame:
            article = frame[key].map(lambda unit: str(unit).partition("#")[0])
            present[name] = frame[~article.isin(withdrawn)].reset_index(drop=True)
    return present


def records_of(stance: pd.DataFrame) -> pd.DataFrame:
    """Return what a system may read of each scored sentence: never a label or a vote."""
    records = stance[["sentence_id", "article_id", "start", "end", "zone", "text"]].copy()
    # Neighbours are those of the same article: another article's last sentence is no context.
    by_article = records.groupby("article_id", sort=False)["text"]
    records["before"] = by_article.shift(1).fillna("")
    records["after"] = by_article.shift(-1).fillna("")
    return records.reset_index(drop=True)


def spans_of(tables: Tables, table: str, column: str = "type") -> Objects:
    """Return the spans of each scored sentence in one table, sorted, labelled by a column."""
    starts = _starts(tables)
    spans: dict[str, list[Span]] = {sentence_id: [] for sentence_id in starts}
    # A span without a label in the column, such as an actor of unknown side, is none of the task.
    for row in tables[table].dropna(subset=[column]).to_dict("records"):
        sentence_id = _sentence_of(row, table, starts)
        spans[sentence_id].append(_span(row, starts[sentence_id], column))
    return objects(tuple(sorted(spans[sentence_id])) for sentence_id in starts)


def links_of(tables: Tables) -> Objects:
    """Return the links of each scored sentence's events."""
    starts = _starts(tables)
    links: dict[str, list[Link]] = {sentence_id: [] for sentence_id in starts}
    marked = pd.concat([tables["actors"], tables["events"]]).to_dict("records")
    known: dict[str, Row] = {str(row["span_id"]): row for row in marked}
    for row in tables["roles"].to_dict("records"):
        event, actor = (_known(known, row, column) for column in ("event_id", "actor_span_id"))
        sentence_id = _sentence_of(event, "events", starts)
        start = starts[sentence_id]
        links[sentence_id].append(Link(str(row["role"]), _span(event, start), _span(actor, start)))
    return objects(link_set(links[sentence_id], start) for sentence_id, start in starts.items())


def _starts(tables: Tables) -> dict[str, int]:
    stance = tables["stance"]
    return dict(zip(stance["sentence_id"], stance["start"].astype(int), strict=True))


def _sentence_of(row: Row, table: str, starts: Mapping[str, int]) -> str:
    sentence_id = str(row["sentence_id"])
    if sentence_id not in starts:
        fix = "place the span in a scored sentence; `usiran validate` lists such spans"
        key, allowed = str(row["span_id"]), "a scored sentence"
        raise InputError([Finding(table, key, "sentence_id", sentence_id, allowed, fix)])
    return sentence_id


def _span(row: Row, start: int, column: str = "type") -> Span:
    return Span(int(row["start"]) - start, int(row["end"]) - start, str(row[column]))


def _known(known: dict[str, Row], row: Row, column: str) -> Row:
    span_id = str(row[column])
    if span_id not in known:
        event_id, fix = str(row["event_id"]), "run `usiran validate`"
        raise InputError([Finding("roles", event_id, column, span_id, "a span of the gold", fix)])
    return known[span_id]


def sentence_gold(
    task: Task,
    tables: Tables,
    values: object,
    votes: NDArray[np.float64] | None = None,
    marks: pd.DataFrame | None = None,
) -> Gold:
    """Return the gold of a task whose units are sentences; marks stand in its records besides."""
    stance = tables["stance"].reset_index(drop=True)
    folds = stance["fold"].to_numpy(dtype=np.int64)
    records = records_of(stance) if marks is None else records_of(stance).join(marks)
    return Gold(task, records, objects(values), folds, votes, hidden=task.hidden)


def layers_of(tables: Tables) -> pd.DataFrame:
    """Return what annotators marked in each scored sentence: one column a layer.

    ``actors`` and ``events`` hold typed spans, ``roles`` links, ``sides`` the affiliation of
    each actor in its place, "" where the registry does not know it, ``toward`` the attitude to
    each side of the contest (1, 0 or -1).
    """
    frame = pd.DataFrame({"sentence_id": tables["stance"]["sentence_id"].to_list()})
    frame["actors"] = spans_of(tables, "actors")
    frame["events"] = spans_of(tables, "events")
    frame["roles"] = links_of(tables) if "roles" in tables else objects([()] * len(frame))
    frame["sides"] = _sides(tables, frame)
    if "toward" in tables["stance"]:
        frame["toward"] = objects(tuple(each) for each in tables["stance"]["toward"])
    return frame


def _sides(tables: Tables, frame: pd.DataFrame) -> Objects:
    actors, registry = tables["actors"], tables.get("registry")
    if registry is None or "actor_id" not in actors:
        return objects([("",) * len(spans) for spans in frame["actors"]])
    affiliation = dict(zip(registry["actor_id"], registry["affiliation"], strict=True))
    starts = _starts(tables)
    side = {
        (row["sentence_id"], int(row["start"]) - starts[row["sentence_id"]]): str(
            affiliation.get(row["actor_id"], "")
        )
        for row in actors.to_dict("records")
    }
    return objects(
        tuple(side[sentence_id, span.start] for span in spans)
        for sentence_id, spans in zip(frame["sentence_id"], frame["actors"], strict=True)
    )


def with_layers(gold: Gold, layers: pd.DataFrame, hidden: tuple[str, ...]) -> Gold:
    """Return the gold with the layers in its records, for systems that read them.

    `hidden` names the layers that are taken away in the article held out.
    """
    if gold.training is not None:
        training = with_layers(gold.training, layers, hidden)
        return replace(gold, training=training, hidden=(*gold.hidden, *hidden))
    # The task of roles gives actors and events to every system: they are in its records already.
    columns = [name for name in LAYERS if name in layers and name not in gold.records]
    records = gold.records.merge(
        layers[["sentence_id", *columns]], on="sentence_id", how="left", validate="one_to_one"
    )
    return replace(gold, records=records, hidden=tuple(dict.fromkeys([*gold.hidden, *hidden])))
