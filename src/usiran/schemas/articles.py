"""The articles: what is known of each text, and on what basis."""

import re
from typing import Any

import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, EDTF, SHA256, Table, is_edtf, missing_where, text
from usiran.schemas.names import TEXT_ORIGINS, TEXT_STATUS, TEXT_STATUSES

BASES = ("stated", "looked-up", "inferred", "unknown")
_ADDRESS = r"^https?://\S+$"
_ERROR = "{} is missing exactly where its basis is unknown"
# What is not of the form at all is the finding of the pattern, not a second one of the calendar.
_CALENDAR = pa.Check(
    lambda column: column.map(lambda date: not re.fullmatch(EDTF, str(date)) or is_edtf(date)),
    name="edtf",
)

_DATE: dict[str, Any] = {"matches": EDTF, "checks": [_CALENDAR]}


def _fact(name: str, about: str, noun: str, **form: Any) -> dict[str, pa.Column]:
    """Return the column of a fact, and that of its basis: how `noun` is known."""
    return {
        name: text(about, nullable=True, **form),
        f"{name}_basis": text(f"how {noun} is known", among=BASES),
    }


_TITLE = _fact("title", "the headline", "the title", filled=True, typed=True)
_AUTHOR = _fact("author", "who wrote it", "the author", filled=True, typed=True)
_PUBLISHER = _fact("publisher", "who published it", "the publisher", filled=True, typed=True)
_PUBLISHED = _fact(
    "published",
    "when: a year, month, day or interval of the calendar (EDTF level 0)",
    "the date",
    **_DATE,
)
_ORIGIN = _fact(
    "text_origin",
    "whether the words are its author's own or a machine's rewording",
    "the origin",
    among=TEXT_ORIGINS,
)
# What a spun copy was made from; of an original, the article's own facts stand there too.
_ORIGINAL = {
    **_fact("original_title", "the original's headline", "that title", filled=True, typed=True),
    **_fact(
        "original_publisher",
        "who published the original",
        "that publisher",
        filled=True,
        typed=True,
    ),
    **_fact("original_url", "an address of the original", "that address", matches=_ADDRESS),
    **_fact(
        "original_published",
        "when the original was published (EDTF level 0)",
        "that date",
        **_DATE,
    ),
}
FACTS = tuple(
    name
    for name in {**_TITLE, **_AUTHOR, **_PUBLISHER, **_PUBLISHED, **_ORIGIN, **_ORIGINAL}
    if not name.endswith("_basis")
)

TABLE = Table(
    "articles",
    "One row is an article. Key: article_id. Source: articles.csv, the text files. A fact's basis "
    "is ``stated`` (the text says it), ``looked-up`` (a public page says it), ``inferred`` "
    "(something implies it) or ``unknown`` (the fact is missing then, and only then); the note "
    "says where it was seen and how it was inferred. A ``spun-copy`` is an original that a machine "
    "reworded: its original_ columns tell what it was made from.",
    file="dataset/source/articles.csv",
    key=("article_id",),
    columns={
        "article_id": text("a readable slug, never reused", matches=ARTICLE_ID),
        **_TITLE,
        **_AUTHOR,
        **_PUBLISHER,
        **_PUBLISHED,
        "url": text("an address of the text", matches=_ADDRESS, nullable=True),
        **_ORIGIN,
        **_ORIGINAL,
        "language": text("an ISO 639 code", matches=r"^[a-z]{2,3}$"),
        "rights": text("who holds the text's rights", filled=True, typed=True),
        "note": text("the evidence for what is inferred", nullable=True, typed=True),
        "text_sha256": text("SHA-256 of the text's UTF-8 bytes", matches=SHA256, unique=True),
        "text_status": text(TEXT_STATUS, among=TEXT_STATUSES[:2]),
        "text": text("the text exactly as stored", filled=True),
    },
    rules=tuple(
        missing_where(fact, f"{fact}_basis", "unknown", _ERROR.format(fact)) for fact in FACTS
    ),
)
