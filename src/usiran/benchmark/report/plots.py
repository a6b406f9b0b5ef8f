"""Drawing what `figures`, `learning` and `companion` hold, as SVG.

A system has one colour in every picture, and controls are grey; a kind of system has one marker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from usiran.benchmark.learning_curve import Curve, Curves
from usiran.benchmark.ranking import CONTROL, PEER
from usiran.benchmark.report.figures import Confused, Figures, Shown, Spread, TaskScores
from usiran.io.pictures import GREY, INK, colours, draw_counts, style, svg
from usiran.models.registry import SYSTEMS

_DARK = 0.7  # below it black is easier to read on blue than white


@dataclass(frozen=True)
class Mark:
    """How one kind of system is drawn."""

    marker: str
    filled: bool
    name: str

    def style(self, colour: str) -> Mapping[str, Any]:
        """Return the options of a line that draws it."""
        face = colour if self.filled else "white"
        return {"color": colour, "marker": self.marker, "markerfacecolor": face}


MARKS: Mapping[str, Mark] = {
    "own": Mark("o", True, "system"),
    PEER: Mark("D", True, "peer"),
    "submitted": Mark("^", True, "submitted"),
    CONTROL: Mark("s", True, "control"),
    "relabelled": Mark("s", False, "control on rearranged labels"),
}
_CONTROLS = (CONTROL, "relabelled")
# One an article, or a curve; a corpus of more articles has dots.
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = (5.4, 0.21)  # inches: of a column of panels, and of one line in a panel
_TOO_NARROW = "Intervals are 95 %, from a two-stage bootstrap; read them as too narrow."


def pictures(data: Figures, curves: Curves, taught: Sequence[Curve] = ()) -> dict[str, bytes]:
    """Return every picture as SVG, keyed by file name; `taught` are curves over the companion."""
    of = _colours([shown for task in data.scores for shown in task.systems])
    with style():
        drawn = {
            "scores.svg": _scores(data.scores, of),
            "articles.svg": _articles(data.scores, of),
            "confusion.svg": _confusions(data.confusions),
            "learning.svg": _learning(curves.curves, "training articles", of),
            "labels.svg": _labels(data.labels),
        }
        if taught:
            drawn["companion.svg"] = _learning(taught, "sentences of the companion", of)
        return {
            name: svg(picture, picture.get_suptitle(), _described(name, data))
            for name, picture in drawn.items()
        }


def draw_scores(tasks: Sequence[TaskScores]) -> Figure:
    """Return the picture of scores alone."""
    with style():
        return _scores(tasks, _colours([shown for task in tasks for shown in task.systems]))


def _colours(systems: Sequence[Shown]) -> Mapping[str, str]:
    """Return each system's colour: the toolkit's first, so that no submission changes theirs."""
    controls = {shown.system for shown in systems if shown.kind in _CONTROLS}
    packaged = [name for name in SYSTEMS if name not in controls]
    others = sorted({shown.system for shown in systems} - controls - SYSTEMS.keys())
    return colours([*packaged, *others]) | dict.fromkeys(controls, GREY)


def _described(name: str, data: Figures) -> str:
    """Say what a picture shows, with the best of each task where it shows scores."""
    best = "; ".join(
        f"{task.task} ({task.metric}): {task.systems[0].system} {task.systems[0].score:.2f}"
        for task in data.scores
        if task.systems
    )
    said = {
        "scores.svg": f"One panel a task, one row a system, the best first. {_TOO_NARROW} "
        f"A vertical tick is chance. First rows: {best}.",
        "articles.svg": "One panel a task, one row a system that is no control, one marker a held "
        "out article; a line goes from the lowest to the highest.",
        "confusion.svg": "One panel a task: gold labels in rows, predicted labels in columns, "
        "counts in cells.",
        "learning.svg": "One panel a task: score against the number of training articles.",
        "companion.svg": "One panel a task: score against the number of invented sentences that "
        "were learned from besides the articles.",
        "labels.svg": "One panel a kind of label: how often each label occurs, a shade an article.",
    }
    return said[name]


def _mark(shown: Shown) -> Mark:
    return MARKS[shown.kind if shown.kind in MARKS else "own"]


def _panels(
    heights: Sequence[float], columns: int, size: tuple[float, float], *, legend: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """Return a picture of panels in columns, each as high as the highest of its row needs.

    `size` is in inches: of a column, and of 1 in `heights`; `legend` is what is left below all.
    """
    columns = min(len(heights), columns) or 1
    rows = [max(heights[i : i + columns]) for i in range(0, len(heights), columns)] or [1.0]
    width, height = size[0] * columns, size[1] * sum(rows) + legend
    picture = Figure(figsize=(width, height), layout="constrained")
    grid = picture.add_gridspec(len(rows), columns, height_ratios=rows)
    places = [divmod(place, columns) for place in range(len(heights))]
    return picture, [picture.add_subplot(grid[row, column]) for row, column in places]


def _scores(tasks: Sequence[TaskScores], of: Mapping[str, str]) -> Figure:
    """Draw each system's score with its interval, by task."""
    picture, panels = _panels([len(task.systems) + 3.0 for task in tasks], 2, _LINES, legend=1.0)
    for axes, task in zip(panels, tasks, strict=True):
        for row, shown in enumerate(task.systems):
            _interval(axes, row, shown, of[shown.system])
        _rows(axes, task, task.systems)
        if task.ceiling is not None:
            axes.axvline(task.ceiling, color=INK, linestyle=":", linewidth=1.4)
    _legend(picture, tasks)
    picture.suptitle("Scores with 95 % intervals (two-stage bootstrap; read them as too narrow)")
    return picture


