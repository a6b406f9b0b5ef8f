"""Adjudication in Label Studio: what is open goes out with the answers, labels come back."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import cast

from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.prefill import Prefilled, prefill
from usiran.annotation.adjudication.question_labels import letters_of
from usiran.annotation.adjudication.questions import State
from usiran.annotation.annotator_labels import AnnotatorLabels, Key
from usiran.annotation.read_labels import read_labels
from usiran.annotation.server.client import Connection
from usiran.annotation.server.predictions import Prediction, Predictor
from usiran.annotation.server.projects import Mark
from usiran.annotation.server.pull import fetched, located
from usiran.annotation.server.push import SHOWN, Pushed, push
from usiran.annotation.submissions import PROJECTS
from usiran.label_studio.tasks import Task
from usiran.label_studio.write_export import Json, result_items
from usiran.schemas.label_scheme import Project, Scheme

Answers = Mapping[Key, Sequence[Json]]


def labels_as_predictions(
    annotations: AnnotatorLabels,
    scheme: Scheme,
    units: Mapping[Project, Collection[str]] | None = None,
) -> dict[Key, list[Json]]:
    """Return each task's predictions: one for every annotator's labels, called A, B, C.

    An adjudicator can take each over and correct it. `units` are the sentences and articles
    wanted (default: all), such as `open_units` gives.
    """
    # Every task of the corpus is looked up in it.
    wanted = units and {project: frozenset(own) for project, own in units.items()}
    predictions: dict[Key, list[Json]] = defaultdict(list)
    for annotator, letter in letters_of(annotations.annotators).items():
        for (project, unit), task in annotations.tasks[annotator].items():
            if wanted is None or unit in wanted.get(project, ()):
                items = result_items(task, task.annotation, scheme)
                for item in items:
                    if "origin" in item:
                        item["origin"] = "prediction"
                predictions[project, unit].append({"model_version": letter, "result": items})
    return dict(predictions)


def open_units(state: State) -> dict[Project, list[str]]:
    """Return the tasks that open questions stand in: from project to sentences or articles."""
    units: dict[Project, list[str]] = {project: [] for project in PROJECTS}
    for project, unit in dict.fromkeys(question.task for question in state.open):
        units[project].append(unit)
    return units


def push_open(
    work: Adjudicator, connection: Connection, *, adjudicator_id: str
) -> tuple[Pushed, ...]:
    """Make the adjudicator's projects: every task with an open question, with all answers.

    The answers stand there as predictions called A, B, C; one report a layer that is open.
    """
    work.check_rounds()
    work.check_adjudicator(adjudicator_id)
    units = open_units(work.state)
    answers = labels_as_predictions(work.annotations, work.scheme, units)
    return tuple(
        push(
            work.corpus,
            connection,
            layer=layer,
            annotator_id=adjudicator_id,
            predictor=_predictor(layer, answers),
            use=SHOWN,
            units=units[layer],
            purpose="adjudication",
        )
        for layer in PROJECTS
        if units[layer]
    )


def _predictor(layer: Project, answers: Answers) -> Predictor:
    def predict(tasks: Sequence[Task]) -> Iterator[Prediction]:
        for task in tasks:
            for answer in answers.get((layer, task.unit_id), ()):
                result = cast("list[Json]", answer["result"])
                # No score: whose answer it is must not show in the order of the tasks.
                yield Prediction(task.unit_id, result, None, str(answer["model_version"]))

    return predict


def pull_answers(work: Adjudicator, connection: Connection, *, adjudicator_id: str) -> Prefilled:
    """Return the answers, and their reasons, that the adjudicator's labels give to what is open."""
    work.check_rounds()
    work.check_adjudicator(adjudicator_id)
    # Nothing is decided by this: one reason stands for all answers of a task until it is read.
    manifest = work.corpus.manifest
    marks = [Mark.of(manifest, layer, adjudicator_id, "adjudication") for layer in PROJECTS]
    with fetched(connection, marks, adjudicator_id) as (url, _, labels):
        if labels is None:
            return prefill(work, [])
        with located(work.corpus, labels, url):
            read = read_labels(labels, work.corpus, scheme=work.scheme, texts=work.texts)
        return prefill(work, read.labelled)
