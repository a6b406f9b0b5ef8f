"""What every table is made of: its columns, the forms of their cells, and the patterns of ids."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

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
QUESTION_ID = (
    rf"^(?:stance|holder|article_stance|role|actor|event)/{_SLUG}"
    r"(?:#[0-9]{3,}|@(?:actor|event):[0-9]+-[0-9]+)?$"
)
# Ids become names of files; these name devices on Windows, whatever ending they have.
DEVICES = (
    *("con", "prn", "aux", "nul"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
)
SHA256 = r"^[0-9a-f]{64}$"

# EDTF level 0 (ISO 8601-2:2019): a year, month or day, or an interval of two of them.
_DAY = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
EDTF = rf"^{_DAY}(?:/{_DAY})?$"
_DATE = r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
TIMESTAMP = rf"^{_DATE}T{_TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})$"


FORMS = {
    ARTICLE_ID: "small letters, digits and single hyphens, such as 2031-05-gas-waiver",
    SENTENCE_ID: "an article's id, # and three digits, such as 2031-05-gas-waiver#007",
    ACTOR_SPAN_ID: "an article's id and a place, such as 2031-05-gas-waiver@actor:12-19",
    EVENT_SPAN_ID: "an article's id and a place, such as 2031-05-gas-waiver@event:12-19",
    CONTRAST_ID: "a sentence's id, ~ and a number, such as 2031-05-gas-waiver#007~1",
    SHA256: "64 digits from 0 to 9 and a to f",
    EDTF: "a year, month or day, or two with a slash, such as 2031, 2031-05, 2031-05/2031-06-02",
    TIMESTAMP: "a time as ISO 8601 has it, such as 2031-05-17T12:00:00Z",
}
"""Patterns in plain words, with an example, for messages."""

# Breaks of lines, controls, changes of direction, marks of byte order, half surrogates: nobody
# types them into a line on purpose, and they make it look like what it is not.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
_CONTROL = re.compile(f"[{CONTROLS}]")


def is_line(value: str) -> bool:
    r"""Whether a text is one line without characters that control how it is shown.

    >>> is_line("a café"), is_line("two\nlines"), is_line("\u202edrawkcab")
    (True, False, False)
    """
    return _CONTROL.search(value) is None


def is_id(value: str) -> bool:
    r"""Whether a text can be the id of an article, an annotator, a round or a system.

    >>> is_id("port-patrol"), is_id("port-patrol\n"), is_id("con")
    (True, False, False)
    """
    return re.fullmatch(ARTICLE_ID, value) is not None and value not in DEVICES


class Form(NamedTuple):
    """The form of cells that are no single text or number: its name, JSON Schema and test."""

    name: str
    json: Mapping[str, Any]
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Table:
    """A table: a new one is a module with one of these, and a name in `usiran.schemas.tables`.

    `about` says what one row is, its key and its source; `file` is the file or folder it is read
    from, `key` the columns that name a row. `labels` says which columns hold labels of which field
    of labels.toml ("quad": the quad classes, "affiliation": the affiliations), `rules` what several
    columns must keep together. Unless `distinct`, a key of several columns may stand in several
    rows, a whole row only in one; unless `needed`, a corpus may lack the file, and the table is
    empty then.
    """

    name: str
    about: str
    file: str
    key: tuple[str, ...]
    columns: Mapping[str, pa.Column]
    labels: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[pa.Check, ...] = ()
    distinct: bool = True
    needed: bool = True

    @property
    def _unique(self) -> list[str] | None:
        if not self.distinct:
            return list(self.columns)
        return list(self.key) if len(self.key) > 1 else None

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema, whose label columns allow any text."""
        schema = pa.DataFrameSchema(
            dict(self.columns),
            name=self.name,
            checks=list(self.rules),
            unique=self._unique,
            strict=True,
            # Tables kept as CSV come as texts.
            coerce=True,
            ordered=True,
        )
        # A rule of the one column names it in its findings; one of the table could not.
        return schema.update_column(self.key[0], unique=True) if len(self.key) == 1 else schema


def text(
    about: str,
    *,
    matches: str | None = None,
    among: Sequence[str] = (),
    filled: bool = False,
    typed: bool = False,
    checks: Sequence[pa.Check] = (),
    **options: Any,
) -> pa.Column:
    """Return a column of texts: of a pattern, of a closed set, not empty, a line people typed."""
    rules = [pa.Check.isin(among)] if among else []
    # To a pattern a break of line at the end is as good as the end.
    rules += [pa.Check.str_matches(matches), _UNBROKEN] if matches else []
    rules += [pa.Check.notin(DEVICES)] if matches == ARTICLE_ID else []
    rules += [pa.Check.str_length(min_value=1)] if filled else []
    rules += [_LINE] if typed else []
    return _column(str, about, [*rules, *checks], **options)


