"""How the project's pictures look, and SVG that says what it shows.

Needs matplotlib (extra ``plots``). Equal data give equal bytes for one version of it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from usiran.hidden import plain

INK, FAINT, GREY = "#22313f", "#d9dee3", "#8a939c"
# Paul Tol's muted, vibrant and dark schemes, which colour-blind readers can tell apart within
# each; names or markers say the same besides.
PALETTE = (
    *("#0077bb", "#ee7733", "#117733", "#aa4499", "#cc3311", "#44aa99", "#332288", "#ddaa33"),
    *("#882255", "#33bbee", "#999933", "#cc6677", "#009988", "#663333", "#4b5fa5", "#225522"),
    *("#ee3377", "#997700", "#6699cc", "#994455"),
)
STYLE: dict[Any, Any] = {
    # Without a salt of its own every SVG gets other ids.
    "svg.hashsalt": "usiran",
    # Words stay words: they can be found and copied, and are not drawn letter by letter.
    "svg.fonttype": "none",
    # A dollar sign in a name begins no formula.
    "text.parse_math": False,
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.axisbelow": True,
    "figure.titlesize": 11.0,
    "figure.titleweight": "bold",
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0.0,
    "ytick.major.size": 0.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "savefig.facecolor": "white",
}


def style() -> Any:
    """Return a context in which all is drawn in the project's style."""
    return mpl.rc_context(STYLE)


def colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour for each name, by its place; after 20 names they come again."""
    return {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(names)}


def draw_counts(
    axes: Axes,
    counts: Sequence[Sequence[float]],
    labels: Sequence[str],
    *,
    turned: bool,
    dark: float,
) -> None:
    """Draw a square table of counts by two kinds of the same labels, shaded by the row's share.

    By share, or a frequent label alone would have any colour. `turned` labels are many and stand
    askew below; from the share `dark` on a number is white.
    """
    cells = np.array(counts, dtype=float)
    totals = cells.sum(axis=1, keepdims=True)
    share = np.divide(cells, totals, out=np.zeros_like(cells), where=totals > 0)
    axes.imshow(share, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    rotation, align = (30, "right") if turned else (0, "center")
    axes.set_xticks(range(len(labels)), labels, rotation=rotation, ha=align)
    axes.set_yticks(range(len(labels)), labels)
    for i, j in zip(*np.nonzero(cells), strict=True):
        colour = "white" if share[i, j] > dark else "black"
        axes.text(j, i, f"{cells[i, j]:.0f}", ha="center", va="center", color=colour)


def svg(picture: Figure, title: str, description: str) -> bytes:
    """Return a picture as SVG with a title and a description for those who do not see it."""
    content = io.BytesIO()
    # A date in the file would make every drawing another one.
    picture.savefig(content, format="svg", metadata={"Date": None})
    # Control characters are no XML.
    drawn, words = plain(content.getvalue().decode("utf-8")), (plain(title), plain(description))
    start = drawn.index("<svg ")
    end = drawn.index(">", start)
    told = "".join(
        f'\n <{tag} id="{tag}">{escape(text)}</{tag}>'
        for tag, text in zip(("title", "desc"), words, strict=True)
    )
    named = ' role="img" aria-labelledby="title desc">'
    return f"{drawn[:end]}{named}{told}{drawn[end + 1 :]}".encode()
