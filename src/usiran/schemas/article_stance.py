"""The stance of whole articles: released as data, never scored."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, COUNTS, Table, is_counts


class ArticleStance(Table):
    """One row is an article's gold stance. Key: article_id. Source: gold/spans.json."""

    article_id: str = pa.Field(unique=True, str_matches=ARTICLE_ID, description="the article")
    article_stance: str = pa.Field(description="the side the article as a whole favours")
    votes: object = pa.Field(metadata=COUNTS, description="annotators for each stance")

    @pa.check("votes", name="counts")
    def _votes(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(is_counts)

    class Config(Table.Config):
        """Names the table."""

        name = "article_stance"
