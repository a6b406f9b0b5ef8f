"""Tables that a terminal and a notebook show: 80 columns of text, or escaped HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from usiran.hidden import plain

WIDTH = 80
_GAP = 2


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
    """Return the sections as text of at most 80 columns, notes apart."""
    return plain("\n\n".join("\n".join(_lines(section)) for section in sections))


def _lines(section: Section) -> Iterator[str]:
    if section.title:
        yield section.title
    if section.rows:
        yield from aligned([section.heads, *section.rows])
    yield from section.notes


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
    return [
        (_cut(row[0], first).ljust(first) + "".join(_figures(row[1:], widths[1:]))).rstrip()
        for row in rows
    ]


def _figures(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for cell, size in zip(cells, widths, strict=True):
        yield " " * _GAP + cell.rjust(size)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


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
