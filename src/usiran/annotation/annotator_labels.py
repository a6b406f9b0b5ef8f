"""What every annotator labelled: the raw exports of some rounds, or any exports at all.

Agreement, adjudication and votes all start here. A task is a scored sentence (project ``stance``)
or an article (project ``spans``); where an annotator labelled a task in several rounds, the
last one listed counts, as in the votes behind the gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from usiran.annotation.submissions import list_submissions, read_submission
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.io.csv import read_rows
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    AnnotationRow,
    TaskReading,
    annotation_rows,
)
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import Project, Scheme
from usiran.text.articles import Texts

Key = tuple[Project, str]


@dataclass(frozen=True)
class Passes:
    """Each annotator's labels, task by task.

    Parameters
    ----------
    tasks : dict
        From annotator (sorted) to task, by project and unit; every task has one annotation,
        which is not a skipped one.
    rows : tuple of AnnotationRow
        All labels of all rounds, also those that a later round replaced: what votes are
        counted from.
    source : str
        Where they come from, for messages: rounds or files.
    kinds : dict
        From annotator to ``human`` or ``language-model``, where annotators.csv says.
    repairs : tuple of Finding
        Offsets that were mended while reading.
    """

    tasks: dict[str, dict[Key, TaskReading]]
    rows: tuple[AnnotationRow, ...]
    source: str
    kinds: dict[str, str] = field(default_factory=dict)
    repairs: tuple[Finding, ...] = ()

    @property
    def annotators(self) -> tuple[str, ...]:
        """Everybody who labelled anything, sorted."""
        return tuple(self.tasks)

    def units(self, project: Project) -> dict[str, dict[str, TaskReading]]:
        """From unit to annotator to task, for every unit of a project that has labels."""
        found: dict[str, dict[str, TaskReading]] = {}
        for who, mine in self.tasks.items():
            for (of, unit), task in mine.items():
                if of == project:
                    found.setdefault(unit, {})[who] = task
        return found

    def judges(self, project: Project, article_id: str) -> tuple[str, ...]:
        """Everybody who labelled something of an article in a project."""
        return tuple(
            who
            for who, mine in self.tasks.items()
            if any(of == project and t.article_id == article_id for (of, _), t in mine.items())
        )


def given(task: TaskReading) -> AnnotationReading:
    """Return the one annotation of a task that `Passes` holds."""
    return task.annotations[0]


def read_rounds(corpus: Corpus, rounds: Sequence[str], *, scheme: Scheme, texts: Texts) -> Passes:
    """Read the stored submissions of some rounds.

    Parameters
    ----------
    corpus : Corpus
        Whose submissions.
    rounds : sequence of str
        In order: the last one in which an annotator labelled a task counts.
    scheme : Scheme
        The labels.
    texts : Texts
        The corpus's texts and sentences.

    Raises
    ------
    FileError
        A stored export or annotators.csv cannot be read.
    InputError
        A round has no submission, or a submission has faults.
    """
    stored = list_submissions(corpus)
    _refuse(_unknown(name, stored) for name in rounds if name not in {r for r, _ in stored})
    order = {name: number for number, name in enumerate(rounds)}
    collected = _Collected()
    for name, who in sorted((s for s in stored if s[0] in order), key=lambda s: order[s[0]]):
        readings = list(read_submission(corpus, name, who, scheme=scheme, texts=texts))
        collected.take(who, f"{name}/{who}", readings)
        collected.rows += annotation_rows(readings, round=name, annotator_id=who)
    plural = "round" if len(rounds) == 1 else "rounds"
    return collected.passes(f"{plural} {', '.join(rounds)}", _kinds(corpus))


def _unknown(name: str, stored: Iterable[tuple[str, str]]) -> Finding:
    rounds = ", ".join(sorted({round for round, _ in stored})) or "none is stored yet"
    return Finding("--round", "", "", name, f"a round with submissions: {rounds}", "name one")


class Export(NamedTuple):
    """An export to read: its path, and whose it is where that has been said."""

    path: Path
    annotator: str | None = None

    @classmethod
    def of(cls, word: str) -> Export:
        """Return what ``FILE`` or ``NAME=FILE`` names.

        Examples
        --------
        >>> Export.of("ann=a.json").annotator, Export.of("b=c.json").path.name
        ('ann', 'c.json')
        """
        name, equals, path = word.partition("=")
        if equals and not Path(word).exists():
            return cls(Path(path), name)
        return cls(Path(word))


def read_exports(
    exports: Sequence[Export], corpus: Corpus, *, scheme: Scheme, texts: Texts
) -> Passes:
    """Read Label Studio exports, of this corpus's texts or of any others.

    Annotators are told apart by ``completed_by`` (the email where there is one, else the id)
    as soon as the files hold more than one; where all files say the same one, as stored
    submissions do, each file is an annotator of its own, called by the file's name, or by its
    folder's where the file is called after its project. ``NAME=FILE`` says whose a file is.

    Raises
    ------
    FileError
        An export or annotators.csv cannot be read.
    InputError
        With every fault of the labels.
    """
    read = [
        (export, list(read_export(export.path, scheme=scheme, texts=texts))) for export in exports
    ]
    unnamed = {
        _called(annotation)
        for export, readings in read
        if export.annotator is None
        for task in readings
        for annotation in task.annotations
    }
    collected = _Collected()
    for export, readings in read:
        owner = export.annotator or (_stem(export.path) if len(unnamed) < 2 else None)
        for who, mine in sorted(_split(readings, owner).items()):
            collected.take(who, str(export.path), mine)
            collected.rows += annotation_rows(mine, round="export", annotator_id=who)
    return collected.passes(", ".join(str(one.path) for one in exports), _kinds(corpus))


def _split(readings: Iterable[TaskReading], owner: str | None) -> dict[str, list[TaskReading]]:
    """Return each annotator's tasks; a task's findings go to everybody in it."""
    by: dict[str, list[TaskReading]] = {}
    for task in readings:
        mine: dict[str, list[AnnotationReading]] = {}
        for annotation in task.annotations:
            mine.setdefault(owner or _called(annotation), []).append(annotation)
        if not mine and task.findings:
            mine[owner or "nobody"] = []
        for who, theirs in mine.items():
            by.setdefault(who, []).append(task._replace(annotations=tuple(theirs)))
    return by


def _called(annotation: AnnotationReading) -> str:
    if annotation.email:
        return annotation.email
    return "no id" if annotation.annotator is None else str(annotation.annotator)


def _stem(path: Path) -> str:
    return path.resolve().parent.name if path.stem in ("stance", "spans") else path.stem


class _Collected:
    """Gathers tasks and everything wrong with them."""

    def __init__(self) -> None:
        self.rows: list[AnnotationRow] = []
        self._tasks: dict[str, dict[Key, TaskReading]] = {}
        self._findings: list[Finding] = []
        self._repairs: list[Finding] = []

    def take(self, who: str, source: str, readings: Iterable[TaskReading]) -> None:
        """Keep an annotator's tasks of one source; they replace those of an earlier one."""
        fresh: dict[Key, TaskReading] = {}
        for task in readings:
            self._findings += task.findings
            self._repairs += task.repairs
            kept = [one for one in task.annotations if not one.skipped]
            key = (task.project, task.unit_id)
            if len(kept) > 1 or (kept and key in fresh):
                self._findings.append(_twice(source, who, task, len(kept)))
            elif kept:
                fresh[key] = task._replace(annotations=(kept[0],))
        if fresh:
            self._tasks.setdefault(who, {}).update(fresh)

    def passes(self, source: str, kinds: dict[str, str]) -> Passes:
        """Return what was gathered, or refuse all of it."""
        _refuse(self._findings)
        tasks = {who: self._tasks[who] for who in sorted(self._tasks)}
        known = {who: kinds[who] for who in tasks if who in kinds}
        return Passes(tasks, tuple(self.rows), source, known, tuple(self._repairs))


def _twice(source: str, who: str, task: TaskReading, count: int) -> Finding:
    found = f"{count} annotations by {who}" if count > 1 else f"a second task of {who}"
    fix = "delete all but one; tasks of one text need a sentence_id each"
    return Finding(source, f"task {task.task_id} ({task.unit_id})", "", found, "one a unit", fix)


def _kinds(corpus: Corpus) -> dict[str, str]:
    """Return what annotators.csv says of each annotator."""
    path = corpus.annotation / "annotators.csv"
    rows = read_rows(path, name=corpus.name_of(path), columns=("annotator_id", "kind"))
    return {row["annotator_id"]: row["kind"] for row in rows}


def _refuse(findings: Iterable[Finding]) -> None:
    collected = list(findings)
    if collected:
        raise InputError(collected)
