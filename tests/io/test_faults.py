"""Every command that writes, killed, stopped or without space at its calls: all or nothing.

`USIRAN_FAULTS=all` (or `make faults`) tries every single call of every command; by default every
few of those commands that write each in a way of its own, the fewer the longer a command is; by
`USIRAN_FAULTS=site,train` every call of those that are named.
`annotate pull` is tried with the tests of its server; `publish` writes nothing here.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import call
from tests.support.edited import edited_corpus
from tests.support.faults import Case, Left, faults
from tests.support.releasable import releasable as write_releasable
from tests.support.sample import build_sample, unlink
from tests.support.three_passes import FIRST, ROLE, build_three, decide, fill, sheets
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.corpus import Corpus
from usiran.dataset.build import build

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc")

GONE, STAYS = "article-1", "article-0"
LIST = ("articles", "list")
ASKED = os.environ.get("USIRAN_FAULTS", "")
ALL = bool(ASKED)
NAMES: tuple[str, ...] = (
    "build", "withdraw", "sentences", "import", "adjudicate", "submit", "run", "release",
)  # fmt: skip
# They write a folder that their user names, which the same command brings to its end.
ASIDE_NAMES: tuple[str, ...] = ("export", "predict")
if ALL:
    NAMES += ("restore-text", "add", "remove", "register", "adopt", "agreement", "leaderboard")
    NAMES += ("rescore", "report", "link")
    ASIDE_NAMES += ("train", "site", "edition", "restore", "restore-to", "init")
if ASKED not in ("", "all"):
    NAMES = tuple(name for name in NAMES if name in ASKED.split(","))
    ASIDE_NAMES = tuple(name for name in ASIDE_NAMES if name in ASKED.split(","))
# From an interrupted run's results another one goes on.
ASIDE = r"baselines/\.(run\.new|unchanged\.json)"
# No two runs write the same: a time of day, a model's numbers for its parts and their hash.
OUTPUTS_ASIDE = r"labels/run\.json|model/model\.(json|skops)"


@pytest.fixture(scope="module")
def rows(repo: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Left]]:
    """What each fault of each command left; one process tries them all."""
    root = tmp_path_factory.mktemp("faults")
    built = _built(root / "built")
    cases = [
        *_on_articles(root, built),
        *_on_labels(root),
        *_on_links(root, repo),
        *_on_results(root, built),
        *_elsewhere(root, built),
    ]
    left: dict[str, list[Left]] = {}
    for row in faults([case for case in cases if case.name in NAMES + ASIDE_NAMES], root):
        left.setdefault(row.case, []).append(row)
    return left


def _built(root: Path) -> Path:
    """Write a built corpus that has a result, and beside it files for commands to read."""
    corpus = edited_corpus(root / "corpus", GONE, articles=3, sentences=5)
    words = ("--task", "stance", "--system", "majority", "--draws", "100", "--quiet")
    assert call("benchmark", "run", *words, at=corpus).code == 0
    (corpus.baselines / ".unchanged.json").unlink()
    build(corpus)
    shutil.copy(corpus.baselines / "results/majority/stance.predictions.jsonl", root / "mine.jsonl")
    shutil.copy(corpus.article(GONE), root / "gone.txt")
    (root / "same.txt").write_text(call("articles", "sentences", STAYS, at=corpus).out)
    story = "A dam was opened\n\nThe dam in the north was opened by the minister of water.\n"
    (root / "story.txt").write_text(story)
    return root


def _on_articles(root: Path, built: Path) -> Iterator[Case]:
    yield _case("build", _unbuilt(built, root / "unbuilt"), "build", step=73)
    withdraw = ("articles", "withdraw", GONE, "--reason", "asked")
    yield _case("withdraw", built, *withdraw, step=71)._replace(keep=root / "gone")
    if {"restore-text", "rescore"} & set(NAMES) and "withdraw" not in NAMES:
        shutil.copytree(built, root / "gone")
        assert call(*withdraw, at=root / "gone" / "corpus").code == 0
    restore = ("articles", "restore-text", GONE, "../gone.txt")
    yield _case("restore-text", root / "gone", *restore)
    add = ("articles", "add", "../story.txt", "--note", "invented")
    yield _case("add", built, *add)
    added = Path(shutil.copytree(built, root / "added"))
    assert call(*add, at=added / "corpus").code == 0
    yield _case("remove", added, "articles", "remove", "a-dam-was-opened")
    outline = call("articles", "sentences", "a-dam-was-opened", at=added / "corpus").out
    (added / "outline.txt").write_text(outline.replace("title", "body", 1))
    apply = ("articles", "sentences", "a-dam-was-opened", "--apply", "../outline.txt")
    yield _case("sentences", added, *apply)
    fresh = root / "fresh"
    fresh.mkdir()
    write_releasable(fresh / "corpus")
    yield _case("release", fresh, "release", "1.0.0", "--quiet", step=137)
    yield _case("report", fresh, "benchmark", "report", "--quiet")


def _unbuilt(built: Path, target: Path) -> Path:
    corpus = Corpus(Path(shutil.copytree(built, target)) / "corpus")
    shutil.rmtree(corpus.schemas)
    (corpus.dataset / "README.md").unlink()
    (corpus.data / "stale.parquet").write_bytes(b"PAR1")
    return target


def _on_labels(root: Path) -> Iterator[Case]:
    three = root / "three"
    corpus = build_three(three / "corpus")
    (three / "sheet.txt").write_text(sheets({})[0])
    who = ("--annotator", "ann")
    page = "<!-- agreement: r1 -->\n<!-- /agreement -->\n"
    (corpus.annotation / "AGREEMENT.md").write_text(page)
    imports = ("annotate", "import", "../sheet.txt", "--round", "r2", *who)
    yield _case("import", three, *imports, step=7)
    named = ("annotate", "register", "zed", "--name", "Zed")
    yield _case("register", three, *named)
    yield _case("adopt", three, "annotate", "adopt", "--round", "r1", *who)
    yield _case("agreement", three, "annotate", "agreement", "--write")
    judged = Path(shutil.copytree(three, root / "judged"))
    decide(Adjudicator(Corpus(judged / "corpus")), FIRST)
    sheet = call("annotate", "adjudicate", "--list", "--as-sheet", at=judged / "corpus").out
    (judged / "decisions.toml").write_text(fill(sheet, {ROLE: "none"}))
    words = ("annotate", "adjudicate", "--decide", "../decisions.toml", "--adjudicator", "judge")
    yield _case("adjudicate", judged, *words, step=13)


def _on_links(root: Path, whole: Corpus) -> Iterator[Case]:
    unlink(build_sample(whole, root / "unlinked" / "corpus"))
    # A new actor with a name of its own: two tables.
    typed = "n\n\nA bomber\nOTHER\n\nq\n"
    case = _case("link", root / "unlinked", "articles", "link", "--interactive")
    yield case._replace(typed=typed)


def _on_results(root: Path, built: Path) -> Iterator[Case]:
    task = ("--task", "stance", "--draws", "100", "--system")
    about = ("mine", "--title", "T", "--description", "D")
    case = _case("submit", built, "benchmark", "submit", "../mine.jsonl", *task, *about, step=11)
    # Commands that write clean up as those do that read.
    yield case._replace(then=(LIST, ("articles", "sentences", STAYS, "--apply", "../same.txt")))
    words = ("stratified", "--quiet", "--workers", "1")
    case = _case("run", built, "benchmark", "run", *task, *words, step=19)
    yield case._replace(aside=ASIDE)
    rescore = ("benchmark", "rescore", "--write")
    yield _case("rescore", root / "gone", *rescore)
    board = Path(shutil.copytree(built, root / "board"))
    for name in ("LEADERBOARD.md", "ceiling.json"):
        (board / "corpus" / "baselines" / name).unlink()
    yield _case("leaderboard", board, "benchmark", "leaderboard")


def _elsewhere(root: Path, built: Path) -> Iterator[Case]:
    outside = Path(shutil.copytree(built, root / "outside"))
    corpus = outside / "corpus"
    shutil.copytree(corpus / "dataset/source/articles", outside / "copies")
    (outside / "copies" / f"{GONE}.txt").unlink()
    models = ("train", "stance", "majority", "--output", "../model")
    edition = ("build", "--text", "withhold", "--output", "../edition")
    brat = ("export", "brat", "--output", "../out")
    for earlier in (models, brat, edition) if ALL else (models, brat):
        assert call(*earlier, at=corpus).code == 0
    (outside / "out" / "old.ann").write_text("of an earlier export")
    (outside / "model" / "README.md").write_text("of an earlier model")
    commands: tuple[tuple[str, int, tuple[str, ...]], ...] = (
        ("export", 19, (*brat, "--force")),
        ("predict", 23, ("predict", "../model", "../copies", "--output", "../labels", "--quiet")),
        ("train", 1, (*models, "--force")),
        ("site", 1, ("site", "--output", "../site", "--quiet")),
        ("edition", 1, (*edition[:-1], "../another")),
        ("restore", 1, ("restore", "../edition", "--articles", "../copies")),
        ("restore-to", 1, ("restore", "../edition", "--articles", "../copies", "--output", "../o")),
        ("init", 1, ("init", "../begun", "--yes", "--title", "T", "--side", "a", "--side", "b")),
    )
    for name, step, words in commands:
        case = _case(name, outside, *words, step=step)
        yield case._replace(then=(words,), aside=OUTPUTS_ASIDE)


def _case(name: str, template: Path, *words: str, step: int = 2) -> Case:
    return Case(name, template, words, (LIST,), 1 if ALL else step)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_fault_left_a_command_after_it_finds_one_state(
    rows: dict[str, list[Left]], name: str
) -> None:
    assert [row for row in rows[name] if row.settled == "mixed"] == []
    states = {(row.fault, row.settled) for row in rows[name]}
    assert states >= {("killed", "old"), ("full", "old"), ("killed", "new")}


@pytest.mark.parametrize("name", NAMES)
def test_the_next_command_says_what_became_of_an_interrupted_one(
    rows: dict[str, list[Left]], name: str
) -> None:
    killed = [row for row in rows[name] if row.fault == "killed" and row.at_once == "mixed"]
    # With an empty lock nothing had begun.
    begun = [row for row in killed if not row.call.endswith(".lock")]
    assert begun
    assert [row for row in begun if "an interrupted command " not in row.text] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_command_without_space_says_so_in_a_line(rows: dict[str, list[Left]], name: str) -> None:
    assert [row for row in rows[name] if "Traceback" in row.text] == []
    undone = [row for row in rows[name] if row.fault == "full" and row.settled == "old"]
    assert [row for row in undone if "usiran: " not in row.text] == []


@pytest.mark.parametrize("name", [*NAMES, *ASIDE_NAMES])
def test_a_command_that_is_stopped_says_so_in_a_line(
    rows: dict[str, list[Left]], name: str
) -> None:
    stopped = [row for row in rows[name] if row.fault.startswith("SIG")]
    assert stopped
    codes = {"SIGINT": 130, "SIGTERM": 143}
    assert [row for row in stopped if row.code != codes[row.fault]] == []
    assert [row for row in stopped if "Traceback" in row.text] == []
    assert [row for row in stopped if len(re.findall(r"stopped|whole in ", row.text)) != 1] == []


@pytest.mark.parametrize("name", ASIDE_NAMES)
def test_a_folder_is_whole_after_the_same_command(rows: dict[str, list[Left]], name: str) -> None:
    assert [row for row in rows[name] if row.settled != "new"] == []
    assert [row for row in rows[name] if "Traceback" in row.text] == []
