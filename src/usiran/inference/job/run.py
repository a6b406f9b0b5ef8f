"""A job from its inputs to its tables: begun, gone on with, summed up.

The folder of a job holds `job.json` (what it is), a folder a table with one file a part, the
markers of the parts that are whole (`parts/`), and at the end `run.json`. Everything but
`run.json`, which says how long it took, is the same bytes however often the job was stopped.
"""

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa

from usiran.corpus import LOCK
from usiran.errors import FileError, Finding, refuse, shorten
from usiran.files import BAD_JSON, read_bytes
from usiran.inference.columns import describe
from usiran.inference.job.engine import Engine, labelled
from usiran.inference.job.parts import (
    MARKERS,
    Job,
    Pages,
    Work,
    code_sha256,
    code_versions,
)
from usiran.inference.job.plan import PART, Input, Part, Plan, survey
from usiran.inference.job.readers import Columns
from usiran.inference.job.sources import STDIN, sources_of
from usiran.inference.label_batch import label_batch
from usiran.inference.store import Model
from usiran.inference.write_tables import Format
from usiran.io.atomic import (
    file_error,
    fill,
    missing_folders,
    remove_folders,
    settle,
    write_file,
)
from usiran.io.lock import locked

_TRIAL = pa.table(
    {"id": ["trial"], "text": ["Officials of two states met.\n\n“We talked,” one said."]}
)
JOB, RUN = "job.json", "run.json"


