"""The votes behind the gold standard, and the decisions that overrule or settle them."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import (
    ACTOR_SPAN_ID,
    ANNOTATOR_ID,
    BOOLEAN,
    TIMESTAMP,
    UNIT_ID,
    Table,
    is_boolean,
)
from usiran.schemas.names import VOTED_LAYERS


class Votes(Table):
    """One row counts the annotators for one label on one unit. Source: gold/votes.csv.

    Key: layer, unit_id, label and target together. For a role the unit is the event, the
    target the actor span.
    """

    layer: str = pa.Field(isin=VOTED_LAYERS, description="the field of the label scheme")
    unit_id: str = pa.Field(str_matches=UNIT_ID, description="a sentence, article or span id")
    label: str = pa.Field(str_length={"min_value": 1}, description="the label")
    target: str = pa.Field(
        nullable=True, str_matches=ACTOR_SPAN_ID, description="a role's actor span"
    )
    votes: int = pa.Field(ge=1, description="how many annotators gave it")

    class Config(Table.Config):
        """Names the table and its key."""

        name = "votes"
        unique: ClassVar[list[str]] = ["layer", "unit_id", "label", "target"]


class Decisions(Table):
    """One row is an adjudicator's decision on one unit. Source: gold/decisions.csv.

    Key: layer, unit_id, label and target together.
    """

    layer: str = pa.Field(isin=VOTED_LAYERS, description="the field of the label scheme")
    unit_id: str = pa.Field(str_matches=UNIT_ID, description="a sentence, article or span id")
    label: str = pa.Field(nullable=True, description="the label decided; missing: no label")
    target: str = pa.Field(
        nullable=True, str_matches=ACTOR_SPAN_ID, description="a role's actor span"
    )
    overrules: object = pa.Field(
        metadata=BOOLEAN, description="true or false: whether it overrules a majority"
    )
    reason: str = pa.Field(str_length={"min_value": 1}, description="the rule that decides")
    decided_by: str = pa.Field(str_matches=ANNOTATOR_ID, description="an annotator_id")
    decided_at: str = pa.Field(str_matches=TIMESTAMP, description="when (ISO 8601)")

    @pa.parser("overrules")
    def _overrules(cls, column: pd.Series[Any]) -> pd.Series[Any]:  # noqa: N805
        return column.map(
            lambda value: {"true": True, "false": False}.get(str(value).lower(), value)
        )

    @pa.check("overrules", name="boolean")
    def _booleans(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(is_boolean)

    class Config(Table.Config):
        """Names the table and its key."""

        name = "decisions"
        unique: ClassVar[list[str]] = ["layer", "unit_id", "label", "target"]
