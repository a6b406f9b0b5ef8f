"""Predictions: answers that are shown to an annotator as a start, or that order the tasks."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from usiran.annotation.server.client import Say
from usiran.errors import counted
from usiran.label_studio.tasks import Task, unit_of
from usiran.label_studio.write_export import Json

BATCH = 250
"""Predictions sent in one request."""
_KEYS = ("from_name", "type", "labels", "from_id", "to_id", "direction", "value")


class Prediction(NamedTuple):
    """An answer on one unit.

    `result` is in Label Studio's form, empty where it only orders the tasks; `score` is from 0
    to 1; `model_version` says whose answer it is: ``<system>@<data version>``, or a letter.
    """

    unit_id: str
    result: Sequence[Json]
    score: float | None
    model_version: str


Predictor = Callable[[Sequence[Task]], Iterable[Prediction]]
"""Gives predictions for some or all of the tasks it is shown."""


class Use(NamedTuple):
    """What predictions are for: whether annotators see them, whether they order the tasks."""

    shown: bool
    ordering: bool


class HeldTask(NamedTuple):
    """A task that the server holds; its predictions by ``model_version``."""

    task_id: int
    data: Mapping[str, object]
    labelled: bool
    predictions: Mapping[str, Mapping[str, Any]]


class Sent(NamedTuple):
    """How many predictions were sent or changed, how many removed, and whose there are."""

    number: int
    removed: int
    versions: frozenset[str]


def read_held(sdk: Any, project_id: int) -> dict[str, HeldTask]:
    """Return a project's tasks, by unit."""
    held = {}
    for task in sdk.tasks.list(project=project_id, page_size=500):
        annotations = (task.total_annotations or 0) + (task.cancelled_annotations or 0)
        labelled = bool(annotations or task.annotations or task.drafts)
        # As dicts: keys that the SDK does not know, such as the id, are no attributes.
        predictions = {row["model_version"]: row for row in map(dict, task.predictions or ())}
        held[unit_of(task.data)] = HeldTask(task.id, task.data, labelled, predictions)
    return held


def send_predictions(
    sdk: Any,
    project_id: int,
    held: Mapping[str, HeldTask],
    predictions: Iterable[Prediction],
    say: Say,
) -> Sent:
    """Add the predictions that are missing, change those that say something else, remove others."""
    # Whoever opens a task from the list sees every prediction, whatever the project's settings
    # say: what is not asked for may not stay. A task with labels keeps what its annotator saw.
    versions: set[str] = set()
    new: list[Json] = []
    changed = 0
    for prediction in predictions:
        versions.add(prediction.model_version)
        task = held[prediction.unit_id]
        present = task.predictions.get(prediction.model_version)
        if task.labelled or (present is not None and _same(present, prediction)):
            continue
        content = prediction._asdict() | {"task": task.task_id}
        del content["unit_id"]
        content["result"] = [item | {"origin": "prediction"} for item in prediction.result]
        if present is None:
            new.append(content)
        else:
            sdk.predictions.update(int(present["id"]), **content)
            changed += 1
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        sdk.projects.import_predictions(project_id, request=batch)
        say(f"{start + len(batch)} of {counted(len(new), 'prediction')} sent")
    removed = 0
    for task in held.values():
        for version in task.predictions.keys() - versions if not task.labelled else ():
            sdk.predictions.delete(int(task.predictions[version]["id"]))
            removed += 1
    return Sent(len(new) + changed, removed, frozenset(versions))


def _same(present: Mapping[str, Any], prediction: Prediction) -> bool:
    score, result = present.get("score"), present.get("result") or ()
    return score == prediction.score and _labels(result) == _labels(prediction.result)


def _labels(result: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the results say, without what the server adds to them."""
    rows = ({key: item.get(key) for key in _KEYS} for item in result)
    return sorted(json.dumps(row, sort_keys=True) for row in rows)