class Progress(NamedTuple):
    """How far a job is; what workers need to start counts for neither rate nor time left."""

    parts: int
    all_parts: int
    rate: float = 0.0  # sentences a second in this run
    seconds_left: float | None = None  # None before anything is known


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: run.json. The last four tell of the run that ended the job."""

    inputs: tuple[Input, ...]
    models: tuple[dict[str, str], ...]
    versions: dict[str, str]
    parts: int
    rows: dict[str, int]  # by table
    resumed_parts: int  # that were whole before
    workers: int | str  # processes, or the scheduler's address
    seconds: float
    sentences_per_second: float


@dataclass(frozen=True)
class Options:
    """How a job reads, labels and writes."""

    columns: Columns = field(default_factory=Columns)
    form: Format = "parquet"
    part: int = PART  # records
    strict: bool = False  # a faulty record stops the job; otherwise it goes to `rejected`
    force: bool = False  # start anew where the folder holds a job
    engine: Engine = field(default_factory=Engine)


def run_job(
    models: Sequence[Model],
    inputs: Sequence[str],
    output: Path,
    options: Options = Options(),
    *,
    progress: Callable[[Progress], object] = lambda _: None,
    pages: Pages | None = None,
) -> Run:
    """Label every text of the inputs, by at most one model a task, into tables in `output`.

    What a run of the same job left whole there is kept. Memory does not grow with the number of
    texts, but for some 500 bytes a part; see `sources_of` for what `inputs` may name.

    Raises
    ------
    FileError
        An input cannot be read, the folder is somebody's own or another job is writing there,
        or Dask is not there.
    InputError
        The folder holds another job: what differs; or with `strict`, a record is faulty.
    """
    options.engine.check()
    _check_ours(output)
    with _holding(output), _stdin(inputs, output) as copied:
        sources = sources_of(inputs, copied)
        plan = survey(sources, options.columns, size=options.part, strict=options.strict)
        label_batch(models, _TRIAL)  # a model that cannot label is told before anything is written
        job = Job(
            tuple(map(describe, models)),
            code_versions(),
            code_sha256(),
            options.columns,
            options.form,
            pages is not None,
            options.part,
            plan.inputs,
        )
        for name in (JOB, RUN):  # of a run that was killed while it wrote one of them
            settle(output / f".{name}.new")
        _begin(output, job, force=options.force)
        work = Work(tuple(models), job, output.absolute(), pages)
        run = _label_all(work, plan, options.engine, progress)
        _finish(output, run, pages)
    return run


def _finish(output: Path, run: Run, pages: Pages | None) -> None:
    for swap in output.glob("*/.part-*.new"):  # of writers that were killed
        shutil.rmtree(swap, ignore_errors=True)
    if pages is not None:
        fill(output, pages.index(output))
    # A run that found everything done says nothing new.
    if run.resumed_parts < run.parts or not (output / RUN).is_file():
        write_file(output / RUN, _json(run))


class _Pace:
    """Texts and sentences a second since the first part was whole."""

    def __init__(self) -> None:
        self._first: tuple[float, int, int] | None = None

    def of(self, rows: Counter[str]) -> tuple[float, float]:
        """Return both at this moment; 0 for the first part, by which workers have started."""
        now = time.monotonic(), rows["articles"], rows["sentences"]
        self._first = self._first or now
        seconds, texts, sentences = (a - b for a, b in zip(now, self._first, strict=True))
        return (texts / seconds, sentences / seconds) if seconds else (0.0, 0.0)


def _label_all(
    work: Work, plan: Plan, engine: Engine, progress: Callable[[Progress], object]
) -> Run:
    rows: Counter[str] = Counter()
    missing: list[Part] = []
    for part in plan.parts:
        if marker := work.finished(part):
            rows.update(marker.rows)
        else:
            missing.append(part)
    resumed, before, begin = len(plan) - len(missing), Counter(rows), time.monotonic()
    progress(Progress(resumed, len(plan)))
    pace = _Pace()
    for done, marker in enumerate(labelled(engine, work, iter(missing)), start=resumed + 1):
        rows.update(marker.rows)
        left = plan.texts - rows["articles"]
        texts, sentences = pace.of(rows)
        progress(Progress(done, len(plan), sentences, left / texts if texts else None))
    seconds = time.monotonic() - begin
    sentences = rows["sentences"] - before["sentences"]
    return Run(
        inputs=plan.inputs,
        models=work.job.models,
        versions=work.job.versions,
        parts=len(plan),
        rows=dict(rows),
        resumed_parts=resumed,
        workers=engine.scheduler or engine.workers,
        seconds=round(seconds, 3),
        sentences_per_second=round(sentences / seconds, 1),
    )


_OPTIONS = {
    "pages": "--html",
    "form": "--format",
    "part": "--part",
    "columns": "--text-column and --id-column",
}


def _begin(output: Path, job: Job, *, force: bool) -> None:
    """Make the folder of a job, or go on in it."""
    path = output / JOB
    if path.exists() and not force:
        refuse(_differences(path, job))
    elif path.exists():
        # The markers go first: none may speak of a table that is gone.
        for old in sorted(output.iterdir(), key=lambda old: old.name != MARKERS):
            if old.is_dir():
                shutil.rmtree(old)
            elif old not in (path, output / LOCK):
                old.unlink()
    write_file(path, _json(job))


def _differences(path: Path, job: Job) -> Iterator[Finding]:
    """Yield where the job in a folder is another than the one asked for."""
    try:
        stored = msgspec.json.decode(read_bytes(path), type=Job)
    except (OSError, *BAD_JSON) as error:
        fix = "start anew with --force, or name another folder"
        raise FileError(path, shorten(error), "what `usiran predict` writes", fix) from None
    fix = "name another folder, or start anew with --force"
    for name in Job.__struct_fields__:
        before, now = getattr(stored, name), getattr(job, name)
        if before != now:
            before, now = _unlike(before, now)
            column = _OPTIONS.get(name, name)
            yield Finding(str(path), "", column, _told(before), _told(now), fix)


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "given" if value else "not given"
    return shorten(value)


def _unlike(before: object, now: object) -> tuple[object, object]:
    """Leave out of two lists what both have."""
    if not isinstance(before, tuple) or not isinstance(now, tuple):
        return before, now
    own = [row for row in before if row not in now], [row for row in now if row not in before]
    return own if any(own) else (before, now)


def _check_ours(output: Path) -> None:
    """Refuse a file, and a folder that holds something but no job."""
    if not output.exists() or (output / JOB).is_file():
        return
    allowed, fix = "a folder that is not there yet, or of this job", "name another folder"
    if not output.is_dir():
        raise FileError(output, "a file", allowed, fix)
    # A program that was killed at its very beginning left the swap folder of `write_file`, or its
    # lock, which one that is at work holds.
    if any(path.name not in (f".{JOB}.new", LOCK) for path in output.iterdir()):
        raise FileError(output, "a folder that is there already", allowed, fix)


@contextmanager
def _holding(output: Path) -> Iterator[None]:
    """Keep other jobs out of a folder, which is not left where nothing came of this one."""
    made = missing_folders([output / LOCK])
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, "a folder that can be written", default=output) from None
    try:
        with locked(output / LOCK):
            yield
    finally:
        remove_folders(made)


@contextmanager
def _stdin(inputs: Sequence[str], output: Path) -> Iterator[Path]:
    """Give a copy of standard input, where it is an input: parts are read from any place in it."""
    copied = output.absolute().with_name(f".{output.name}.stdin")
    if STDIN not in inputs:
        yield copied
        return
    try:
        copied.parent.mkdir(parents=True, exist_ok=True)
        with copied.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield copied
    finally:
        copied.unlink(missing_ok=True)


def _json(document: Job | Run) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"
