"""Drawing what `figures`, `learning` and `companion` hold, as SVG.

Colours are those of Okabe and Ito, told apart by colour-blind readers; shape or text says the
same besides. Equal data give equal bytes for one version of matplotlib.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from usiran.benchmark.companion_curve import CompanionCurve
from usiran.benchmark.figures import Confused, Figures, Shown, Spread, TaskScores
from usiran.benchmark.learning_curve import Curve, Curves
from usiran.benchmark.ranking import CONTROL, PEER
from usiran.hidden import plain

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PINK, SKY, GREY = "#CC79A7", "#56B4E9", "#8A8A8A"
_STYLE: dict[Any, Any] = {
    # Without a salt of its own every SVG gets other ids.
    "svg.hashsalt": "usiran",
    "svg.fonttype": "none",
    # A dollar sign in a name begins no formula.
    "text.parse_math": False,
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
}
_DARK = 0.7  # below it black is easier to read on blue than white


@dataclass(frozen=True)
class Mark:
    """How one kind of system is drawn."""

    colour: str
    marker: str
    filled: bool
    name: str

    @property
    def style(self) -> Mapping[str, Any]:
        """The options of a line that draws it."""
        face = self.colour if self.filled else "white"
        return {"color": self.colour, "marker": self.marker, "markerfacecolor": face}


MARKS: Mapping[str, Mark] = {
    "own": Mark(BLUE, "o", True, "system"),
    PEER: Mark(RED, "D", True, "peer"),
    "submitted": Mark(GREEN, "^", True, "submitted"),
    CONTROL: Mark(GREY, "s", True, "control"),
    "relabelled": Mark(GREY, "s", False, "control on rearranged labels"),
}


def pictures(
    data: Figures, curves: Curves, taught: Sequence[CompanionCurve] = ()
) -> dict[str, bytes]:
    """Return every picture as SVG, keyed by file name; `taught` are curves over the companion."""
    with mpl.rc_context(_STYLE):
        drawn = {
            "scores.svg": _scores(data.scores),
            "articles.svg": _articles(data.scores),
            "confusion.svg": _confusions(data.confusions),
            "learning.svg": _learning(curves.curves, "training articles"),
            "labels.svg": _labels(data.labels),
        }
        if taught:
            drawn["companion.svg"] = _learning(taught, "sentences of the companion")
        return {name: _svg(picture) for name, picture in drawn.items()}


def draw_scores(tasks: Sequence[TaskScores]) -> Figure:
    """Return the picture of scores alone."""
    with mpl.rc_context(_STYLE):
        return _scores(tasks)


def _svg(picture: Figure) -> bytes:
    content = io.BytesIO()
    # A date in the file would make every drawing another one.
    picture.savefig(content, format="svg", metadata={"Date": None})
    # Control characters are no XML.
    return plain(content.getvalue().decode("utf-8")).encode("utf-8")


def _mark(shown: Shown) -> Mark:
    return MARKS[shown.kind if shown.kind in MARKS else "own"]


def _grid(count: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    rows = -(-count // columns)
    picture = Figure(figsize=(size[0] * columns, size[1] * max(rows, 1)), layout="constrained")
    panels = [picture.add_subplot(max(rows, 1), columns, place + 1) for place in range(count)]
    return picture, panels


def _scores(tasks: Sequence[TaskScores]) -> Figure:
    """Draw each system's score with its interval, by task."""
    picture, panels = _grid(len(tasks), min(len(tasks), 2), (5.4, 3.4))
    for axes, task in zip(panels, tasks, strict=True):
        for row, shown in enumerate(task.systems):
            _interval(axes, row, shown)
        axes.set_yticks(range(len(task.systems)), [shown.system for shown in task.systems])
        # Turned over: the best stands on top.
        axes.set(ylim=(len(task.systems) - 0.4, -0.6), xlim=(-0.02, 1.02), title=_title(task))
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        if task.ceiling is not None:
            axes.axvline(task.ceiling, color=PINK, linestyle="--", linewidth=1.4)
    _legend(picture, tasks)
    picture.suptitle("Scores with 95 % intervals (two-stage bootstrap; read them as too narrow)")
    return picture


def _title(task: TaskScores) -> str:
    return f"{task.task}: {task.metric}"


def _interval(axes: Axes, row: int, shown: Shown) -> None:
    mark = _mark(shown)
    axes.plot(shown.interval, (row, row), color=mark.colour, linewidth=1.8, solid_capstyle="butt")
    axes.plot([shown.score], [row], linestyle="none", markersize=5.5, **mark.style)
    axes.plot([shown.chance], [row], "|", color="black", markersize=9.0)


def _legend(picture: Figure, tasks: Sequence[TaskScores]) -> None:
    marks = dict.fromkeys(_mark(shown) for task in tasks for shown in task.systems)
    handles = [Line2D([], [], label=mark.name, **mark.style) for mark in marks]
    tick: dict[str, Any] = {"marker": "|", "markersize": 9.0}
    handles.append(Line2D([], [], color="black", linestyle="none", label="chance", **tick))
    if any(task.ceiling is not None for task in tasks):
        label = "annotators among themselves"
        handles.append(Line2D([], [], color=PINK, linestyle="--", label=label))
    columns, size = len(handles), mpl.rcParams["font.size"]
    picture.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=size)


