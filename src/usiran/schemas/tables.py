"""Every table's model, and one check of a frame against it, told as findings."""

from collections import namedtuple
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from usiran.errors import Finding, shorten
from usiran.schemas.base import FORMS, Table

# In the order in which people read them: texts, who labels and with what, gold, contrast, scores.
# Imported by name, so that a new table is a module and one word here.
_NAMES = (
    *("articles", "sentences", "folds", "annotators", "registry", "actor_links"),
    *(
        "article_aliases",
        "crosswalks",
        "annotations",
        "votes",
        "adjudication",
        "decisions",
        "event_groups",
    ),
    *("holders", "stance", "article_stance", "actors", "events", "roles", "contrast"),
    *("contrast_key", "contrast_labels", "contrast_dropped", "companion"),
    *("predictions", "results"),
)
MODELS: dict[str, Table] = {name: import_module(f"usiran.schemas.{name}").TABLE for name in _NAMES}
FILES = {name: table.file for name, table in MODELS.items()}
KEYS = {name: table.key for name, table in MODELS.items()}

_ROWS_AT_ONCE = 10_000

Frames = Mapping[str, pd.DataFrame]
Allowed = Mapping[str, Sequence[str]]


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield a frame's rows as named tuples of Python's own values; None where one is missing."""
    make = _row_type(tuple(frame.columns))
    # `itertuples` asks an Arrow column for one text at a time, which takes five times as long;
    # all texts of a long table at once would take hundreds of MiB.
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        yield from map(make, *(_cells(part[name]) for name in part))


def _cells(column: pd.Series) -> list[Any]:
    # pandas has several values for a cell without one; its stubs do not know that None may be it.
    return column.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[call-overload,no-any-return]


@cache
def _row_type(columns: tuple[str, ...]) -> Callable[..., Any]:
    return namedtuple("Row", columns)


def withdrawn_articles(frames: Frames) -> set[str]:
    """Return the articles whose text was withdrawn; none where there is no table of articles."""
    if "articles" not in frames:
        return set()
    articles = frames["articles"]
    return set(articles["article_id"][articles["text_status"] == "withdrawn"])


def schema_of(name: str, allowed: Allowed) -> pa.DataFrameSchema:
    """Return one table's schema, with the label sets that `Scheme.allowed` gives filled in."""
    schema: pa.DataFrameSchema = MODELS[name].schema
    for column, field in MODELS[name].labels.items():
        checks = [*schema.columns[column].checks, pa.Check.isin(list(allowed[field]))]
        schema = schema.update_column(column, checks=checks)
    return schema


def empty(name: str) -> pd.DataFrame:
    """Return the table without rows, with the dtypes of its model."""
    columns = MODELS[name].schema.columns.items()
    return pd.DataFrame({key: pd.Series(dtype=column.dtype.type) for key, column in columns})


