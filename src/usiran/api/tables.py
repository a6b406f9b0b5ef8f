"""Tables that a terminal and a notebook show: 80 columns of text, or escaped HTML."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from usiran.hidden import plain
from usiran.tasks.links import Link
from usiran.text.spans import Span

WIDTH = 80
_GAP = 2
_SHOWN = 10  # rows of a frame that is shown row by row, as many as pandas shows of a long one


class Frame(pd.DataFrame):
    """A frame that is shown row by row where 80 columns are too few: pandas hides columns then.

    Examples
    --------
    >>> Frame({"gold": ["neutral"], "text": ["word " * 18]}, index=["a-1"])
    a-1
      gold: neutral; text: word word word word word word word word word word word
      word word word word word word word
    [1 row x 2 columns]
    """

    @property
    def _constructor(self) -> Callable[..., Frame]:
        return Frame  # what is filtered and sorted is shown as the whole is

    def __repr__(self) -> str:
        """Return what pandas shows, or rows with all their columns where that is too wide."""
        rows = self.iloc[:_SHOWN]
        if max(map(len, rows.to_string(max_colwidth=WIDTH).splitlines()), default=0) <= WIDTH:
            return super().__repr__()
        entries = zip(rows.index, rows.to_dict("records"), strict=True)
        lines = [line for name, row in entries for line in _entry(name, row)]
        more = [f"... and {len(self) - _SHOWN} more rows"] if len(self) > _SHOWN else []
        noun = "row" if len(self) == 1 else "rows"
        size = f"[{len(self)} {noun} x {len(self.columns)} columns]"
        return plain("\n".join([*lines, *more, size]))


def _entry(name: Any, row: Mapping[Any, Any]) -> Iterator[str]:
    yield _cell(name)
    yield from _wrapped("; ".join(f"{column}: {_cell(value)}" for column, value in row.items()))


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,  # ids are to be copied
        break_on_hyphens=False,
    )


def _cell(value: Any) -> str:
    """Return a value as short as it can be read: spans, links and votes by their parts."""
    match value:
        case Link(role=role, event=event, actor=actor):
            return f"{role} of {_cell(event)} is {_cell(actor)}"
        case Span(start=start, end=end, label=label):
            return f"{start}-{end} {label}".rstrip()
        case dict():
            return ", ".join(f"{key} {count}" for key, count in value.items())
        case tuple():
            return ", ".join(map(_cell, value)) or "none"
        case float():
            return f"{value:.6g}"
    return str(value)


class Section(NamedTuple):
    """A table under a title, and lines below it; the first column is text, the others figures."""

    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()


class Displayed:
    """What an interpreter shows as text of 80 columns, and a notebook as HTML."""

    def _sections(self) -> Iterator[Section]:
        raise NotImplementedError

    def __str__(self) -> str:
        """Return the tables as text of 80 columns."""
        return as_text(list(self._sections()))

    def __repr__(self) -> str:
        """Return the tables as text: what an interpreter shows."""
        return str(self)

    def _repr_html_(self) -> str:
        return as_html(list(self._sections()))


def as_text(sections: Sequence[Section]) -> str:
    """Return the sections as text of at most 80 columns."""
    return plain("\n\n".join("\n".join(_lines(section)) for section in sections))


def _lines(section: Section) -> Iterator[str]:
    if section.title:
        yield section.title
    if section.rows:
        yield from aligned([section.heads, *section.rows])
    for note in section.notes:
        yield from _wrapped(note, "")


def aligned(rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Return rows in columns, the first at the left and cut where the width asks for it.

    Examples
    --------
    >>> aligned([("class", "F1"), ("a long name", ".50")], width=10)
    ['class   F1', 'a lo…  .50']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rest = sum(size + _GAP for size in widths[1:])
    first = max(1, min(widths[0], width - rest))
    lines = []
    for name, *cells in rows:
        cut = name if len(name) <= first else f"{name[: first - 1]}…"
        figures = [cell.rjust(size) for cell, size in zip(cells, widths[1:], strict=True)]
        lines.append((" " * _GAP).join([cut.ljust(first), *figures]).rstrip())
    return lines


def as_html(sections: Sequence[Section]) -> str:
    """Return the sections as HTML; whatever stands in them is escaped."""
    return plain(f"<div>{''.join(''.join(_elements(section)) for section in sections)}</div>")


def _elements(section: Section) -> Iterator[str]:
    if section.title:
        yield f"<p><b>{html.escape(section.title)}</b></p>"
    if section.rows:
        heads = "".join(f"<th>{html.escape(head)}</th>" for head in section.heads)
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        for row in section.rows:
            yield "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        yield "</tbody></table>"
    for note in section.notes:
        yield f"<p>{html.escape(note)}</p>"
