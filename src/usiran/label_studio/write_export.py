"""Writing tasks as a Label Studio export: one form only, so that diffs stay small.

Every id inside an annotation follows from what it stands for, results stand in the order of
the scheme and the text, and no article text is stored: the reader takes it from the corpus.
Who labelled is said by the folder the file lies in.
"""

from collections.abc import Iterable, Mapping

import msgspec

from usiran.label_studio import annotation_records as records
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading
from usiran.schemas.label_scheme import Field, Scheme
from usiran.schemas.names import BOXES

Json = dict[str, object]


def export_bytes(tasks: Iterable[TaskReading], scheme: Scheme) -> bytes:
    """Return tasks as the bytes of an export: UTF-8, indented by one, ending in a line feed.

    Reading the bytes with `read_export` and writing them again gives the same bytes.
    """
    content = [_task_json(task, scheme) for task in tasks]
    # The encoder of `json` is written in Python where it indents: ten times as slow.
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def _task_json(task: TaskReading, scheme: Scheme) -> Json:
    data: Json = {"article_id": task.article_id}
    if task.sentence_id is not None:
        data |= {"sentence_id": task.sentence_id, "start": task.start, "end": task.end}
    data["text_sha256"] = task.text_sha256
    annotations = [
        {
            "id": annotation.annotation_id,
            # The only member of a fresh server: an import refuses users that are not there.
            "completed_by": 1,
            "result": result_items(task, annotation, scheme),
            "was_cancelled": annotation.skipped,
            # Left out, an import would take it for true.
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

    Choices stand first, in the scheme's order, then the remarks; then the spans from left to
    right, each with its mode behind it; then the relations, by event, role and actor.
    """
    fields = scheme.of(task.project)
    items = [
        _choice(f"{task.unit_id}/{field.name}", field, annotation.choices[field.name])
        for field in fields
        if field.name in annotation.choices
    ]
    items += [
        _item(records.region_id(f"{task.unit_id}/{box}"), box, "textarea", {"text": [text]})
        for box in BOXES
        if (text := annotation.remarks.get(box))
    ]
    modes = {field.region: field for field in scheme.fields if field.kind == "choice"}
    # The reader's own region ids are whatever the browser drew: each follows from its span.
    ids = {
        span.region: records.region_id(
            records.span_id(task.article_id, span.layer, span.start, span.end)
        )
        for span in annotation.spans
    }
    for span in records.spans_in_order(annotation.spans):
        place: Json = {"start": span.start, "end": span.end, "text": span.text}
        labels = _written(scheme[span.layer], [span.label])
        region = ids[span.region]
        item = _item(region, span.layer, "labels", place | {"labels": labels})
        items.append(item | {"meta": {"text": [span.note]}} if span.note else item)
        if span.mode is not None:
            # A choice of a region is an item of its own, under the region's id and offsets.
            mode = modes[span.layer]
            labels = _written(mode, [span.mode])
            items.append(_item(region, mode.name, "choices", place | {"choices": labels}))
    for field in fields:
        if field.kind == "relation":
            items += _relations(field, annotation, ids)
    return items


def _choice(unit: str, field: Field, labels: Iterable[str]) -> Json:
    if field.kind == "text":
        return _item(records.region_id(unit), field.name, "textarea", {"text": list(labels)})
    return _item(
        records.region_id(unit), field.name, "choices", {"choices": _written(field, labels)}
    )


def _item(ident: str, control: str, kind: str, value: Json) -> Json:
    return {
        "id": ident,
        "from_name": control,
        "to_name": "text",
        "type": kind,
        "origin": "manual",
        "value": value,
    }


def _relations(field: Field, annotation: AnnotationReading, ids: Mapping[str, str]) -> list[Json]:
    # Label Studio gives a relation neither an id nor a control.
    return [
        {
            "from_id": ids[role.event],
            "to_id": ids[role.actor],
            "type": "relation",
            "direction": "right",
            "labels": _written(field, [role.role]),
        }
        for role in records.roles_in_order(annotation.roles, annotation.spans, field.names)
    ]


def _written(field: Field, names: Iterable[str]) -> list[str]:
    """Return labels as an export has them: a label's alias, where the config sets one."""
    written = {label.name: label.written for label in field.labels}
    return [written[name] for name in names]
