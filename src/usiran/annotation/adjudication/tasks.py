"""The annotators' labels as predictions: what an adjudicator sees in Label Studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from usiran.annotation.adjudication.question_labels import letters_of
from usiran.annotation.adjudication.questions import State
from usiran.annotation.annotator_labels import AnnotatorLabels, Key
from usiran.label_studio.write_export import Json, result_items
from usiran.schemas.label_scheme import Project, Scheme


def labels_as_predictions(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    units: Mapping[Project, Sequence[str]] | None = None,
) -> dict[Key, list[Json]]:
    """Return each task's predictions: one for every annotator's labels, called A, B, C.

    An adjudicator can take each over and correct it. `units` are the sentences and articles
    wanted (default: all), such as `open_units` gives.
    """
    letters = letters_of(annotations.annotators)
    predictions: dict[Key, list[Json]] = {}
    for annotator, tasks in annotations.tasks.items():
        for (project, unit), task in tasks.items():
            if units is None or unit in units.get(project, ()):
                items = [
                    item | ({"origin": "prediction"} if "origin" in item else {})
                    for item in result_items(task, task.annotation, scheme)
                ]
                prediction: Json = {"model_version": letters[annotator], "result": items}
                predictions.setdefault((project, unit), []).append(prediction)
    return predictions


def open_units(state: State) -> dict[Project, list[str]]:
    """Return the tasks that open questions stand in: from project to sentences or articles."""
    questions = state.open
    stance = (question.unit_id for question in questions if question.in_sentence_task)
    spans = (question.article_id for question in questions if not question.in_sentence_task)
    return {"stance": list(dict.fromkeys(stance)), "spans": list(dict.fromkeys(spans))}
