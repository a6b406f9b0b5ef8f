"""spaCy's DocBin: one Doc an article, whose text is the article's, character for character.

Span groups ``actors``, ``events`` and ``stance`` (scored sentences); actors are entities, too,
with the registry's id as ``kb_id``. A span's ``id`` is its span_id or sentence_id. In
``doc.user_data`` lie ``article_id``, ``modes``, ``holders`` and ``roles``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from usiran.dataset.export.material import Material, Row
from usiran.errors import Finding, InputError
from usiran.text.tokens import tokenize

EXTRA = "pip install 'usiran[spacy]'"


def files(material: Material) -> dict[str, bytes]:
    """Return the one .spacy file, by name.

    Raises
    ------
    InputError
        spaCy is not installed.
    """
    try:
        import spacy  # noqa: F401 - tells whether it is there
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab
    except ImportError:
        found, allowed = "spaCy is not installed", "spaCy 3.8 or later"
        raise InputError([Finding("spacy", "", "", found, allowed, EXTRA)]) from None
    # No language's rules are needed: the tokens are the corpus's.
    vocab = Vocab()
    docs = [_doc(vocab, material, article) for article in material.articles]
    content = DocBin(store_user_data=True, docs=docs).to_bytes()
    return {f"{material.corpus.manifest.name}.spacy": content}


def _doc(vocab: Any, material: Material, article: Row) -> Any:
    from spacy.tokens import Doc

    text = article["text"]
    words, spaces, starts = [], [], []
    for word, space, start in _words(text):
        words.append(word)
        spaces.append(space)
        starts.append(start)
    firsts = {sentence["start"] for sentence in article["sentences"]}
    # The first token of a Doc always starts a sentence.
    begins: list[bool | int | None] = [start in firsts or i == 0 for i, start in enumerate(starts)]
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=begins)
    _label(doc, material, article)
    return doc


def _words(text: str) -> Iterator[tuple[str, bool, int]]:
    """Yield tokens that make up the whole text: word, whether a blank follows, offset.

    spaCy knows one kind of blank between tokens; all other white space is a token of its own.
    """
    at = 0
    for token in tokenize(text):
        if token.start > at:
            yield text[at : token.start], False, at
        blank = text[token.end : token.end + 1] == " "
        yield token.text, blank, token.start
        at = token.end + blank
    if at < len(text):
        yield text[at:], False, at


def _label(doc: Any, material: Material, article: Row) -> None:
    groups: dict[str, list[Any]] = {}
    for layer in ("actors", "events"):
        if layer in material.layers:
            groups[layer] = [_span(doc, span) for span in article[layer]]
    if "stance" in material.layers:
        scored = [row for row in article["sentences"] if row["stance"]]
        groups["stance"] = [
            doc.char_span(row["start"], row["end"], row["stance"], span_id=row["sentence_id"])
            for row in scored
        ]
        doc.user_data["holders"] = {row["sentence_id"]: row["holder"] for row in scored}
    for name, spans in groups.items():
        doc.spans[name] = spans
    doc.set_ents(groups.get("actors", []), default="outside")
    events = material.spans(article, "events")
    doc.user_data["article_id"] = article["article_id"]
    doc.user_data["modes"] = {event["span_id"]: event["mode"] for event in events}
    doc.user_data["roles"] = [list(role) for role in material.roles(article)]


def _span(doc: Any, span: Row) -> Any:
    return doc.char_span(
        span["start"], span["end"], span["type"],
        kb_id=span.get("actor_id") or "", span_id=span["span_id"],
    )  # fmt: skip
