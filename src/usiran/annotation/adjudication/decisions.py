"""The ledger: every decision of the adjudication, in the order in which it was made.

``annotation/gold/adjudication.csv`` has one row a decision and only ever grows: a question that
is decided again gets a further row, and the last one counts. The gold exports and decisions.csv
are made from it once nothing is open, so that a work in progress leaves the gold as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from usiran.annotation.adjudication.questions import Decision
from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.io.atomic import write_file
from usiran.io.csv import csv_bytes, read_rows

COLUMNS = Decision._fields


def ledger_file(corpus: Corpus) -> Path:
    """Return where the ledger stands."""
    return corpus.gold / "adjudication.csv"


def read_ledger(corpus: Corpus) -> list[Decision]:
    """Return all decisions, the oldest first; none where nothing was decided yet.

    Raises
    ------
    FileError
        The ledger is not a CSV file, lacks a column, or a value is missing.
    """
    path = ledger_file(corpus)
    if not path.exists():
        return []
    name = corpus.name_of(path)
    rows = read_rows(path, name=name, columns=COLUMNS)
    for number, row in enumerate(rows, start=1):
        if empty := [column for column in COLUMNS if not row[column].strip()]:
            found = f"decision {number} without {', '.join(empty)}"
            allowed = f"a value for each of {', '.join(COLUMNS)}"
            raise FileError(name, found, allowed, "take the row back from version control")
    return [Decision(*(row[column] for column in COLUMNS)) for row in rows]


def append(corpus: Corpus, decisions: Iterable[Decision]) -> None:
    """Add decisions at the end of the ledger, all of them or none.

    Raises
    ------
    FileError
        The ledger cannot be written; it is as it was.
    """
    rows = [one._asdict() for one in (*read_ledger(corpus), *decisions)]
    write_file(ledger_file(corpus), csv_bytes(rows, COLUMNS))
