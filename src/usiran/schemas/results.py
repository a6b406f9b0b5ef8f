"""The benchmark's results: one system's scores on one task."""

from typing import Literal, get_args

from usiran.schemas import base
from usiran.schemas.base import Form, Table, cells, is_list, number, text

# What a built-in system is; whoever else is scored is "submitted".
Kind = Literal["control", "sentence model", "span model", "peer"]
_KINDS = (*get_args(Kind), "submitted")
_OBJECT = Form("object", {"type": "object"}, lambda value: isinstance(value, dict))
_NUMBERS = _OBJECT._replace(json={"type": "object", "additionalProperties": {"type": "number"}})
_INTERVAL = Form(
    "interval",
    {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    lambda value: is_list(value, (float, int)) and len(value) == 2 and value[0] <= value[1],
)

TABLE = Table(
    "results",
    "One row is a system's result on a task. Key: system and task together. Source: "
    "results/<system>/<task>.json. Hashes say which gold, folds, settings and predictions the "
    "scores belong to.",
    file="baselines/results",
    key=("system", "task"),
    columns={
        "system": text("the system's name", matches=base.ARTICLE_ID),
        "title": text("as the leaderboard shows it", filled=True),
        "kind": text("a control, a model, a peer, or submitted", among=_KINDS),
        "task": text("the task's name", matches=r"^[a-z_]+$"),
        "protocol": text("the protocol's version", matches=r"^v[0-9]+$"),
        "relabelled": cells(
            "true or false: whether labels were rearranged on purpose", base.BOOLEAN
        ),
        "replicates": number("how often it was run", 1),
        "seed": number("the seed of all that is random", 0),
        "draws": number("draws of the bootstrap", 1),
        "data_version": text("the version of the data", matches=r"^[0-9]+\.[0-9]+\.[0-9]+$"),
        "gold_sha256": text("of the gold labels scored on", matches=base.SHA256),
        "folds_sha256": text("of folds.csv", matches=base.SHA256),
        "predictions_sha256": text("of the predictions file", matches=base.SHA256),
        "settings_sha256": text("of the settings file", matches=base.SHA256),
        "settings": cells("the parameters", _OBJECT),
        "sentences": number("how many were scored", 1),
        "articles": number("how many they come from", 1),
        "headline": text("the score that ranks", filled=True),
        "score": number("its value, from 0 to 1", 0, 1),
        "interval": cells("its 95 % interval, two-stage bootstrap", _INTERVAL),
        "chance": number("its value for random labels", 0, 1),
        "scores": cells("all scores by name", _NUMBERS),
        "per_article": cells("of each article alone", _NUMBERS),
        "per_class": cells("by level and class", _OBJECT),
        "not_evaluable": cells("classes left out, and why", _OBJECT),
        "confusion": cells("labels and cells, for a sentence task", _OBJECT, nullable=True),
        "submission": cells(
            "description and address of a submitted system", _OBJECT, nullable=True, optional=True
        ),
        "environment": cells(
            "where predictions made elsewhere were scored; never compared",
            _OBJECT,
            nullable=True,
            optional=True,
        ),
    },
)
