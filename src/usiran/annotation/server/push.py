"""From the corpus to a project: set up, with every task in it that was missing.

Nothing is changed on the server before all of it is known to be sound. What is changed is
changed in an order that lets the same command, run again, complete an interrupted one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from usiran.annotation.server import predictions as predicted
from usiran.annotation.server import projects
from usiran.annotation.server.accounts import choose_annotator, email_of, make_account
from usiran.annotation.server.client import Connection, Say, Studio, speaking
from usiran.annotation.server.credentials import Credentials
from usiran.annotation.server.instructions import instruction, rules
from usiran.annotation.server.predictions import HeldTask, Prediction, Predictor, Use
from usiran.annotation.server.projects import Mark
from usiran.corpus import Corpus
from usiran.errors import Finding, counted, refuse
from usiran.label_studio.config import VOTES, Purpose, config
from usiran.label_studio.tasks import Task, chosen_articles, make_tasks, same_labelled
from usiran.schemas.label_scheme import Project, read_scheme
from usiran.text.articles import read_texts

BATCH = 250
"""Tasks sent in one request."""
CLOSED = "Nothing is open here."
"""Shown in an adjudication where a task has no open question any more."""
SHOWN = Use(shown=True, ordering=False)
# Sequential sampling goes by the order of sending, the other by the score, the lowest first.
_ORDERS = {False: "Sequential sampling", True: "Uncertainty sampling"}


@dataclass(frozen=True)
class Pushed:
    """What a push did.

    `project` is ``new``, ``changed`` (`settings` names what) or ``unchanged``. Tasks `removed`
    stood for nothing in the corpus any more; predictions `withdrawn` were not asked for.
    """

    url: str
    title: str
    project: str
    settings: tuple[str, ...]
    new: int
    changed: int
    removed: int
    unchanged: int
    predictions: int
    withdrawn: int
    email: str
    account_made: bool
    password_kept: bool

    def text(self, credentials: str) -> str:
        """Return what was done as lines of text; passwords are kept in `credentials`."""
        settings = f" ({', '.join(self.settings)})" if self.settings else ""
        counts = f"{self.new} new, {self.changed} changed, {self.removed} removed"
        lines = [
            f"project '{self.title}' {self.project}{settings}: {self.url}",
            f"tasks: {counts}, {self.unchanged} unchanged",
        ]
        if self.predictions or self.withdrawn:
            lines.append(f"predictions: {self.predictions} new, {self.withdrawn} removed")
        place = credentials if self.password_kept else "not kept here"
        made = " (new)" if self.account_made else ""
        lines.append(f"log in as {self.email}{made}; password: {place}")
        return "\n".join(lines)


@dataclass
class _Plan:
    """What has to be done to the tasks of a project."""

    new: list[Task] = field(default_factory=list)
    changed: list[tuple[int, Task]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)


def push(
    corpus: Corpus,
    connection: Connection,
    *,
    layer: Project,
    annotator_id: str | None = None,
    article_ids: Iterable[str] = (),
    predictor: Predictor | None = None,
    use: Use = SHOWN,
    units: Collection[str] | None = None,
    votes: Mapping[str, str] | None = None,
    purpose: Purpose = "annotation",
) -> Pushed:
    """Set up an annotator's project and bring the tasks in that it lacks.

    `article_ids` and `units` limit what is brought in (default: all), `use` says what predictions
    are for, `votes` what the page of a unit that is adjudicated tells of the answers to it.
    Nothing is changed before an error.
    """
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    mark = Mark.of(corpus.manifest, layer, choose_annotator(corpus, annotator_id), purpose)
    articles = chosen_articles(texts, article_ids)
    tasks = make_tasks(corpus, texts, layer)
    if votes is not None:
        tasks = [
            task._replace(data=task.data | {VOTES: votes.get(task.unit_id) or CLOSED})
            for task in tasks
        ]
    chosen = {task.unit_id for task in tasks if task.data["article_id"] in articles}
    use = use if predictor else Use(shown=False, ordering=False)
    page = config(scheme, layer, rules=rules(corpus), purpose=purpose)
    wanted = projects.settings(mark, page, instruction(corpus, scheme, layer))
    wanted |= {"sampling": _ORDERS[use.ordering], "show_collab_predictions": use.shown}
    credentials = Credentials(connection.data_dir)
    with speaking(connection.address()) as studio:
        work = _Push(studio, mark, wanted, connection.say)
        plan = work.plan(tasks, chosen if units is None else chosen & {*units})
        # Asked before anything is changed: a system may turn out to be of no use.
        predictions = list(predictor(work.present(tasks, plan))) if predictor else []
        account_made = make_account(studio, credentials, mark.annotator_id)
        work.set_up()
        work.send(plan)
        sent = work.predict(predictions, use)
    return work.report(plan, sent, account_made, credentials)


class _Push:
    """One push to one project: what it holds, and what is done to it."""

    def __init__(self, studio: Studio, mark: Mark, wanted: dict[str, object], say: Say) -> None:
        self._sdk, self._studio, self._mark = studio.sdk, studio, mark
        self._wanted, self._say = wanted, say
        self._project: Any = projects.find_project(studio, mark)
        self._held: dict[str, HeldTask] = {}
        self._differing: dict[str, object] = {}
        self._state = "new"
        if self._project is not None:
            self._differing = projects.differing(self._project, wanted)
            self._state = "changed" if self._differing else "unchanged"
            self._held = predicted.read_held(self._sdk, self._project.id)

    def plan(self, tasks: Sequence[Task], chosen: Collection[str]) -> _Plan:
        """Return what has to be done, or refuse it.

        Every task that is there is compared, also one that is not chosen: the project then is
        of the present data as a whole.
        """
        plan, known = _Plan(), {task.unit_id: task for task in tasks}
        if "label_config" in self._differing:
            projects.refuse_losses(self._studio, self._project, str(self._wanted["label_config"]))
        for unit, held in self._held.items():
            self._compare(plan, unit, held, known.get(unit))
        refuse(plan.findings)
        absent = {*chosen} - self._held.keys()
        plan.new = [task for task in tasks if task.unit_id in absent]
        return plan

    def present(self, tasks: Iterable[Task], plan: _Plan) -> list[Task]:
        """Return the tasks that the project will have, in the order of the corpus."""
        units = self._held.keys() | {task.unit_id for task in plan.new}
        return [task for task in tasks if task.unit_id in units]

    def _compare(self, plan: _Plan, unit: str, held: HeldTask, task: Task | None) -> None:
        if task is not None and task.data == held.data:
            plan.unchanged += 1
        elif task is not None and (not held.labelled or same_labelled(task.data, held.data)):
            plan.changed.append((held.task_id, task))
        elif not held.labelled:
            plan.removed.append(held.task_id)
        else:
            value = "labels on another text" if task else "labels on what is not in the corpus"
            fix = "put the text back, or delete the task there: its labels are lost"
            file, record = self._studio.place(self._mark.title), f"task {held.task_id} ({unit})"
            plan.findings.append(Finding(file, record, "", value, "the corpus's text", fix))

    def set_up(self) -> None:
        if self._project is None:
            self._project = self._sdk.projects.create(**self._wanted)
        elif self._differing:
            self._sdk.projects.update(id=self._project.id, **self._differing)

    def send(self, plan: _Plan) -> None:
        for task_id in plan.removed:
            self._sdk.tasks.delete(id=str(task_id))
        for task_id, task in plan.changed:
            self._sdk.tasks.update(id=str(task_id), data=task.data)
        for start in range(0, len(plan.new), BATCH):
            batch = plan.new[start : start + BATCH]
            request = [{"data": task.data} for task in batch]
            self._sdk.projects.import_tasks(self._project.id, request=request)
            self._say(f"{start + len(batch)} of {counted(len(plan.new), 'task')} sent")

    def predict(self, predictions: Sequence[Prediction], use: Use) -> predicted.Sent:
        """Send the predictions and say which of them annotators see or are ordered by."""
        # Tasks that were just sent have their numbers from the server alone.
        ident = self._project.id
        held = predicted.read_held(self._sdk, ident) if predictions else self._held
        sent = predicted.send_predictions(self._sdk, ident, held, predictions, self._say)
        # Of several versions the server hands out none with a task; its task list shows all.
        version = "".join(sent.versions) if len(sent.versions) == 1 else ""
        if version and self._sdk.projects.get(id=ident).model_version != version:
            # The server forgets the version where the other setting is given alone.
            changes = {"show_collab_predictions": use.shown, "model_version": version}
            self._sdk.projects.update(id=ident, **changes)
        return sent

    def report(
        self, plan: _Plan, sent: predicted.Sent, account_made: bool, credentials: Credentials
    ) -> Pushed:
        server, annotator_id = self._studio.where.server, self._mark.annotator_id
        return Pushed(
            url=f"{self._studio.url}/projects/{self._project.id}/",
            title=self._mark.title,
            project=self._state,
            settings=tuple(self._differing),
            new=len(plan.new),
            changed=len(plan.changed),
            removed=len(plan.removed),
            unchanged=plan.unchanged,
            predictions=sent.number,
            withdrawn=sent.removed,
            email=email_of(annotator_id),
            account_made=account_made,
            password_kept=credentials.kept_password(server, annotator_id) is not None,
        )
