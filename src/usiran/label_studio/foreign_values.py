"""Values as other projects write them: numbers, times, people, labels, half characters.

Each is read where its meaning is clear; where it is not, None says so (or the value stays).
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from usiran.label_studio.export_records import User

Json = dict[str, Any]

HALF = "\uffff"
"""Stands for half of a surrogate pair, which no text may hold: itself no character of a text."""

_WHOLE = re.compile(r"\s*(-?\d{1,30})(?:\.0*)?\s*", re.ASCII)
# A node that is not the first of its kind, a turn that is not the first.
_LATER = re.compile(r"\[(?!1\])|^0*[1-9]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def labels_of(value: Json, kind: str) -> list[list[str]]:
    """Return an item's labels, each by its names: of a taxonomy the path, then the last part."""
    keys = (kind, "labels", "choices", "taxonomy", "hypertextlabels", "paragraphlabels")
    named = (*keys, "rating", "number")
    # Nought is an answer, no label.
    numbers = (value[key] for key in named if type(value.get(key)) in (int, float))
    given: object = next((value[key] for key in named if value.get(key)), next(numbers, []))
    labels = given if isinstance(given, list) else [given]
    names = []
    for label in labels:
        path = [str(part) for part in label] if isinstance(label, list) else [_name(label)]
        names.append(["/".join(path), path[-1]] if len(path) > 1 else path or [""])
    return names


def _name(label: object) -> str:
    # A rating is a number, and 4.0 in what went through a table.
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def is_partial(value: Json) -> bool:
    """Tell whether a region's offsets count from a part of the text, that is not its beginning.

    A page has them from a node (``/div[1]/p[2]/text()[1]``), a dialogue from a turn (``"3"``).
    """
    first, last = value.get("start"), value.get("end")
    whole = isinstance(value.get("globalOffsets"), dict) or "startOffset" not in value
    if whole or not isinstance(first, str):
        return False
    return first != last or _LATER.search(first) is not None


def given_offsets(value: Json) -> tuple[object, object]:
    """Return a region's offsets as they stand; HTML regions have theirs under other keys."""
    whole = value.get("globalOffsets")
    if isinstance(whole, dict):
        return whole.get("start"), whole.get("end")
    if "startOffset" in value and "endOffset" in value:
        return value["startOffset"], value["endOffset"]
    return value.get("start"), value.get("end")


def shown_offsets(value: Json) -> str:
    """Return a region's offsets for a message."""
    start, end = given_offsets(value)
    return f"{start} to {end}"


def whole(value: object) -> int | None:
    """Return the whole number that a value is or spells, if it is one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        match = _WHOLE.fullmatch(value)
        return int(match[1]) if match else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def parse_whole(digits: str) -> int | float:
    """Return a whole number of JSON; one of hundreds of digits as what it is about."""
    # int() raises an error of its own on thousands of digits.
    return int(digits) if len(digits) < 100 else float(digits)


def is_true(value: object) -> bool:
    """Tell whether a value says yes: a table or a script writes false as a word."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "0", "0.0", "false", "no", "none", "null")
    return bool(value)


def ident(value: object) -> int | str | None:
    """Return an id as a number where it is one, whichever way it is written."""
    number = whole(value)
    return number if number is not None else None if value in (None, "") else str(value)


def user_of(made: Json) -> int | str | User | None:
    """Return who made an annotation, under whichever name it says so."""
    by = next(
        (made[key] for key in ("completed_by", "user", "created_username") if made.get(key)), None
    )
    if isinstance(by, dict):
        email = by.get("email") or by.get("username")
        return User(ident(by.get("id")), str(email) if email else None)
    return ident(by)


def seconds(value: object) -> float | None:
    """Return a lead time; None where it is no number that a time can be."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e9 else None


def time_of(value: object) -> str | None:
    """Return a moment as Label Studio writes it, in UTC where it names no zone.

    None for none; a value that is not clear comes back as it is, as a text.

    >>> time_of("2031-06-01 08:00:00"), time_of(1609789589), time_of("1.6.31")
    ('2031-06-01T08:00:00Z', '2021-01-04T19:46:29Z', '1.6.31')
    """
    if value is None or value == "":
        return None
    moment = _moment(value)
    if moment is None or (isinstance(value, str) and moment.tzinfo and "T" in value):
        return str(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(value: object) -> datetime | None:
    number = whole(value)
    readers: tuple[Callable[[], datetime], ...] = (
        (lambda: datetime.fromtimestamp(_epoch(value), UTC),)
        if number is not None or isinstance(value, float)
        else (
            lambda: datetime.fromisoformat(str(value).strip().replace("/", "-")),
            lambda: parsedate_to_datetime(str(value)),
        )
    )
    for reader in readers:
        try:
            return reader()
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _epoch(value: object) -> float:
    """Return seconds since 1970; such a number of milliseconds is beyond all years."""
    seconds = float(str(value))
    return seconds / 1000 if abs(seconds) > 1e11 else seconds


def load_whole(text: str, *, parse_int: Callable[[str], float] = int) -> Any:
    """Return what JSON says, with every half of a surrogate pair replaced."""
    value = json.loads(text, parse_int=parse_int)
    # Only an escape can bring half a character in.
    return without_halves(value) if "\\u" in text else value


def without_halves(value: Any) -> Any:
    """Return JSON with every half of a surrogate pair replaced."""
    if isinstance(value, str):
        return _SURROGATE.sub(HALF, value)
    if isinstance(value, list):
        return [without_halves(part) for part in value]
    if isinstance(value, dict):
        return {without_halves(key): without_halves(part) for key, part in value.items()}
    return value
