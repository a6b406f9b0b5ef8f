"""usiran: the toolkit of an annotated corpus and benchmark of news about a contest.

`load` gives the published dataset of a corpus folder; `evaluate`, `compare` and `task` are the
benchmark for systems of one's own; everything else is behind the command line, `usiran --help`.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets import DatasetDict

    from usiran.api.comparison import Comparison
    from usiran.api.evaluation import compare, evaluate
    from usiran.api.report import Report
    from usiran.api.task_data import task

__all__ = ["Comparison", "Report", "compare", "evaluate", "load", "task"]

# Imported when first asked for: scikit-learn and pandas would cost every command a second.
_PLACES = {
    "Comparison": "usiran.api.comparison",
    "Report": "usiran.api.report",
    "compare": "usiran.api.evaluation",
    "evaluate": "usiran.api.evaluation",
    "task": "usiran.api.task_data",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'usiran' has no attribute '{name}'")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load(config: str = "stance", *, corpus: Path | str | None = None) -> DatasetDict:
    """Load a published config of a corpus folder.

    Parameters
    ----------
    config : str
        ``stance`` (default), ``spans``, ``articles``, ``annotations``, ``actors``, ``events``,
        ``contrast``, ``prompts`` or ``synthetic``.
    corpus : path, optional
        The corpus folder (default: the nearest one from the working directory upwards).

    Returns
    -------
    datasets.DatasetDict
        With one split, ``train`` (``contrast``: ``test``; ``prompts``: one a task), as
        ``datasets.load_dataset`` gives it.

    Raises
    ------
    CorpusNotFound
        There is no corpus at or above the folder.
    InputError
        There is no such config.
    """
    from datasets import load_dataset

    from usiran.corpus import Corpus
    from usiran.errors import Finding, InputError

    folder = Corpus.find(corpus, "corpus=DIR")
    known = sorted({path.parent.name for path in folder.data.glob("*/*.parquet")})
    if config not in known:
        allowed = f"one of {', '.join(known)}" if known else "a dataset that was built"
        fix = "name one of these configs" if known else "run `usiran build`"
        raise InputError([Finding("dataset/data", config, "config", config, allowed, fix)])
    return load_dataset(str(folder.dataset), config)
