"""The annotators' answers as predictions: what an adjudicator sees in Label Studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from usiran.annotation.adjudication.question_labels import letters_of
from usiran.annotation.adjudication.questions import State
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.label_studio.write_export import Json, result_items
from usiran.schemas.label_scheme import Project, Scheme


def answers_as_predictions(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    units: Mapping[Project, Sequence[str]] | None = None,
) -> dict[tuple[Project, str], list[Json]]:
    """Return each task's predictions for Label Studio: one for every annotator's answer.

    Put behind ``predictions`` of a task, they show an adjudicator what the annotators said,
    as A, B, C (in ``model_version``), and each can be taken over and corrected.

    Parameters
    ----------
    annotations : AnnotatorLabels
        The annotators' labels.
    scheme : Scheme
        The labels.
    units : mapping, optional
        From project to the sentences or articles wanted (default: all), such as
        `open_units` gives.

    Returns
    -------
    dict
        From project and unit (sentence_id or article_id) to predictions.
    """
    letters = letters_of(annotations.annotators)
    found: dict[tuple[Project, str], list[Json]] = {}
    for who, tasks in annotations.tasks.items():
        for key, task in tasks.items():
            if units is None or key[1] in units.get(key[0], ()):
                items = [
                    item | ({"origin": "prediction"} if "origin" in item else {})
                    for item in result_items(task, task.annotation, scheme)
                ]
                found.setdefault(key, []).append({"model_version": letters[who], "result": items})
    return found


def open_units(state: State) -> dict[Project, list[str]]:
    """Return the tasks that open questions stand in: from project to sentences or articles."""
    units: dict[Project, dict[str, None]] = {"stance": {}, "spans": {}}
    for question in state.open:
        if question.layer in ("stance", "holder"):
            units["stance"][question.unit_id] = None
        else:
            units["spans"][question.article_id] = None
    return {project: list(found) for project, found in units.items()}
