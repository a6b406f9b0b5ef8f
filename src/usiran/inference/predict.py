"""From files of raw texts to a folder of tables, by trained systems, a batch at a time."""

import itertools
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Protocol

import msgspec
import pyarrow as pa

from usiran.errors import FileError
from usiran.inference.columns import describe, schemas
from usiran.inference.label_batch import label_batch
from usiran.inference.read_texts import Document, Reader
from usiran.inference.store import Model, present_versions
from usiran.inference.write_tables import Format, open_tables
from usiran.io.atomic import new_folder

MANIFEST = "prediction.json"
BATCH = 64
WINDOW = 8  # batches in work for each process
Progress = Callable[[int, int], None]

Tables = dict[str, pa.Table]
# Where a text was read, besides what `label_batch` says of it.
_SOURCE = {"source_id": pa.string(), "file": pa.string(), "row": pa.int32()}

_models: Sequence[Model] = ()


class Pages(Protocol):
    """Pages of labelled texts, written beside the tables."""

    def add(
        self, folder: Path, documents: Sequence[Document], tables: Mapping[str, pa.Table]
    ) -> None:
        """Write the pages of a batch of texts into the folder of predictions."""

    def finish(self, folder: Path) -> None:
        """Write what leads to all of them."""


class Predictions(msgspec.Struct, frozen=True):
    """What was written: prediction.json."""

    models: tuple[dict[str, str], ...]  # that labelled, as their model.json says, by task
    versions: dict[str, str]  # of the packages they ran with
    rows: dict[str, int]  # by table
    skipped: int  # rows that could not be read


def write_predictions(
    models: Sequence[Model],
    reader: Reader,
    output: Path,
    *,
    form: Format = "parquet",
    batch: int = BATCH,  # texts held in memory at a time
    force: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    pages: Pages | None = None,
) -> Predictions:
    """Label every text, by at most one model a task; the folder appears at the end, whole.

    An earlier folder of predictions is replaced with `force`. More than one worker needs Dask;
    the tables are the same. `progress` is called with (texts done, texts in all).
    """
    with new_folder(output, marker=MANIFEST, force=force) as folder:
        # Everything is read twice, so that a bad row is told before hours of labelling.
        total, skipped = reader.survey()
        with open_tables(folder, written(models), form) as tables:
            parts, texts = itertools.tee(batches(reader.documents(), batch))
            for batch_tables in labelled(models, parts, workers=workers):
                tables.write(batch_tables)
                documents = next(texts)
                if pages is not None:
                    pages.add(folder, documents, batch_tables)
                if progress is not None:
                    progress(tables.counts["articles"], total)
        systems = tuple(map(describe, models))
        predictions = Predictions(systems, present_versions(), tables.counts, skipped)
        content = msgspec.json.format(msgspec.json.encode(predictions)) + b"\n"
        (folder / MANIFEST).write_bytes(content)
        if pages is not None:
            pages.finish(folder)
    return predictions


def batches(documents: Iterator[Document], size: int) -> Iterator[list[Document]]:
    """Yield the texts in lists of at most `size`."""
    while part := list(itertools.islice(documents, size)):
        yield part


def written(models: Sequence[Model]) -> dict[str, pa.Schema]:
    """Return the tables that are written: those of `label_batch`, and where a text was read."""
    tables = schemas(models)
    for name, kind in _SOURCE.items():
        tables["articles"] = tables["articles"].append(pa.field(name, kind))
    return tables


def label_documents(models: Sequence[Model], documents: Sequence[Document]) -> Tables:
    """Return the tables of some texts, each with the place where it was read."""
    columns = {"id": [text.article_id for text in documents]}
    columns["text"] = [text.text for text in documents]
    texts = pa.table(columns, pa.schema([("id", pa.string()), ("text", pa.string())]))
    tables = label_batch(models, texts)
    for name, kind in _SOURCE.items():
        values = [getattr(text, name) or None for text in documents]
        tables["articles"] = tables["articles"].append_column(name, pa.array(values, kind))
    return tables


def labelled(
    models: Sequence[Model], parts: Iterator[list[Document]], *, workers: int
) -> Iterator[Tables]:
    """Yield the tables of each batch in order, labelled here or by several processes of Dask.

    A window of batches is in work at a time: memory stays flat however many texts there are.
    """
    if workers == 1:
        yield from (label_documents(models, documents) for documents in parts)
        return
    try:
        from dask.base import compute
        from dask.delayed import delayed
    except ModuleNotFoundError:
        allowed = "the extra 'dask', for more than one worker"
        fix = "pip install 'usiran[dask]', or leave --workers out"
        raise FileError("--workers", "no Dask", allowed, fix) from None
    # A fresh interpreter each: a fork would inherit the threads of the numeric libraries.
    context = multiprocessing.get_context("spawn")
    # Each process is given the models once, not with every batch.
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_take_models, initargs=(models,)
    ) as pool:
        while window := list(itertools.islice(parts, WINDOW * workers)):
            tasks = [delayed(_label, pure=False)(documents) for documents in window]
            yield from compute(*tasks, scheduler="processes", pool=pool, chunksize=1)  # type: ignore[no-untyped-call]  # ships half its types


def _take_models(models: Sequence[Model]) -> None:
    global _models  # noqa: PLW0603 - what an initializer leaves behind is global by nature
    _models = models


def _label(documents: list[Document]) -> Tables:
    return label_documents(_models, documents)
