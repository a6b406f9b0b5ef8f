"""The benchmark's predictions: what a system says of each sentence."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, OPTIONAL, SCORED_ID, Table

_SPANS = {
    "type": "array",
    "items": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "integer"}, {"type": "string"}],
        "minItems": 3,
        "maxItems": 3,
    },
}


def _is_span(value: object) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return False
    start, end, label = value
    return (
        isinstance(start, int) and isinstance(end, int) and start < end and isinstance(label, str)
    )


def _is_said(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list | tuple) and all(_is_span(item) for item in value)
    )


def _is_probabilities(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(item, float | int) and 0 <= item <= 1 for item in value
    )


class Predictions(Table):
    """One row is a system's prediction for a sentence, in one replicate.

    Key: system, task, sentence_id and replicate. Source: a line of
    results/<system>/<task>.predictions.jsonl; system and task are the file's, and a line
    leaves out what is missing and replicate 0. A line has a label or spans as
    [start, end, type], offsets in the article's text.
    """

    system: str = pa.Field(
        str_matches=ARTICLE_ID, metadata=OPTIONAL, description="the folder's name"
    )
    task: str = pa.Field(str_matches=r"^[a-z_]+$", metadata=OPTIONAL, description="the file's name")
    sentence_id: str = pa.Field(
        str_matches=SCORED_ID, description="the sentence, or the contrast_id of an edited one"
    )
    replicate: int = pa.Field(
        ge=0, metadata=OPTIONAL, description="which run of a repeated system, from 0"
    )
    label: str = pa.Field(
        nullable=True, metadata=OPTIONAL, description="the label, for a sentence task"
    )
    probabilities: object = pa.Field(
        nullable=True,
        metadata={
            "json": {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}}
        }
        | OPTIONAL,
        description="of each label in the task's order",
    )
    spans: object = pa.Field(
        nullable=True,
        metadata={"json": _SPANS} | OPTIONAL,
        description="for a span task: [start, end, type]",
    )
    reference: object = pa.Field(
        nullable=True,
        metadata={"json": {"anyOf": [{"type": "string"}, _SPANS]}} | OPTIONAL,
        description="what a control with rearranged labels was scored against",
    )

    @pa.check("probabilities", name="probabilities", ignore_na=True)
    def _probabilities(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(_is_probabilities)

    @pa.check("^(spans|reference)$", name="said", regex=True, ignore_na=True)
    def _said(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(_is_said)

    @pa.dataframe_check(name="label", error="a line has a label or spans, not both and not neither")
    def _one(cls, frame: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return frame["label"].isna() != frame["spans"].isna()

    class Config(Table.Config):
        """Names the table and its key."""

        name = "predictions"
        unique: ClassVar[list[str]] = ["system", "task", "sentence_id", "replicate"]
