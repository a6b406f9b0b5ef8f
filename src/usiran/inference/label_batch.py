"""A batch of raw texts labelled in memory: Arrow tables like the corpus's own.

`label_batch` is a function of its arguments alone: whatever reads texts, shares them out over
processes or machines and writes the tables only calls it. `schemas` says which tables and
columns there are. Offsets are half-open, in code points of the text as it was read. Sentences,
boilerplate too, are proposed by `usiran.text.segmentation`; boilerplate is never labelled.

What is said of a text depends on no other text, thread or processor: no sum runs over a batch,
none is left to a library that adds up in another order elsewhere, and probabilities are rounded
to DIGITS decimals, below which processors differ.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from usiran.inference import flat_tables
from usiran.inference.columns import SENTENCE, SPAN_LAYERS, schemas
from usiran.inference.store import Model
from usiran.models.base import predict, predict_items
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects
from usiran.tasks.inputs import records_of
from usiran.text.articles import sha256
from usiran.text.segmentation import propose
from usiran.text.tokens import tokenize

DIGITS = 6
LINKING = "linking"
Row = dict[str, Any]
Rows = list[Row]


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
    articles = list(zip(texts["id"].to_pylist(), texts["text"].to_pylist(), strict=True))
    sentences = [row for article in articles for row in _sentences(*article, language)]
    scored = [row for row in sentences if row["zone"] != "boilerplate"]
    rows: dict[str, Rows] = {
        "articles": [{"article_id": key, "text_sha256": sha256(text)} for key, text in articles],
        "sentences": [{name: row[name] for name in SENTENCE} for row in sentences],
    }
    if scored:
        rows |= _labelled(models, scored)
    return {
        name: pa.Table.from_pylist(rows.get(name, []), schema=schema)
        for name, schema in schemas(models).items()
    }


def _sentences(article_id: str, text: str, language: str) -> Iterator[Row]:
    for ordinal, (start, end, zone) in enumerate(propose(text, language), start=1):
        yield {
            "sentence_id": f"{article_id}#{ordinal:03d}",
            "article_id": article_id,
            "start": start,
            "end": end,
            "zone": zone,
            "text": text[start:end],
        }


class _Said(NamedTuple):
    """What a model says of every sentence: its spans or links, and the probability of each."""

    values: Objects
    chances: Objects


def _labelled(models: Sequence[Model], scored: Rows) -> dict[str, Rows]:
    """Return the rows of every table of labels."""
    records = records_of(pd.DataFrame(scored))
    # Once for all models that read tokens.
    records["tokens"] = objects(tuple(tokenize(row["text"])) for row in scored)
    labels = [dict(row) for row in scored]
    by_task = {model.info.task: model for model in models}
    said: dict[str, _Said] = {}
    # What is given to a model is found by others before it is asked.
    for model in sorted(models, key=lambda model: len(model.info.given)):
        with model.answering():
            if model.info.unit == "sentence":
                _add_labels(model, records, labels)
                continue
            own = records.assign(**{task: said[task].values for task in model.info.given})
            values, chances = predict_items(model.estimator, own)
            _check_items(model, scored, values)
            said[model.info.task] = _Said(values, chances)
    tables = {
        task: _spans(by_task[task], each, scored)
        for task, each in said.items()
        if by_task[task].info.unit == "spans" and not by_task[task].info.given
    }
    if "actors" in said:
        _add_actors(tables["actors"], said.get(LINKING), by_task.get(LINKING))
        if "affiliation" in tables:
            flat_tables.add_affiliations(tables["actors"], tables["affiliation"])
    if "roles" in said:
        tables["roles"] = _roles(said["roles"], scored)
    if "events" in said:
        tables["events"] = flat_tables.events(tables, labels)
    if "roles" in said:
        tables["dyads"] = flat_tables.dyads(tables["events"])
    return tables | {"stance": labels}


def _add_labels(model: Model, records: pd.DataFrame, rows: Rows) -> None:
    task, labels = model.info.task, model.info.labels
    values, probabilities = predict(model.estimator, records, labels)
    _check_labels(values, labels, probabilities)
    for i, (row, value) in enumerate(zip(rows, values, strict=True)):
        row[task] = str(value)
        if probabilities is not None:
            stated = zip(labels, probabilities[i].tolist(), strict=True)
            row[f"{task}_probabilities"] = {label: round(p, DIGITS) for label, p in stated}


def _check_labels(values: Objects, labels: Sequence[str], probabilities: Floats | None) -> None:
    """Raise ValueError where a model gives what nobody trained it to give."""
    if unknown := {str(value) for value in values}.difference(labels):
        raise ValueError(f"it labels {', '.join(sorted(unknown))}")
    if probabilities is not None and not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("it states probabilities that are none")


def _check_items(model: Model, scored: Rows, values: Objects) -> None:
    """Raise ValueError where a model finds spans outside of a sentence; links are of such spans."""
    if model.info.unit != "spans":
        return
    for sentence, spans in zip(scored, values, strict=True):
        last = sentence["end"] - sentence["start"]
        for span in spans:
            if not 0 <= span.start < span.end <= last:
                raise ValueError(f"it marks {span.start}-{span.end} in {last} characters")


def _chance(value: float) -> float | None:
    """Return a probability as the tables hold it; nan is that of a system that states none."""
    return None if value != value else round(float(value), DIGITS)  # noqa: PLR0124 - NaN


def _spans(model: Model, said: _Said, scored: Rows) -> Rows:
    groups, layer = model.info.groups, SPAN_LAYERS.get(model.info.task, model.info.task)
    rows: Rows = []
    for sentence, spans, chances in zip(scored, *said, strict=True):
        for span, chance in zip(spans, chances, strict=True):
            row = {
                "span_id": _span_id(sentence, layer, span),
                "article_id": sentence["article_id"],
                "sentence_id": sentence["sentence_id"],
                "start": span.start + sentence["start"],
                "end": span.end + sentence["start"],
                "text": sentence["text"][span.start : span.end],
                "type": span.label,
                "probability": _chance(chance),
            }
            rows.append(row | ({"quad": groups[span.label]} if groups else {}))
    return rows


def _span_id(sentence: Row, layer: str, span: Any) -> str:
    first = sentence["start"]
    return f"{sentence['article_id']}@{layer}:{span.start + first}-{span.end + first}"


def _add_actors(mentions: Rows, said: _Said | None, model: Model | None) -> None:
    """Say who each mention is, where a model links them; what it says stands in their order."""
    if said is None or model is None:
        return
    sides = getattr(model.estimator, "affiliations_", {})
    spans = [span for spans in said.values for span in spans]
    chances = [chance for chances in said.chances for chance in chances]
    for mention, span, chance in zip(mentions, spans, chances, strict=True):
        linked = span.label in sides
        mention["actor_id"] = span.label if linked else None
        mention["affiliation"] = sides.get(span.label)
        mention["actor_id_probability"] = _chance(chance)


def _roles(said: _Said, scored: Rows) -> Rows:
    return [
        {
            "article_id": sentence["article_id"],
            "event_id": _span_id(sentence, "event", link.event),
            "role": link.role,
            "actor_span_id": _span_id(sentence, "actor", link.actor),
            "evidence": "sentence",
            "probability": _chance(chance),
        }
        for sentence, links, chances in zip(scored, *said, strict=True)
        for link, chance in zip(links, chances, strict=True)
    ]