def _rows(axes: Axes, task: TaskScores, systems: Sequence[Shown]) -> None:
    """Name the rows of a panel, the best on top, and its columns."""
    axes.set_yticks(range(len(systems)), [shown.system for shown in systems])
    title = f"{task.task}: {task.metric}"
    axes.set(ylim=(len(systems) - 0.4, -0.6), xlim=(-0.02, 1.02), title=title)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)


def _interval(axes: Axes, row: int, shown: Shown, colour: str) -> None:
    axes.plot(shown.interval, (row, row), color=colour, linewidth=1.8, solid_capstyle="butt")
    axes.plot([shown.score], [row], linestyle="none", markersize=5.5, **_mark(shown).style(colour))
    axes.plot([shown.chance], [row], "|", color=INK, markersize=9.0)


def _legend(picture: Figure, tasks: Sequence[TaskScores]) -> None:
    marks = dict.fromkeys(_mark(shown) for task in tasks for shown in task.systems)
    handles = [
        Line2D([], [], linestyle="none", label=mark.name, **mark.style(GREY)) for mark in marks
    ]
    tick: dict[str, Any] = {"marker": "|", "markersize": 9.0}
    handles.append(Line2D([], [], color=INK, linestyle="none", label="chance", **tick))
    if any(task.ceiling is not None for task in tasks):
        label = "annotators among themselves"
        handles.append(Line2D([], [], color=INK, linestyle=":", label=label))
    picture.legend(handles=handles, loc="outside lower center", ncols=3)


def _articles(tasks: Sequence[TaskScores], of: Mapping[str, str]) -> Figure:
    """Draw each article's own score of the systems that are no controls, by task."""
    shown = [[row for row in task.systems if row.kind not in _CONTROLS] for task in tasks]
    picture, panels = _panels([len(rows) + 3.0 for rows in shown], 2, _LINES, legend=1.0)
    for axes, task, systems in zip(panels, tasks, shown, strict=True):
        for row, system in enumerate(systems):
            _spread_out(axes, row, system, of[system.system])
        _rows(axes, task, systems)
    articles = tasks[0].articles if tasks else ()
    handles = [
        Line2D(
            [], [], color=GREY, linestyle="none", marker=_shape(place, len(articles)), label=name
        )
        for place, name in enumerate(articles)
    ]
    # Where all are dots a list of them tells nothing.
    if 0 < len(articles) <= len(_MARKERS):
        picture.legend(handles=handles, loc="outside lower center", ncols=2)
    picture.suptitle("Each article alone, held out (controls left out)")
    return picture