def number(about: str, least: int, most: int | None = None, **options: Any) -> pa.Column:
    """Return a column of whole numbers; of fractions where there is a greatest one."""
    rules = [pa.Check.ge(least), *([] if most is None else [pa.Check.le(most)])]
    return _column(int if most is None else float, about, rules, **options)


def cells(about: str, form: Form, **options: Any) -> pa.Column:
    """Return a column of cells of a form: lists, objects, booleans."""
    check = pa.Check(lambda column: column.map(form.holds), name=form.name)
    return _column(object, about, [check], {"json": form.json}, **options)


def _column(
    dtype: type,
    about: str,
    checks: list[pa.Check],
    metadata: Mapping[str, Any] | None = None,
    *,
    optional: bool = False,
    **options: Any,
) -> pa.Column:
    """Return a column; a JSON object may leave out an `optional` one, a frame never does."""
    told = {**(metadata or {}), **({"optional": True} if optional else {})}
    return pa.Column(dtype, checks, description=about, metadata=told or None, **options)


def missing_where(column: str, other: str, value: str, error: str) -> pa.Check:
    """Return the rule that a column is missing exactly where the other one has this value."""
    # A finding shows the cell of the column that the rule is named for.
    return pa.Check(
        lambda frame: frame[column].isna() == (frame[other] == value), name=other, error=error
    )


def span_columns(span_id: str, about: str) -> dict[str, pa.Column]:
    """Return the columns that tell a span and its place; `span_id` is the pattern of its id."""
    return {
        "span_id": text(about, matches=span_id),
        "article_id": text("its article", matches=ARTICLE_ID),
        "sentence_id": text("the sentence that holds it", matches=SENTENCE_ID),
        **offsets(),
        "text": text("the article's text there", filled=True),
    }


def support(votes: str) -> dict[str, pa.Column]:
    """Return the columns that tell how many annotators stand behind a span or link."""
    return {
        "votes": number(votes, 0),
        "contested": cells("whether nobody gave it as it stands", BOOLEAN),
    }


def offsets() -> dict[str, pa.Column]:
    """Return the columns of a half-open place in an article's text."""
    return {
        "start": number("offset of its first character", 0),
        "end": number("offset after its last character", 1),
    }


def is_edtf(value: object) -> bool:
    """Whether `value` is a date of EDTF level 0 that the calendar has, or an interval of two.

    >>> is_edtf("2020-02-29"), is_edtf("2021-02-29"), is_edtf("2020-08/2020-12")
    (True, False, True)
    """
    if not isinstance(value, str) or not re.fullmatch(EDTF, value):
        return False
    parts = value.split("/")
    try:
        # A year or month stands for its first day; what is longer is cut off.
        first, last = (date.fromisoformat(f"{part}-01-01"[:10]) for part in (parts[0], parts[-1]))
    except ValueError:
        return False
    return first <= last


def is_list(value: object, kind: type | tuple[type, ...]) -> bool:
    """Whether `value` is a tuple or list of items of a kind."""
    return isinstance(value, tuple | list) and all(isinstance(item, kind) for item in value)


_UNBROKEN = pa.Check(lambda column: ~column.str.endswith("\n"), name="unbroken", error="unbroken")
_LINE = pa.Check(lambda column: column.map(is_line), name="line", error="line")
WORDED = pa.Check(
    lambda column: column.map(lambda reason: any(map(str.isalpha, reason))),
    name="worded",
    error="worded",
)
"""A reason that is nothing but a number or a mark is none."""

# pandas would coerce anything to one of the two: hence an object column with a check.
BOOLEAN = Form("boolean", {"type": "boolean"}, lambda value: isinstance(value, bool))
STRINGS = Form(
    "strings",
    {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    lambda value: is_list(value, str) and len(set(value)) == len(value),
)
TOWARD = Form(
    "toward",
    {"type": "array", "items": {"enum": [-1, 0, 1]}},
    lambda value: is_list(value, int) and all(item in (-1, 0, 1) for item in value),
)
COUNTS = Form(
    "counts",
    {"type": "array", "items": {"type": "integer", "minimum": 0}},
    lambda value: is_list(value, int) and all(item >= 0 for item in value),
)
