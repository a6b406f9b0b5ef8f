"""The labels in a file that is handed in: one annotator's, one annotation a task, checked."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from usiran.annotation.sheets.parser import parse_sheet
from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError, counted, refuse, shorten
from usiran.files import open_file, read_bytes
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading, author_of
from usiran.label_studio.check import check_task
from usiran.label_studio.control_map import ControlMap
from usiran.label_studio.read_export import TABLES, read_export
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts

_SUFFIXES = (".txt", ".json", ".jsonl")
_NOBODY = "no id"


class FileLabels(NamedTuple):
    """A file's tasks, and those with labels of the annotator: one annotation, no error.

    `unasked` are layers that every task should have and none has: the project does not ask them.
    """

    tasks: tuple[TaskReading, ...]
    labelled: tuple[TaskReading, ...]
    repairs: tuple[Finding, ...]
    unasked: tuple[str, ...] = ()


def with_emails(tasks: Iterable[TaskReading]) -> list[TaskReading]:
    """Return a file's tasks, a person known by email wherever an annotation has the id alone."""
    tasks = list(tasks)
    readings = [reading for task in tasks for reading in task.annotations]
    emails = {made.annotator: made.email for made in readings if made.email}
    emails.pop(None, None)
    if not emails:
        return tasks
    return [
        task._replace(
            annotations=tuple(
                made._replace(email=made.email or emails.get(made.annotator))
                for made in task.annotations
            )
        )
        for task in tasks
    ]


def annotations_by(task: TaskReading, annotator: str | None) -> list[AnnotationReading]:
    """Return the annotations of a task that count, of one annotator (None: of anybody).

    A skipped annotation beside labels was given up; where all are skipped the last one counts.
    """
    own = [reading for reading in task.annotations if _is_by(reading, annotator)]
    return [reading for reading in own if not reading.skipped] or own[-1:]


def single_annotations(
    tasks: Iterable[TaskReading], annotator: str | None, *, file: str, name: str
) -> tuple[list[TaskReading], list[Finding], list[Finding]]:
    """Return the tasks that an annotator did, one annotation each; findings and repairs of it.

    `annotator` is an id or email, None takes everybody's; findings call the file and it by name.
    Of several annotations of a task with the same labels the last is taken.
    """
    single: list[TaskReading] = []
    findings: list[Finding] = []
    repairs: list[Finding] = []
    for task in tasks:
        own = annotations_by(task, annotator)
        if len(own) > 1:
            value = f"{len(own)} annotations by {name}"
            if not all(same_labels(own[-1], reading) for reading in own):
                fix = "delete all but one"
                findings.append(Finding(file, task.name, "", value, "one a task", fix))
                continue
            value, fix = f"{value} with the same labels", "the last one is taken"
            repairs.append(Finding(file, task.name, "", value, "one a task", fix))
        if own:
            single.append(task._replace(annotations=(own[-1],)))
    first = {task.key: task for task in reversed(single)}
    for key, count in Counter(task.key for task in single).items():
        if count > 1:
            value = f"{counted(count, 'task')} of {key[1]} by {name}"
            fix = "delete all but one; tasks of one text need a sentence_id each"
            findings.append(Finding(file, first[key].name, "", value, "one task a unit", fix))
    return single, findings, repairs


def read_labels(
    path: Path,
    corpus: Corpus,
    *,
    scheme: Scheme,
    texts: Texts,
    name: str | None = None,
    completed_by: str | None = None,
    control_map: ControlMap | None = None,
) -> FileLabels:
    """Read a sheet (.txt) or an export (.json, .jsonl), one annotator's labels, checked.

    `name` is what messages call the file. `completed_by` says whose, by id or email, where an
    export has several annotators'. With a `control_map` the file may be any project's export, a
    table (.csv, .tsv) too.
    """
    file = name or corpus.name_of(path)
    tasks = _read_tasks(path, file, scheme, texts, control_map)
    # Where every task is refused there is nobody to choose: what is wrong is in the tasks.
    if not any(task.annotations for task in tasks):
        refuse(finding for task in tasks for finding in task.findings)
    annotator = _chosen_annotator(tasks, completed_by, file)
    tasks = [_without_others(task, annotator) for task in tasks]
    findings = [finding for task in tasks for finding in task.findings]
    labelled, several, alike = single_annotations(tasks, annotator, file=file, name="one annotator")
    findings += several
    unasked = _unasked(labelled, scheme, control_map)
    for task in labelled:
        if task.article_id not in texts.texts:
            fix = "add the article with `usiran articles add`, or leave the task out"
            value, allowed = task.article_id, "an article here"
            findings.append(Finding(file, task.name, "", value, allowed, fix))
        findings += check_task(task, scheme=scheme, texts=texts, file=file, unasked=unasked)
    if not labelled and not findings:
        fix = "label some tasks and export again"
        left_out = sum((Counter(task.left_out) for task in tasks), Counter[str]())
        value = f"no labels; {left_out_line(left_out)}" if left_out else "no labels"
        findings.append(Finding(file, "", "", value, "at least one labelled task", fix))
    refuse(findings)
    repairs = [finding for task in tasks for finding in task.repairs] + alike
    return FileLabels(tuple(tasks), tuple(labelled), tuple(repairs), tuple(sorted(unasked)))


