"""The sentence layer of the gold standard: stance, its grounds, its holder."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import (
    ARTICLE_ID,
    COUNTS,
    SENTENCE_ID,
    STRINGS,
    Table,
    is_counts,
    is_strings,
)
from usiran.schemas.names import SCORED_ZONES


class Stance(Table):
    """One row is a scored sentence. Key: sentence_id. Source: gold/stance.json, votes.csv.

    Votes count the annotators for each label, in the order of labels.toml.
    """

    sentence_id: str = pa.Field(unique=True, str_matches=SENTENCE_ID, description="the sentence")
    article_id: str = pa.Field(str_matches=ARTICLE_ID, description="its article")
    start: int = pa.Field(ge=0, description="offset of its first character")
    end: int = pa.Field(ge=1, description="offset after its last character")
    zone: str = pa.Field(isin=SCORED_ZONES, description="title, body or caption")
    text: str = pa.Field(str_length={"min_value": 1}, description="the sentence")
    stance: str = pa.Field(description="the side its position favours")
    grounds: object = pa.Field(metadata=STRINGS, description="the attitudes that carry it")
    holder: str = pa.Field(description="who voices it")
    stance_votes: object = pa.Field(metadata=COUNTS, description="annotators for each stance")
    holder_votes: object = pa.Field(metadata=COUNTS, description="annotators for each holder")
    fold: int = pa.Field(ge=0, description="the fold of the official protocol")

    @pa.check("grounds", name="strings")
    def _grounds(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(is_strings)

    @pa.check("^(stance|holder)_votes$", name="counts", regex=True)
    def _votes(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(is_counts)

    class Config(Table.Config):
        """Names the table."""

        name = "stance"
