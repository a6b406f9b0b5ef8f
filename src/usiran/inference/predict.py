"""From raw texts to the corpus's own tables, by trained systems, some texts at a time.

========= ===========================================================================
table     columns
========= ===========================================================================
articles  article_id, source_id, file, row, text_sha256: where each text came from
sentences sentence_id, article_id, start, end, zone: all sentences, boilerplate too
stance    sentence_id, article_id, start, end, zone, text, then for stance and holder
          the label and, where the system states them, its probabilities by label
actors    span_id, article_id, sentence_id, start, end, text, type
events    the same, and quad
========= ===========================================================================

Offsets are half-open, in code points of the text as it was read. Sentences are proposed by
`usiran.text.segmentation`; boilerplate is never labelled. A table is there when a system for
it is; what only annotators can tell (grounds, votes, modes, folds, links) is not predicted.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pyarrow as pa

from usiran.errors import FileError, Finding, InputError
from usiran.inference.read_texts import Columns, Document, read
from usiran.inference.store import Model, ModelInfo, present_versions
from usiran.inference.write_tables import Format, Rows, Tables
from usiran.io.atomic import new_folder
from usiran.models.base import predict
from usiran.tasks.inputs import records_of
from usiran.text.articles import sha256
from usiran.text.segmentation import propose
from usiran.text.spans import Span

MANIFEST = "prediction.json"
BATCH = 64
# Which table a task's spans fill, and what a span_id calls them.
SPAN_LAYERS = {"actors": "actor", "events": "event"}
_PLACE = (("start", pa.int32()), ("end", pa.int32()))
_IDS = (("sentence_id", pa.string()), ("article_id", pa.string()))
_SENTENCES = (*_IDS, *_PLACE, ("zone", pa.string()))
_ARTICLES = (("article_id", pa.string()), ("source_id", pa.string()), ("file", pa.string()),
             ("row", pa.int32()), ("text_sha256", pa.string()))  # fmt: skip
Progress = Callable[[int, int], None]


class Done(msgspec.Struct, frozen=True):
    """What was written: prediction.json.

    Parameters
    ----------
    models : tuple
        The systems that labelled, as their model.json says, by task.
    rows : dict
        From table to its number of rows.
    skipped : int
        Rows that could not be read.
    """

    models: tuple[dict[str, str], ...]
    versions: dict[str, str]
    rows: dict[str, int]
    skipped: int


@dataclass(frozen=True)
class Reader:
    """The inputs: what to read, and what to do with rows that cannot be read.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders.
    columns : Columns
        Where the text and its id stand.
    skip_bad : bool
        Whether unreadable rows are left out; otherwise one of them stops everything.
    report : callable
        Called with each row left out.
    """

    paths: Sequence[Path]
    columns: Columns = field(default_factory=Columns)
    skip_bad: bool = False
    report: Callable[[Finding], None] = print

    def survey(self) -> tuple[int, int]:
        """Read everything once; return how many texts there are, and unreadable rows.

        Raises
        ------
        UsiranError
            A row cannot be read and none may be skipped, or there is no text at all.
        """
        bad: list[Finding] = []
        good = skipped = 0
        for one in read(self.paths, self.columns):
            if isinstance(one, Document):
                good += 1
            elif self.skip_bad:
                skipped += 1
                self.report(one)
            else:
                bad.append(one)
        if bad:
            raise InputError(bad)
        if not good:
            raise FileError(", ".join(map(str, self.paths)), "no text that can be read",
                            "at least one text", "name other files")  # fmt: skip
        return good, skipped

    def documents(self) -> Iterator[Document]:
        """Yield the texts.

        Raises
        ------
        InputError
            A file was changed since the survey, and a row of it cannot be read now.
        """
        for one in read(self.paths, self.columns):
            if isinstance(one, Document):
                yield one
            elif not self.skip_bad:
                raise InputError([one])


def write_predictions(
    models: Sequence[Model],
    reader: Reader,
    output: Path,
    *,
    form: Format = "parquet",
    batch: int = BATCH,
    force: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> Done:
    """Label every text and write the tables; the folder appears at the end, whole.

    Parameters
    ----------
    models : sequence of Model
        At most one a task.
    reader : Reader
        The texts.
    output : Path
        The folder to be made.
    form : {"parquet", "jsonl", "csv"}
        Of the tables.
    batch : int
        Texts held in memory at a time.
    force : bool
        Whether an earlier folder of predictions is replaced.
    workers : int
        Processes that label; more than one needs Dask. The tables are the same.
    progress : callable, optional
        Called with (texts done, texts in all) after every batch.

    Raises
    ------
    UsiranError
        A text cannot be read, or the folder cannot be written. Nothing is left behind.
    """
    with new_folder(output, marker=MANIFEST, force=force) as folder:
        total, skipped = reader.survey()
        done = 0
        with Tables(folder, schemas(models), form) as tables:
            parts = batches(reader.documents(), batch)
            for rows in labelled(models, parts, workers=workers):
                tables.write(rows)
                done += len(rows["articles"])
                if progress is not None:
                    progress(done, total)
        made = Done(tuple(map(_told, models)), present_versions(), tables.counts, skipped)
        (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
    return made


def labelled(
    models: Sequence[Model], parts: Iterator[list[Document]], *, workers: int
) -> Iterator[dict[str, Rows]]:
    """Yield the rows of each batch, in order, labelled here or by several processes.

    Raises
    ------
    FileError
        More than one worker is asked for, and Dask is not installed.
    """
    if workers == 1:
        yield from (label(models, texts) for texts in parts)
        return
    from usiran.inference.workers import labelled_apart

    yield from labelled_apart(models, parts, workers=workers)


def batches(documents: Iterator[Document], size: int) -> Iterator[list[Document]]:
    """Yield the texts in lists of at most `size`.

    Examples
    --------
    >>> texts = (Document(f"a-{i}", "", "f", i, "x") for i in range(3))
    >>> [len(part) for part in batches(texts, 2)]
    [2, 1]
    """
    while part := list(itertools.islice(documents, size)):
        yield part


def _told(model: Model) -> dict[str, str]:
    info = model.info
    return {"task": info.task, "system": info.system, "data_version": info.data_version,
            "model_sha256": info.model_sha256}  # fmt: skip


def schemas(models: Sequence[Model]) -> dict[str, pa.Schema]:
    """Return the tables that the systems fill, and their columns."""
    found = {"articles": pa.schema(_ARTICLES), "sentences": pa.schema(_SENTENCES)}
    labels = [model for model in models if model.info.unit == "sentence"]
    if labels:
        columns = [column for model in labels for column in _label_columns(model)]
        found["stance"] = pa.schema((*_SENTENCES, ("text", pa.string()), *columns))
    for model in models:
        if model.info.unit == "spans":
            found[model.info.task] = pa.schema(_span_columns(model.info))
    return found


def _label_columns(model: Model) -> list[tuple[str, pa.DataType]]:
    info = model.info
    columns = [(info.task, pa.string())]
    if hasattr(model.estimator, "predict_proba"):
        struct = pa.struct([(name, pa.float64()) for name in info.labels])
        columns.append((f"{info.task}_probabilities", struct))
    return columns


def _span_columns(info: ModelInfo) -> list[tuple[str, pa.DataType]]:
    first = [("span_id", pa.string()), ("article_id", pa.string()), ("sentence_id", pa.string())]
    quad = [("quad", pa.string())] if info.groups else []
    return [*first, *_PLACE, ("text", pa.string()), ("type", pa.string()), *quad]


def label(models: Sequence[Model], documents: Sequence[Document]) -> dict[str, Rows]:
    """Label some texts in memory.

    Parameters
    ----------
    models : sequence of Model
        At most one a task.
    documents : sequence of Document
        The texts.

    Returns
    -------
    dict
        From table to its rows, as the module's table lists them.
    """
    sentences = [row for document in documents for row in _sentences(document)]
    scored = [row for row in sentences if row["zone"] != "boilerplate"]
    places = [{key: row[key] for key, _ in _SENTENCES} for row in sentences]
    rows: dict[str, Rows] = {"articles": list(map(_article, documents)), "sentences": places}
    labelled = [dict(row) for row in scored]
    records = records_of(pd.DataFrame(scored)) if scored else None
    for model in models:
        if model.info.unit == "spans":
            rows[model.info.task] = [] if records is None else _spans(model, records)
        else:
            rows["stance"] = labelled
            if records is not None:
                _add_labels(model, records, labelled)
    return rows


def _article(document: Document) -> dict[str, Any]:
    return {"article_id": document.article_id, "source_id": document.source_id or None,
            "file": document.file, "row": document.row,
            "text_sha256": sha256(document.text)}  # fmt: skip


def _sentences(document: Document) -> Iterator[dict[str, Any]]:
    for ordinal, (start, end, zone) in enumerate(propose(document.text), start=1):
        yield {"sentence_id": f"{document.article_id}#{ordinal:03d}",
               "article_id": document.article_id, "start": start, "end": end, "zone": zone,
               "text": document.text[start:end]}  # fmt: skip


def _add_labels(model: Model, records: pd.DataFrame, rows: Sequence[dict[str, Any]]) -> None:
    task, names = model.info.task, model.info.labels
    values, stated = predict(model.estimator, records, model.info.labels)
    for i, (row, value) in enumerate(zip(rows, values, strict=True)):
        row[task] = str(value)
        if stated is not None:
            row[f"{task}_probabilities"] = dict(zip(names, stated[i].tolist(), strict=True))


def _spans(model: Model, records: pd.DataFrame) -> list[dict[str, Any]]:
    values, _ = predict(model.estimator, records, model.info.labels)
    rows = zip(records.to_dict("records"), values, strict=True)
    return [_span(model.info, span, record) for record, spans in rows for span in spans]


def _span(info: ModelInfo, span: Span, record: Mapping[Any, Any]) -> dict[str, Any]:
    article_id, first = record["article_id"], record["start"]
    start, end = span.start + first, span.end + first
    row: dict[str, Any] = {
        "span_id": f"{article_id}@{SPAN_LAYERS.get(info.task, info.task)}:{start}-{end}",
        "article_id": article_id,
        "sentence_id": record["sentence_id"],
        "start": start,
        "end": end,
        "text": record["text"][span.start : span.end],
        "type": span.label,
    }
    return {**row, "quad": info.groups[span.label]} if info.groups else row
