"""Tables kept as CSV: read as text, checked by their model; written with LF and no index."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from usiran.errors import FileFault, Finding, shorten
from usiran.schemas.tables import MODELS, Allowed, check


def read_raw(path: Path, name: str) -> pd.DataFrame:
    """Read a CSV file as text; blank fields are missing where the model allows it.

    Raises
    ------
    FileFault
        The file is missing, empty, not UTF-8 or not CSV.
    """
    columns = MODELS[name].to_schema().columns
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise FileFault(path, "no such file", f"the table {name}", "put it back") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
        raise FileFault(
            path,
            shorten(fault),
            f"CSV in UTF-8 with the columns {', '.join(columns)}",
            "correct the named place",
        ) from None
    blank = [key for key, column in columns.items() if column.nullable and key in frame]
    frame[blank] = frame[blank].replace("", pd.NA)
    required = [str(key) for key in frame if key in columns and key not in blank]
    frame[required] = frame[required].replace("", pd.NA)
    return frame


def read_table(
    path: Path, name: str, *, file: str, key: str | Sequence[str], allowed: Allowed
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read a CSV file and check it against the model of table `name`.

    Returns
    -------
    frame : DataFrame or None
        None where the file cannot be read or breaks the model.
    findings : list of Finding
        What is wrong with it; empty when nothing is.
    """
    try:
        raw = read_raw(path, name)
    except FileFault as fault:
        found = fault.finding
        return None, [Finding(file, "", "", found.value, found.allowed, found.mend)]
    return check(name, raw, file=file, key=key, allowed=allowed)


def csv_bytes(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """Return rows as CSV: UTF-8, LF, the columns in order."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
