"""The articles: what is known of each text, and on what basis."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, BASES, EDTF, SHA256, Table, is_edtf
from usiran.schemas.names import TEXT_STATUSES


class Articles(Table):
    """One row is an article. Key: article_id. Source: articles.csv and the text files.

    A fact's basis is ``stated`` (the text says it), ``inferred`` (the text implies it; the
    note says how) or ``unknown`` (the fact is missing then, and only then).
    """

    article_id: str = pa.Field(
        unique=True, str_matches=ARTICLE_ID, description="a readable slug, never reused"
    )
    title: str = pa.Field(nullable=True, str_length={"min_value": 1}, description="the headline")
    title_basis: str = pa.Field(isin=BASES, description="how the title is known")
    publisher: str = pa.Field(
        nullable=True, str_length={"min_value": 1}, description="who published it"
    )
    publisher_basis: str = pa.Field(isin=BASES, description="how the publisher is known")
    published: str = pa.Field(
        nullable=True,
        str_matches=EDTF,
        description="when: a year, month, day or interval of the calendar (EDTF level 0)",
    )
    published_basis: str = pa.Field(isin=BASES, description="how the date is known")
    url: str = pa.Field(
        nullable=True, str_matches=r"^https?://\S+$", description="an address of the text"
    )
    language: str = pa.Field(str_matches=r"^[a-z]{2,3}$", description="an ISO 639 code")
    rights: str = pa.Field(str_length={"min_value": 1}, description="who holds the text's rights")
    note: str = pa.Field(nullable=True, description="the evidence for what is inferred")
    text_sha256: str = pa.Field(
        unique=True, str_matches=SHA256, description="SHA-256 of the text's UTF-8 bytes"
    )
    text_status: str = pa.Field(
        isin=TEXT_STATUSES[:2],
        description="whether the text is here: present, withdrawn (taken out on request; "
        "underscores stand for it) or withheld (an edition without texts)",
    )
    text: str = pa.Field(str_length={"min_value": 1}, description="the text exactly as stored")

    @pa.dataframe_check(
        name="title_basis", error="title is missing exactly where its basis is unknown"
    )
    def _title(cls, frame: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805 - pandera's signature
        return frame["title"].isna() == (frame["title_basis"] == "unknown")

    @pa.check("published", name="edtf", ignore_na=True)
    def _calendar(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        # What is not of the form is the finding of the pattern.
        return column.map(lambda text: not re.match(EDTF, str(text)) or is_edtf(text))

    @pa.dataframe_check(
        name="publisher_basis", error="publisher is missing exactly where its basis is unknown"
    )
    def _publisher(cls, frame: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return frame["publisher"].isna() == (frame["publisher_basis"] == "unknown")

    @pa.dataframe_check(
        name="published_basis", error="published is missing exactly where its basis is unknown"
    )
    def _published(cls, frame: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return frame["published"].isna() == (frame["published_basis"] == "unknown")

    class Config(Table.Config):
        """Names the table."""

        name = "articles"
