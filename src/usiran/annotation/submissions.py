"""Submissions: each annotator's labels of one round, stored as two Label Studio exports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from usiran.annotation.intake import read_labels, same_labels
from usiran.annotation.sheets.writer import blank_sheet, fill_sheet
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.io.atomic import replace_files
from usiran.io.csv import read_rows
from usiran.label_studio.annotation_records import TaskReading
from usiran.label_studio.read_export import read_export
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.text.articles import Texts, read_texts

PROJECTS: tuple[Project, ...] = get_args(Project)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Counts:
    """What an import did to the tasks of one project.

    `skipped` are tasks the file gives as skipped, `unlabelled` those it holds without a label
    of this annotator. `missing` are the corpus's units that have no labels afterwards.
    """

    new: int
    changed: int
    unchanged: int
    skipped: int
    unlabelled: int
    missing: int


@dataclass(frozen=True)
class Report:
    """What an import did, or would do.

    Parameters
    ----------
    tasks : dict
        Counts per project.
    spans, roles : int
        How many the given file holds.
    repairs : tuple of Finding
        Offsets that were mended: the stored export has the mended ones.
    files : tuple of str
        The stored exports that change, relative to the corpus.
    written : bool
        Whether they were written: not after a dry run, nor where nothing changes.
    """

    tasks: dict[str, Counts]
    spans: int
    roles: int
    repairs: tuple[Finding, ...]
    files: tuple[str, ...]
    written: bool


def submission_file(corpus: Corpus, round: str, annotator_id: str, project: Project) -> Path:
    """Return where one annotator's export of one project is stored."""
    return corpus.submissions / round / annotator_id / f"{project}.json"


def list_submissions(corpus: Corpus) -> list[tuple[str, str]]:
    """Return the round and annotator of every stored submission, sorted."""
    files = corpus.submissions.glob("*/*/*.json")
    names = {f"{project}.json" for project in PROJECTS}
    found = {(f.parent.parent.name, f.parent.name) for f in files if f.name in names}
    return sorted(found)


def read_submission(
    corpus: Corpus, round: str, annotator_id: str, *, scheme: Scheme, texts: Texts
) -> Iterator[TaskReading]:
    """Yield the tasks of one stored submission, of both projects, where there are any.

    Raises
    ------
    FileError
        A stored export cannot be read.
    """
    for project in PROJECTS:
        path = submission_file(corpus, round, annotator_id, project)
        if path.exists():
            yield from read_export(path, scheme=scheme, texts=texts, name=corpus.name_of(path))


def import_labels(
    path: Path,
    corpus: Corpus,
    *,
    round: str,
    annotator_id: str,
    completed_by: str | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
) -> Report:
    """Take a sheet or an export into an annotator's submission, task by task.

    A task the file holds replaces the stored one where a label differs; all others stay as
    they are. Importing the same file twice changes nothing.

    Parameters
    ----------
    path : Path
        A sheet (.txt) or a Label Studio export (.json, .jsonl), of either project.
    corpus : Corpus
        Whose submission it is.
    round, annotator_id : str
        Where it is stored; the annotator must stand in annotators.csv.
    completed_by : str, optional
        Whose annotations to take, by id or email, where the export has several annotators'.
    dry_run : bool
        Check and count, but write nothing.
    now : datetime, optional
        The time given to labels that come without one (default: the present).

    Raises
    ------
    FileError
        The file or a stored export cannot be read, or a file cannot be written.
    InputError
        With every fault of the labels; nothing is written.
    """
    _check_names(corpus, round, annotator_id)
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    readings, chosen = read_labels(
        path, corpus, scheme=scheme, texts=texts, completed_by=completed_by
    )
    stored = list(read_submission(corpus, round, annotator_id, scheme=scheme, texts=texts))
    _refuse_any(finding for task in stored for finding in task.findings)
    stored = [task for task in stored if task.annotations]
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    files: dict[Path, bytes] = {}
    counts: dict[str, Counts] = {}
    for project in PROJECTS:
        given = [task for task in chosen if task.project == project]
        held = [task for task in stored if task.project == project]
        merged, did = _merge(held, given, moment)
        if given:
            unlabelled = sum(task.project == project for task in readings) - len(given)
            missing = _missing(project, merged, texts)
            counts[project] = _count(given, did, unlabelled, missing)
        # Offsets that had to be mended in what was stored are stored mended, too.
        if did["new"] or did["changed"] or (given and any(task.repairs for task in held)):
            target = submission_file(corpus, round, annotator_id, project)
            files[target] = export_bytes(_sorted(merged, texts), scheme)
    if not dry_run:
        replace_files(files)
    return Report(
        tasks=counts,
        spans=sum(len(task.annotations[0].spans) for task in chosen),
        roles=sum(len(task.annotations[0].roles) for task in chosen),
        repairs=tuple(finding for task in [*readings, *stored] for finding in task.repairs),
        files=tuple(corpus.name_of(target) for target in files),
        written=bool(files) and not dry_run,
    )


