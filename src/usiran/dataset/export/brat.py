"""BRAT stand-off: for each article its text as stored, and an .ann file beside it.

Actors and events are text-bound annotations, roles relations from event to actor, modes
attributes, and registry ids notes. ``annotation.conf`` holds the types for a BRAT server.
"""

from __future__ import annotations

from collections.abc import Iterator

from usiran.dataset.export.material import Material, Row


def files(material: Material) -> dict[str, bytes]:
    """Return the texts, their annotations and the configuration, by name."""
    made = {"annotation.conf": _configuration(material).encode("utf-8")}
    for article in material.articles:
        key = article["article_id"]
        made[f"{key}.txt"] = article["text"].encode("utf-8")
        made[f"{key}.ann"] = "".join(_lines(material, article)).encode("utf-8")
    return made


def _lines(material: Material, article: Row) -> Iterator[str]:
    spans = [*material.spans(article, "actors"), *material.spans(article, "events")]
    spans.sort(key=lambda span: (span["start"], -span["end"]))
    names = {span["span_id"]: f"T{number}" for number, span in enumerate(spans, start=1)}
    for span in spans:
        places, words = _fragments(span)
        yield f"{names[span['span_id']]}\t{span['type']} {places}\t{words}\n"
    for number, role in enumerate(material.roles(article), start=1):
        yield f"R{number}\t{role.role} Arg1:{names[role.event]} Arg2:{names[role.actor]}\n"
    modes = [span for span in spans if span.get("mode")]
    for number, span in enumerate(modes, start=1):
        yield f"A{number}\tmode {names[span['span_id']]} {span['mode']}\n"
    linked = [span for span in spans if span.get("actor_id")]
    for number, span in enumerate(linked, start=1):
        yield f"#{number}\tAnnotatorNotes {names[span['span_id']]}\t{span['actor_id']}\n"


def _fragments(span: Row) -> tuple[str, str]:
    """Return a span's offsets and words; one over a line break is in several fragments."""
    places, at = [], span["start"]
    for part in span["text"].split("\n"):
        if part:
            places.append(f"{at} {at + len(part)}")
        at += len(part) + 1
    return ";".join(places), " ".join(part for part in span["text"].split("\n") if part)


def _configuration(material: Material) -> str:
    scheme = material.scheme
    actors, events = scheme["actor"].names, scheme["event"].names
    both = {"actors", "events"} <= set(material.layers)
    entities = [
        *(actors if "actors" in material.layers else ()),
        *(events if "events" in material.layers else ()),
    ]
    ends = f"Arg1:{'|'.join(events)}, Arg2:{'|'.join(actors)}"
    relations = [f"{role}\t{ends}" for role in scheme["role"].names] if both else []
    mode = f"mode\tArg:{'|'.join(events)}, Value:{'|'.join(scheme['mode'].names)}"
    attributes = [mode] if "events" in material.layers else []
    parts = {"entities": entities, "relations": relations, "events": [], "attributes": attributes}
    return "\n".join("\n".join([f"[{name}]", *lines, ""]) for name, lines in parts.items())
