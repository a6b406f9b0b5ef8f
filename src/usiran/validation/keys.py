"""Foreign keys: whatever names a row of another table names one that exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from usiran.errors import Finding, shorten
from usiran.loading import Opened
from usiran.schemas.tables import FILES, KEYS, Frames, record_of


class Reference(NamedTuple):
    """A column whose values must stand in a key column of one of the target tables."""

    table: str
    column: str
    targets: tuple[tuple[str, str], ...]


REFERENCES = (
    Reference("sentences", "article_id", (("articles", "article_id"),)),
    Reference("folds", "article_id", (("articles", "article_id"),)),
    Reference("articles", "article_id", (("sentences", "article_id"),)),
    Reference("articles", "article_id", (("folds", "article_id"),)),
    Reference("annotations", "annotator_id", (("annotators", "annotator_id"),)),
    Reference("decisions", "decided_by", (("annotators", "annotator_id"),)),
    Reference("actor_links", "span_id", (("actors", "span_id"),)),
    Reference("actor_links", "actor_id", (("registry", "actor_id"),)),
    Reference("actors", "actor_id", (("registry", "actor_id"),)),
    Reference("roles", "event_id", (("events", "span_id"),)),
    Reference("roles", "actor_span_id", (("actors", "span_id"),)),
    Reference("contrast", "sentence_id", (("sentences", "sentence_id"),)),
    Reference("contrast_dropped", "sentence_id", (("sentences", "sentence_id"),)),
    Reference("contrast_labels", "annotator_id", (("annotators", "annotator_id"),)),
    Reference(
        "contrast_labels",
        "contrast_id",
        (("contrast", "contrast_id"), ("contrast_dropped", "contrast_id")),
    ),
    Reference(
        "predictions",
        "sentence_id",
        (("sentences", "sentence_id"), ("contrast", "contrast_id")),
    ),
)


def references(opened: Opened) -> Iterator[Finding]:
    """Find values that name no row of the table they refer to; one finding a value."""
    for reference in REFERENCES:
        if {reference.table, *(table for table, _ in reference.targets)} <= set(opened.tables):
            yield from _dangling(reference, opened.tables)


def _dangling(reference: Reference, tables: Frames) -> Iterator[Finding]:
    frame = tables[reference.table]
    known = {key for table, column in reference.targets for key in tables[table][column]}
    values = frame[reference.column]
    dangling = frame[values.notna() & ~values.isin(list(known))]
    file = FILES[reference.targets[0][0]]
    # One finding a value: an id that was renamed would otherwise be told for each of its rows.
    for value, rows in dangling.groupby(reference.column, sort=True):
        yield Finding(
            FILES[reference.table],
            _records(reference, rows, str(value)),
            reference.column,
            shorten(value),
            f"one that stands in {file}",
            f"add {shorten(value)} to {file}, or take out what names it",
        )


def _records(reference: Reference, rows: pd.DataFrame, value: str) -> str:
    first = record_of(rows, rows.index[0], KEYS[reference.table])
    if len(rows) == 1 or first == value:
        return first
    return f"{first} and {len(rows) - 1} more"
