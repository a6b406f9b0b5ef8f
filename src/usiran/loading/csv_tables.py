"""Tables kept as CSV: read as text, then checked by their model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from usiran.errors import FileError, Finding
from usiran.io.csv import csv_bytes, read_rows
from usiran.schemas.tables import MODELS, Allowed, check

__all__ = ["csv_bytes", "read_raw", "read_table"]

_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)


def read_raw(path: Path, name: str, *, file: str) -> pd.DataFrame:
    """Read a CSV file as text; blank cells are missing.

    Raises
    ------
    FileError
        The file is missing, not UTF-8 or not CSV.
    """
    columns = MODELS[name].to_schema().columns
    rows = read_rows(path, name=file)
    names = list(rows[0]) if rows else list(columns)
    frame = pd.DataFrame({key: [row[key] or None for row in rows] for key in names}, dtype=object)
    for key in (key for key in names if key in columns and str(columns[key].dtype) == "int64"):
        # pandas would take ' 54' and other digits than 0-9 for numbers.
        frame[key] = frame[key].map(lambda text: text if _is_whole(text) else repr(text))
    return frame


def _is_whole(text: object) -> bool:
    return text is None or bool(_WHOLE.fullmatch(str(text)))


def read_table(
    path: Path, name: str, *, file: str, key: str | Sequence[str], allowed: Allowed
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read a CSV file and check it against the model of table `name`.

    Returns
    -------
    frame : DataFrame or None
        None where the file cannot be read; without the rows that break the model.
    findings : list of Finding
        What is wrong with it; empty when nothing is.
    """
    try:
        raw = read_raw(path, name, file=file)
    except FileError as error:
        return None, [error.finding]
    return check(name, raw, file=file, key=key, allowed=allowed)
