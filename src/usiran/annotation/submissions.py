"""Submissions: each annotator's labels of one round, stored as two Label Studio exports."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from usiran.annotation.read_labels import FileLabels, left_out_line, read_labels, same_labels
from usiran.annotation.sheets.writer import write_sheet
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError, counted, refuse, shorten
from usiran.io.atomic import replace_files
from usiran.io.csv import read_rows
from usiran.label_studio.annotation_records import TaskReading
from usiran.label_studio.control_map import ControlMap, Renaming
from usiran.label_studio.read_export import read_export
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.base import is_id
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.text.articles import Texts, read_texts

PROJECTS: tuple[Project, ...] = get_args(Project)


@dataclass(frozen=True)
class Counts:
    """What an import did to the tasks of one project.

    `unlabelled` are tasks that the file holds without a label of this annotator, `missing` the
    corpus's units that have no labels afterwards.
    """

    new: int
    changed: int
    unchanged: int
    skipped: int
    unlabelled: int
    missing: int

    def __str__(self) -> str:
        done = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        left = f"{self.skipped} skipped, {self.unlabelled} unlabelled in the file"
        return f"{done}, {left}; {self.missing} of the corpus still missing"


@dataclass(frozen=True)
class Report:
    """What an import did, or would do; its text is for a reader.

    `spans`, `roles` and `notes` are what the given file holds, `repairs` offsets that are stored
    mended, `files` the stored exports that change; they are not `written` after a dry run.
    `left_out` counts what the file holds and is not stored, such as drafts; `unasked` are layers
    that no task of the file has and each should.
    """

    tasks: dict[str, Counts]
    spans: int
    roles: int
    repairs: tuple[Finding, ...]
    files: tuple[str, ...]
    written: bool
    left_out: dict[str, int] = field(default_factory=dict)
    notes: int = 0
    unasked: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{project}: {counts}" for project, counts in self.tasks.items()]
        counts = f"{counted(self.spans, 'span')}, {counted(self.roles, 'role')}"
        if self.notes:
            counts += f", {counted(self.notes, 'note')}"
        lines.append(f"{counts}, {len(self.repairs)} repaired")
        lines += [f"repaired: {repair}" for repair in self.repairs]
        if self.left_out:
            lines.append(left_out_line(self.left_out))
        lines += [f"without {layer}: no task of the file has one" for layer in self.unasked]
        verb = "written" if self.written else "not written (dry run)"
        lines.append(f"{verb}: {', '.join(self.files)}" if self.files else "nothing to write")
        return "\n".join(lines)


def submission_file(corpus: Corpus, round: str, annotator_id: str, project: Project) -> Path:
    """Return where one annotator's export of one project is stored."""
    return corpus.submissions / round / annotator_id / f"{project}.json"


def list_submissions(corpus: Corpus) -> list[tuple[str, str]]:
    """Return the round and annotator of every stored submission, sorted."""
    files = corpus.submissions.glob("*/*/*.json")
    return sorted({(f.parent.parent.name, f.parent.name) for f in files if f.stem in PROJECTS})


def read_folder(
    corpus: Corpus, folder: Path, *, scheme: Scheme, texts: Texts
) -> Iterator[TaskReading]:
    """Yield the tasks of a submission's folder, or the gold's: of both projects, as stored."""
    for project in PROJECTS:
        path = folder / f"{project}.json"
        if path.exists():
            yield from read_export(path, scheme=scheme, texts=texts, name=corpus.name_of(path))


