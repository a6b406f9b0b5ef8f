"""Labelling batches of texts by several processes: Dask over partitions, the same functions.

Each process is given the models once. A window of batches is in work at a time, so that memory
stays flat however many texts there are; the rows come back in the order of the texts.
"""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from usiran.errors import FileError
from usiran.inference import predict as prediction
from usiran.inference.read_texts import Document
from usiran.inference.store import Model
from usiran.inference.write_tables import Rows

WINDOW = 8
"""Batches in work for each process."""

_models: Sequence[Model] = ()


def labelled_apart(
    models: Sequence[Model], parts: Iterator[list[Document]], *, workers: int
) -> Iterator[dict[str, Rows]]:
    """Yield the rows of each batch, in order.

    Parameters
    ----------
    models : sequence of Model
        At most one a task.
    parts : iterator of list of Document
        The batches.
    workers : int
        Processes, two or more.

    Raises
    ------
    FileError
        Dask is not installed.
    """
    try:
        from dask.base import compute
        from dask.delayed import delayed
    except ModuleNotFoundError:
        raise FileError(
            "--workers", "no Dask", "the extra 'dask', for more than one worker",
            "pip install -e '.[dask]', or leave --workers out",
        ) from None  # fmt: skip
    # A fresh interpreter each: a fork would inherit the threads of the numeric libraries.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_take, initargs=(models,)
    ) as pool:
        while window := list(itertools.islice(parts, WINDOW * workers)):
            asked = [delayed(_label, pure=False)(texts) for texts in window]
            yield from compute(  # type: ignore[no-untyped-call] # ships half its types
                *asked, scheduler="processes", pool=pool, chunksize=1
            )


def _take(models: Sequence[Model]) -> None:
    """Keep the models in this process."""
    global _models  # noqa: PLW0603 - what an initializer leaves behind is global by nature
    _models = models


def _label(texts: list[Document]) -> dict[str, Rows]:
    return prediction.label(_models, texts)
