"""Events as PLOVER and NGEC tell them: one JSON object a line, who did what to whom, when.

``date`` is the article's, not the deed's: the corpus does not say when an event took place.
``events.schema.json``, which lies beside the file, describes an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from usiran.dataset.configs import Row
from usiran.dataset.export.material import Material

FILE, SCHEMA = "events.jsonl", "events.schema.json"

_OPTIONAL = ["string", "null"]
_MENTION = {
    "span_id": "string",
    "text": "string",
    "start": "integer",
    "end": "integer",
    "type": "string",
    "actor_id": _OPTIONAL,
    "name": _OPTIONAL,
}
_EVENT = {
    "event_id": "string",
    "article_id": "string",
    "sentence_id": "string",
    "date": _OPTIONAL,
    "date_basis": "string",
    "publisher": _OPTIONAL,
    "event_type": "string",
    "quad": "string",
    "mode": "string",
    "trigger": "string",
    "start": "integer",
    "end": "integer",
    "sentence": "string",
    "sentence_start": "integer",
}


def files(material: Material) -> dict[str, bytes]:
    """Return the events and the schema of one, by name."""
    registry = material.opened.tables["registry"]
    names = dict(zip(registry["actor_id"], registry["name"], strict=True))
    events = [
        json.dumps(event, ensure_ascii=False) + "\n"
        for article in material.articles
        for event in _events(material, article, names)
    ]
    schema = json.dumps(_schema(material), indent=2, ensure_ascii=False) + "\n"
    return {FILE: "".join(events).encode("utf-8"), SCHEMA: schema.encode("utf-8")}


def _events(material: Material, article: Row, names: dict[str, str]) -> Iterator[Row]:
    texts = material.opened.texts
    mentions = {
        span["span_id"]: {**span, "name": names.get(span["actor_id"])} for span in article["actors"]
    }
    for event in article["events"]:
        sentence = texts.holding(article["article_id"], event["start"], event["end"])
        assert sentence is not None  # a finding of the corpus otherwise
        values = {
            **article,
            **event,
            "event_id": event["span_id"],
            "event_type": event["type"],
            "trigger": event["text"],
            "date": article["published"],
            "date_basis": article["published_basis"],
            "sentence_id": sentence.sentence_id,
            "sentence": texts.text_of(sentence),
            "sentence_start": sentence.start,
        }
        roles = {
            _key(role): [
                {name: mentions[span_id][name] for name in _MENTION}
                for span_id in event[f"{role}s"]
            ]
            for role in material.names("role")
        }
        yield {name: values[name] for name in _EVENT} | roles


def _key(role: str) -> str:
    """Return the name of a role in PLOVER: its actor is our agent."""
    return "actor" if role == "agent" else role


def _schema(material: Material) -> Row:
    scheme = material.opened.scheme
    mention = _object(_MENTION, {"type": scheme["actor"].names})
    closed = {"event_type": scheme["event"].names, "mode": scheme["mode"].names}
    event = _object(_EVENT, closed | {"quad": scheme.allowed["quad"]})
    for role in scheme["role"].names:
        event["properties"][_key(role)] = {"type": "array", "items": mention}
        event["required"].append(_key(role))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "an event: who did what to whom, in which sentence",
        "description": "Offsets are half-open, in code points of the article's text.",
    } | event


def _object(types: Row, closed: Row) -> Row:
    properties = {name: {"type": kind} for name, kind in types.items()}
    for name, values in closed.items():
        properties[name]["enum"] = list(values)
    return {
        "type": "object",
        "properties": properties,
        "required": list(types),
        "additionalProperties": False,
    }
