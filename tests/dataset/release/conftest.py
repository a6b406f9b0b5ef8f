"""A released corpus that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from usiran.corpus import Corpus


@pytest.fixture
def corpus(first_release: Corpus, tmp_path: Path) -> Corpus:
    """Return a copy of the corpus of which 1.0.0 is released."""
    return Corpus.find(shutil.copytree(first_release.root, tmp_path / "corpus"))