def _spread_out(axes: Axes, row: int, shown: Shown, colour: str) -> None:
    """Draw one system's articles, and a line from the lowest to the highest."""
    known = [(place, score) for place, score in enumerate(shown.per_article) if not isnan(score)]
    scores = [score for _, score in known]
    if scores:
        axes.plot((min(scores), max(scores)), (row, row), color=colour, linewidth=1.0, alpha=0.5)
    for place, score in known:
        shape = _shape(place, len(shown.per_article))
        axes.plot([score], [row], shape, color=colour, mec="white", mew=0.5, ms=6.5)


def _shape(place: int, count: int) -> str:
    return _MARKERS[place] if count <= len(_MARKERS) else "o"


def _confusions(confusions: Sequence[Confused]) -> Figure:
    """Draw the gold against the best of our systems that read text alone, a panel a task."""
    picture, panels = _panels([1.0] * len(confusions), 2, (5.6, 3.7))
    for axes, confusion in zip(panels, confusions, strict=True):
        names = [label.replace("_", " ").replace(" co", "\nco") for label in confusion.labels]
        # More than five labels do not fit beside each other.
        draw_counts(axes, confusion.cells, names, turned=len(names) > 5, dark=_DARK)
        axes.tick_params(labelsize=8.0)
        title = f"{confusion.task}: {confusion.system}"
        axes.set(title=title, xlabel="predicted", ylabel="gold")
    picture.suptitle(
        "Confusions of the best of the toolkit's own systems that read text alone, by task\n"
        "(controls left out; shaded by the share of the row)"
    )
    return picture


def _learning(curves: Sequence[Curve], learned: str, of: Mapping[str, str]) -> Figure:
    """Draw each task's curves by how much was learned from, with the interval as a band."""
    tasks = list(dict.fromkeys(curve.task for curve in curves))
    picture, panels = _panels([1.0] * len(tasks), 3, (3.7, 3.0))
    for axes, task in zip(panels, tasks, strict=True):
        panel = [curve for curve in curves if curve.task == task]
        for place, curve in enumerate(panel):
            # A word list never changes: without a word its flat line looks like a failure to learn.
            flat = " (learns nothing)" if len(set(curve.scores)) == 1 else ""
            look: dict[str, Any] = {
                "color": of.get(curve.system, GREY),
                "marker": _MARKERS[place % len(_MARKERS)],
            }
            axes.plot(curve.sizes, curve.scores, label=curve.system + flat, **look)
            low, high = zip(*curve.intervals, strict=True)
            axes.fill_between(curve.sizes, low, high, color=look["color"], alpha=0.15, linewidth=0)
        axes.set(xticks=panel[0].sizes, ylim=(0.0, 1.0), xlabel=learned)
        axes.set_title(f"{task}: {panel[0].metric}", fontsize=9.0)
        axes.grid()
        axes.legend(loc="best")
    picture.suptitle("Learning curves; the band is the 95 % interval, the noise of so few articles")
    return picture


def _labels(spreads: Sequence[Spread]) -> Figure:
    """Draw how often each label occurs: stacked over articles."""
    heights = [len(spread.labels) + 2.5 for spread in spreads]
    picture = Figure(figsize=(9.0, 0.26 * sum(heights) + 1.2), layout="constrained")
    grid = picture.add_gridspec(max(len(spreads), 1), 1, height_ratios=heights or [1.0])
    # From dark to light: colours are the systems'.
    count = max((len(spread.articles) for spread in spreads), default=1)
    shades = [
        to_hex(mpl.colormaps["cividis"](0.9 * place / max(count - 1, 1))) for place in range(count)
    ]
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