def check(
    name: str,
    frame: pd.DataFrame,
    *,
    file: str,
    key: str | Sequence[str],
    allowed: Allowed,
    made: Sequence[str] = (),
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Check a frame against its model; return it, and the findings.

    It comes back with the model's dtypes and without the rows that have findings; None where a
    column is missing or surplus. `file` is how findings call it, `key` the columns whose values
    name a row in them, `made` the columns that the toolkit makes: a message does not ask for them.
    """
    schema = schema_of(name, allowed)
    if set(frame.columns) != set(schema.columns):
        return None, _column_findings(frame, schema, file, made)
    frame = frame.reindex(columns=list(schema.columns)).reset_index(drop=True)
    try:
        # All faults at once: whoever mends a table should not run the check once for each.
        return _validated(schema, frame), []
    except pa.errors.SchemaErrors as errors:
        cases = [case for case in errors.failure_cases.to_dict("records") if _counts(case)]
    columns = [key] if isinstance(key, str) else list(key)
    found = {_finding(case, schema, frame, file, columns) for case in cases}
    bad = {int(str(case["index"])) for case in cases if _has_row(case)}
    try:
        return _validated(schema, frame.drop(index=sorted(bad))), sorted(found)
    except pa.errors.SchemaErrors:
        # What is left cannot be told by row: a dtype that no single value explains.
        return None, sorted(found)


def _validated(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the model's dtypes; raise SchemaErrors where it breaks the model."""
    # pandera takes some 6 ms a column, even of five rows, to say that all is well.
    kept = conforming(schema, frame)
    return schema.validate(frame, lazy=True) if kept is None else kept


def conforming(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame | None:
    """Return a frame with the dtypes of a schema that it keeps whole, as `schema.validate` would.

    None where something breaks a rule: ask pandera then.
    """
    try:
        kept = pd.DataFrame(
            {name: _coerced(column, frame[name]) for name, column in schema.columns.items()}
        )
        return kept if _keeps(schema, kept) else None
    except (TypeError, ValueError, OverflowError, AttributeError):
        return None  # what a cell of another kind makes of a dtype or a check


def _coerced(column: pa.Column, values: pd.Series) -> pd.Series:
    for parser in column.parsers:
        values = parser._parser_fn(values)
    coerced: pd.Series = column.dtype.coerce(values)
    return coerced


def _keeps(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> bool:
    if schema.unique and frame.duplicated(schema.unique).any():
        return False
    columns = ((column, frame[name]) for name, column in schema.columns.items())
    return all(_column_keeps(column, values) for column, values in columns) and all(
        _holds(rule, frame) for rule in schema.checks
    )


def _column_keeps(column: pa.Column, values: pd.Series) -> bool:
    present = values.dropna()
    if not len(present):
        return column.nullable or not len(values)
    complete = column.nullable or len(present) == len(values)
    single = not (column.unique and present.duplicated().any())
    return complete and single and all(_holds(check, present) for check in column.checks)


# pandera's own checks, said once more: it imports its strategies for tests, and with them
# hypothesis where that is installed, before its first check, which takes a second.
_BUILT_IN: dict[str, Callable[..., Any]] = {
    "isin": lambda values, allowed_values: values.isin(allowed_values),
    "notin": lambda values, forbidden_values: ~values.isin(forbidden_values),
    "str_matches": lambda values, pattern: values.str.match(pattern, na=False),
    "greater_than_or_equal_to": lambda values, min_value: values >= min_value,
    "less_than_or_equal_to": lambda values, max_value: values <= max_value,
}


_FILLED = {"min_value": 1, "max_value": None, "exact_value": None}


def _holds(check: pa.Check, values: pd.Series | pd.DataFrame) -> bool:
    """Whether a check passes, as `check(values)` would say; what is not known here is asked."""
    built_in, given = _BUILT_IN.get(str(check.name)), check.statistics or {}
    if built_in is not None:
        return bool(np.all(built_in(values, **given)))
    if isinstance(check._check_fn, FunctionType):
        return bool(np.all(check._check_fn(values)))
    if check.name == "str_length" and given == _FILLED:
        return bool((values.str.len() >= 1).all())
    return bool(check(values).check_passed)


def _counts(case: Mapping[Hashable, object]) -> bool:
    """Whether a failure case is a fault of its own, not the echo of another one."""
    check, value = str(case["check"]), case["failure_case"]
    echo = check.startswith("dtype(") or str(value).startswith("TypeError(")
    return not echo and not (check.startswith("coerce_dtype") and not _shown(value))


def _has_row(case: Mapping[Hashable, object]) -> bool:
    return case["index"] is not None and case["index"] == case["index"]


def record_of(frame: pd.DataFrame, index: object, columns: Sequence[str]) -> str:
    """Return what names a row: its key's values, or its place."""
    if index is None or pd.isna(index):  # type: ignore[call-overload] # an index label, never a list
        return ""
    row = frame.loc[index]  # type: ignore[call-overload] # the label came from this frame
    values = [str(row[name]) for name in columns if name in frame.columns and pd.notna(row[name])]
    return " ".join(value for value in values if value) or f"row {int(str(index)) + 1}"


def _finding(
    case: Mapping[Hashable, object],
    schema: pa.DataFrameSchema,
    frame: pd.DataFrame,
    file: str,
    key: Sequence[str],
) -> Finding:
    check, column, value = str(case["check"]), str(case["column"]), case["failure_case"]
    record = record_of(frame, case["index"], key)
    ruled = {str(one.error): str(one.name) for one in schema.checks}
    if check in ruled:
        # pandera reports every column of the row; the rule is named for the one to look at.
        value = frame[ruled[check]].loc[case["index"]]  # type: ignore[call-overload] # of this frame
        return Finding(file, record, ruled[check], _shown(value), check, "correct one of the two")
    if check == "multiple_fields_uniqueness" or column not in schema.columns:
        whole = len(schema.unique or ()) > len(key)
        allowed = "each row once" if whole else f"each {', '.join(key)} once"
        return Finding(file, record, "", "the row twice", allowed, "remove one of them")
    allowed, fix = _rule(check, schema.columns[column])
    return Finding(file, record, column, _shown(value), allowed, fix)


def _column_findings(
    frame: pd.DataFrame, schema: pa.DataFrameSchema, file: str, made: Sequence[str]
) -> list[Finding]:
    wanted = [column for column in schema.columns if column not in made]
    allowed = f"the columns {', '.join(wanted)}"
    surplus = [str(name) for name in frame.columns if name not in schema.columns]
    missing = [name for name in schema.columns if name not in frame.columns]
    if len(surplus) == 1 and (other := next((c for c in ";\t|" if c in surplus[0]), None)):
        # Spreadsheets of half the world save so: one fault, not one a column.
        value = f"one column: {shorten(surplus[0])}"
        fix = f"save it with commas between the cells, not {other!r}"
        return [Finding(file, "", "", value, allowed, fix)]
    if surplus and sorted(map(str.strip, surplus)) == sorted(missing):
        value = f"blanks around {', '.join(map(str.strip, surplus))}"
        return [Finding(file, "", "", value, allowed, "take the blanks out of the header")]
    if len(missing) == len(surplus) == 1:
        value = f"a column {surplus[0]} and no column {missing[0]}"
        return [Finding(file, "", missing[0], value, allowed, f"rename it to {missing[0]}")]
    return [
        *(Finding(file, "", n, f"no column {n}", allowed, "add the column") for n in missing),
        *(Finding(file, "", n, f"an extra column {n}", allowed, "remove it") for n in surplus),
    ]


def _shown(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else shorten(value)  # noqa: PLR0124 - NaN


_DTYPES = {"int64": "a whole number", "float64": "a number", "bool": "true or false"}
# By how a check's name begins: what is allowed, and how to mend what broke it.
_RULES = {
    "isin": ("one of {names} ({about})", "use one of these names"),
    "notin": ("{about}, and no device of Windows", "choose another name"),
    "unbroken": ("{about}, without a line break", "take out the line break"),
    "worded": ("words ({about})", "say it in words"),
    "line": ("one line without controls and changes of direction ({about})", "type it again"),
    "field_uniqueness": ("each value once ({about})", "remove or rename one"),
    "not_nullable": ("a value ({about})", "fill it in"),
    "coerce_dtype": ("{kind} ({about})", "correct the value"),
    "less_than": ("a smaller number ({about})", "correct the number"),
    "greater_than": ("a larger number ({about})", "correct the number"),
    "str_length": ("a text that is not empty ({about})", "fill it in"),
    "str_matches": ("{about}: {form}", "write it in this form"),
    "": ("{about}", "correct the value"),
}


def _rule(check: str, column: pa.Column) -> tuple[str, str]:
    """Return what is allowed in a column, and how to mend what broke this check."""
    allowed, fix = next(rule for name, rule in _RULES.items() if check.startswith(name))
    about, kind = column.description or "a value", _DTYPES.get(str(column.dtype), column.dtype)
    return allowed.format(about=about, kind=kind, names=_names(column), form=_form(column)), fix


def _names(column: pa.Column) -> str:
    sets = [c.statistics["allowed_values"] for c in column.checks if c.name == "isin"]
    return ", ".join(str(n) for n in (sets or [()])[0] if all(n in own for own in sets))


def _form(column: pa.Column) -> str:
    patterns = [str(c.statistics["pattern"]) for c in column.checks if c.name == "str_matches"]
    return FORMS.get(patterns[0], f"as in the pattern {patterns[0]}") if patterns else ""
