"""The annotators: what each of them is."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ANNOTATOR_ID, Table

KINDS = ("human", "language-model")


class Annotators(Table):
    """One row is an annotator. Key: annotator_id. Source: annotators.csv."""

    annotator_id: str = pa.Field(
        unique=True, str_matches=ANNOTATOR_ID, description="the folder name of its submissions"
    )
    kind: str = pa.Field(isin=KINDS, description="a person or a language model")
    name: str = pa.Field(str_length={"min_value": 1}, description="who or which model it is")
    note: str = pa.Field(nullable=True, description="how it worked")

    class Config(Table.Config):
        """Names the table."""

        name = "annotators"
