"""The heat map of label confusion between annotators, as a picture."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from usiran.annotation.agreement.measure import Agreement, LabelAgreement
from usiran.annotation.agreement.report import figure
from usiran.errors import Finding, InputError
from usiran.io.atomic import write_file

FORMATS = (".png", ".svg")
PANELS = (
    "stance", "holder", "article_stance", "event mode", "event quad", "actor type", "event type",
)  # fmt: skip
_DARK = 0.55


def check_suffix(path: Path) -> str:
    """Return the picture's format.

    Raises
    ------
    InputError
        The name ends in neither .png nor .svg.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        allowed = f"a name that ends in {' or '.join(FORMATS)}"
        raise InputError([Finding("--figure", "", "", str(path), allowed, "rename the picture")])
    return suffix[1:]


def heat_map(agreement: Agreement, *, format: str = "svg") -> bytes:
    """Return the picture: one panel a kind of label.

    A row is what one annotator said, a column what another one said of the same unit; the
    number counts pairs of annotators, the shade is its share of the row. Equal agreement
    gives equal bytes for one version of matplotlib.

    Parameters
    ----------
    agreement : Agreement
        What `measure` returns.
    format : {"svg", "png"}
        The picture's format.
    """
    with mpl.rc_context({"svg.hashsalt": "usiran", "svg.fonttype": "none", "font.size": 8.0}):
        picture = Figure(figsize=(13, 13), layout="constrained")
        # Four small panels, two middle ones, one large one.
        grid = picture.add_gridspec(3, 4, height_ratios=(1.0, 1.4, 2.6))
        places = (
            grid[0, 0], grid[0, 1], grid[0, 2], grid[0, 3],
            grid[1, 0:2], grid[1, 2:4], grid[2, 0:4],
        )  # fmt: skip
        for name, place in zip(PANELS, places, strict=True):
            _panel(picture.add_subplot(place), agreement[name])
        picture.suptitle(
            f"Label confusion between {len(agreement.annotators)} annotators: "
            "pairs of annotators on one unit, shaded by their share of the row"
        )
        content = io.BytesIO()
        # A date in the file would make every drawing another one.
        metadata = {"Date": None} if format == "svg" else {"Software": None}
        picture.savefig(content, format=format, dpi=150, metadata=metadata)
    return content.getvalue()


def draw(agreement: Agreement, path: Path) -> None:
    """Write the picture in the format that the path's ending names."""
    write_file(path, heat_map(agreement, format=check_suffix(path)))


def _panel(axes: Axes, one: LabelAgreement) -> None:
    labels = one.confusion.labels
    cells = np.array(one.confusion.cells, dtype=float)
    totals = cells.sum(axis=1, keepdims=True)
    share = np.divide(cells, totals, out=np.zeros_like(cells), where=totals > 0)
    axes.imshow(share, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    axes.set_title(f"{one.name} (alpha {figure(one.alpha.value)}, n = {one.alpha.units})")
    axes.set_xticks(range(len(labels)), labels)
    if len(labels) > 3:
        axes.tick_params("x", rotation=30)
    axes.set_yticks(range(len(labels)), labels)
    for i, j in zip(*np.nonzero(cells), strict=True):
        color = "white" if share[i, j] > _DARK else "black"
        axes.text(j, i, f"{cells[i, j]:.0f}", ha="center", va="center", color=color)
