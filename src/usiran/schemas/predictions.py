"""The benchmark's predictions: what a system says of each sentence."""

import pandera.pandas as pa

from usiran.schemas.base import ARTICLE_ID, SCORED_ID, Form, Table, cells, is_list, number, text

_ITEM = {
    "type": "array",
    "prefixItems": [{"type": "integer"}, {"type": "integer"}, {"type": "string"}],
    "minItems": 3,
    "maxItems": 3,
}
_SPANS = {"type": "array", "items": _ITEM}


def _is_span(value: object) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return False
    start, end, label = value
    whole = isinstance(start, int) and isinstance(end, int)
    return whole and start < end and isinstance(label, str)


def _is_said(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_span, value))
    return isinstance(value, str)


_PROBABILITIES = Form(
    "probabilities",
    {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}},
    lambda value: is_list(value, (float, int)) and all(0 <= item <= 1 for item in value),
)

TABLE = Table(
    "predictions",
    "One row is a system's prediction for a sentence, in one replicate. Key: system, task, "
    "sentence_id and replicate. Source: a line of results/<system>/<task>.predictions.jsonl; "
    "system and task are the file's, and a line leaves out what is missing and replicate 0. A line "
    "has a label or spans as [start, end, type], offsets in the article's text.",
    file="baselines/results",
    key=("system", "task", "sentence_id", "replicate"),
    columns={
        # A line leaves out what the name of its file says.
        "system": text("the folder's name", matches=ARTICLE_ID, optional=True),
        "task": text("the file's name", matches=r"^[a-z_]+$", optional=True),
        "sentence_id": text("the sentence, or the contrast_id of an edited one", matches=SCORED_ID),
        "replicate": number("which run of a repeated system, from 0", 0, optional=True),
        "label": text("the label, for a sentence task", nullable=True, optional=True),
        "probabilities": cells(
            "of each label in the task's order", _PROBABILITIES, nullable=True, optional=True
        ),
        "spans": cells(
            "for a span task: [start, end, type]",
            Form("said", _SPANS, _is_said),
            nullable=True,
            optional=True,
        ),
        "reference": cells(
            "what a control with rearranged labels was scored against",
            Form("said", {"anyOf": [{"type": "string"}, _SPANS]}, _is_said),
            nullable=True,
            optional=True,
        ),
    },
    rules=(
        pa.Check(
            lambda frame: frame["label"].isna() != frame["spans"].isna(),
            name="label",
            error="a line has a label or spans, not both and not neither",
        ),
    ),
)