def read_all_labels(
    paths: Iterable[Path],
    corpus: Corpus,
    *,
    scheme: Scheme,
    texts: Texts,
    completed_by: str | None = None,
) -> list[TaskReading]:
    """Read several files of one annotator as `read_labels` does; no two may label one unit."""
    findings: list[Finding] = []
    labelled: dict[str, TaskReading] = {}
    files: dict[str, str] = {}
    # A file that is named twice is no conflict with itself.
    for path in dict.fromkeys(paths):
        name = corpus.name_of(path)
        # All files are read before any is refused: their errors are told together.
        try:
            tasks = read_labels(
                path, corpus, scheme=scheme, texts=texts, completed_by=completed_by
            ).labelled
        except (FileError, InputError) as error:
            findings += [error.finding] if isinstance(error, FileError) else error.findings
            continue
        twice = [task.unit_id for task in tasks if task.unit_id in labelled]
        if twice:
            value = f"{counted(len(twice), 'unit')} that {files[twice[0]]} labels too"
            fix = "leave one of the files out"
            findings.append(Finding(name, twice[0], "", value, "each unit in one file", fix))
        labelled |= {task.unit_id: task for task in tasks}
        files |= {task.unit_id: name for task in tasks}
    refuse(findings)
    return list(labelled.values())


def left_out_line(left_out: Mapping[str, int]) -> str:
    """Return what was left out as one line."""
    parts = (f"{count} {_singular(name, count)}" for name, count in left_out.items())
    return f"left out: {', '.join(parts)}"


def _singular(name: str, count: int) -> str:
    """Return a name such as "rating results of stars" as it is called of one."""
    plural = r"\b(draft|comment|review|prediction|note|value|result|relation|task)s\b"
    return re.sub(plural, r"\1", name, count=1) if count == 1 else name


def same_labels(first: AnnotationReading, second: AnnotationReading) -> bool:
    """Tell whether two annotations hold the same labels, whatever their ids and times."""
    return _content(first) == _content(second)


def _content(reading: AnnotationReading) -> tuple[object, ...]:
    # Region ids differ from one Label Studio project to the next: roles are tied to places.
    spans = {span.region: span[1:] for span in reading.spans}
    roles = {(role.role, spans[role.event], spans[role.actor]) for role in reading.roles}
    choices, remarks = dict(reading.choices), dict(reading.remarks)
    return reading.skipped, choices, remarks, frozenset(spans.values()), frozenset(roles)


def _read_tasks(
    path: Path, name: str, scheme: Scheme, texts: Texts, control_map: ControlMap | None
) -> list[TaskReading]:
    suffix = path.suffix.lower()
    suffixes = _SUFFIXES if control_map is None else (*_SUFFIXES, *TABLES)
    if suffix not in suffixes and not (control_map and (path.is_dir() or _is_json(path))):
        value = f"a name that ends in '{path.suffix}'" if path.suffix else "a name without ending"
        exports = ", ".join(part for part in suffixes if part != ".txt")
        allowed = f"a sheet (.txt) or a Label Studio export ({exports})"
        raise FileError(name, value, allowed, "rename the file")
    if suffix != ".txt":
        reading = read_export(path, scheme=scheme, texts=texts, name=name, control_map=control_map)
        return with_emails(reading)
    try:
        content = read_bytes(path)
    except OSError as error:
        raise FileError.of(error, name, "a sheet", "check the path") from None
    if not content.strip() or b"\0" in content:
        value = "a binary file" if content.strip() else "no text"
        raise FileError(name, value, "a sheet", "begin with `usiran annotate sheet`")
    return list(parse_sheet(content, name=name, texts=texts, scheme=scheme))


def _is_json(path: Path) -> bool:
    """Tell whether a file without an ending is JSON: target storage names its files by id alone."""
    if path.suffix or not path.is_file():
        return False
    with open_file(path) as file:
        return file.read(64).lstrip()[:1] in (b"[", b"{")


def _chosen_annotator(
    tasks: Iterable[TaskReading], completed_by: str | None, file: str
) -> str | None:
    """Return whose annotations to take; None where there is but one annotator.

    Annotations that name nobody (of before 1.0) are the one annotator's, too.
    """
    authors = {_shown_author(reading): reading for task in tasks for reading in task.annotations}
    named = [reading for reading in authors.values() if author_of(reading) is not None]
    if completed_by is None and len(named) < 2:
        return None
    if completed_by is not None and any(_is_by(r, completed_by) for r in authors.values()):
        return completed_by
    shown = shorten(", ".join(sorted(authors))) or "nobody"
    value = f"annotations by {shown}" if completed_by is None else completed_by
    fix = "choose one with --completed-by, by id or email"
    raise InputError([Finding(file, "", "completed_by", value, f"one of {shown}", fix)])


def _without_others(task: TaskReading, annotator: str | None) -> TaskReading:
    """Return the task without what is wrong, or was mended, in labels of other annotators."""
    annotations = tuple(
        made if _is_by(made, annotator) else made._replace(findings=(), repairs=())
        for made in task.annotations
    )
    return task._replace(annotations=annotations)


def _unasked(
    labelled: Iterable[TaskReading], scheme: Scheme, control_map: ControlMap | None
) -> frozenset[str]:
    """Return the required choices that a project does not ask: none of its tasks has one.

    Ours asks all or, for labels of spans alone, none; one whose controls have other names any.
    """
    unasked: set[str] = set()
    if control_map is None:
        return frozenset()
    done = [task for task in labelled if not task.annotation.skipped]
    for project in {task.project for task in done}:
        fields = [field for field in scheme.of(project) if field.scope == "task"]
        required = {field.name for field in fields if field.required}
        absent = required.difference(
            *(task.annotation.choices for task in done if task.project == project)
        )
        if control_map.controls or absent == required:
            unasked |= absent
    return frozenset(unasked)


def _shown_author(reading: AnnotationReading) -> str:
    ident = _NOBODY if reading.annotator is None else str(reading.annotator)
    return f"{ident} ({reading.email})" if reading.email else ident


def _is_by(reading: AnnotationReading, annotator: str | None) -> bool:
    if annotator == _NOBODY and author_of(reading) is None:
        return True
    return annotator is None or annotator in (str(reading.annotator), reading.email)
