"""Claims about the program that gets SIGINT or SIGTERM while it writes.

`tests/io/test_faults.py` sends both at the calls of every command, from within.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.support.command import call, tree
from tests.support.edited import edited_corpus
from tests.support.stopping import run_stopped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
RUN = ("benchmark", "run", "--task", "stance", "--system", "majority", "--draws", "100", "--quiet")


@pytest.mark.parametrize(
    ("words", "name", "number"),
    [
        (("build", "--quiet"), "forward.json", signal.SIGTERM),
        (("build", "--quiet"), "schemas/", signal.SIGINT),
        (("articles", "withdraw", "article-1", "--reason", "asked"), "data/stance", signal.SIGTERM),
        (RUN, "stance.json", signal.SIGTERM),
    ],
)
def test_it_ends_with_a_line_and_the_files_are_of_one_state(
    words: tuple[str, ...], name: str, number: signal.Signals, tmp_path: Path
) -> None:
    corpus = edited_corpus(tmp_path / "corpus", "article-1", articles=3, sentences=5)
    before = tree(corpus.root)
    done = run_stopped(corpus, name, number, *words)
    assert (done.code, done.out) == (128 + number, "")
    assert done.err.count("stopped") == 1
    assert "Traceback" not in done.err
    if "brought to its end" in call("articles", "list", at=corpus).err:
        assert call("build", "--check", "--quiet", at=corpus).code == 0
    else:
        # What a run keeps aside is no state: the next one goes on from it.
        assert {path: now for path, now in tree(corpus.root).items() if "/." not in path} == before
