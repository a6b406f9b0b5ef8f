"""Fixtures that several test modules share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.studio import server
from tests.support.tiny import tiny_corpus
from usiran.corpus import Corpus

__all__ = ["copied", "repo", "server", "tiny_corpus"]

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("dataset", "schemas", "annotation", "baselines")


@pytest.fixture(scope="session")
def repo() -> Corpus:
    """The repository's own corpus; never written to."""
    return Corpus.find(ROOT)


@pytest.fixture
def copied(tmp_path: Path) -> Corpus:
    """A copy of the repository's corpus that a test may break."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / "corpus" / part)
    return Corpus.find(tmp_path / "corpus")
