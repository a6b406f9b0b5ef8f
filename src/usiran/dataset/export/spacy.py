"""spaCy's DocBin: one Doc an article, whose text is the article's, character for character.

Span groups ``actors``, ``events`` and ``stance`` (scored sentences); actors are entities, too,
with the registry's id as ``kb_id``. A span's ``id`` is its span_id or sentence_id. In
``doc.user_data`` lie ``article_id``, ``modes``, ``holders`` and ``roles``.
"""

from collections.abc import Iterator
from typing import Any

from usiran.dataset.export.material import Material
from usiran.dataset.view import Row
from usiran.errors import InputError
from usiran.text.tokens import tokenize

EXTRA = "pip install 'usiran[spacy]'"


def files(material: Material) -> dict[str, bytes]:
    """Return the one .spacy file, by name."""
    try:
        import spacy  # noqa: F401 - tells whether it is there
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab
    except ImportError:
        value, allowed = "spaCy is not installed", "spaCy 3.8 or later"
        raise InputError.of("spacy", value, allowed, EXTRA) from None
    # No language's rules are needed: the tokens are the corpus's.
    vocab = Vocab()
    docs = [_doc(vocab, material, article) for article in material.articles]
    content = DocBin(store_user_data=True, docs=docs).to_bytes()
    return {f"{material.opened.corpus.manifest.name}.spacy": content}


def _doc(vocab: Any, material: Material, article: Row) -> Any:
    from spacy.tokens import Doc

    words, spaces, starts = zip(*_words(article["text"]), strict=True)
    firsts = {sentence["start"] for sentence in article["sentences"]}
    # The first token of a Doc always starts a sentence.
    begins: list[bool | int | None] = [start in firsts or i == 0 for i, start in enumerate(starts)]
    doc = Doc(vocab, words=list(words), spaces=list(spaces), sent_starts=begins)
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
    for layer in ("actors", "events"):
        if layer in material.layers:
            doc.spans[layer] = [
                doc.char_span(
                    span["start"],
                    span["end"],
                    span["type"],
                    kb_id=span.get("actor_id") or "",
                    span_id=span["span_id"],
                )
                for span in article[layer]
            ]
    # Entities as well: spaCy's training and viewers look for them there.
    doc.set_ents(list(doc.spans.get("actors", ())), default="outside")
    if "stance" in material.layers:
        scored = [row for row in article["sentences"] if row["stance"]]
        doc.spans["stance"] = [
            doc.char_span(row["start"], row["end"], row["stance"], span_id=row["sentence_id"])
            for row in scored
        ]
        doc.user_data["holders"] = {row["sentence_id"]: row["holder"] for row in scored}
    events = material.spans(article, "events")
    doc.user_data["article_id"] = article["article_id"]
    doc.user_data["modes"] = {event["span_id"]: event["mode"] for event in events}
    doc.user_data["roles"] = [list(role) for role in material.roles(article)]
