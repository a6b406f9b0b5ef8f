"""The benchmark's results: one system's scores on one task."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, get_args

import pandas as pd
import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, BOOLEAN, OPTIONAL, SHA256, Table, is_boolean

# What a built-in system is; whoever else is scored is "submitted".
Kind = Literal["control", "sentence model", "span model", "peer"]
_KINDS = (*get_args(Kind), "submitted")
_NUMBERS = {"type": "object", "additionalProperties": {"type": "number"}}
_OBJECT: dict[str, Any] = {"json": {"type": "object"}}


def _is_interval(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(item, float | int) for item in value)
        and value[0] <= value[1]
    )


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


class Results(Table):
    """One row is a system's result on a task. Key: system and task together.

    Source: results/<system>/<task>.json. Hashes say which gold, folds, settings and
    predictions the scores belong to.
    """

    system: str = pa.Field(str_matches=ARTICLE_ID, description="the system's name")
    title: str = pa.Field(str_length={"min_value": 1}, description="as the leaderboard shows it")
    kind: str = pa.Field(isin=_KINDS, description="a control, a model, a peer, or submitted")
    task: str = pa.Field(str_matches=r"^[a-z_]+$", description="the task's name")
    protocol: str = pa.Field(str_matches=r"^v[0-9]+$", description="the protocol's version")
    relabelled: object = pa.Field(
        metadata=BOOLEAN, description="true or false: whether labels were rearranged on purpose"
    )
    replicates: int = pa.Field(ge=1, description="how often it was run")
    seed: int = pa.Field(ge=0, description="the seed of all that is random")
    draws: int = pa.Field(ge=1, description="draws of the bootstrap")
    data_version: str = pa.Field(
        str_matches=r"^[0-9]+\.[0-9]+\.[0-9]+$", description="the version of the data"
    )
    gold_sha256: str = pa.Field(str_matches=SHA256, description="of the gold labels scored on")
    folds_sha256: str = pa.Field(str_matches=SHA256, description="of folds.csv")
    predictions_sha256: str = pa.Field(str_matches=SHA256, description="of the predictions file")
    settings_sha256: str = pa.Field(str_matches=SHA256, description="of the settings file")
    settings: object = pa.Field(metadata=_OBJECT, description="the parameters")
    sentences: int = pa.Field(ge=1, description="how many were scored")
    articles: int = pa.Field(ge=1, description="how many they come from")
    headline: str = pa.Field(str_length={"min_value": 1}, description="the score that ranks")
    score: float = pa.Field(ge=0, le=1, description="its value, from 0 to 1")
    interval: object = pa.Field(
        metadata={
            "json": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        },
        description="its 95 % interval, two-stage bootstrap",
    )
    chance: float = pa.Field(ge=0, le=1, description="its value for random labels")
    scores: object = pa.Field(metadata={"json": _NUMBERS}, description="all scores by name")
    per_article: object = pa.Field(metadata={"json": _NUMBERS}, description="of each article alone")
    per_class: object = pa.Field(metadata=_OBJECT, description="by level and class")
    not_evaluable: object = pa.Field(metadata=_OBJECT, description="classes left out, and why")
    confusion: object = pa.Field(
        nullable=True, metadata=_OBJECT, description="labels and cells, for a sentence task"
    )
    submission: object = pa.Field(
        nullable=True,
        metadata=_OBJECT | OPTIONAL,
        description="description and address of a submitted system",
    )
    environment: object = pa.Field(
        nullable=True,
        metadata=_OBJECT | OPTIONAL,
        description="where predictions made elsewhere were scored; never compared",
    )

    @pa.check("relabelled", name="boolean")
    def _booleans(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(is_boolean)

    @pa.check("interval", name="interval")
    def _interval(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(_is_interval)

    @pa.check(
        "^(settings|scores|per_article|per_class|not_evaluable|confusion|submission|environment)$",
        name="object",
        regex=True,
        ignore_na=True,
    )
    def _objects(cls, column: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return column.map(_is_object)

    class Config(Table.Config):
        """Names the table and its key."""

        name = "results"
        unique: ClassVar[list[str]] = ["system", "task"]
