"""Adjudication in Label Studio: what is open goes out with the answers, labels come back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial

from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.prefill import Prefilled, prefill
from usiran.annotation.adjudication.question_labels import SPAN_LAYERS
from usiran.annotation.adjudication.questions import State
from usiran.annotation.adjudication.sheet import notes_on, options
from usiran.annotation.read_labels import read_labels
from usiran.annotation.server.client import Connection
from usiran.annotation.server.predictions import Prediction
from usiran.annotation.server.projects import Mark
from usiran.annotation.server.pull import fetched
from usiran.annotation.server.push import SHOWN, Pushed, push
from usiran.annotation.submissions import PROJECTS
from usiran.label_studio.tasks import Task
from usiran.label_studio.write_export import result_items
from usiran.schemas.label_scheme import Project
from usiran.schemas.names import REMARKS
from usiran.text.quoting import one_line


def labels_as_predictions(
    work: Adjudicator, layer: Project, tasks: Iterable[Task]
) -> Iterator[Prediction]:
    """Yield a prediction for every annotator's labels of each task, called A, B, C.

    An adjudicator can take each over and correct it.
    """
    units = work.annotations.units(layer)
    for task in tasks:
        for annotator, reading in units.get(task.unit_id, {}).items():
            items = result_items(reading, reading.annotation, work.scheme)
            # How sure an annotator was is theirs to say; the page has no place for it.
            result = [item for item in items if item.get("from_name") not in REMARKS]
            # No score: whose answer it is must not show in the order of the tasks.
            yield Prediction(task.unit_id, result, None, work.letters[annotator])


def open_units(state: State) -> dict[Project, list[str]]:
    """Return the tasks that open questions stand in: from project to sentences or articles."""
    units: dict[Project, list[str]] = {project: [] for project in PROJECTS}
    for project, unit in dict.fromkeys(question.task for question in state.open):
        units[project].append(unit)
    return units


def votes_by_unit(work: Adjudicator) -> dict[str, str]:
    """Return what is open in each task, and who answered what, as Markdown; by unit."""
    parts: dict[str, list[str]] = defaultdict(list)
    for question in work.state.open:
        words = work.texts.texts[question.article_id][question.start : question.end]
        # Choices are made on the whole unit, which the page shows.
        quoted = f" “{one_line(words)}”" if question.layer in (*SPAN_LAYERS, "role") else ""
        lines = [
            f"{letters}: {one_line(work.answer(question, labels))}"
            for letters, labels in options(work, question)
        ]
        lines += [f"note {letter}: {one_line(note)}" for letter, note in notes_on(work, question)]
        listed = "\n".join(f"- {_literal(line)}" for line in lines)
        head = f"**{question.layer.replace('_', ' ')}**{_literal(quoted)}"
        parts[question.task[1]].append(f"{head}\n\n{listed}")
    return {unit: "\n\n".join(texts) for unit, texts in parts.items()}


def _literal(text: str) -> str:
    """Return a text in which no sign means anything in Markdown."""
    return re.sub(r"([\\`*_\[\]<>#&~|])", r"\\\1", text)


def push_open(
    work: Adjudicator, connection: Connection, *, adjudicator_id: str
) -> tuple[Pushed, ...]:
    """Make the adjudicator's projects: every task with an open question, with all answers.

    The answers stand there as predictions called A, B, C; one report a layer that is open.
    """
    work.check_rounds()
    work.check_adjudicator(adjudicator_id)
    units = open_units(work.state)
    votes = votes_by_unit(work)
    return tuple(
        push(
            work.corpus,
            connection,
            layer=layer,
            annotator_id=adjudicator_id,
            predictor=partial(labels_as_predictions, work, layer),
            use=SHOWN,
            units=units[layer],
            votes=votes,
            purpose="adjudication",
        )
        for layer in PROJECTS
        if units[layer]
    )


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
        read = read_labels(labels, work.corpus, scheme=work.scheme, texts=work.texts, name=url)
        return prefill(work, read.labelled)
