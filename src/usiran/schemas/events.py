"""The event spans of the gold standard."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, EVENT_SPAN_ID, SENTENCE_ID, Table


class Events(Table):
    """One row is an event's trigger. Key: span_id. Source: gold/spans.json, votes.csv."""

    span_id: str = pa.Field(
        unique=True, str_matches=EVENT_SPAN_ID, description="<article_id>@event:<start>-<end>"
    )
    article_id: str = pa.Field(str_matches=ARTICLE_ID, description="its article")
    sentence_id: str = pa.Field(str_matches=SENTENCE_ID, description="the sentence that holds it")
    start: int = pa.Field(ge=0, description="offset of its first character")
    end: int = pa.Field(ge=1, description="offset after its last character")
    text: str = pa.Field(str_length={"min_value": 1}, description="the article's text there")
    type: str = pa.Field(description="PLOVER's category")
    quad: str = pa.Field(description="the quad class of the category")
    mode: str = pa.Field(description="whether it is told as having happened")
    votes: int = pa.Field(ge=0, description="annotators with these offsets and this type")

    class Config(Table.Config):
        """Names the table."""

        name = "events"