def _check_names(corpus: Corpus, round: str, annotator_id: str) -> None:
    path = corpus.annotation / "annotators.csv"
    file = corpus.name_of(path)
    rows = read_rows(path, name=file, columns=("annotator_id",))
    known = [row["annotator_id"] for row in rows]
    findings = []
    if not _SLUG.fullmatch(round):
        allowed = "small letters, digits and single hyphens, such as r1"
        findings.append(Finding("--round", "", "", round, allowed, "choose such a name"))
    if annotator_id not in known:
        allowed = f"one of {', '.join(known)}" if known else "an annotator of the file"
        fix = "add a row annotator_id,kind,name,note (kind: human or language-model)"
        findings.append(Finding(file, annotator_id, "annotator_id", annotator_id, allowed, fix))
    _refuse_any(findings)


def _merge(
    stored: Sequence[TaskReading], given: Sequence[TaskReading], now: str
) -> tuple[list[TaskReading], Counter[str]]:
    """Return the stored tasks with the given ones in their places, and what became of each."""
    merged = {task.unit_id: task for task in stored}
    numbers = [task.task_id for task in stored if isinstance(task.task_id, int)]
    following = max(numbers, default=0) + 1
    did: Counter[str] = Counter()
    for task in given:
        old = merged.get(task.unit_id)
        if old is not None and same_labels(old.annotations[0], task.annotations[0]):
            did["unchanged"] += 1
            continue
        did["new" if old is None else "changed"] += 1
        ident = following if old is None else old.task_id
        following += old is None
        merged[task.unit_id] = _stamped(task, ident, old, now)
    return list(merged.values()), did


def _stamped(
    task: TaskReading, ident: int | str | None, old: TaskReading | None, now: str
) -> TaskReading:
    """Return the task with the ids and times it is stored with."""
    reading = task.annotations[0]
    first = old.annotations[0] if old is not None else None
    created = (first.created_at if first else None) or reading.created_at or now
    updated = reading.updated_at or (now if first else created)
    number = first.annotation_id if first else ident
    reading = reading._replace(annotation_id=number, created_at=created, updated_at=updated)
    return task._replace(task_id=ident, annotations=(reading,), findings=(), repairs=())


def renumbered(tasks: Iterable[TaskReading], texts: Texts) -> list[TaskReading]:
    """Return tasks in the corpus's order, numbered from 1, with one annotation each."""
    return [
        task._replace(
            task_id=number, annotations=(task.annotations[0]._replace(annotation_id=number),)
        )
        for number, task in enumerate(_sorted(tasks, texts), start=1)
    ]


def _sorted(tasks: Iterable[TaskReading], texts: Texts) -> list[TaskReading]:
    place = {article: number for number, article in enumerate(texts.sentences)}
    return sorted(tasks, key=lambda task: (place[task.article_id], task.start))


def _count(
    given: Iterable[TaskReading], did: Counter[str], unlabelled: int, missing: int
) -> Counts:
    skipped = sum(task.annotations[0].skipped for task in given)
    return Counts(did["new"], did["changed"], did["unchanged"], skipped, unlabelled, missing)


def _missing(project: Project, tasks: Iterable[TaskReading], texts: Texts) -> int:
    """Count the units of the corpus that have no labels among `tasks`."""
    scored = {row.sentence_id for row in texts.by_id.values() if row.scored}
    wanted = scored if project == "stance" else set(texts.texts)
    return len(wanted - {task.unit_id for task in tasks if not task.annotations[0].skipped})


def _refuse_any(findings: Iterable[Finding]) -> None:
    collected = list(findings)
    if collected:
        raise InputError(collected)


def sheet_of(corpus: Corpus, article_id: str, source: str | None = None) -> str:
    """Return an article's sheet, blank or filled from a submission.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    article_id : str
        The article.
    source : str, optional
        ``ROUND/ANNOTATOR``, the submission to fill it from.

    Raises
    ------
    InputError
        The corpus has no such article, there is no such submission, or it has faults.
    """
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    if source is None:
        return blank_sheet(texts, article_id, scheme)
    stored = ["/".join(pair) for pair in list_submissions(corpus)]
    if source not in stored:
        allowed = f"one of {', '.join(stored)}" if stored else "no submission is stored yet"
        _refuse_any([Finding("--from", "", "", source, allowed, "write it as ROUND/ANNOTATOR")])
    round, _, annotator_id = source.partition("/")
    tasks = list(read_submission(corpus, round, annotator_id, scheme=scheme, texts=texts))
    _refuse_any(finding for task in tasks for finding in task.findings)
    mine = [task for task in tasks if task.article_id == article_id]
    return (
        fill_sheet(mine, texts=texts, scheme=scheme)
        if mine
        else blank_sheet(texts, article_id, scheme)
    )