def _articles(tasks: Sequence[TaskScores]) -> Figure:
    """Draw each article's own score of the systems that are no controls, by task."""
    picture, panels = _grid(len(tasks), 2, (5.4, 3.0))
    for axes, task in zip(panels, tasks, strict=True):
        contestants = [row for row in task.systems if row.kind not in (CONTROL, "relabelled")]
        places = range(len(task.articles))
        styles = _styles()
        for shown in contestants:
            style = _PEER if shown.kind == PEER else next(styles)
            axes.plot(places, shown.per_article, label=shown.system, **style)
        axes.set_xticks(places, [f"A{place + 1}" for place in places])
        axes.set(ylim=(-0.02, 1.02), title=_title(task))
        axes.grid(axis="y")
        if contestants:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    picture.suptitle("Each article alone, held out (controls left out)")
    articles = tasks[0].articles if tasks else ()
    legend = [f"A{i} {name}" for i, name in enumerate(articles, start=1)]
    lines = (" · ".join(legend[i : i + 2]) for i in range(0, len(legend), 2))
    picture.supxlabel("\n".join(lines), fontsize=8.0)
    return picture


_PEER: Mapping[str, Any] = {"color": RED, "marker": "D", "linestyle": "--"}


def _styles() -> Iterator[Mapping[str, Any]]:
    """Yield looks of lines that differ in colour and marker, or in the stroke."""
    for stroke in itertools.cycle(("-", "--", ":")):
        for colour, marker in zip(
            (BLUE, ORANGE, GREEN, PINK, SKY, GREY, "black"),
            ("o", "s", "^", "v", "P", "X", "*"),
            strict=True,
        ):
            yield {"color": colour, "marker": marker, "linestyle": stroke}


def _confusions(confusions: Sequence[Confused]) -> Figure:
    """Draw the gold against the best of our systems that read text alone, a panel a task."""
    picture, panels = _grid(len(confusions), 2, (5.6, 3.7))
    for axes, confusion in zip(panels, confusions, strict=True):
        cells = np.array(confusion.cells)
        # Shaded by row: else a frequent label alone would have any colour.
        totals = cells.sum(axis=1, keepdims=True)
        share = np.divide(cells, totals, out=np.zeros_like(cells), where=totals > 0)
        axes.imshow(share, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        names = [label.replace("_", " ").replace(" co", "\nco") for label in confusion.labels]
        # More than five labels do not fit beside each other.
        rotation, align = (30, "right") if len(names) > 5 else (0, "center")
        axes.set_xticks(range(len(names)), names, rotation=rotation, ha=align)
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(labelsize=8.0)
        title = f"{confusion.task}: {confusion.system}"
        axes.set(title=title, xlabel="predicted", ylabel="gold")
        for i, j in zip(*np.nonzero(cells), strict=True):
            colour = "white" if share[i, j] > _DARK else "black"
            axes.text(j, i, f"{cells[i, j]:.0f}", ha="center", va="center", color=colour)
    picture.suptitle(
        "Confusions of the best of the toolkit's own systems that read text alone, by task\n"
        "(controls left out; shaded by the share of the row)"
    )
    return picture


def _learning(curves: Sequence[Curve | CompanionCurve], learned: str) -> Figure:
    """Draw each task's curves by how much was learned from, with the interval as a band."""
    tasks = list(dict.fromkeys(curve.task for curve in curves))
    picture, panels = _grid(len(tasks), 3, (3.7, 3.0))
    for axes, task in zip(panels, tasks, strict=True):
        panel = [curve for curve in curves if curve.task == task]
        for style, curve in zip(_styles(), panel, strict=False):
            # A word list never changes: without a word its flat line looks like a failure to learn.
            flat = " (learns nothing)" if len(set(curve.scores)) == 1 else ""
            axes.plot(curve.sizes, curve.scores, label=curve.system + flat, **style)
            low, high = zip(*curve.intervals, strict=True)
            axes.fill_between(curve.sizes, low, high, color=style["color"], alpha=0.18, linewidth=0)
        axes.set(xticks=panel[0].sizes, ylim=(0.0, 1.0), xlabel=learned)
        axes.set_title(f"{task}: {panel[0].metric}", fontsize=9.0)
        axes.grid()
        axes.legend(loc="lower right")
    picture.suptitle("Learning curves; the band is the 95 % interval, the noise of so few articles")
    return picture


def _labels(spreads: Sequence[Spread]) -> Figure:
    """Draw how often each label occurs: stacked over articles."""
    heights = [len(spread.labels) + 2.5 for spread in spreads]
    picture = Figure(figsize=(9.0, 0.26 * sum(heights) + 1.2), layout="constrained")
    grid = picture.add_gridspec(max(len(spreads), 1), 1, height_ratios=heights or [1.0])
    shades = (BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY)
    for place, spread in enumerate(spreads):
        axes = picture.add_subplot(grid[place, 0])
        _bars(axes, spread, shades)
        if place == 0:
            picture.legend(handles=axes.containers, loc="outside lower center", ncols=2)
    picture.suptitle("How often each label occurs, by article")
    return picture


def _bars(axes: Axes, spread: Spread, shades: Sequence[str]) -> None:
    cells = np.array(spread.cells)
    left = np.zeros(len(spread.labels))
    for column, article in enumerate(spread.articles):
        shade, width = shades[column % len(shades)], cells[:, column]
        bars = axes.barh(
            range(len(left)), width, 0.72, left, color=shade, edgecolor="white", linewidth=0.5
        )
        bars.set_label(article)
        left = left + cells[:, column]
    for row, total in enumerate(left):
        axes.text(total + 0.008 * left.max(), row, f"{total:.0f}", va="center", fontsize=8.0)
    axes.set_yticks(range(len(left)), spread.labels)
    # Room on the right for the totals.
    axes.set(ylim=(len(left) - 0.4, -0.6), xlim=(0.0, 1.08 * left.max()), title=spread.task)
