"""Tables kept as CSV, read as text: their model checks and converts them."""

import re
from pathlib import Path

import pandas as pd

from usiran.io.csv import read_rows
from usiran.schemas.tables import MODELS

_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)


def read_raw(path: Path, name: str, *, file: str) -> pd.DataFrame:
    """Read the CSV file of table `name` as text; blank cells are missing."""
    columns = MODELS[name].columns
    # Not pandas' own reader: it would guess types, and take a text such as 'NA' for missing.
    rows = read_rows(path, name=file)
    names = list(rows[0]) if rows else list(columns)
    frame = pd.DataFrame({key: [row[key] or None for row in rows] for key in names}, dtype=object)
    for key in (key for key in names if key in columns and str(columns[key].dtype) == "int64"):
        # pandas would take ' 54' and other digits than 0-9 for numbers.
        frame[key] = frame[key].map(lambda text: text if _is_whole(text) else repr(text))
    return frame


def _is_whole(text: object) -> bool:
    return text is None or bool(_WHOLE.fullmatch(str(text)))
