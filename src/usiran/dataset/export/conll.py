"""CoNLL-U Plus: one token a line, with BIO tags of actors and events, a file an article.

The columns are ``ID FORM ACTOR EVENT MISC``; MISC has ``TokenRange=start:end``, half-open code
points of the article's text. Modes and roles have no place in BIO.
"""

from __future__ import annotations

from collections.abc import Iterator

from usiran.dataset.export.material import Layer, Material, Row

_TAGS: dict[Layer, tuple[str, str]] = {
    "actors": ("ACTOR", "actor_tags"),
    "events": ("EVENT", "event_tags"),
}


def files(material: Material) -> dict[str, bytes]:
    """Return one file for each article, by name."""
    wanted = [_TAGS[layer] for layer in ("actors", "events") if layer in material.layers]
    columns = " ".join(["ID", "FORM", *(name for name, _ in wanted), "MISC"])
    made = {}
    for article in material.articles:
        key = article["article_id"]
        lines = [f"# global.columns = {columns}", f"# newdoc id = {key}"]
        for row in material.sentences:
            if row["article_id"] == key:
                lines += _sentence(row, [tags for _, tags in wanted])
        made[f"{key}.conllup"] = "\n".join([*lines, ""]).encode("utf-8")
    return made


def _sentence(row: Row, tags: list[str]) -> Iterator[str]:
    """Yield a sentence's comments, its tokens, and the empty line that ends it."""
    yield f"# sent_id = {row['sentence_id']}"
    # A comment is one line; the offsets still hold, because nothing changes its length.
    yield f"# text = {''.join(' ' if mark.isspace() else mark for mark in row['text'])}"
    places = zip(row["token_starts"], row["token_ends"], strict=True)
    tagged = zip(row["tokens"], places, *(row[name] for name in tags), strict=True)
    for number, (token, (start, end), *labels) in enumerate(tagged, start=1):
        yield "\t".join([str(number), token, *labels, f"TokenRange={start}:{end}"])
    yield ""
