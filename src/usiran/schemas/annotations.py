"""The annotations: every label of every annotator, as the exports hold them."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import (
    ACTOR_SPAN_ID,
    ANNOTATOR_ID,
    ARTICLE_ID,
    ROUND,
    TIMESTAMP,
    UNIT_ID,
    Table,
)
from usiran.schemas.names import LAYERS


class Annotations(Table):
    """One row is one annotator's one label on one unit. Key: annotation_id.

    Source: the exports under submissions/. The unit is a sentence (stance, grounds,
    holder), an article (article_stance) or a span (actor, event; an event for a role).
    """

    annotation_id: str = pa.Field(
        unique=True, description="<round>/<annotator_id>/<layer>/<unit_id>[/...]"
    )
    round: str = pa.Field(str_matches=ROUND, description="the annotation round")
    annotator_id: str = pa.Field(str_matches=ANNOTATOR_ID, description="who labelled")
    layer: str = pa.Field(isin=LAYERS, description="the field of the label scheme")
    unit_id: str = pa.Field(str_matches=UNIT_ID, description="a sentence, article or span id")
    article_id: str = pa.Field(str_matches=ARTICLE_ID, description="the unit's article")
    start: int = pa.Field(ge=0, description="offset of the unit's first character")
    end: int = pa.Field(ge=1, description="offset after the unit's last character")
    label: str = pa.Field(str_length={"min_value": 1}, description="the label given")
    mode: str = pa.Field(nullable=True, description="an event's mode; missing elsewhere")
    target: str = pa.Field(
        nullable=True,
        str_matches=ACTOR_SPAN_ID,
        description="a role's actor span; missing elsewhere",
    )
    created_at: str = pa.Field(
        nullable=True, str_matches=TIMESTAMP, description="when, as the export says (ISO 8601)"
    )

    class Config(Table.Config):
        """Names the table."""

        name = "annotations"
