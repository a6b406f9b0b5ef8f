"""The articles: what is known of each text, and on what basis."""

from __future__ import annotations

import re

import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, EDTF, SHA256, Table, is_edtf, missing_where, text
from usiran.schemas.names import TEXT_ORIGINS, TEXT_STATUS, TEXT_STATUSES

BASES = ("stated", "looked-up", "inferred", "unknown")
# What a spun copy was made from; of an original, the article's own facts stand there too.
ORIGINALS = ("original_title", "original_publisher", "original_url", "original_published")
FACTS = ("title", "author", "publisher", "published", "text_origin", *ORIGINALS)
_ADDRESS = r"^https?://\S+$"
_ERROR = "{} is missing exactly where its basis is unknown"
# What is not of the form at all is the finding of the pattern, not a second one of the calendar.
_CALENDAR = pa.Check(
    lambda column: column.map(lambda date: not re.match(EDTF, str(date)) or is_edtf(date)),
    name="edtf",
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
        "title": text("the headline", filled=True, nullable=True),
        "title_basis": text("how the title is known", among=BASES),
        "author": text("who wrote it", filled=True, nullable=True),
        "author_basis": text("how the author is known", among=BASES),
        "publisher": text("who published it", filled=True, nullable=True),
        "publisher_basis": text("how the publisher is known", among=BASES),
        "published": text(
            "when: a year, month, day or interval of the calendar (EDTF level 0)",
            matches=EDTF,
            checks=[_CALENDAR],
            nullable=True,
        ),
        "published_basis": text("how the date is known", among=BASES),
        "url": text("an address of the text", matches=_ADDRESS, nullable=True),
        "text_origin": text(
            "whether the words are its author's own or a machine's rewording",
            among=TEXT_ORIGINS,
            nullable=True,
        ),
        "text_origin_basis": text("how the origin is known", among=BASES),
        "original_title": text("the original's headline", filled=True, nullable=True),
        "original_title_basis": text("how that title is known", among=BASES),
        "original_publisher": text("who published the original", filled=True, nullable=True),
        "original_publisher_basis": text("how that publisher is known", among=BASES),
        "original_url": text("an address of the original", matches=_ADDRESS, nullable=True),
        "original_url_basis": text("how that address is known", among=BASES),
        "original_published": text(
            "when the original was published (EDTF level 0)",
            matches=EDTF,
            checks=[_CALENDAR],
            nullable=True,
        ),
        "original_published_basis": text("how that date is known", among=BASES),
        "language": text("an ISO 639 code", matches=r"^[a-z]{2,3}$"),
        "rights": text("who holds the text's rights", filled=True),
        "note": text("the evidence for what is inferred", nullable=True),
        "text_sha256": text("SHA-256 of the text's UTF-8 bytes", matches=SHA256, unique=True),
        "text_status": text(TEXT_STATUS, among=TEXT_STATUSES[:2]),
        "text": text("the text exactly as stored", filled=True),
    },
    rules=tuple(
        missing_where(fact, f"{fact}_basis", "unknown", _ERROR.format(fact)) for fact in FACTS
    ),
)
