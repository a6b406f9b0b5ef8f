"""The folds of the official protocol: one article, one fold."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, Table


class Folds(Table):
    """One row is an article's fold. Key: article_id. Source: folds.csv."""

    article_id: str = pa.Field(
        unique=True, str_matches=ARTICLE_ID, description="the article held out in this fold"
    )
    fold: int = pa.Field(unique=True, ge=0, description="the fold's number, from 0")

    class Config(Table.Config):
        """Names the table."""

        name = "folds"
