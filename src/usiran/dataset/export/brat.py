"""BRAT stand-off: for each article its text as stored, and an .ann file beside it.

Actors and events are text-bound annotations, roles relations from event to actor, modes
attributes, and registry ids notes. ``annotation.conf`` holds the types for a BRAT server.

BRAT reads an .ann file line by line and its fields by tabs, and ends a line at every character
that Unicode lets end one. A span over any of these is in fragments, as BRAT has it: their words
stand joined by blanks.
"""

import re
from collections.abc import Iterator

from usiran.dataset.export.material import Material
from usiran.dataset.view import Row

# Between two marks that are not blank, neither a tab nor what ends a line (`str.splitlines`).
_FRAGMENT = re.compile(r"\S(?:[^\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]*\S)?")


def files(material: Material) -> dict[str, bytes]:
    """Return the texts, their annotations and the configuration, by name."""
    contents = {"annotation.conf": _configuration(material)}
    for article in material.articles:
        contents[f"{article['article_id']}.txt"] = article["text"]
        contents[f"{article['article_id']}.ann"] = "".join(_lines(material, article))
    return {name: content.encode("utf-8") for name, content in contents.items()}


def _lines(material: Material, article: Row) -> Iterator[str]:
    spans = [*material.spans(article, "actors"), *material.spans(article, "events")]
    # Ids follow the order of the text, an outer span before those inside it.
    spans.sort(key=lambda span: (span["start"], -span["end"]))
    ids = {span["span_id"]: f"T{number}" for number, span in enumerate(spans, start=1)}
    for span in spans:
        places, words = _fragments(span)
        yield f"{ids[span['span_id']]}\t{span['type']} {places}\t{words}\n"
    for number, role in enumerate(material.roles(article), start=1):
        yield f"R{number}\t{role.role} Arg1:{ids[role.event]} Arg2:{ids[role.actor]}\n"
    modes = [span for span in spans if span.get("mode")]
    for number, span in enumerate(modes, start=1):
        yield f"A{number}\tmode {ids[span['span_id']]} {span['mode']}\n"
    linked = [span for span in spans if span.get("actor_id")]
    for number, span in enumerate(linked, start=1):
        yield f"#{number}\tAnnotatorNotes {ids[span['span_id']]}\t{span['actor_id']}\n"


def _fragments(span: Row) -> tuple[str, str]:
    """Return a span's offsets and its words on one line."""
    parts = list(_FRAGMENT.finditer(span["text"]))
    at = span["start"]
    places = ";".join(f"{at + part.start()} {at + part.end()}" for part in parts)
    return places, " ".join(part[0] for part in parts)


def _configuration(material: Material) -> str:
    actors = material.names("actor") if "actors" in material.layers else ()
    events = material.names("event") if "events" in material.layers else ()
    ends = f"Arg1:{'|'.join(events)}, Arg2:{'|'.join(actors)}"
    modes = f"mode\tArg:{'|'.join(events)}, Value:{'|'.join(material.names('mode'))}"
    sections = {
        "entities": [*actors, *events],
        "relations": [f"{role}\t{ends}" for role in material.names("role") if actors and events],
        "events": [],
        "attributes": [modes] if events else [],
    }
    return "\n".join("\n".join([f"[{name}]", *lines, ""]) for name, lines in sections.items())
