"""The crosswalks from the event labels to other ontologies."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import Table

RELATIONS = ("exact", "broader", "narrower", "none")


class Crosswalks(Table):
    """One row maps an event label to one category elsewhere. Source: crosswalks/<name>.csv.

    Key: crosswalk, event and target together. The relation says what the target is to the
    label: ``broader`` means that the target holds more than the label does. A label without
    a counterpart has one row, with no target and the relation ``none``.
    """

    crosswalk: str = pa.Field(str_matches=r"^[a-z0-9]+$", description="the file's name")
    event: str = pa.Field(description="an event label")
    target: str = pa.Field(
        nullable=True, str_length={"min_value": 1}, description="a category of the other ontology"
    )
    relation: str = pa.Field(isin=RELATIONS, description="what the target is to the label")
    note: str = pa.Field(nullable=True, description="what the mapping leaves out")

    @pa.dataframe_check(
        name="relation", error="a row has no target exactly where its relation is none"
    )
    def _target(cls, frame: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return frame["target"].isna() == (frame["relation"] == "none")

    class Config(Table.Config):
        """Names the table and its key."""

        name = "crosswalks"
        unique: ClassVar[list[str]] = ["crosswalk", "event", "target"]
