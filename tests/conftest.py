"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

# Two workers have two cores: threads of the matrix library's own would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
import yaml

from tests.support import missing
from tests.support.studio import server
from tests.support.tiny import tiny_corpus
from usiran.corpus import Corpus

# The same YAML, parsed in C: `datasets` parses the card anew for each config that it loads.
yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[assignment, misc]
# A script's background ignores Ctrl-C, and what a test starts and interrupts would never end.
signal.signal(signal.SIGINT, signal.default_int_handler)

__all__ = ["copied", "repo", "server", "tiny_corpus"]

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("dataset", "schemas", "annotation", "baselines")
_MARKS = {"server": "studio", "desk": "browser", "chromium": "pages"}
"""From a fixture that starts something large to the mark of the tests that need it."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the server or the browser, before `-m` chooses; skip it where that lacks."""
    reasons = {
        "studio": missing.studio(),
        "browser": missing.browser(),
        "pages": missing.chromium(),
    }
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in _MARKS:
                item.add_marker(_MARKS[fixture])
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def repo() -> Corpus:
    """The repository's own corpus; never written to."""
    return Corpus.find(ROOT)


@pytest.fixture(scope="session")
def three_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus with three passes, made once; never written to."""
    from tests.support.three_passes import build_three

    return build_three(tmp_path_factory.mktemp("three") / "corpus").root


@pytest.fixture(scope="session")
def sample_template(repo: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Two of the repository's articles with all their labels, made once; never written to."""
    from tests.support.sample import build_sample

    return build_sample(repo, tmp_path_factory.mktemp("sample") / "corpus")


@pytest.fixture
def sample(sample_template: Corpus, tmp_path: Path) -> Corpus:
    """Two of the repository's articles with all their labels, which a test may break."""
    return Corpus(shutil.copytree(sample_template.root, tmp_path / "corpus"))


@pytest.fixture
def copied(tmp_path: Path) -> Corpus:
    """A copy of the repository's corpus that a test may break."""
    for part in PARTS:
        # What was run here before is no matter of a test.
        local = shutil.ignore_patterns(".unchanged.json")
        shutil.copytree(ROOT / part, tmp_path / "corpus" / part, ignore=local)
    # The dataset holds a copy of it, which is generated.
    shutil.copy(ROOT / "LICENSE-DATA.md", tmp_path / "corpus")
    return Corpus.find(tmp_path / "corpus")


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus of two short articles in git, released as 1.0.0; never written to."""
    from tests.support.releasable import releasable, released

    corpus = releasable(tmp_path_factory.mktemp("first") / "corpus")
    released(corpus, "1.0.0")
    return Corpus.find(corpus.root)
