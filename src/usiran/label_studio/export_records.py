"""The records of a Label Studio export, as its JSON has them: tasks, annotations, results.

Unknown keys are passed over. The keys stand as Label Studio writes them: decoding is half as
fast again that way.
"""

from typing import Any

import msgspec


class User(msgspec.Struct, gc=False):
    """An account, where an export has it as an object."""

    id: int | str | None = None
    email: str | None = None


class ResultValue(msgspec.Struct, gc=False):
    """What stands under ``value``: the keys that this project's controls use."""

    start: int | None = None
    end: int | None = None
    # A list where the item is of a text area.
    text: str | list[str] | None = None
    labels: list[str] | None = None
    choices: list[str] | None = None


class ResultItem(msgspec.Struct, gc=False):
    """One item of an annotation's ``result``: a choice, a region, a choice of it, a relation."""

    value: ResultValue | None = None
    id: str | None = None
    from_name: str | None = None
    from_id: str | None = None
    to_id: str | None = None
    type: str | None = None
    direction: str | None = None
    labels: list[str] | None = None
    meta: Any = None


class Annotation(msgspec.Struct, gc=False):
    """One annotator's results on one task; `completed_by` is an account or its id."""

    id: int | str | None = None
    completed_by: int | str | User | None = None
    result: list[ResultItem] | None = None
    was_cancelled: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None


class Data(msgspec.Struct, gc=False):
    """What a task shows, and the unit that it stands for."""

    article_id: str | None = None
    sentence_id: str | None = None
    start: int | None = None
    end: int | None = None
    text_sha256: str | None = None
    text: str | None = None


class Task(msgspec.Struct, gc=False):
    """One task. `completions` are what annotations were called before Label Studio 1.0."""

    data: Data
    id: int | str | None = None
    annotations: list[Annotation] | None = None
    completions: Any = None
