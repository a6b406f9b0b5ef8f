"""The actor spans of the gold standard."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ACTOR_ID, ACTOR_SPAN_ID, ARTICLE_ID, SENTENCE_ID, Table


class Actors(Table):
    """One row is a mention of an actor. Key: span_id. Source: gold/spans.json, votes.csv."""

    span_id: str = pa.Field(
        unique=True, str_matches=ACTOR_SPAN_ID, description="<article_id>@actor:<start>-<end>"
    )
    article_id: str = pa.Field(str_matches=ARTICLE_ID, description="its article")
    sentence_id: str = pa.Field(str_matches=SENTENCE_ID, description="the sentence that holds it")
    start: int = pa.Field(ge=0, description="offset of its first character")
    end: int = pa.Field(ge=1, description="offset after its last character")
    text: str = pa.Field(str_length={"min_value": 1}, description="the article's text there")
    type: str = pa.Field(description="what kind of actor it is")
    actor_id: str = pa.Field(
        nullable=True, str_matches=ACTOR_ID, description="the actor in the registry, if linked"
    )
    votes: int = pa.Field(ge=0, description="annotators with these offsets and this type")

    class Config(Table.Config):
        """Names the table."""

        name = "actors"
