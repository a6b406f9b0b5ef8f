"""Reading Label Studio exports, task by task, in flat memory.

A fault of the file raises; a fault of one label becomes a finding on its task, and the label
is not taken; a mended offset becomes a repair. Nothing is left out silently.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from usiran.errors import FileError, Finding, shorten
from usiran.io.json_stream import Objects, batches
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading
from usiran.label_studio.read_results import Draft, ResultItem, ResultReader
from usiran.schemas.label_scheme import Project, Scheme
from usiran.text.articles import Texts, sha256

_MEND_EXPORT = "export the project again as JSON (not JSON-MIN, CSV or CoNLL)"


class _User(msgspec.Struct, gc=False):
    id: int | str | None = None
    email: str | None = None


class _Annotation(msgspec.Struct, gc=False):
    id: int | str | None = None
    completed_by: int | str | _User | None = None
    result: list[ResultItem] | None = None
    was_cancelled: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None


class _Data(msgspec.Struct, gc=False):
    article_id: str | None = None
    sentence_id: str | None = None
    start: int | None = None
    end: int | None = None
    text_sha256: str | None = None
    text: str | None = None


class _Task(msgspec.Struct, gc=False):
    data: _Data
    id: int | str | None = None
    annotations: list[_Annotation] | None = None


class _Unit(msgspec.Struct, gc=False):
    """What a task puts before the annotator, once it is known to be what the corpus holds."""

    project: Project
    article_id: str
    sentence_id: str | None
    start: int
    end: int
    text: str


def read_export(
    path: Path, *, scheme: Scheme, texts: Texts, name: str | None = None
) -> Iterator[TaskReading]:
    """Yield the tasks of a Label Studio JSON export, in the file's order.

    A task's text is that of the corpus. A task of an article that the corpus does not have is
    read on its own ``data.text`` (the article is then called ``task-<id>`` where the task
    names none). Drafts and predictions are not labels and are passed over.

    Parameters
    ----------
    path : Path
        A JSON array of tasks, or one task a line.
    scheme : Scheme
        Controls, labels and aliases.
    texts : Texts
        The corpus's texts and sentences.
    name : str, optional
        How findings call the file (default: its path).

    Yields
    ------
    TaskReading
        With its findings and repairs. A task whose text is not the corpus's has no
        annotations, only the finding.

    Raises
    ------
    FileError
        The file is missing, empty, binary, cut short, or holds a wrong type; also after
        tasks have been yielded, so that a caller writes only once the iteration has ended.
    """
    reader = _Reader(str(path) if name is None else name, scheme, texts)
    for batch in batches(path, name=reader.name):
        yield from reader.read_all(batch)


class _Reader:
    """Turns decoded tasks into readings against one scheme and one set of texts."""

    def __init__(self, name: str, scheme: Scheme, texts: Texts) -> None:
        self.name = name
        self._texts = texts
        self._number = 0
        self._decode = msgspec.json.Decoder(_Task).decode
        self._projects = {field.name: field.project for field in scheme.fields}
        self._readers: dict[Project, ResultReader] = {
            project: ResultReader(scheme, project) for project in ("stance", "spans")
        }
        self._hash_of = lru_cache(maxsize=1024)(texts.digest)

    def read_all(self, batch: Objects) -> list[TaskReading]:
        # Thousands of small objects are made here and none of them in a cycle.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return [self._read(self._decoded(raw)) for raw in batch]
        finally:
            if collecting:
                gc.enable()

    def _decoded(self, raw: msgspec.Raw | bytes) -> _Task:
        self._number += 1
        try:
            return self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            found = f"task number {self._number}: {shorten(error, 120)}"
            allowed = "Label Studio tasks with data and annotations"
            raise FileError(self.name, found, allowed, _MEND_EXPORT) from None

    def _read(self, task: _Task) -> TaskReading:
        unit = self._unit(task)
        if isinstance(unit, Finding):
            return self._refused(task, unit)
        findings: list[Finding] = []
        repairs: list[Finding] = []
        annotations = tuple(
            [
                self._annotation(task, unit, annotation, findings, repairs)
                for annotation in task.annotations or ()
            ]
        )
        return TaskReading(
            unit.project,
            task.id,
            unit.article_id,
            unit.sentence_id,
            unit.start,
            unit.end,
            task.data.text_sha256,
            annotations,
            tuple(findings),
            tuple(repairs),
        )

    def _annotation(
        self,
        task: _Task,
        unit: _Unit,
        annotation: _Annotation,
        findings: list[Finding],
        repairs: list[Finding],
    ) -> AnnotationReading:
        draft = Draft(unit.text)
        self._readers[unit.project].read(draft, annotation.result or ())
        if draft.errors or draft.mended:
            where = f"{_called(task)} annotation {annotation.id}"
            findings += [error.located(self.name, where) for error in draft.errors]
            repairs += [error.located(self.name, where) for error in draft.mended]
        user = annotation.completed_by
        who, email = (user.id, user.email) if isinstance(user, _User) else (user, None)
        return AnnotationReading(
            annotation.id,
            who,
            email,
            annotation.created_at,
            annotation.updated_at,
            annotation.lead_time,
            bool(annotation.was_cancelled),
            draft.choices,
            tuple(draft.spans.values()),
            tuple(draft.roles),
        )

    def _refused(self, task: _Task, finding: Finding) -> TaskReading:
        data = task.data
        return TaskReading(
            self._project(task),
            task.id,
            data.article_id or f"task-{task.id}",
            data.sentence_id,
            data.start or 0,
            data.end or 0,
            data.text_sha256,
            (),
            (finding,),
        )

    def _project(self, task: _Task) -> Project:
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

    def _unit(self, task: _Task) -> _Unit | Finding:
        """Return the unit the task stands for, or what is wrong with it."""
        data, texts = task.data, self._texts
        project = self._project(task)
        if data.article_id is not None and data.article_id in texts.texts:
            if project == "spans":
                return self._article(task, data.article_id)
            return self._sentence(task, data.article_id)
        if data.sentence_id in texts.by_id:
            return self._finding(
                task, "article_id", data.article_id, "the article of the sentence", _MEND_IDS
            )
        if not data.text:
            return self._finding(
                task, "article_id", data.article_id, "an article of the corpus", _MEND_IDS
            )
        if data.text_sha256 not in (None, sha256(data.text)) and project == "spans":
            return self._finding(
                task, "text_sha256", data.text_sha256, sha256(data.text), _MEND_TEXT
            )
        article = data.article_id or f"task-{task.id}"
        start, end = data.start or 0, data.end or len(data.text)
        return _Unit(project, article, data.sentence_id, start, end, data.text)

    def _article(self, task: _Task, article_id: str) -> _Unit | Finding:
        text = self._texts.texts[article_id]
        unit = _Unit("spans", article_id, None, 0, len(text), text)
        return self._differs(task, article_id, text) or unit

    def _sentence(self, task: _Task, article_id: str) -> _Unit | Finding:
        data = task.data
        sentence = self._texts.by_id.get(data.sentence_id or "")
        if sentence is None or sentence.article_id != article_id:
            return self._finding(
                task, "sentence_id", data.sentence_id, f"a sentence of {article_id}", _MEND_IDS
            )
        if not sentence.scored:
            return self._finding(
                task, "sentence_id", sentence.zone, "a sentence of another zone", _MEND_ZONE
            )
        for column, found in (("start", data.start), ("end", data.end)):
            wanted = getattr(sentence, column)
            if found not in (None, wanted):
                return self._finding(
                    task, column, found, f"{wanted}, as in sentences.csv", _MEND_TEXT
                )
        text = self._texts.text_of(sentence)
        unit = _Unit("stance", article_id, data.sentence_id, sentence.start, sentence.end, text)
        return self._differs(task, article_id, text) or unit

    def _differs(self, task: _Task, article_id: str, text: str) -> Finding | None:
        """Return a finding where the task was made from another text than the corpus's."""
        data = task.data
        if data.text is not None and data.text != text:
            return self._finding(task, "text", data.text, "the corpus's text", _MEND_TEXT)
        if data.text_sha256 is not None and data.text_sha256 != self._hash_of(article_id):
            wanted = f"{self._hash_of(article_id)}, the hash of the corpus's text"
            return self._finding(task, "text_sha256", data.text_sha256, wanted, _MEND_TEXT)
        return None

    def _finding(self, task: _Task, column: str, found: object, allowed: str, fix: str) -> Finding:
        value = "nothing" if found is None else str(found)
        return Finding(self.name, _called(task), column, value, allowed, fix)


_MEND_IDS = "set the id that articles.csv and sentences.csv have; the task's labels are not used"
_MEND_TEXT = "push the tasks again and label the present text; the task's labels are not used"
_MEND_ZONE = "drop the task: boilerplate is never labelled; its labels are not used"


def _called(task: _Task) -> str:
    unit = task.data.sentence_id or task.data.article_id
    return f"task {task.id} ({unit})" if unit else f"task {task.id}"
