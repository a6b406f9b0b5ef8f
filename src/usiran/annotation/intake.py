"""What a file handed in holds: one annotator's labels, one annotation a task, checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from usiran.annotation.sheets.parser import parse_sheet
from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading
from usiran.label_studio.check import check_task
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts

_SUFFIXES = (".txt", ".json", ".jsonl")


class Intake(NamedTuple):
    """A file's tasks as they were read, and those that carry the annotator's labels.

    Every task of `chosen` has one annotation and no fault.
    """

    readings: tuple[TaskReading, ...]
    chosen: tuple[TaskReading, ...]


def read_labels(
    path: Path,
    corpus: Corpus,
    *,
    scheme: Scheme,
    texts: Texts,
    completed_by: str | None = None,
) -> Intake:
    """Read a sheet or an export, and choose one annotator's labels in it.

    Parameters
    ----------
    path : Path
        A sheet (.txt) or a Label Studio export (.json, .jsonl), of either project.
    corpus : Corpus
        What the labels are about.
    scheme : Scheme
        The labels.
    texts : Texts
        The corpus's texts and sentences.
    completed_by : str, optional
        Whose annotations to take, by id or email, where the export has several annotators'.

    Raises
    ------
    FileError
        The file cannot be read.
    InputError
        With every fault of the labels.
    """
    name = corpus.name_of(path)
    readings = _read_any(path, name, scheme, texts)
    return Intake(tuple(readings), tuple(_chosen(readings, completed_by, scheme, texts, name)))


def read_all_labels(
    paths: Iterable[Path],
    corpus: Corpus,
    *,
    scheme: Scheme,
    texts: Texts,
    completed_by: str | None = None,
) -> list[TaskReading]:
    """Read several files of one annotator; no two of them may label the same unit.

    The parameters are those of `read_labels`.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    findings: list[Finding] = []
    chosen: dict[str, TaskReading] = {}
    files: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        name = corpus.name_of(path)
        try:
            tasks = read_labels(
                path, corpus, scheme=scheme, texts=texts, completed_by=completed_by
            ).chosen
        except FileError as error:
            findings.append(error.finding)
            continue
        except InputError as error:
            findings += error.findings
            continue
        twice = [task.unit_id for task in tasks if task.unit_id in chosen]
        if twice:
            found = f"{len(twice)} units that {files[twice[0]]} labels too"
            fix = "leave one of the files out"
            findings.append(Finding(name, twice[0], "", found, "each unit in one file", fix))
        chosen |= {task.unit_id: task for task in tasks}
        files |= {task.unit_id: name for task in tasks}
    if findings:
        raise InputError(findings)
    return list(chosen.values())


def same_labels(first: AnnotationReading, second: AnnotationReading) -> bool:
    """Tell whether two annotations hold the same labels, whatever their ids and times."""
    return _content(first) == _content(second)


def _content(reading: AnnotationReading) -> tuple[object, ...]:
    """Return the labels alone, without ids and times."""
    spans = {span.region: span[1:] for span in reading.spans}
    roles = {(role.role, spans[role.event], spans[role.actor]) for role in reading.roles}
    return reading.skipped, dict(reading.choices), frozenset(spans.values()), frozenset(roles)


def kept(task: TaskReading, who: str | None) -> list[AnnotationReading]:
    """Return the annotations of a task that count: of one annotator, the skipped one last."""
    mine = [reading for reading in task.annotations if _is_by(reading, who)]
    return [reading for reading in mine if not reading.skipped] or mine[-1:]


def _read_any(path: Path, name: str, scheme: Scheme, texts: Texts) -> list[TaskReading]:
    if path.suffix.lower() not in _SUFFIXES:
        found = f"a name that ends in '{path.suffix}'" if path.suffix else "a name without ending"
        allowed = "a sheet (.txt) or a Label Studio export (.json, .jsonl)"
        raise FileError(name, found, allowed, "rename the file")
    if path.suffix.lower() != ".txt":
        return list(read_export(path, scheme=scheme, texts=texts, name=name))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(name, str(error.strerror), "a sheet", "check the path") from None
    if not content.strip() or b"\0" in content:
        found = "a binary file" if content.strip() else "no text"
        raise FileError(name, found, "a sheet", "begin with `usiran annotate sheet`")
    return list(parse_sheet(content, name=name, texts=texts, scheme=scheme))


def _chosen(
    readings: Sequence[TaskReading],
    completed_by: str | None,
    scheme: Scheme,
    texts: Texts,
    name: str,
) -> list[TaskReading]:
    """Return the tasks with this annotator's one annotation each, or refuse them all."""
    findings = [finding for task in readings for finding in task.findings]
    # Where every task is refused there is nobody to choose: what is wrong is in the tasks.
    if findings and not any(task.annotations for task in readings):
        raise InputError(findings)
    who = _who(readings, completed_by, name)
    chosen: list[TaskReading] = []
    for task in readings:
        mine = kept(task, who)
        if len(mine) > 1:
            found = f"{len(mine)} annotations by one annotator"
            findings.append(_of_task(name, task, found, "one a task", "delete all but one"))
        elif mine:
            chosen.append(task._replace(annotations=(mine[0],)))
    for unit, count in Counter(task.unit_id for task in chosen).items():
        if count > 1:
            found = f"{count} tasks of {unit}"
            findings.append(Finding(name, unit, "", found, "one task a unit", "delete all but one"))
    for task in chosen:
        if task.article_id not in texts.texts:
            fix = "add the article with `usiran articles add`, or leave the task out"
            findings.append(_of_task(name, task, task.article_id, "an article here", fix))
        findings += check_task(task, scheme=scheme, texts=texts, file=name)
    if not chosen and not findings:
        fix = "label some tasks and export again"
        findings.append(Finding(name, "", "", "no labels", "at least one labelled task", fix))
    if findings:
        raise InputError(findings)
    return chosen


def _who(readings: Iterable[TaskReading], completed_by: str | None, name: str) -> str | None:
    """Return whose annotations to take; None where there is but one annotator."""
    found = {_called(reading): reading for task in readings for reading in task.annotations}
    if completed_by is None and len(found) < 2:
        return None
    if completed_by is not None and any(_is_by(r, completed_by) for r in found.values()):
        return completed_by
    shown = ", ".join(sorted(found)) or "nobody"
    given = f"annotations by {shown}" if completed_by is None else completed_by
    fix = "choose one with --completed-by, by id or email"
    raise InputError([Finding(name, "", "completed_by", given, f"one of {shown}", fix)])


def _called(reading: AnnotationReading) -> str:
    ident = "no id" if reading.annotator is None else str(reading.annotator)
    return f"{ident} ({reading.email})" if reading.email else ident


def _is_by(reading: AnnotationReading, who: str | None) -> bool:
    return who is None or who in (str(reading.annotator), reading.email)


def _of_task(name: str, task: TaskReading, found: str, allowed: str, fix: str) -> Finding:
    return Finding(name, f"task {task.task_id} ({task.unit_id})", "", found, allowed, fix)
