"""The published config ``events`` as one flat CSV: a row an event, with who does it to whom.

Lists are joined by `` | ``, in one order over the columns of a role; what is missing is empty.
It is for spreadsheets: a cell that would be a formula begins with an apostrophe, and hidden
characters are told by their codes.
"""

from typing import Any

from usiran.dataset.configs import views
from usiran.dataset.export.material import Material
from usiran.io.csv import spreadsheet_bytes

FILE, BETWEEN = "events.csv", " | "


def files(material: Material) -> dict[str, bytes]:
    """Return the table, by name."""
    opened = material.opened
    (view,) = views(opened.tables, opened.scheme, names=("events",))
    chosen = {article["article_id"] for article in material.articles}
    rows = [
        {name: _cell(row[name]) for name in view.features}
        for row in view.rows
        if row["article_id"] in chosen
    ]
    return {FILE: spreadsheet_bytes(rows, list(view.features))}


def _cell(value: Any) -> str:
    """Return a value as the text of a cell.

    >>> _cell(["usa", None]), _cell(True), _cell(None), _cell(3)
    ('usa | ', 'true', '', '3')
    """
    if isinstance(value, list):
        return BETWEEN.join(map(_cell, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
