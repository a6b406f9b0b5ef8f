"""Decisions: every one of the adjudication, in the order in which they were made.

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


def decisions_file(corpus: Corpus) -> Path:
    """Return where the decisions stand."""
    return corpus.gold / "adjudication.csv"


def read_decisions(corpus: Corpus) -> list[Decision]:
    """Return all decisions, the oldest first; none where nothing was decided yet."""
    path = decisions_file(corpus)
    if not path.exists():
        return []
    name = corpus.name_of(path)
    decisions = []
    for number, row in enumerate(read_rows(path, name=name, columns=COLUMNS), start=1):
        if empty := [column for column in COLUMNS if not row[column].strip()]:
            value = f"decision {number} without {', '.join(empty)}"
            allowed = f"a value for each of {', '.join(COLUMNS)}"
            raise FileError(name, value, allowed, "take the row back from version control")
        decisions.append(Decision(*(row[column] for column in COLUMNS)))
    return decisions


def append_decisions(corpus: Corpus, decisions: Iterable[Decision]) -> None:
    """Add decisions at the end of the file, all of them or none."""
    # Read again: another adjudicator may have saved decisions meanwhile.
    rows = [decision._asdict() for decision in (*read_decisions(corpus), *decisions)]
    write_file(decisions_file(corpus), csv_bytes(rows, COLUMNS))
