"""Foreign keys: whatever names a row of another table names one that exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from usiran.errors import Finding, shorten
from usiran.schemas.tables import FILES, KEYS, Frames, record_of


class Reference(NamedTuple):
    """A column that names rows of another table, or of a second one besides (`also`)."""

    table: str
    column: str
    target: str
    target_column: str
    also: tuple[str, str] | None = None


REFERENCES = (
    Reference("sentences", "article_id", "articles", "article_id"),
    Reference("folds", "article_id", "articles", "article_id"),
    Reference("articles", "article_id", "sentences", "article_id"),
    Reference("articles", "article_id", "folds", "article_id"),
    Reference("annotations", "annotator_id", "annotators", "annotator_id"),
    Reference("decisions", "decided_by", "annotators", "annotator_id"),
    Reference("actor_links", "span_id", "actors", "span_id"),
    Reference("actor_links", "actor_id", "registry", "actor_id"),
    Reference("actors", "actor_id", "registry", "actor_id"),
    Reference("roles", "event_id", "events", "span_id"),
    Reference("roles", "actor_span_id", "actors", "span_id"),
    Reference("contrast", "sentence_id", "sentences", "sentence_id"),
    Reference("contrast_dropped", "sentence_id", "sentences", "sentence_id"),
    Reference("contrast_labels", "annotator_id", "annotators", "annotator_id"),
    Reference(
        "contrast_labels",
        "contrast_id",
        "contrast",
        "contrast_id",
        ("contrast_dropped", "contrast_id"),
    ),
    Reference(
        "predictions", "sentence_id", "sentences", "sentence_id", ("contrast", "contrast_id")
    ),
)


def references(frames: Frames) -> Iterator[Finding]:
    """Find values that name no row of the table they refer to; one finding a value."""
    for ref in REFERENCES:
        needed = {ref.table, ref.target, *([ref.also[0]] if ref.also else [])}
        if needed <= set(frames):
            yield from _dangling(ref, frames)


def _dangling(ref: Reference, frames: Frames) -> Iterator[Finding]:
    frame = frames[ref.table]
    known = set(frames[ref.target][ref.target_column])
    if ref.also:
        known |= set(frames[ref.also[0]][ref.also[1]])
    values = frame[ref.column]
    bad = frame[values.notna() & ~values.isin(list(known))]
    where = FILES[ref.target]
    for value, rows in bad.groupby(ref.column, sort=True):
        yield Finding(
            FILES[ref.table],
            _records(ref, rows, str(value)),
            ref.column,
            shorten(value),
            f"one that stands in {where}",
            f"add {shorten(value)} to {where}, or take out what names it",
        )


def _records(ref: Reference, rows: pd.DataFrame, value: str) -> str:
    first = record_of(rows, rows.index[0], KEYS[ref.table])
    if len(rows) == 1 or first == value:
        return first
    return f"{first} and {len(rows) - 1} more"
