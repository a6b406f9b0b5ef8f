"""The snapshot of a corpus: every row of every table as a record, without the articles' text.

A record is one row as a JSON object, told by its table and its id: the values of the table's
key with blanks between. The article's SHA-256 and the offsets say which text is meant. An edit
of the contrast set keeps most of its sentence, so its SHA-256 stands for it. Headlines, and the
names of actors, are facts and stay. The label scheme counts as a table too: its order is what
the numbers of a published ``ClassLabel`` mean.

Records are written as canonical JSON lines: keys sorted, no blanks, rows sorted by id, missing
values left out. Equal records give equal bytes, whatever the versions of the libraries.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping

from usiran.errors import FileError, shorten
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import KEYS, MODELS, Frames, rows_of
from usiran.text.articles import sha256

Value = str | int | float | bool | list["Value"]
Record = dict[str, Value]
Table = Mapping[str, Record]
Snapshot = Mapping[str, Table]
"""From table name to record id to record, both in sorted order."""

LABELS = "labels"
# What systems make of the data is no data, and of the adjudication `decisions` is what counts.
_NO_DATA = ("predictions", "results", "adjudication")
_KEYS = {name: key for name, key in KEYS.items() if name not in _NO_DATA} | {
    LABELS: ("field", "label")
}
TABLES = tuple(sorted(_KEYS))
"""The names of the tables that hold records."""

# Where the column `text` is text of an article, and where it is an edit of one.
_TEXTS = ("articles", "stance", "actors", "events")
_EDITS = ("contrast", "contrast_dropped")
_GOLD = ("stance", "article_stance", "actors", "events", "roles", "contrast")


def snapshot_of(tables: Frames, scheme: Scheme) -> Snapshot:
    """Return the records of a corpus's tables, which have no findings, and of its labels."""
    rows = {name: _rows(name, tables) for name in TABLES if name != LABELS}
    rows[LABELS] = _labels(scheme)
    return {name: _keyed(name, rows[name]) for name in TABLES}


def to_lines(table: Table) -> bytes:
    r"""Return a table's records as canonical JSON lines.

    >>> to_lines({"a-1": {"fold": 0, "article_id": "a-1"}})
    b'{"article_id":"a-1","fold":0}\n'
    """
    lines = (
        json.dumps(table[key], sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
        for key in sorted(table)
    )
    return "".join(lines).encode("utf-8")


def from_lines(name: str, content: bytes, *, file: str) -> Table:
    """Return the records of one table from JSON lines."""
    rows: list[Record] = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not row.keys() & set(_KEYS[name]):
            value = f"line {number}: {shorten(line.decode('utf-8', 'replace'))}"
            allowed = f"a JSON object with {', '.join(_KEYS[name])}"
            raise FileError(file, value, allowed, "put the file back as it was released")
        rows.append(row)
    return _keyed(name, rows)


def content_hash(snapshot: Snapshot) -> str:
    """Return the SHA-256 of a snapshot: of each table's name and its `table_hash`, in order."""
    digest = hashlib.sha256()
    for name in sorted(snapshot):
        digest.update(f"{name} {table_hash(snapshot[name])}\n".encode())
    return digest.hexdigest()


def table_hash(table: Table) -> str:
    """Return the SHA-256 of a table's canonical JSON lines."""
    return hashlib.sha256(to_lines(table)).hexdigest()


def label_counts(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Return how many gold records have each label: from ``table.column`` to label to count."""
    counts = {}
    for name in _GOLD:
        # Grounds are any number a sentence: no column of one label, as a table's labels are.
        for column in [*MODELS[name].labels, *(["grounds"] if name == "stance" else [])]:
            labels: Counter[str] = Counter()
            for row in snapshot.get(name, {}).values():
                cell = row.get(column, [])
                labels.update(map(str, cell if isinstance(cell, list) else [cell]))
            counts[f"{name}.{column}"] = dict(sorted(labels.items()))
    return counts


def _rows(name: str, tables: Frames) -> Iterable[Record]:
    columns = list(MODELS[name].columns)
    if name in _TEXTS:
        columns.remove("text")
    for row in rows_of(tables[name]):
        values = {column: getattr(row, column) for column in columns}
        if name in _EDITS:
            # A snapshot goes into every clone's history, from which no text could be withdrawn.
            values["text_sha256"] = sha256(values.pop("text"))
        yield {
            column: list(value) if isinstance(value, tuple) else value
            for column, value in values.items()
            if value is not None
        }


def _labels(scheme: Scheme) -> Iterable[Record]:
    for field, names in scheme.allowed.items():
        # No column is published as the number of an affiliation: its order is nobody's data.
        if field != "affiliation":
            for number, name in enumerate(names):
                yield {"field": field, "label": name, "number": number}


def _keyed(name: str, rows: Iterable[Record]) -> Table:
    """Return records by their id; a part of a key that a record does not have is left out."""
    table = {}
    for row in rows:
        values = (row.get(column) for column in _KEYS[name])
        table[" ".join(str(value) for value in values if value is not None)] = row
    return dict(sorted(table.items()))
