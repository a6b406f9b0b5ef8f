"""The roles of the gold standard: who does an event, to whom."""

from __future__ import annotations

from typing import ClassVar

import pandera.pandas as pa

from usiran.schemas.base import ACTOR_SPAN_ID, ARTICLE_ID, EVENT_SPAN_ID, Table


class Roles(Table):
    """One row is a link from an event to an actor mention. Source: gold/spans.json, votes.csv.

    Key: event_id, role and actor_span_id together.
    """

    article_id: str = pa.Field(str_matches=ARTICLE_ID, description="the article of both")
    event_id: str = pa.Field(str_matches=EVENT_SPAN_ID, description="the event's span_id")
    role: str = pa.Field(description="what the actor is in the event")
    actor_span_id: str = pa.Field(str_matches=ACTOR_SPAN_ID, description="the actor's span_id")
    votes: int = pa.Field(ge=0, description="annotators with this link")

    class Config(Table.Config):
        """Names the table and its key."""

        name = "roles"
        unique: ClassVar[list[str]] = ["event_id", "role", "actor_span_id"]
