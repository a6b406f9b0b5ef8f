"""Events as PLOVER and NGEC tell them: one JSON object a line, who did what to whom, when.

``date`` is the article's, not the deed's: the corpus does not say when an event took place.
``events.schema.json``, which lies beside the file, describes an object.
"""

from __future__ import annotations

import json

from usiran.dataset.export.material import Material, Row

FILE, SCHEMA = "events.jsonl", "events.schema.json"

_MENTION = {
    "span_id": "string", "text": "string", "start": "integer", "end": "integer", "type": "string",
    "actor_id": ["string", "null"], "name": ["string", "null"],
}  # fmt: skip
_EVENT = {
    "event_id": "string", "article_id": "string", "sentence_id": "string",
    "date": ["string", "null"], "date_basis": "string", "publisher": ["string", "null"],
    "event_type": "string", "quad": "string", "mode": "string", "trigger": "string",
    "start": "integer", "end": "integer", "sentence": "string", "sentence_start": "integer",
}  # fmt: skip


def files(material: Material) -> dict[str, bytes]:
    """Return the events and the schema of one, by name."""
    lines = [
        json.dumps(event, ensure_ascii=False)
        for article in material.articles
        for event in _events(material, article)
    ]
    content = "".join(f"{line}\n" for line in lines)
    schema = json.dumps(_schema(material), indent=2, ensure_ascii=False) + "\n"
    return {FILE: content.encode("utf-8"), SCHEMA: schema.encode("utf-8")}


def _events(material: Material, article: Row) -> list[Row]:
    actors = {span["span_id"]: _mention(material, span) for span in article["actors"]}
    made = []
    for event in article["events"]:
        start, end = event["start"], event["end"]
        sentence = material.texts.holding(article["article_id"], start, end)
        assert sentence is not None  # a finding of the corpus otherwise
        made.append({
            "event_id": event["span_id"], "article_id": article["article_id"],
            "sentence_id": sentence.sentence_id,
            "date": article["published"], "date_basis": article["published_basis"],
            "publisher": article["publisher"],
            "event_type": event["type"], "quad": event["quad"], "mode": event["mode"],
            "trigger": event["text"], "start": start, "end": end,
            "sentence": material.texts.text_of(sentence), "sentence_start": sentence.start,
            **{
                _key(role): [actors[key] for key in event[f"{role}s"]]
                for role in material.scheme["role"].names
            },
        })  # fmt: skip
    return made


def _key(role: str) -> str:
    """Return the name of a role in PLOVER: its actor is our agent."""
    return "actor" if role == "agent" else role


def _mention(material: Material, span: Row) -> Row:
    keys = ("span_id", "text", "start", "end", "type", "actor_id")
    return {key: span[key] for key in keys} | {"name": material.actors.get(span["actor_id"])}


def _schema(material: Material) -> Row:
    scheme = material.scheme
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
        "type": "object", "properties": properties, "required": list(types),
        "additionalProperties": False,
    }  # fmt: skip
