"""Writing tasks as a Label Studio export: one form only, so that diffs stay small.

Every id inside an annotation follows from what it stands for, results stand in the order of
the scheme and the text, and no article text is stored: the reader takes it from the corpus.
``completed_by`` is always 1, the only member of a fresh server; who it was is said by the
folder the file lies in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from usiran.label_studio.annotation_records import (
    AnnotationReading,
    SpanReading,
    TaskReading,
    region_id,
    roles_in_order,
    span_id,
    spans_in_order,
)
from usiran.schemas.label_scheme import Field, Scheme

Json = dict[str, object]
MEMBER = 1
"""The user id written as ``completed_by``."""


def export_bytes(tasks: Iterable[TaskReading], scheme: Scheme) -> bytes:
    """Return tasks as the bytes of an export: UTF-8, indented by one, ending in a line feed.

    Reading the bytes with `read_export` and writing them again gives the same bytes.

    Parameters
    ----------
    tasks : iterable of TaskReading
        In the order in which they are to stand.
    scheme : Scheme
        Orders, aliases and controls.
    """
    content = [task_json(task, scheme) for task in tasks]
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def task_json(task: TaskReading, scheme: Scheme) -> Json:
    """Return one task as an export holds it."""
    data: Json = {"article_id": task.article_id}
    if task.sentence_id is not None:
        data |= {"sentence_id": task.sentence_id, "start": task.start, "end": task.end}
    data["text_sha256"] = task.text_sha256
    annotations = [
        {
            "id": annotation.annotation_id,
            "completed_by": MEMBER,
            "result": result_items(task, annotation, scheme),
            "was_cancelled": annotation.skipped,
            "ground_truth": False,
            "created_at": annotation.created_at,
            "updated_at": annotation.updated_at,
            "lead_time": annotation.lead_time,
        }
        for annotation in task.annotations
    ]
    return {"id": task.task_id, "data": data, "annotations": annotations}


def result_items(task: TaskReading, annotation: AnnotationReading, scheme: Scheme) -> list[Json]:
    """Return an annotation's labels as Label Studio's list of results.

    Choices stand first, in the scheme's order; then the spans from left to right, each with
    its mode behind it; then the relations, by event, role and actor.
    """
    found = [
        _choice(f"{task.unit_id}/{field.name}", field, annotation.choices[field.name])
        for field in scheme.of(task.project)
        if field.name in annotation.choices
    ]
    modes = {field.region: field for field in scheme.fields if field.kind == "choice"}
    for span in spans_in_order(annotation.spans):
        found.append(_span(task, span, scheme))
        if span.mode is not None:
            place = {"start": span.start, "end": span.end, "text": span.text}
            found.append(_choice(_unit(task, span), modes[span.layer], (span.mode,), place))
    return found + _relations(task, annotation, scheme)


def _unit(task: TaskReading, span: SpanReading) -> str:
    return span_id(task.article_id, span.layer, span.start, span.end)


def _written(field: Field, names: Iterable[str]) -> list[str]:
    written = {label.name: label.written for label in field.labels}
    return [written[name] for name in names]


def _choice(unit: str, field: Field, labels: Iterable[str], place: Json | None = None) -> Json:
    return {
        "id": region_id(unit),
        "from_name": field.name,
        "to_name": "text",
        "type": "choices",
        "origin": "manual",
        "value": {**(place or {}), "choices": _written(field, labels)},
    }


def _span(task: TaskReading, span: SpanReading, scheme: Scheme) -> Json:
    labels = _written(scheme[span.layer], [span.label])
    return {
        "id": region_id(_unit(task, span)),
        "from_name": span.layer,
        "to_name": "text",
        "type": "labels",
        "origin": "manual",
        "value": {"start": span.start, "end": span.end, "text": span.text, "labels": labels},
    }


def _relations(task: TaskReading, annotation: AnnotationReading, scheme: Scheme) -> list[Json]:
    field = next((field for field in scheme.of(task.project) if field.kind == "relation"), None)
    if field is None:
        return []
    spans = {span.region: span for span in annotation.spans}
    return [
        {
            "from_id": region_id(_unit(task, spans[role.event])),
            "to_id": region_id(_unit(task, spans[role.actor])),
            "type": "relation",
            "direction": "right",
            "labels": _written(field, [role.role]),
        }
        for role in roles_in_order(annotation.roles, annotation.spans, field.names)
    ]
