"""Claims about the pictures of the benchmark and what they show."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.support import synthetic
from tests.support.benches import Keys, lay_out, run_pairs
from usiran.benchmark import learning_curve as learning
from usiran.benchmark.learning_curve import curve
from usiran.benchmark.report import pictures as report
from usiran.benchmark.report.figures import NONE, figures
from usiran.benchmark.run import Benchmark
from usiran.errors import PlotsMissing

PAIRS = (
    ("stance", "tfidf-nb"), ("stance", "majority"), ("actors", "gazetteer"),
    ("events", "gazetteer"), ("roles", "nearest-actor"),
)  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Benchmark, Keys]:
    corpus = lay_out(tmp_path_factory.mktemp("figures"))
    bench = Benchmark.of(corpus, synthetic.tables(articles=4, sentences=8))
    return bench, run_pairs(bench, *PAIRS)


def test_scores_hold_every_system_with_its_interval_and_articles(
    ran: tuple[Benchmark, Keys],
) -> None:
    bench, results = ran
    made = figures(bench, results)
    assert [one.task for one in made.scores] == [
        "stance", "toward_us", "toward_iran", "holder", "actors", "affiliation", "events", "roles",
        "roles_end_to_end", "linking",
    ]  # fmt: skip
    best, control = made.scores[0].systems
    stored = results["tfidf-nb", "stance"].result
    assert (best.system, best.kind, best.score) == ("tfidf-nb", "sentence model", stored.score)
    assert (best.interval, len(best.per_article)) == (stored.interval, 4)
    assert (control.system, control.kind) == ("majority", "control")
    assert made.scores[0].ceiling is None


def test_confusions_count_every_gold_span_and_every_prediction_once(
    ran: tuple[Benchmark, Keys],
) -> None:
    bench, results = ran
    told = {one.task: one for one in figures(bench, results).confusions}
    assert list(told) == ["stance", "actors", "events", "roles"]
    for task in ("actors", "events", "roles"):
        one, stored = told[task], results[told[task].system, task]
        said = bench.outcomes(stored)[0].predictions.values
        cells = np.array(one.cells)
        assert one.labels[-1] == NONE
        assert cells[:-1].sum() == sum(map(len, bench.golds[task].values))
        assert cells[:, :-1].sum() == sum(map(len, said))
        assert cells[-1, -1] == 0
    assert told["events"].labels[:-1] == tuple(bench.golds["events"].task.levels["quad"])


def test_labels_are_counted_by_article(ran: tuple[Benchmark, Keys]) -> None:
    spread = {one.task: np.array(one.cells) for one in figures(*ran).labels}
    assert list(spread) == ["stance", "holder", "actors", "events"]
    assert spread["stance"].shape == (3, 4)
    assert spread["stance"].sum(axis=0).tolist() == [8.0] * 4
    assert spread["events"].shape[0] == 16


def test_a_learning_curve_ends_at_the_systems_own_score(ran: tuple[Benchmark, Keys]) -> None:
    bench, results = ran
    made = curve(bench, "actors", "gazetteer", draws=200)
    assert made.sizes == (1, 2, 3)
    assert made.scores[-1] == results["gazetteer", "actors"].result.score
    assert made.scores[0] <= made.scores[-1]
    # 3 + 3 + 1 subsets of the three other articles, for each of four held out.
    assert made.fits == 4 * 7
    for score, (low, high) in zip(made.scores, made.intervals, strict=True):
        assert low <= score <= high


@pytest.fixture(scope="module")
def folder(ran: tuple[Benchmark, Keys], tmp_path_factory: pytest.TempPathFactory) -> Path:
    bench, results = ran
    target = tmp_path_factory.mktemp("pictures") / "figures"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "CURVES", (("actors", "gazetteer"),))
        report.write(bench, results, target)
    return target


@pytest.fixture(autouse=True)
def one_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw one curve only: each takes seconds."""
    monkeypatch.setattr(learning, "CURVES", (("actors", "gazetteer"),))


def test_every_picture_is_svg_without_a_date_and_names_what_it_shows(folder: Path) -> None:
    for name in report.PICTURES:
        text = (folder / name).read_text()
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert "dc:date" not in text
    assert ">tfidf-nb</text>" in (folder / "scores.svg").read_text()
    assert ">ASSAULT</text>" in (folder / "labels.svg").read_text()


