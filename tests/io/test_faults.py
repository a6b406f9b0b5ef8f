"""Every command that writes, killed or out of space at its calls: all or nothing, and said.

`USIRAN_FAULTS=all` (or `make faults`) tries every single call of every command; by default every
few, the fewer the longer a command is.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import call
from tests.support.edited import edited_corpus
from tests.support.faults import Case, Left, faults
from tests.support.releasable import releasable as write_releasable
from tests.support.three_passes import FIRST, ROLE, build_three, decide, fill, sheets
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.corpus import Corpus
from usiran.dataset.build import build

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc")

GONE, STAYS = "article-1", "article-0"
LIST = ("articles", "list")
NAMES = (
    *("submit", "withdraw", "restore-text", "build", "add", "sentences", "run", "import"),
    *("adopt", "adjudicate", "release"),
)
ALL = os.environ.get("USIRAN_FAULTS") == "all"
# From an interrupted run's results another one goes on.
ASIDE = r"baselines/\.(run\.new|unchanged\.json)"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Left]]:
    """What each fault of each command left; one process tries them all."""
    root = tmp_path_factory.mktemp("faults")
    built = _built(root / "built")
    cases = [*_on_articles(root, built), *_on_labels(root), *_on_results(built)]
    left: dict[str, list[Left]] = {}
    for row in faults(cases, root):
        left.setdefault(row.case, []).append(row)
    return left


def _built(root: Path) -> Path:
    """Write a built corpus that has a result, and beside it files for commands to read."""
    corpus = edited_corpus(root / "corpus", GONE)
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
    yield _case("build", _unbuilt(built, root / "unbuilt"), "build", step=23)
    withdraw = ("articles", "withdraw", GONE, "--reason", "asked")
    yield _case("withdraw", built, *withdraw, step=61)
    gone = Path(shutil.copytree(built, root / "gone"))
    assert call(*withdraw, at=gone / "corpus").code == 0
    yield _case("restore-text", gone, "articles", "restore-text", GONE, "../gone.txt", step=67)
    add = ("articles", "add", "../story.txt", "--note", "invented")
    yield _case("add", built, *add, step=5)
    added = Path(shutil.copytree(built, root / "added"))
    assert call(*add, at=added / "corpus").code == 0
    outline = call("articles", "sentences", "a-dam-was-opened", at=added / "corpus").out
    (added / "outline.txt").write_text(outline.replace("title", "body", 1))
    apply = ("articles", "sentences", "a-dam-was-opened", "--apply", "../outline.txt")
    yield _case("sentences", added, *apply)
    fresh = root / "fresh"
    fresh.mkdir()
    write_releasable(fresh / "corpus")
    yield _case("release", fresh, "release", "1.0.0", "--quiet", step=71)


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
    yield _case("import", three, "annotate", "import", "../sheet.txt", "--round", "r2", *who)
    yield _case("adopt", three, "annotate", "adopt", "--round", "r1", *who, step=4)
    judged = Path(shutil.copytree(three, root / "judged"))
    decide(Adjudicator(Corpus(judged / "corpus")), FIRST)
    sheet = call("annotate", "adjudicate", "--list", "--as-sheet", at=judged / "corpus").out
    (judged / "decisions.toml").write_text(fill(sheet, {ROLE: "none"}))
    words = ("annotate", "adjudicate", "--decide", "../decisions.toml", "--adjudicator", "judge")
    yield _case("adjudicate", judged, *words, step=4)
    assert corpus.root.exists()


def _on_results(built: Path) -> Iterator[Case]:
    task = ("--task", "stance", "--draws", "100", "--system")
    about = ("mine", "--title", "T", "--description", "D")
    case = _case("submit", built, "benchmark", "submit", "../mine.jsonl", *task, *about, step=6)
    # Commands that write clean up as those do that read.
    yield case._replace(then=(LIST, ("articles", "sentences", STAYS, "--apply", "../same.txt")))
    words = ("stratified", "--quiet", "--workers", "1")
    case = _case("run", built, "benchmark", "run", *task, *words, step=11)
    yield case._replace(aside=ASIDE)


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


def test_an_export_over_an_earlier_one_is_whole_after_the_same_command(tmp_path: Path) -> None:
    template = tmp_path / "template"
    corpus = edited_corpus(template / "corpus", GONE)
    words = ("export", "brat", "--output", "../out")
    assert call(*words, at=corpus).code == 0
    (template / "out" / "old.ann").write_text("of an earlier export")
    again = (*words, "--force")
    left = faults([_case("export", template, *again, step=11)._replace(then=(again,))], tmp_path)
    assert {row.settled for row in left} == {"new"}
    assert [row for row in left if "Traceback" in row.text] == []
    assert "it is whole and in place" in "".join(row.text for row in left)
