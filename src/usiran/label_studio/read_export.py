"""Reading Label Studio exports, task by task, in flat memory.

An error of the file raises; an error of one label becomes a finding on its task, and the label
is not taken; a mended offset becomes a repair. Nothing is left out silently.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

import msgspec

from usiran.errors import FileError, Finding, shorten
from usiran.files import BAD_JSON
from usiran.io.collection import paused_collection
from usiran.io.json_stream import Objects, batches
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading
from usiran.label_studio.control_map import ControlMap
from usiran.label_studio.export_records import Annotation, Task, User
from usiran.label_studio.flat_rows import Json, read_table
from usiran.label_studio.foreign_results import Notes
from usiran.label_studio.foreign_units import ForeignUnits
from usiran.label_studio.read_foreign import ForeignReader, ForeignTask
from usiran.label_studio.read_results import Draft, ResultReader
from usiran.schemas.label_scheme import Project, Scheme
from usiran.text.articles import Texts, sha256

TABLES = (".csv", ".tsv")
"""How the names of exports end that are tables."""

_ALLOWED = "Label Studio tasks with data and annotations"
_SKIPPED = "left out (--skip-faulty)"
_FIX_EXPORT = "export the project again as JSON (not JSON-MIN, CSV or CoNLL)"
_FIX_IDS = "set the id that articles.csv and sentences.csv have; the task's labels are not used"
_FIX_TEXT = "push the tasks again and label the present text; the task's labels are not used"
_FIX_ZONE = "drop the task: boilerplate is never labelled; its labels are not used"


def read_export(
    path: Path,
    *,
    scheme: Scheme,
    texts: Texts,
    name: str | None = None,
    control_map: ControlMap | None = None,
) -> Iterator[TaskReading]:
    """Yield the tasks of a Label Studio export, in the file's order.

    A task of an article that the corpus does not have is read on its own ``data.text`` (and the
    article called ``task-<id>`` where it names none); one whose text is not the corpus's has no
    annotations, only the finding. A file that is cut short raises after tasks have been yielded,
    so a caller writes only once the iteration has ended.

    With a `control_map` the file may be of any project, in any form that `read_foreign` knows,
    CSV or TSV, or a folder of such files; without, it is one of ours, and a value of another type
    raises.
    """
    file = str(path) if name is None else name
    if control_map is None:
        reader = _Reader(file, scheme, texts)
        for batch in batches(path, name=file):
            yield from reader.read_all(batch)
        return
    for part, called_so in _files(path, file):
        foreign = _ForeignTasks(called_so, control_map, texts)
        if part.suffix.lower() in TABLES:
            for row in read_table(part, name=called_so):
                yield foreign.of_row(row)
            continue
        for batch in batches(part, name=called_so, strays=True):
            for raw in batch:
                yield foreign.of_json(bytes(raw))


def _files(path: Path, name: str) -> list[tuple[Path, str]]:
    """Return the files of an export: of a folder (target storage) all, each with its name.

    What is no file, such as a pipe or a link to nothing, is refused by whoever reads it.
    """
    if not path.is_dir():
        return [(path, name)]
    inner = {part: part.relative_to(path) for part in path.rglob("*") if not part.is_dir()}
    files = sorted(part for part in inner if not any(n[0] == "." for n in inner[part].parts))
    if not files:
        raise FileError(
            name, "a folder without files", "an export, or a folder of them", "name one"
        )
    return [(part, f"{name}/{inner[part].as_posix()}") for part in files]


class _ForeignTasks:
    """Turns whatever is one task of another project into a reading."""

    def __init__(self, name: str, control_map: ControlMap, texts: Texts) -> None:
        self._name, self._number = name, 0
        self._skip_faulty = control_map.skip_faulty
        self._decoder = ForeignReader(control_map)
        self._units = ForeignUnits(texts)
        self._reader = _Reader(name, control_map.scheme, texts, either_way=True)

    def of_json(self, raw: bytes) -> TaskReading:
        return self._taken(self._of(self._decoder.decode(raw)))

    def of_row(self, row: Json | Finding) -> TaskReading:
        if isinstance(row, Finding):
            return self._taken(TaskReading("spans", None, "", own_findings=(row,)))
        return self._taken(self._of(self._decoder.read(row)))

    def _taken(self, reading: TaskReading) -> TaskReading:
        """Return what is taken of a task: labels with findings were not, in any case."""
        if not self._skip_faulty:
            return reading
        annotations = tuple(
            made._replace(findings=(), repairs=made.repairs + _skipped(made.findings))
            for made in reading.annotations
        )
        repairs = reading.own_repairs + _skipped(reading.own_findings)
        return reading._replace(annotations=annotations, own_findings=(), own_repairs=repairs)

    def _of(self, read: ForeignTask) -> TaskReading:
        self._number += 1
        task = read.task
        self._units.name(task.data, read.candidates)
        where = f"task number {self._number}" if task.id is None else called(task)
        own = [replace(finding, file=self._name, record=where) for finding in read.findings]
        if own and not read.task.annotations:
            # Nothing of it could be read: that its article is unknown goes without saying.
            return TaskReading("spans", task.id, "", own_findings=tuple(own))
        reading = self._reader.read(task, read.notes)
        findings = (*own, *reading.own_findings)
        return reading._replace(own_findings=findings, left_out=dict(read.left_out))


def _skipped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(finding, fix=_SKIPPED) for finding in findings)


class _Reader:
    """Turns decoded tasks into readings against one scheme and one set of texts."""

    def __init__(
        self, name: str, scheme: Scheme, texts: Texts, *, either_way: bool = False
    ) -> None:
        self.name = name
        self._texts = texts
        self._number = 0
        self._decode = msgspec.json.Decoder(Task).decode
        self._projects = {field.name: field.project for field in scheme.fields}
        self._readers: dict[Project, ResultReader] = {
            project: ResultReader(scheme, project, either_way=either_way)
            for project in ("stance", "spans")
        }
        # Every sentence of an article asks for the hash of the whole text.
        self._hash_of = lru_cache(maxsize=1024)(texts.digest)

    @paused_collection()
    def read_all(self, batch: Objects) -> list[TaskReading]:
        return [self.read(self._decoded(raw)) for raw in batch]

    def _decoded(self, raw: msgspec.Raw | bytes) -> Task:
        self._number += 1
        try:
            task = self._decode(raw)
        except BAD_JSON as error:
            value = f"task number {self._number}: {shorten(error, 120)}"
            raise FileError(self.name, value, _ALLOWED, _FIX_EXPORT) from None
        if task.completions:
            value = f"task number {self._number}: labels under completions, as before 1.0"
            fix = "take the file in with `usiran annotate import`"
            raise FileError(self.name, value, _ALLOWED, fix)
        return task

    def read(self, task: Task, notes: Sequence[Notes] = ()) -> TaskReading:
        """Return what a task says; `notes` are what is known of its annotations already."""
        data, project = task.data, self._project(task)
        findings: tuple[Finding, ...] = ()
        annotations: list[AnnotationReading] = []
        unit = self._unit(task, project)
        if isinstance(unit, Finding):
            # Labels on another text are worth nothing: none of the task's is looked at.
            findings = (unit,)
            start, end = data.start or 0, data.end or 0
        else:
            start, end, text = unit
            for made, draft in self._drafts(task, project, text, notes):
                where = f"{called(task)} annotation {made.id}"
                annotations.append(_reading(made, draft, self.name, where))
        ids = task.id, data.article_id or f"task-{task.id}", data.sentence_id
        digest = data.text_sha256 or (data.text and sha256(data.text))
        return TaskReading(project, *ids, start, end, digest, tuple(annotations), findings)

    def _drafts(
        self, task: Task, project: Project, text: str, notes: Sequence[Notes]
    ) -> Iterator[tuple[Annotation, Draft]]:
        made = task.annotations or ()
        reader = self._readers[project]
        placed = reader.place(text, (item for one in made for item in one.result or ()))
        for annotation, note in zip_longest(made, notes):
            draft = Draft(text, placed)
            if note is not None:
                draft.errors += note.errors
                draft.repairs += note.repairs
            reader.read(draft, annotation.result or ())
            yield annotation, draft

    def _project(self, task: Task) -> Project:
        """Tell the project from the data, else from the first known control."""
        if task.data.sentence_id is not None:
            return "stance"
        if task.data.article_id in self._texts.texts:
            return "spans"
        for annotation in task.annotations or ():
            for item in annotation.result or ():
                if item.from_name in self._projects:
                    return self._projects[item.from_name]
        return "spans"

    def _unit(self, task: Task, project: Project) -> tuple[int, int, str] | Finding:
        """Return the offsets and text that the task stands for, or what is wrong with it."""
        data, texts = task.data, self._texts
        if data.article_id is not None and data.article_id in texts.texts:
            if project == "stance":
                return self._sentence(task)
            text = texts.texts[data.article_id]
            return self._differs(task, text) or (0, len(text), text)
        if data.sentence_id in texts.by_id:
            return self._finding(task, "article_id", "the article of the sentence", _FIX_IDS)
        if not data.text:
            return self._finding(task, "article_id", "an article of the corpus", _FIX_IDS)
        digest = sha256(data.text)
        # The hash is that of the article, whose text a task of one sentence does not hold.
        if project == "spans" and data.text_sha256 not in (None, digest):
            return self._finding(task, "text_sha256", digest, _FIX_TEXT)
        return data.start or 0, data.end or len(data.text), data.text

    def _sentence(self, task: Task) -> tuple[int, int, str] | Finding:
        data = task.data
        sentence = self._texts.by_id.get(data.sentence_id or "")
        if sentence is None or sentence.article_id != data.article_id:
            return self._finding(task, "sentence_id", f"a sentence of {data.article_id}", _FIX_IDS)
        if not sentence.scored:
            value, allowed = sentence.zone, "a sentence of another zone"
            return Finding(self.name, called(task), "sentence_id", value, allowed, _FIX_ZONE)
        for column in ("start", "end"):
            offset = getattr(sentence, column)
            if getattr(data, column) not in (None, offset):
                return self._finding(task, column, f"{offset}, as in sentences.csv", _FIX_TEXT)
        text = self._texts.text_of(sentence)
        return self._differs(task, text) or (sentence.start, sentence.end, text)

    def _differs(self, task: Task, text: str) -> Finding | None:
        """Return a finding where the task was made from another text than the corpus's."""
        if task.data.text not in (None, text):
            return self._finding(task, "text", "the corpus's text", _FIX_TEXT)
        digest = self._hash_of(str(task.data.article_id))
        if task.data.text_sha256 not in (None, digest):
            allowed = f"{digest}, the hash of the corpus's text"
            return self._finding(task, "text_sha256", allowed, _FIX_TEXT)
        return None

    def _finding(self, task: Task, column: str, allowed: str, fix: str) -> Finding:
        value = getattr(task.data, column)
        shown = "nothing" if value is None else str(value)
        return Finding(self.name, called(task), column, shown, allowed, fix)


def _reading(annotation: Annotation, draft: Draft, file: str, where: str) -> AnnotationReading:
    """Return what an annotation says; each finding on it gets its place."""
    user = annotation.completed_by
    ident, email = (user.id, user.email) if isinstance(user, User) else (user, None)
    times = annotation.created_at, annotation.updated_at, annotation.lead_time
    labels = draft.choices, tuple(draft.spans.values()), tuple(draft.roles)
    findings = (
        tuple(replace(own, file=file, record=f"{where} {own.record}".rstrip()) for own in kind)
        for kind in (draft.errors, draft.repairs)
    )
    skipped = bool(annotation.was_cancelled)
    return AnnotationReading(
        annotation.id, ident, email, *times, skipped, *labels, draft.remarks, *findings
    )


def called(task: Task) -> str:
    """Return how messages call a task."""
    unit = task.data.sentence_id or task.data.article_id
    return f"task {task.id} ({unit})" if unit else f"task {task.id}"
