"""Who may label or decide: adding somebody to annotation/annotators.csv."""

from __future__ import annotations

from usiran.annotation.submissions import annotators_file
from usiran.corpus import Corpus
from usiran.errors import Finding, refuse
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.schemas.tables import FILES, MODELS, check


def register(corpus: Corpus, annotator_id: str, *, kind: str, name: str, note: str = "") -> None:
    """Add an annotator at the end of the table; nothing is written where a value is refused.

    Raises
    ------
    InputError
        The id is somebody's, or a value is none that the table allows.
    """
    import pandas as pd

    path, file, columns = annotators_file(corpus), FILES["annotators"], MODELS["annotators"].columns
    rows = read_rows(path, name=file, columns=list(columns)) if path.exists() else []
    if any(row["annotator_id"] == annotator_id for row in rows):
        fix = "choose another id, or label under this one"
        allowed = "an id that is nobody's"
        refuse([Finding(file, annotator_id, "annotator_id", annotator_id, allowed, fix)])
    row = {"annotator_id": annotator_id, "kind": kind, "name": name, "note": note}
    frame = pd.DataFrame([{key: value or None for key, value in row.items()}], dtype=object)
    refuse(check("annotators", frame, file=file, key="annotator_id", allowed={})[1])
    replace_files({path: csv_bytes([*rows, row], list(columns))}, corpus.swap)
