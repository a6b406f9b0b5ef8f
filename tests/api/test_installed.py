"""Claims about the built wheel and the plug-in, in an environment with nothing else in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import synthetic
from tests.support.command import tree
from usiran.corpus import Corpus

pytestmark = pytest.mark.wheel
BIN = ROOT / "build" / "wheel" / "bin"
THREE_LINES = """
import json, sys, usiran
report = usiran.evaluate("word-svm", task="stance")
print(json.dumps([report.score, report.interval, "matplotlib" in sys.modules, usiran.__file__]))
"""


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    if not BIN.exists():
        pytest.skip("no build/wheel: `make wheel` makes it, and runs these")


def ran(program: str, *words: str | Path, at: Path) -> str:
    # Without the path of these tests: what is tried has to be what was installed.
    done = subprocess.run(
        [BIN / program, *words], cwd=at, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_three_lines_score_a_plug_in() -> None:
    usiran = pytest.importorskip("usiran")
    score, interval, drawn, place = json.loads(ran("python", "-c", THREE_LINES, at=ROOT))
    assert Path(place).is_relative_to(BIN.parent)
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    here = usiran.evaluate(make_pipeline(TfidfVectorizer(), LinearSVC(class_weight="balanced")))
    assert (score, tuple(interval)) == (here.score, here.interval)
    assert not drawn


OUTSIDE = """
import sys, usiran
from usiran.errors import CorpusNotFound
rows = usiran.load("stance", corpus=sys.argv[1])["train"]
report = usiran.evaluate("majority", "stance", data=sys.argv[1], draws=100)
print(len(rows), report.score)
try:
    usiran.evaluate("majority", "stance")
except CorpusNotFound as error:
    print(error)
"""


def test_outside_a_clone_a_folder_is_loaded_and_evaluated(tmp_path: Path) -> None:
    said = ran("python", "-c", OUTSIDE, ROOT, at=tmp_path).splitlines()
    assert said[0].split()[0] == "161"
    assert "no dataset/corpus.toml here or in any folder above" in said[1]
    assert list(tmp_path.iterdir()) == []


def test_a_plug_in_runs_on_the_command_line_and_is_verified(tmp_path: Path) -> None:
    corpus = synthetic.write_corpus(tmp_path, synthetic.tables(articles=4, sentences=8))
    words = ["run", "--system", "word-svm", "--task", "stance", "--draws", "500", "--quiet"]
    assert "word-svm (submitted)" in ran("usiran", "benchmark", *words, at=corpus.root)
    result = "baselines/results/word-svm/stance.json"
    ran("usiran", "benchmark", "verify", result, at=corpus.root)
    ran("usiran", "benchmark", "leaderboard", "--check", at=corpus.root)


def test_whatever_is_made_from_a_template_is_made(sample: Corpus, tmp_path: Path) -> None:
    ran("usiran", "build", "--quiet", at=sample.root)
    assert {path.name for path in sample.annotation.glob("*.xml")} == {"spans.xml", "stance.xml"}
    assert (sample.dataset / "README.md").stat().st_size > 1000
    ran("usiran", "site", "--output", tmp_path / "pages", "--quiet", at=sample.root)
    assert {"index.html", "site.json"} <= set(tree(tmp_path / "pages"))
    ran("usiran", "export", "dyads", "--output", tmp_path / "dyads", at=sample.root)
    assert "dyads.csv" in tree(tmp_path / "dyads")


def test_what_a_model_learned_is_kept_and_predicts(tmp_path: Path) -> None:
    corpus = synthetic.write_corpus(tmp_path, synthetic.tables(articles=3, sentences=6))
    ran("usiran", "train", "stance", "tfidf-nb", "--output", "model", at=corpus.root)
    (tmp_path / "story.txt").write_text("Badr fighters welcomed the Iranian envoys .")
    ran("usiran", "predict", "model", "story.txt", "--output", "said", at=corpus.root)
    assert (tmp_path / "said").exists()
