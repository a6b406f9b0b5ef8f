"""Corpora and editions that several modules of claims read and none writes to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.described import build_described
from usiran.corpus import Corpus
from usiran.dataset.build import build
from usiran.dataset.withheld.text_free import text_free_files
from usiran.io.atomic import fill
from usiran.validation.validate import open_valid


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The described tiny corpus, built."""
    corpus = build_described(tmp_path_factory.mktemp("described") / "tiny")
    build(corpus)
    return corpus


@pytest.fixture(scope="session")
def built_sample(sample_template: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Two of the repository's articles, built."""
    corpus = Corpus(shutil.copytree(sample_template.root, tmp_path_factory.mktemp("b") / "corpus"))
    build(corpus)
    return corpus


@pytest.fixture
def built(built_sample: Corpus, tmp_path: Path) -> Corpus:
    """Two of the repository's articles, built, which a test may break."""
    return Corpus(shutil.copytree(built_sample.root, tmp_path / "corpus"))


def _edition(corpus: Corpus, root: Path) -> Path:
    fill(root, text_free_files(open_valid(corpus)))
    return root


@pytest.fixture(scope="session")
def edition(described: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The text-free edition of the described corpus."""
    return _edition(described, tmp_path_factory.mktemp("edition"))


@pytest.fixture(scope="session")
def repo_edition(repo: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The text-free edition of the repository's own corpus."""
    return _edition(repo, tmp_path_factory.mktemp("repo_edition"))
