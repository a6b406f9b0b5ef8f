"""What every table's model shares: strict columns, coercion, and the patterns of ids."""

from __future__ import annotations

import re
from datetime import date

import pandera.pandas as pa

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"

ARTICLE_ID = rf"^{_SLUG}$"
SENTENCE_ID = rf"^{_SLUG}#[0-9]{{3,}}$"
ACTOR_SPAN_ID = rf"^{_SLUG}@actor:[0-9]+-[0-9]+$"
EVENT_SPAN_ID = rf"^{_SLUG}@event:[0-9]+-[0-9]+$"
CONTRAST_ID = rf"^{_SLUG}#[0-9]{{3,}}~[0-9]+$"
SCORED_ID = rf"^{_SLUG}#[0-9]{{3,}}(?:~[0-9]+)?$"
UNIT_ID = rf"^{_SLUG}(?:#[0-9]{{3,}}|@(?:actor|event):[0-9]+-[0-9]+)?$"
ANNOTATOR_ID = ROUND = ACTOR_ID = ARTICLE_ID
SHA256 = r"^[0-9a-f]{64}$"

# EDTF level 0 (ISO 8601-2:2019): a year, month or day, or an interval of two of them.
_DAY = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
EDTF = rf"^{_DAY}(?:/{_DAY})?$"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
TIMESTAMP = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})$"

BASES = ("stated", "inferred", "unknown")


class Table(pa.DataFrameModel):
    """Base of the models: columns are strict, ordered and coerced from text."""

    class Config:
        """Shared settings; a subclass names itself."""

        strict = True
        coerce = True
        ordered = True


def is_edtf(value: object) -> bool:
    """Whether `value` is a date of EDTF level 0 that the calendar has, or an interval of two.

    Examples
    --------
    >>> is_edtf("2020-02-29"), is_edtf("2021-02-29"), is_edtf("2020-08/2020-12")
    (True, False, True)
    """
    if not isinstance(value, str) or not re.match(EDTF, value):
        return False
    parts = value.split("/")
    try:
        first, last = (date.fromisoformat(f"{part}-01-01"[:10]) for part in (parts[0], parts[-1]))
    except ValueError:
        return False
    return first <= last


def is_strings(value: object) -> bool:
    """Whether `value` is a tuple or list of distinct texts."""
    return (
        isinstance(value, tuple | list)
        and all(isinstance(item, str) for item in value)
        and len(set(value)) == len(value)
    )


def is_counts(value: object) -> bool:
    """Whether `value` is a tuple or list of whole numbers from 0."""
    return isinstance(value, tuple | list) and all(
        isinstance(item, int) and item >= 0 for item in value
    )


def is_boolean(value: object) -> bool:
    """Whether `value` is true or false: pandas would coerce anything to one of them."""
    return isinstance(value, bool)


# A key that a JSON object of the table may leave out; in a frame the column is always there.
OPTIONAL = {"optional": True}
BOOLEAN = {"json": {"type": "boolean"}}
STRINGS = {"json": {"type": "array", "items": {"type": "string"}, "uniqueItems": True}}
COUNTS = {"json": {"type": "array", "items": {"type": "integer", "minimum": 0}}}
