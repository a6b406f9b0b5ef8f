"""From filled sheets to a project: labels entered as the annotator's own submitted ones.

Everything is checked before anything is sent. What is sent is sent task by task, and a task
that has its labels already is left: the same command, run again, completes a broken one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from usiran.annotation.read_labels import annotations_by, read_all_labels, same_labels
from usiran.annotation.server.accounts import email_of, log_in
from usiran.annotation.server.client import Connection, Say, Studio, speaking
from usiran.annotation.server.credentials import Credentials
from usiran.annotation.server.projects import Mark, pushed_projects
from usiran.annotation.submissions import PROJECTS, check_annotator
from usiran.corpus import Corpus
from usiran.errors import Finding, counted, refuse
from usiran.label_studio.annotation_records import Ident, TaskReading
from usiran.label_studio.read_export import read_export
from usiran.label_studio.write_export import result_items
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.text.articles import Texts, read_texts

_EVERY = 50  # tasks: so often progress is told
_ALLOWED = "no labels, or exactly the given ones"


@dataclass(frozen=True)
class Uploaded:
    """What became of one project's tasks: labelled, labelled anew, or left as they were."""

    title: str
    new: int
    replaced: int
    unchanged: int

    def __str__(self) -> str:
        counts = f"{self.new} new, {self.replaced} replaced, {self.unchanged} unchanged"
        return f"'{self.title}': {counts}"


@dataclass
class _Plan:
    """What is to be sent to one project: each task with its number, or its annotation's."""

    title: str
    new: list[tuple[Ident, TaskReading]] = field(default_factory=list)
    replaced: list[tuple[Ident, TaskReading]] = field(default_factory=list)
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)


def upload(
    corpus: Corpus,
    connection: Connection,
    paths: Sequence[Path],
    *,
    annotator_id: str,
    completed_by: str | None = None,
    replace: bool = False,
) -> tuple[Uploaded, ...]:
    """Enter the labels of filled sheets or exports into the annotator's own projects.

    `completed_by` chooses in an export of several annotators, by id or email. With `replace`
    other labels of this annotator on the same task give way.
    """
    check_annotator(corpus, annotator_id)
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    tasks = read_all_labels(paths, corpus, scheme=scheme, texts=texts, completed_by=completed_by)
    credentials = Credentials(connection.data_dir)
    with speaking(connection.address()) as studio:
        user = str(studio.users().get(email_of(annotator_id), "nobody"))
        plans = []
        for layer in PROJECTS:
            if own_tasks := [task for task in tasks if task.project == layer]:
                mark = Mark.of(corpus.manifest, layer, annotator_id)
                held = _held(studio, mark, scheme, texts)
                plans.append(_planned(studio, mark, held, own_tasks, user=user, replace=replace))
        refuse(finding for plan in plans for finding in plan.findings)
        # As the annotator: the server takes down who sends an annotation as who made it.
        with speaking(log_in(studio, credentials, annotator_id)) as own:
            return tuple(_send(own, plan, scheme, connection.say) for plan in plans)


def _held(studio: Studio, mark: Mark, scheme: Scheme, texts: Texts) -> dict[str, TaskReading]:
    """Return the tasks of a project, by unit."""
    (project,) = pushed_projects(studio, [mark])
    with studio.exported(int(project.id)) as export:
        name = studio.place(mark.title)
        readings = read_export(export, scheme=scheme, texts=texts, name=name)
        return {task.unit_id: task for task in readings}


def _planned(
    studio: Studio,
    mark: Mark,
    held: Mapping[str, TaskReading],
    tasks: Iterable[TaskReading],
    *,
    user: str,
    replace: bool,
) -> _Plan:
    """Return what has to be sent to a project that holds some tasks, with everything against it."""
    plan, file = _Plan(mark.title), studio.place(mark.title)
    for task in tasks:
        there = held.get(task.unit_id)
        own = annotations_by(there, user) if there else []
        if there is None:
            value, fix = "no such task", "push again: it sends the tasks that are missing"
            plan.findings.append(Finding(file, task.unit_id, "", value, "a task for it", fix))
        elif there.findings and not there.annotations:
            plan.findings += there.findings
        elif len(own) > 1:
            value, fix = f"{len(own)} annotations", "delete all but one"
            plan.findings.append(Finding(file, there.name, "", value, _ALLOWED, fix))
        # Labels with findings were not all taken: what is left may look the same and is not.
        elif own and same_labels(own[0], task.annotations[0]) and not there.findings:
            plan.unchanged += 1
        elif not own:
            plan.new.append((there.task_id, task))
        elif replace:
            plan.replaced.append((own[0].annotation_id, task))
        else:
            fix = "pull them first if they count; --replace puts the given ones in their place"
            value = "other labels of this annotator"
            plan.findings.append(Finding(file, there.name, "", value, _ALLOWED, fix))
    return plan


def _send(own: Studio, plan: _Plan, scheme: Scheme, say: Say) -> Uploaded:
    todo = [*((own.sdk.annotations.create, *pair) for pair in plan.new)]
    todo += [*((own.sdk.annotations.update, *pair) for pair in plan.replaced)]
    for number, (call, ident, task) in enumerate(todo, start=1):
        annotation, result = task.annotation, result_items(task, task.annotation, scheme)
        skipped, seconds = annotation.skipped, annotation.lead_time
        call(id=ident, result=result, was_cancelled=skipped, lead_time=seconds)
        if number % _EVERY == 0 or number == len(todo):
            say(f"{plan.title}: {number} of {counted(len(todo), 'task')} entered")
    return Uploaded(plan.title, len(plan.new), len(plan.replaced), plan.unchanged)
