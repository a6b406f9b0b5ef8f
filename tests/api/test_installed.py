"""Claims about an environment with nothing but `pip install .` and the plug-in in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.plugin import PLUGIN
from usiran.corpus import Corpus

pytestmark = pytest.mark.wheel
THREE_LINES = """
import json, sys, usiran
report = usiran.evaluate("word-svm", task="stance")
print(json.dumps([report.score, report.interval, "matplotlib" in sys.modules]))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a clean environment with the toolkit and the plug-in."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    interpreter = folder / "bin" / "python"
    install = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Without the path of these tests: what is tried has to be what was installed.
    subprocess.run(
        [*install, str(ROOT), str(PLUGIN)], check=True, cwd=folder, env={"PATH": "/usr/bin:/bin"}
    )
    return interpreter


def ran(*words: str | Path, at: Path) -> str:
    done = subprocess.run(words, cwd=at, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_three_lines_score_a_plug_in(python: Path) -> None:
    usiran = pytest.importorskip("usiran")
    score, interval, drawn = json.loads(ran(python, "-c", THREE_LINES, at=ROOT))
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    here = usiran.evaluate(make_pipeline(TfidfVectorizer(), LinearSVC(class_weight="balanced")))
    assert (score, tuple(interval)) == (here.score, here.interval)
    assert not drawn


def test_a_plug_in_runs_on_the_command_line_and_is_verified(python: Path, copied: Corpus) -> None:
    usiran = python.with_name("usiran")
    words = ["run", "--system", "word-svm", "--task", "stance", "--draws", "500", "--quiet"]
    assert "word-svm (submitted)" in ran(usiran, "benchmark", *words, at=copied.root)
    result = "baselines/results/word-svm/stance.json"
    ran(usiran, "benchmark", "verify", result, at=copied.root)
    ran(usiran, "benchmark", "leaderboard", "--check", at=copied.root)