def import_labels(
    paths: Mapping[str, Path],
    corpus: Corpus,
    *,
    round: str,
    name: str | None = None,
    completed_by: str | None = None,
    renaming: Renaming | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
) -> dict[str, Report]:
    """Take a sheet or an export of each annotator into its submission, task by task: all, or none.

    A task a file holds replaces the stored one where a label differs; importing twice changes
    nothing. Labels that come without a time are given `now` (default: the present). With a
    `renaming`, even an empty one, the exports may be of any project. `name` is what messages call
    what is taken in (default: each file by its path).
    """
    # The round becomes a folder's name.
    if not is_id(round):
        allowed = "small letters, digits and single hyphens, such as r1"
        raise InputError.of("--round", round, allowed, "choose such a name")
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    control_map = None if renaming is None else ControlMap.of(scheme, renaming)
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    findings: list[Finding] = []
    files: dict[Path, bytes] = {}
    reports = {}
    for annotator_id, path in paths.items():
        folder = corpus.submissions / round / annotator_id
        try:
            check_annotator(corpus, annotator_id, option="--annotator or NAME=FILE")
            labels = read_labels(
                path,
                corpus,
                scheme=scheme,
                texts=texts,
                name=name,
                completed_by=completed_by,
                control_map=control_map,
            )
            stored = list(read_folder(corpus, folder, scheme=scheme, texts=texts))
            refuse(finding for task in stored for finding in task.findings)
        except InputError as error:
            findings += error.findings
            continue
        counts, changed = _merged(folder, labels, stored, scheme=scheme, texts=texts, now=moment)
        names = tuple(map(corpus.name_of, changed))
        reports[annotator_id] = _report(labels, stored, counts, names, written=not dry_run)
        files |= changed
    refuse(findings)
    if not dry_run:
        replace_files(files, corpus.swap)
    return reports


def _merged(
    folder: Path,
    labels: FileLabels,
    stored: Sequence[TaskReading],
    *,
    scheme: Scheme,
    texts: Texts,
    now: str,
) -> tuple[dict[str, Counts], dict[Path, bytes]]:
    """Return what becomes of the tasks of each project, and the stored exports that change."""
    counts: dict[str, Counts] = {}
    files = {}
    for project in PROJECTS:
        fresh = [task for task in labels.labelled if task.project == project]
        if not fresh:
            continue
        old = [task for task in stored if task.project == project and task.annotations]
        merged, outcomes = _merge(old, fresh, now)
        counts[project] = Counts(
            **{name: outcomes[name] for name in ("new", "changed", "unchanged")},
            skipped=sum(task.annotation.skipped for task in fresh),
            unlabelled=sum(task.project == project for task in labels.tasks) - len(fresh),
            missing=_missing(project, merged, texts),
        )
        # Offsets that had to be mended in what was stored are stored mended, too.
        if outcomes["new"] or outcomes["changed"] or any(task.repairs for task in old):
            content = export_bytes(_in_corpus_order(merged, texts), scheme)
            files[folder / f"{project}.json"] = content
    return counts, files


def _report(
    labels: FileLabels,
    stored: Sequence[TaskReading],
    counts: dict[str, Counts],
    files: tuple[str, ...],
    *,
    written: bool,
) -> Report:
    return Report(
        tasks=counts,
        spans=sum(len(task.annotation.spans) for task in labels.labelled),
        roles=sum(len(task.annotation.roles) for task in labels.labelled),
        repairs=(*labels.repairs, *(finding for task in stored for finding in task.repairs)),
        files=files,
        written=written and bool(files),
        left_out=dict(sum((Counter(task.left_out) for task in labels.tasks), Counter())),
        notes=sum(task.annotation.noted for task in labels.labelled),
        unasked=labels.unasked,
    )


def annotators_file(corpus: Corpus) -> Path:
    """Return where everybody stands who may label or decide."""
    return corpus.annotation / "annotators.csv"


def read_annotators(corpus: Corpus) -> dict[str, str]:
    """Return everybody of annotators.csv: from id to ``human`` or ``language-model``."""
    path = annotators_file(corpus)
    rows = read_rows(path, name=corpus.name_of(path), columns=("annotator_id", "kind"))
    return {row["annotator_id"]: row["kind"] for row in rows}


def check_annotator(corpus: Corpus, annotator_id: str, *, option: str = "--annotator") -> None:
    """Refuse an id that does not stand in annotators.csv; `option` is what names one."""
    known, file = read_annotators(corpus), corpus.name_of(annotators_file(corpus))
    if annotator_id not in known:
        allowed = f"one of {', '.join(known)}" if known else "an annotator of the file"
        command = f"usiran annotate register {shorten(annotator_id) or 'ID'} --name NAME"
        fix = f"name one with {option}, or add one: `{command}`"
        raise InputError([Finding(file, annotator_id, "annotator_id", annotator_id, allowed, fix)])


