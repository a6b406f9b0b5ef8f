"""The tables of labelled texts and their columns: the corpus's own, and the flat ones.

What only annotators can tell (grounds, votes, modes, folds, dates) has its column, where the
published table has one, and is null. Beside what is predicted stand probabilities: of labels, one
a label; of spans and links, that of each, null where a system states none.
"""

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from usiran.inference.store import Model

# What a span_id calls the spans of a task.
SPAN_LAYERS = {"actors": "actor", "events": "event"}
ROLES = ("agent", "recipient")
OF_MENTION = ("texts", "span_ids", "ids", "affiliations", "evidence", "probabilities")
MODELS_KEY = "usiran.models"

_TEXT, _NUMBER, _CHANCE = pa.string(), pa.int32(), pa.float64()
_PLACE = {"start": _NUMBER, "end": _NUMBER}
Columns = dict[str, pa.DataType]
ARTICLE: Columns = dict.fromkeys(("article_id", "text_sha256"), _TEXT)
SENTENCE: Columns = {"sentence_id": _TEXT, "article_id": _TEXT, **_PLACE, "zone": _TEXT}
_SPAN: Columns = {"span_id": _TEXT, "article_id": _TEXT, "sentence_id": _TEXT, **_PLACE}
_SPAN |= {"text": _TEXT, "type": _TEXT}
_MENTION: Columns = _SPAN | {"actor_id": _TEXT, "affiliation": _TEXT}
_MENTION |= {"probability": _CHANCE, "actor_id_probability": _CHANCE}
_ROLE: Columns = dict.fromkeys(("article_id", "event_id", "role", "actor_span_id"), _TEXT)
_ROLE |= {"evidence": _TEXT, "probability": _CHANCE}
_TOLD = ("event_id", "sentence_id", "article_id", "published", "published_basis", "sentence")
_EVENT: Columns = dict.fromkeys((*_TOLD, "text_status", "trigger"), _TEXT)
_EVENT |= _PLACE | {"fold": _NUMBER}
_EVENT |= dict.fromkeys(("type", "quad", "mode", "event_group"), _TEXT)
_EVENT |= {f"{role}_{name}": pa.list_(_TEXT) for role in ROLES for name in OF_MENTION[:-1]}
_EVENT |= {"stance": _TEXT, "holder": _TEXT, "votes": _NUMBER, "contested": pa.bool_()}
_EVENT |= {"probability": _CHANCE}
_EVENT |= {f"{role}_probabilities": pa.list_(_CHANCE) for role in ROLES}
_COUNTS = ("events", "low", "high", "articles")
_DYAD: Columns = {"article_id": _TEXT}
_DYAD |= dict.fromkeys((*(f"{role}_affiliation" for role in ROLES), "quad", "month"), _TEXT)
_DYAD |= dict.fromkeys(_COUNTS, _NUMBER) | {"expected": _CHANCE}


def schemas(models: Sequence[Model]) -> dict[str, pa.Schema]:
    """Return the tables that the systems fill, and their columns.

    Every schema names the models in its metadata, under MODELS_KEY.
    """
    tables = {"articles": ARTICLE, "sentences": SENTENCE}
    for model in models:
        tables |= _tables_of(model, tables)
    if "events" in tables:
        chances = {
            name: kind
            for name, kind in tables.get("stance", {}).items()
            if name in ("stance_probabilities", "holder_probabilities")
        }
        tables["events"] = _EVENT | chances
    metadata = {MODELS_KEY: json.dumps([describe(model) for model in models])}
    return {name: pa.schema(list(own.items()), metadata) for name, own in tables.items()}


def describe(model: Model) -> dict[str, str]:
    """Return the names and versions of a model; the official track has no name."""
    names = ("task", "system", "data_version", "model_sha256")
    return {name: getattr(model.info, name) for name in names} | {"track": model.info.track or ""}


def _tables_of(model: Model, tables: Mapping[str, Columns]) -> dict[str, Columns]:
    info = model.info
    if info.unit == "links":
        return {"roles": _ROLE, "dyads": _DYAD}
    if info.unit == "spans":
        # What labels spans that are given fills columns of theirs.
        own = {"actors": _MENTION, "events": _EVENT}.get(info.task, _SPAN)
        return {} if info.given else {info.task: own | {"probability": _CHANCE}}
    columns = tables.get("stance", SENTENCE | {"text": _TEXT}) | {info.task: _TEXT}
    if hasattr(model.estimator, "predict_proba"):
        struct = pa.struct([(label, _CHANCE) for label in info.labels])
        columns[f"{info.task}_probabilities"] = struct
    return {"stance": columns}