def test_drawn_again_the_pictures_are_the_same_bytes_and_no_curve_is_run(
    ran: tuple[Benchmark, Keys], folder: Path
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    asked: list[str] = []
    report.write(*ran, folder, lambda task, *_: asked.append(task))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert asked == []


def test_the_check_tells_missing_and_outdated_files(
    ran: tuple[Benchmark, Keys], folder: Path, tmp_path: Path
) -> None:
    bench, results = ran
    assert report.outdated(bench, results, folder) == []
    fewer = {key: stored for key, stored in results.items() if key[0] != "majority"}
    assert report.outdated(bench, fewer, folder) == [folder / report.DATA]
    absent = [path.name for path in report.outdated(bench, results, tmp_path)]
    assert absent == [*report.PICTURES, report.LEARNED, report.DATA, report.SUMS]
    other = Benchmark.of(bench.corpus, synthetic.tables(articles=4, sentences=8, seed=8))
    assert folder / report.LEARNED in report.outdated(other, {}, folder)


@pytest.mark.parametrize("name", ["scores.svg", report.LEARNED, report.DATA])
def test_the_check_finds_a_file_that_was_changed_by_hand(
    ran: tuple[Benchmark, Keys], folder: Path, tmp_path: Path, name: str
) -> None:
    copy = tmp_path / "figures"
    shutil.copytree(folder, copy)
    (copy / name).write_bytes((folder / name).read_bytes().replace(b"tfidf", b"TFIDF") + b" ")
    assert report.outdated(*ran, copy) == [copy / name]


_DRAWING = ("usiran.benchmark.report.plots", "usiran.io.pictures")


def test_without_matplotlib_the_files_are_checked_and_drawing_names_the_extra(
    ran: tuple[Benchmark, Keys], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name in _DRAWING]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as where it is not installed
    assert report.outdated(*ran, folder) == []
    with pytest.raises(PlotsMissing, match=r"no matplotlib.*pip install 'usiran\[plots\]'"):
        report.write(*ran, tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_the_hashes_are_those_of_every_other_file(folder: Path) -> None:
    rows = [row.split("  ") for row in (folder / report.SUMS).read_text().splitlines()]
    others = {path.name: path for path in folder.iterdir() if path.name != report.SUMS}
    assert {name: digest for digest, name in rows} == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in others.items()
    }


def test_curves_over_the_companion_are_drawn_where_there_is_one(
    ran: tuple[Benchmark, Keys],
) -> None:
    plots = pytest.importorskip("usiran.benchmark.report.plots", exc_type=ImportError)
    bench, results = ran
    over = learning.Curve(
        task="stance",
        system="tfidf-nb",
        metric="macro-F1",
        sizes=(0, 100),
        scores=(0.3, 0.4),
        intervals=((0.2, 0.4), (0.3, 0.5)),
        gold_sha256="a",
        folds_sha256="b",
        settings_sha256="c",
        companion_sha256="d",
    )
    drawn = plots.pictures(figures(bench, results), learning.Curves(0, ()), (over,))
    assert set(drawn) == {*report.PICTURES, report.TAUGHT[1]}
    assert b">sentences of the companion</text>" in drawn["companion.svg"]


def test_every_picture_says_what_it_shows(folder: Path) -> None:
    for name in report.PICTURES:
        root = ElementTree.parse(folder / name).getroot()
        title, description = (root.find(f"{{*}}{tag}") for tag in ("title", "desc"))
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == "title desc"
        assert title is not None
        assert title.text
        assert description is not None
        assert "One panel a" in str(description.text)


def test_a_system_has_one_colour_and_controls_are_grey(ran: tuple[Benchmark, Keys]) -> None:
    plots = pytest.importorskip("usiran.benchmark.report.plots", exc_type=ImportError)
    tasks = figures(*ran).scores
    drawn: dict[str, set[str]] = {}
    for axes, task in zip(plots.draw_scores(tasks).axes, tasks, strict=True):
        for line, shown in zip(axes.lines[::3], task.systems, strict=False):
            drawn.setdefault(shown.system, set()).add(line.get_color())
    kinds = {shown.system: shown.kind for task in tasks for shown in task.systems}
    assert len(drawn) > 3
    assert {name for name, seen in drawn.items() if seen == {plots.GREY}} == {
        name for name, kind in kinds.items() if kind in ("control", "relabelled")
    }
    coloured = [seen for seen in drawn.values() if seen != {plots.GREY}]
    assert len(set().union(*coloured)) == len(coloured)


def test_articles_which_have_no_order_are_not_joined(folder: Path) -> None:
    drawn = (folder / "articles.svg").read_text("utf-8")
    lines = re.findall(r'<g id="line2d_\d+">\s*<path d="([^"]*)"', drawn)
    assert lines
    assert {line.count("L") for line in lines} == {1}
