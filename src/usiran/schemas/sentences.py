"""The sentences: curated stand-off boundaries over the articles' texts."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, SENTENCE_ID, Table
from usiran.schemas.names import ZONES


class Sentences(Table):
    """One row is a sentence. Key: sentence_id. Source: sentences.csv.

    Offsets are half-open, in code points of the article's text. Every non-blank character
    of an article lies in exactly one sentence.
    """

    sentence_id: str = pa.Field(
        unique=True, str_matches=SENTENCE_ID, description="<article_id>#<ordinal, 3 digits>"
    )
    article_id: str = pa.Field(str_matches=ARTICLE_ID, description="the article it stands in")
    start: int = pa.Field(ge=0, description="offset of its first character")
    end: int = pa.Field(ge=1, description="offset after its last character")
    zone: str = pa.Field(
        isin=ZONES, description="title, body and caption are labelled, boilerplate is not"
    )

    class Config(Table.Config):
        """Names the table."""

        name = "sentences"
