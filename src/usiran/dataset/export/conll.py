"""CoNLL-U Plus: one token a line, with BIO tags of actors and events, a file an article.

The columns are ``ID FORM ACTOR EVENT MISC``; MISC has ``TokenRange=start:end``, half-open code
points of the article's text. Modes and roles have no place in BIO. Blanks of every kind stand as
plain ones in the comment ``text``; a token that readers take for a blank is U+FFFD.
"""

from collections.abc import Iterator

from usiran.dataset.export.material import Layer, Material
from usiran.dataset.view import Row

_TAGS: dict[Layer, tuple[str, str]] = {
    "actors": ("ACTOR", "actor_tags"),
    "events": ("EVENT", "event_tags"),
}


def files(material: Material) -> dict[str, bytes]:
    """Return one file for each article, by name."""
    tags = [columns for layer, columns in _TAGS.items() if layer in material.layers]
    head = " ".join(["ID", "FORM", *(column for column, _ in tags), "MISC"])
    contents = {}
    for article in material.articles:
        key = article["article_id"]
        lines = [f"# global.columns = {head}", f"# newdoc id = {key}"]
        for row in material.sentences[key]:
            lines += _sentence(row, [field for _, field in tags])
        contents[f"{key}.conllup"] = "\n".join([*lines, ""]).encode("utf-8")
    return contents


def _sentence(row: Row, tags: list[str]) -> Iterator[str]:
    """Yield a sentence's comments, its tokens, and the empty line that ends it."""
    yield f"# sent_id = {row['sentence_id']}"
    # A comment is one line; the offsets still hold, because nothing changes its length.
    yield f"# text = {''.join(' ' if mark.isspace() else mark for mark in row['text'])}"
    columns = [row[name] for name in ("tokens", "token_starts", "token_ends", *tags)]
    for number, (token, start, end, *labels) in enumerate(zip(*columns, strict=True), start=1):
        # To the toolkit the information separators are marks, to readers of lines they are ends.
        form = "\ufffd" if token.isspace() else token
        yield "\t".join([str(number), form, *labels, f"TokenRange={start}:{end}"])
    yield ""
