"""A text as the systems get it, and the records of the inputs that are none."""

import re
import unicodedata
from math import isnan
from typing import NamedTuple

from usiran.text.articles import LONGEST_TEXT

LONGEST_ID = 200  # of a name that becomes a file's, with --html
NOT_UTF_8 = "bytes that are not UTF-8"
_SHOWN = 160


class Row(NamedTuple):
    """A row as a reader gives it; `error` says why it could not be read, `value` what was there.

    `number` counts from 1. `after` is where the next row begins, as its reader counts: in bytes
    of a file of lines, in rows of a table, in files of a folder.
    """

    number: int
    after: int
    source_id: object
    text: object
    error: str = ""
    value: object = None


class Document(NamedTuple):
    """A raw text. `source_id` is its id in the file, "" where it has none; `row` counts from 1."""

    article_id: str
    source_id: str
    file: str
    row: int
    text: str


class Rejected(NamedTuple):
    """A record that is not labelled: where it stands, its id there, why, and what was found."""

    file: str
    row: int
    id: str
    reason: str
    value: str


def slug(text: str) -> str:
    """Return a text as an article_id can hold it, "" where nothing of it can stay.

    >>> slug("Reuters/2020_01 Baghdād"), slug("新聞")
    ('reuters-2020-01-baghdad', '')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def shown(value: object) -> str:
    r"""Return any value on one line of at most 160 characters, nothing in it unprintable.

    >>> shown("two\nlines\udcff")
    'two\\nlines\\udcff'
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    text = "" if value is None else str(value)
    # A cut comes first: a value may be of any length.
    text = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def record(row: Row, file: str, name: str, *, alone: bool) -> Document | Rejected:
    """Return the text of a row, or why there is none.

    A text without an id of its own is called by `name`, and its number unless the file is `alone`
    this one text.
    """
    source_id, fault = _id(row.source_id)
    reason, value = (row.error, row.value) if row.error else _text_fault(row.text)
    if not reason and fault:
        reason, value = fault, row.source_id
    if reason:
        return Rejected(file, row.number, shown(source_id), reason, shown(value))
    default = name if alone else f"{name}-{row.number}"
    return Document(slug(source_id) or default, source_id, file, row.number, str(row.text))


def repeated(document: Document) -> Rejected:
    """Return what becomes of a text whose id one before it has."""
    reason = f"a text before has this id ({document.article_id})"
    name = shown(document.source_id or document.article_id)
    return Rejected(document.file, document.row, name, reason, shown(document.text))


def _id(value: object) -> tuple[str, str]:
    """Return an id as text, "" for none, and what is wrong with it."""
    # pandas writes whole numbers beside missing ones as floats.
    if isinstance(value, float):
        value = None if isnan(value) else int(value) if value.is_integer() else value
    if value is None:
        return "", ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return shown(value), f"an id of type {type(value).__name__}, no text or whole number"
    text = str(value)
    if len(text) > LONGEST_ID:
        return text, f"an id of {len(text):,} characters, more than {LONGEST_ID}"
    return text, f"an id in {NOT_UTF_8}" if _undecoded(text) else ""


def _text_fault(text: object) -> tuple[str, object]:
    reason = ""
    if not isinstance(text, str):
        reason = "no text" if text is None else f"{type(text).__name__}, no text"
    elif not text.strip():
        reason = "a blank text"
    elif len(text) > LONGEST_TEXT:
        reason = f"a text of {len(text):,} characters, more than {LONGEST_TEXT:,}"
    elif "\0" in text:
        reason = "a text with binary zeros"
    elif _undecoded(text):
        reason = NOT_UTF_8
    return reason, text


def _undecoded(text: str) -> bool:
    """Whether surrogates stand in it for bytes that could not be decoded."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
