"""A table of predictions that were made elsewhere, as a function that looks them up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from usiran.errors import Finding, first_of_each_kind, nearest, refuse
from usiran.tasks.base import Gold

_WHERE = "predictions"
_MOST_SUGGESTIONS = 5  # of unknown ids: looking for the nearest one is slow


def looked_up(table: pd.DataFrame, gold: Gold) -> Callable[[pd.DataFrame], list[Any]]:
    """Return a function from a frame to what a table predicts for its sentences.

    The table has a column (or the index) ``sentence_id``, and ``label``; for spans ``spans`` and
    for links ``links``, as `usiran.evaluate` takes them from a function.

    Raises
    ------
    InputError
        It lacks a column or a sentence, has one twice, or one that is not scored.
    """
    rows = table.reset_index() if table.index.name == "sentence_id" else table
    column = {"sentence": "label"}.get(gold.task.unit, gold.task.unit)
    if lacking := {"sentence_id", column} - set(rows.columns):
        value = f"no column {' and no column '.join(sorted(lacking))}"
        allowed = f"a table with sentence_id and {column}, one row a sentence"
        refuse([Finding(_WHERE, "", "", value, allowed, "name its columns so")])
    if twice := [name for name in ("sentence_id", column) if list(rows.columns).count(name) > 1]:
        value = f"the column {', '.join(twice)} twice"
        refuse([Finding(_WHERE, "", "", value, "each column once", "keep one of them")])
    # A text for a missing one, too: pandas keeps it as a number.
    names = rows["sentence_id"].map(str).astype(object)
    known = gold.records["sentence_id"].astype(str)
    refuse(first_of_each_kind(_faults(names, known)))
    values = dict(zip(names, rows[column], strict=True))
    return lambda frame: [values[name] for name in frame["sentence_id"]]


def _faults(names: pd.Series[str], known: pd.Series[str]) -> Iterator[Finding]:
    unknown = names[~names.isin(known)]
    for name in unknown[:_MOST_SUGGESTIONS]:
        fix = nearest(name, tuple(known), "leave it out")
        yield Finding(_WHERE, "", "sentence_id", name, "the id of a scored sentence", fix)
    missing, twice = known[~known.isin(names)], names[names.duplicated()]
    for ids, value, fix in ((missing, "no row", "add one"), (twice, "a second row", "keep one")):
        for name in ids:
            yield Finding(_WHERE, name, "", value, "one row for every sentence", fix)
