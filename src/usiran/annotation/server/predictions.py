"""Predictions: answers that are shown to an annotator as a start, or that order the tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from usiran.label_studio.tasks import Task, unit_of
from usiran.label_studio.write_export import Json

BATCH = 250
"""Predictions sent in one request."""
_KEYS = ("from_name", "type", "labels", "from_id", "to_id", "direction", "value")


class Prediction(NamedTuple):
    """An answer on one unit.

    `result` is in Label Studio's form (`write_export.result_items`), empty where it only
    orders the tasks; `score` is a confidence from 0 to 1; `model_version` says whose
    answer it is: ``<system>@<data version>``, or an annotator's letter.
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


class Held(NamedTuple):
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


def read_held(sdk: Any, project_id: int) -> dict[str, Held]:
    """Return a project's tasks, by unit."""
    held = {}
    for task in sdk.tasks.list(project=project_id, page_size=500):
        used = (task.total_annotations or 0) + (task.cancelled_annotations or 0)
        labelled = bool(used or task.annotations or task.drafts)
        told = {one["model_version"]: one for one in map(_as_dict, task.predictions or ())}
        held[unit_of(task.data)] = Held(task.id, task.data, labelled, told)
    return held


def send_predictions(
    sdk: Any,
    project_id: int,
    held: Mapping[str, Held],
    predictions: Iterable[Prediction],
    say: Callable[[str], None],
) -> Sent:
    """Add the predictions that are missing, change those that say something else, remove others.

    Whoever opens a task from the list sees every prediction, whatever the project's settings
    say: what is not asked for may not stay. A task that has labels keeps what it has, which is
    what its annotator saw, and gets no more.
    """
    versions: set[str] = set()
    new: list[tuple[int, Prediction]] = []
    changed: list[tuple[int, int, Prediction]] = []
    for one in predictions:
        versions.add(one.model_version)
        task = held[one.unit_id]
        old = task.predictions.get(one.model_version)
        if task.labelled or (old is not None and _same(old, one)):
            continue
        if old is None:
            new.append((task.task_id, one))
        else:
            changed.append((int(old["id"]), task.task_id, one))
    _import(sdk, project_id, new, say)
    for number, task_id, one in changed:
        sdk.predictions.update(number, task=task_id, **_body(one))
    others = [
        int(old["id"])
        for task in held.values()
        for version, old in task.predictions.items()
        if version not in versions and not task.labelled
    ]
    for number in others:
        sdk.predictions.delete(number)
    return Sent(len(new) + len(changed), len(others), frozenset(versions))


def _import(
    sdk: Any,
    project_id: int,
    new: Sequence[tuple[int, Prediction]],
    say: Callable[[str], None],
) -> None:
    for start in range(0, len(new), BATCH):
        part = new[start : start + BATCH]
        request = [{"task": task_id, **_body(one)} for task_id, one in part]
        sdk.projects.import_predictions(project_id, request=request)
        say(f"{start + len(part)} of {len(new)} predictions sent")


def _body(one: Prediction) -> Json:
    result = [{**item, "origin": "prediction"} for item in one.result]
    return {"result": result, "score": one.score, "model_version": one.model_version}


def _same(old: Mapping[str, Any], new: Prediction) -> bool:
    return old.get("score") == new.score and _told(old.get("result") or ()) == _told(new.result)


def _told(result: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the results say, without what the server adds to them."""
    rows = ({key: item.get(key) for key in _KEYS} for item in result)
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def _as_dict(prediction: Any) -> dict[str, Any]:
    # Keys that the SDK does not know, such as the id, are not among its attributes.
    return dict(prediction)
