"""Events as PLOVER and NGEC tell them: one JSON object a line, who did what to whom, when.

``date`` is the article's, not the deed's: the corpus does not say when an event took place.
``events.schema.json``, which lies beside the file, describes an object; what it is here lacks
the labels, which are the scheme's.
"""

import json
from collections.abc import Iterator
from importlib import resources
from itertools import chain

from usiran.dataset.export.material import Material
from usiran.dataset.view import Row

FILE, SCHEMA = "events.jsonl", "events.schema.json"


def files(material: Material) -> dict[str, bytes]:
    """Return the events and the schema of one, by name."""
    schema = _schema(material)
    events = chain.from_iterable(_events(material, row, schema) for row in material.articles)
    # One object a line can be read without holding all events in memory.
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    described = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return {FILE: lines.encode("utf-8"), SCHEMA: described.encode("utf-8")}


def _schema(material: Material) -> Row:
    """Return the schema with the labels and roles of the scheme."""
    scheme = material.opened.scheme
    schema: Row = json.loads(resources.files("usiran.dataset.export").joinpath(SCHEMA).read_bytes())
    event, mention = schema["properties"], schema.pop("mention")
    for column, labels in {
        "event_type": scheme["event"].names,
        "quad": scheme.allowed["quad"],
        "mode": scheme["mode"].names,
    }.items():
        event[column]["enum"] = list(labels)
    mention["properties"]["type"]["enum"] = list(scheme["actor"].names)
    for role in scheme["role"].names:
        event[_key(role)] = {"type": "array", "items": mention}
        schema["required"].append(_key(role))
    return schema


def _key(role: str) -> str:
    """Return the name of a role in PLOVER: its actor is our agent."""
    return "actor" if role == "agent" else role


def _events(material: Material, article: Row, schema: Row) -> Iterator[Row]:
    """Yield an article's events, with the columns of the schema in its order."""
    texts, registry = material.opened.texts, material.opened.tables["registry"]
    names = dict(zip(registry["actor_id"], registry["name"], strict=True))
    mentions = {
        span["span_id"]: {
            **{key: span[key] for key in ("span_id", "text", "start", "end", "type", "actor_id")},
            "name": names.get(span["actor_id"]),
        }
        for span in article["actors"]
    }
    for event in article["events"]:
        sentence = texts.holding(article["article_id"], event["start"], event["end"])
        assert sentence is not None  # a finding of the corpus otherwise
        roles = material.names("role")
        values = {
            **article,
            **event,
            **{_key(role): [mentions[key] for key in event[f"{role}s"]] for role in roles},
            "event_id": event["span_id"],
            "event_type": event["type"],
            "trigger": event["text"],
            "date": article["published"],
            "date_basis": article["published_basis"],
            "sentence_id": sentence.sentence_id,
            "sentence": texts.text_of(sentence),
            "sentence_start": sentence.start,
        }
        yield {column: values[column] for column in schema["properties"]}
