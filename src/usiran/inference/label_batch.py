"""A batch of raw texts labelled in memory: Arrow tables like the corpus's own.

`label_batch` is a function of its arguments alone: whatever reads texts, shares them out over
processes or machines and writes the tables only calls it. `schemas` says which tables and
columns there are. Offsets are half-open, in code points of the
text as it was read. Sentences, boilerplate too, are proposed by `usiran.text.segmentation`;
boilerplate is never labelled. What only annotators can tell (grounds, votes, modes, folds,
links) is not predicted.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from usiran.inference.store import Model, ModelInfo
from usiran.models.base import predict
from usiran.tasks.inputs import records_of
from usiran.text.articles import sha256
from usiran.text.segmentation import propose
from usiran.text.spans import Span

# What a span_id calls the spans of a task.
SPAN_LAYERS = {"actors": "actor", "events": "event"}
_TEXT, _NUMBER = pa.string(), pa.int32()
_PLACE = {"start": _NUMBER, "end": _NUMBER}
_SENTENCE = {"sentence_id": _TEXT, "article_id": _TEXT, **_PLACE, "zone": _TEXT}
_SPAN = {"span_id": _TEXT, "article_id": _TEXT, "sentence_id": _TEXT, **_PLACE}
_SPAN |= {"text": _TEXT, "type": _TEXT}
_ARTICLE = dict.fromkeys(("article_id", "text_sha256"), _TEXT)
Rows = list[dict[str, Any]]


def schemas(models: Sequence[Model]) -> dict[str, pa.Schema]:
    """Return the tables that the systems fill, and their columns."""
    tables = {"articles": _ARTICLE, "sentences": _SENTENCE}
    for model in models:
        info = model.info
        if info.unit == "spans":
            tables[info.task] = _SPAN | ({"quad": _TEXT} if info.groups else {})
        else:
            table = tables.setdefault("stance", _SENTENCE | {"text": _TEXT})
            table[info.task] = _TEXT
            if hasattr(model.estimator, "predict_proba"):
                struct = pa.struct([(label, pa.float64()) for label in info.labels])
                table[f"{info.task}_probabilities"] = struct
    return {name: pa.schema(list(columns.items())) for name, columns in tables.items()}


def label_batch(models: Sequence[Model], texts: pa.Table) -> dict[str, pa.Table]:
    """Return the tables of some texts, by systems of which each has its own task.

    Parameters
    ----------
    models : sequence of Model
        As `load_all` gives them: all of one language, at most one a task.
    texts : pyarrow.Table
        A row a text: ``id``, under which it stands in the tables, and ``text``, both strings and
        never null. Other columns are not looked at.

    Returns
    -------
    dict of pyarrow.Table
        By name, with the columns of `schemas` however many texts there are, also none.
    """
    language = models[0].info.language
    ids, bodies = texts["id"].to_pylist(), texts["text"].to_pylist()
    articles = list(zip(ids, bodies, strict=True))
    sentences = [row for article in articles for row in _sentences(*article, language)]
    scored = [row for row in sentences if row["zone"] != "boilerplate"]
    rows: dict[str, Rows] = {
        "articles": [{"article_id": key, "text_sha256": sha256(text)} for key, text in articles],
        "sentences": [{name: row[name] for name in _SENTENCE} for row in sentences],
    }
    labels = [dict(row) for row in scored]
    records = records_of(pd.DataFrame(scored)) if scored else None
    for model in models:
        if model.info.unit == "spans":
            rows[model.info.task] = [] if records is None else _spans(model, records)
        else:
            rows["stance"] = labels
            if records is not None:
                _add_labels(model, records, labels)
    return {
        name: pa.Table.from_pylist(rows[name], schema=schema)
        for name, schema in schemas(models).items()
    }


def _sentences(article_id: str, text: str, language: str) -> Iterator[dict[str, Any]]:
    for ordinal, (start, end, zone) in enumerate(propose(text, language), start=1):
        yield {
            "sentence_id": f"{article_id}#{ordinal:03d}",
            "article_id": article_id,
            "start": start,
            "end": end,
            "zone": zone,
            "text": text[start:end],
        }


def _add_labels(model: Model, records: pd.DataFrame, rows: Rows) -> None:
    task, labels = model.info.task, model.info.labels
    values, probabilities = predict(model.estimator, records, labels)
    for i, (row, value) in enumerate(zip(rows, values, strict=True)):
        row[task] = str(value)
        if probabilities is not None:
            row[f"{task}_probabilities"] = dict(zip(labels, probabilities[i].tolist(), strict=True))


def _spans(model: Model, records: pd.DataFrame) -> Rows:
    values, _ = predict(model.estimator, records, model.info.labels)
    rows = zip(records.to_dict("records"), values, strict=True)
    return [_span(model.info, span, record) for record, spans in rows for span in spans]


def _span(info: ModelInfo, span: Span, record: Mapping[Any, Any]) -> dict[str, Any]:
    start, end = span.start + record["start"], span.end + record["start"]
    layer = SPAN_LAYERS.get(info.task, info.task)
    row: dict[str, Any] = {
        "span_id": f"{record['article_id']}@{layer}:{start}-{end}",
        "article_id": record["article_id"],
        "sentence_id": record["sentence_id"],
        "start": start,
        "end": end,
        "text": record["text"][span.start : span.end],
        "type": span.label,
    }
    return row | ({"quad": info.groups[span.label]} if info.groups else {})