def _merge(
    stored: Sequence[TaskReading], fresh: Sequence[TaskReading], now: str
) -> tuple[list[TaskReading], Counter[str]]:
    """Return the stored tasks with the fresh ones in their places, and what became of each."""
    merged = {task.unit_id: task for task in stored}
    next_id = max((task.task_id for task in stored if isinstance(task.task_id, int)), default=0) + 1
    outcomes: Counter[str] = Counter()
    for labelled in fresh:
        old = merged.get(labelled.unit_id)
        task = labelled if old is None else _with_notes(labelled, old)
        if old is not None and same_labels(old.annotation, task.annotation):
            outcomes["unchanged"] += 1
        else:
            outcomes["new" if old is None else "changed"] += 1
            merged[task.unit_id] = _stamped(task, next_id, old, now)
            next_id += old is None
    return list(merged.values()), outcomes


def _with_notes(task: TaskReading, old: TaskReading) -> TaskReading:
    """Return the task with the stored notes, where it comes without any."""
    # A sheet holds no notes: taking one in must not lose those that an export brought.
    reading, stored = task.annotation, old.annotation
    if reading.noted or not stored.noted:
        return task
    notes = {span[1:4]: span.note for span in stored.spans if span.note}
    spans = tuple(span._replace(note=notes.get(span[1:4])) for span in reading.spans)
    reading = reading._replace(spans=spans, remarks=stored.remarks)
    return task._replace(annotations=(reading,))


def _stamped(task: TaskReading, next_id: int, old: TaskReading | None, now: str) -> TaskReading:
    """Return the task with the ids and times it is stored with."""
    # A changed task keeps its ids and the time it was first labelled, so that a diff of the
    # export shows the change alone.
    ident = next_id if old is None else old.task_id
    number = next_id if old is None else old.annotation.annotation_id
    reading = task.annotation
    created = (old and old.annotation.created_at) or reading.created_at or now
    updated = reading.updated_at or (created if old is None else now)
    reading = reading._replace(
        annotation_id=number, created_at=created, updated_at=updated, findings=(), repairs=()
    )
    return task._replace(task_id=ident, annotations=(reading,), own_findings=(), own_repairs=())


def renumbered(tasks: Iterable[TaskReading], texts: Texts) -> list[TaskReading]:
    """Return tasks in the corpus's order, numbered from 1, with one annotation each."""
    # Tasks of several submissions come together, each with numbers of its own.
    return [
        task._replace(task_id=number, annotations=(task.annotation._replace(annotation_id=number),))
        for number, task in enumerate(_in_corpus_order(tasks, texts), start=1)
    ]


def _in_corpus_order(tasks: Iterable[TaskReading], texts: Texts) -> list[TaskReading]:
    place = {article: number for number, article in enumerate(texts.sentences)}
    return sorted(tasks, key=lambda task: (place[task.article_id], task.start))


def _missing(project: Project, tasks: Iterable[TaskReading], texts: Texts) -> int:
    """Count the units of the corpus that have no labels among `tasks`."""
    scored = {row.sentence_id for row in texts.by_id.values() if row.scored}
    wanted = scored if project == "stance" else set(texts.texts)
    return len(wanted - {task.unit_id for task in tasks if not task.annotation.skipped})


def sheet_of(corpus: Corpus, article_id: str, source: str | None = None) -> str:
    """Return an article's sheet, blank or filled from a source.

    The source is the submission ``ROUND/ANNOTATOR``, or ``gold``.
    """
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    if source is None:
        return write_sheet(article_id, texts=texts, scheme=scheme)
    stored = {
        "/".join(pair): corpus.submissions.joinpath(*pair) for pair in list_submissions(corpus)
    }
    stored |= {"gold": corpus.gold} if (corpus.gold / "stance.json").exists() else {}
    if source not in stored:
        allowed = f"one of {', '.join(stored)}" if stored else "no submission is stored yet"
        raise InputError.of("--from", source, allowed, "write it as ROUND/ANNOTATOR, or gold")
    tasks = list(read_folder(corpus, stored[source], scheme=scheme, texts=texts))
    refuse(finding for task in tasks for finding in task.findings)
    return write_sheet(article_id, tasks, texts=texts, scheme=scheme)
