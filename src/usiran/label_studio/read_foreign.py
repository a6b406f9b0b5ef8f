"""Tasks of any Label Studio project, in whatever form, made into the records of our own.

Read are tasks with annotations or (before 1.0) completions, single annotations with their task
(target storage, webhooks), and rows of JSON_MIN and CSV. A value that is odd but clear is taken
and reported as a repair; one that is not is an error on its region, and the rest is read.
"""

from collections import Counter
from dataclasses import dataclass, field

from usiran.errors import Finding, shorten
from usiran.label_studio.control_map import ControlMap
from usiran.label_studio.export_records import Annotation, Data, Task
from usiran.label_studio.flat_rows import is_flat, task_of
from usiran.label_studio.foreign_results import ForeignResults, Notes
from usiran.label_studio.foreign_values import (
    Json,
    ident,
    is_true,
    load_whole,
    parse_whole,
    seconds,
    time_of,
    user_of,
    whole,
)
from usiran.label_studio.tasks import CONTEXT
from usiran.schemas.names import BOXES

_FIX_TASK = "export the project again as JSON, or delete the task"
# What our own tasks hold, and how long a label can hardly be.
_KNOWN = ("article_id", "sentence_id", "start", "end", "text_sha256", "text", *CONTEXT)
_LONG = 60
_LONELY = "tasks without relations, which JSON_MIN and CSV do not hold"


@dataclass
class ForeignTask:
    """A task as our own export would have it, and what was odd or left out.

    `notes` are by annotation; `candidates` the texts of the task's data, the likeliest first.
    """

    task: Task
    notes: list[Notes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    candidates: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)

    def error(self, column: str, value: object, allowed: str) -> None:
        """Note what is wrong with the task itself."""
        self.findings.append(Finding("", "", column, str(value), allowed, _FIX_TASK))

    def count(self, record: Json, *keys: str) -> None:
        """Count what is understood and not used; comments may be there as their number alone."""
        for key in keys:
            value = record.get(key) or record.get(f"{key.removesuffix('s')}_count") or 0
            if number := len(value) if isinstance(value, list) else whole(value) or 0:
                self.left_out[key] += max(number, 0)


class ForeignReader:
    """Reads the tasks of one file by the names that its project uses."""

    def __init__(self, control_map: ControlMap) -> None:
        self._control_map = control_map
        self._said: set[tuple[str, str]] = set()

    def decode(self, raw: bytes) -> ForeignTask:
        """Return the task that some JSON stands for."""
        read = ForeignTask(Task(Data()))
        try:
            text = bytes(raw).decode("utf-8")
        except UnicodeDecodeError as error:
            text = bytes(raw).decode("utf-8", "replace")
            read.error("", f"byte {error.start} of the task is not UTF-8", "JSON in UTF-8")
        try:
            loaded = load_whole(text, parse_int=parse_whole)
        except (ValueError, RecursionError) as error:
            read.error("", shorten(str(error) or "too many levels", 120), "a task as JSON")
            return read
        if not isinstance(loaded, dict):
            # As a script leaves it that fills a list in advance.
            read.error("", shorten(text, 120), "a task as JSON")
            return read
        return self.read(loaded, read)

    def read(self, content: Json, read: ForeignTask | None = None) -> ForeignTask:
        """Return the task that an object or a row stands for."""
        read = read or ForeignTask(Task(Data()))
        if flat := is_flat(content):
            content = task_of(content, self._is_control)
        task = _unwrapped(content)
        data = task.get("data")
        if not isinstance(data, dict):
            read.error("data", "nothing" if data is None else data, "what the task shows")
            data = {}
        read.task = Task(_data(data), id=ident(task.get("id")), annotations=[])
        read.candidates = _texts(data)
        read.count(task, "drafts", "comments", "reviews", "predictions")
        for key in ("annotations", "completions"):
            for made in _list(read, task, key):
                self._read_annotation(read, made)
        if flat:
            results = (item for made in read.task.annotations or () for item in made.result or ())
            if any(item.value and item.value.labels for item in results):
                read.left_out[_LONELY] += 1
            # A column of labels looks like one of data, as long as nobody maps it.
            read.left_out.update(f"values of {name} (taken for data)" for name in _unknown(data))
        return read

    def _is_control(self, name: str) -> bool:
        return name in BOXES or self._control_map.layer(name) is not None

    def _read_annotation(self, read: ForeignTask, made: object) -> None:
        if not isinstance(made, dict):
            read.error("annotations", made, "an annotation with results")
            return
        notes = Notes()
        read.count(made, "drafts", "comments", "reviews")
        results = made.get("result")
        if not isinstance(results, list):
            if results is not None:
                allowed = "a list of results"
                notes.errors.append(Finding("", "", "result", str(results), allowed, _FIX_TASK))
            results = []
        items = ForeignResults(self._control_map, self._said, notes, read.left_out)
        for item in results:
            items.read(item)
        annotation = Annotation(
            id=ident(made.get("id")),
            completed_by=user_of(made),
            result=items.settled(),
            was_cancelled=is_true(made.get("was_cancelled")) or is_true(made.get("skipped")),
            created_at=_time(notes, "created_at", made.get("created_at")),
            updated_at=_time(notes, "updated_at", made.get("updated_at")),
            lead_time=seconds(made.get("lead_time")),
        )
        assert read.task.annotations is not None
        read.task.annotations.append(annotation)
        read.notes.append(notes)


def _unwrapped(content: Json) -> Json:
    """Return the task of an object that is a task, or an annotation that holds its task."""
    task, made = content.get("task"), content.get("annotation", content)
    if not isinstance(task, dict) or not isinstance(made, dict) or "data" in content:
        return content
    own = {key: value for key, value in made.items() if key != "task"}
    return {**task, "annotations": [own], "completions": None}


def _data(data: Json) -> Data:
    """Return what a task shows; its text is chosen from the candidates later."""
    names = (data.get(key) for key in ("article_id", "sentence_id"))
    article, sentence = (str(name) if name not in (None, "") else None for name in names)
    start, end = (whole(data.get(key)) for key in ("start", "end"))
    digest = data.get("text_sha256")
    return Data(
        article, sentence, start, end, digest if isinstance(digest, str) and digest else None
    )


def _unknown(data: Json) -> list[str]:
    """Return the columns of a row that may be labels of a control without a map."""
    values = ((key, value) for key, value in data.items() if key not in _KNOWN)
    return [key for key, value in values if value and len(str(value)) < _LONG]


def _texts(data: Json) -> tuple[str, ...]:
    """Return what may be the text that a task shows: what is called so, else by length."""
    text = data.get("text")
    if isinstance(text, list) and len(text) == 1:
        text = text[0]
    if isinstance(text, str) and text:
        return (text,)
    others = (value for key, value in data.items() if key not in _KNOWN)
    return tuple(sorted((v for v in others if isinstance(v, str) and v), key=len, reverse=True))


def _list(read: ForeignTask, task: Json, key: str) -> list[object]:
    value = task.get(key)
    if value is None or isinstance(value, list):
        return value or []
    read.error(key, value, "a list of annotations")
    return []


def _time(notes: Notes, column: str, value: object) -> str | None:
    written = time_of(value)
    if written is not None and written != str(value):
        allowed, fix = "a time such as 2031-05-04T12:00:00Z", f"taken as {written}"
        notes.repairs.append(Finding("", "", column, str(value), allowed, fix))
    return written
