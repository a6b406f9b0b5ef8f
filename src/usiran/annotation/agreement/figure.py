"""The heat map of label confusion between annotators, as a picture."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from usiran.annotation.agreement.measure import Agreement, LabelAgreement
from usiran.annotation.agreement.report import figure
from usiran.errors import InputError, PlotsMissing
from usiran.io.atomic import write_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg")
_SMALL_PANELS = ("stance", "holder", "article_stance", "event mode")
_MIDDLE_PANELS = ("event quad", "actor type")
_LARGE_PANEL = "event type"
_DARK = 0.55  # from this shade on white is easier to read than black


def check_suffix(path: Path) -> str:
    """Return the picture's format."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        allowed = f"a name that ends in {' or '.join(FORMATS)}"
        raise InputError.of("--figure", str(path), allowed, "rename the picture")
    return suffix[1:]


def heat_map(agreement: Agreement, *, format: str = "svg", name: str = "the picture") -> bytes:
    """Return the picture, ``svg`` or ``png``: one panel a kind of label.

    A row is what one annotator said, a column what another said of the same unit; the number
    counts pairs of annotators, the shade is its share of the row. `name` is the picture in errors.
    """
    try:
        from matplotlib.figure import Figure

        from usiran.io.pictures import style, svg
    except ImportError:
        raise PlotsMissing(name) from None
    with style():
        picture = Figure(figsize=(13, 13), layout="constrained")
        grid = picture.add_gridspec(3, 4, height_ratios=(1.0, 1.4, 2.6))
        for i, panel in enumerate(_SMALL_PANELS):
            _draw_panel(picture.add_subplot(grid[0, i]), agreement[panel])
        for i, panel in enumerate(_MIDDLE_PANELS):
            _draw_panel(picture.add_subplot(grid[1, 2 * i : 2 * i + 2]), agreement[panel])
        _draw_panel(picture.add_subplot(grid[2, 0:4]), agreement[_LARGE_PANEL])
        title = f"Label confusion between {len(agreement.annotators)} annotators"
        cells = "pairs of annotators on one unit, shaded by their share of the row"
        picture.suptitle(f"{title}: {cells}")
        if format == "svg":
            rows = "Rows are what one annotator said, columns what another said of the same unit."
            return svg(picture, title, rows)
        content = io.BytesIO()
        # The library's name would make every version's picture another one.
        picture.savefig(content, format=format, dpi=150, metadata={"Software": None})
        return content.getvalue()


def draw(agreement: Agreement, path: Path) -> None:
    """Write the picture in the format that the path's ending names."""
    write_file(path, heat_map(agreement, format=check_suffix(path), name=str(path)))


def _draw_panel(axes: Axes, agreement: LabelAgreement) -> None:
    from usiran.io.pictures import draw_counts

    confusion, alpha = agreement.confusion, agreement.alpha
    turned = len(confusion.labels) > 3
    draw_counts(axes, confusion.cells, confusion.labels, turned=turned, dark=_DARK)
    axes.set_title(f"{agreement.name}\nalpha {figure(alpha.value)}, n = {alpha.units}")
