"""The sites that the tests look at, each made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.support.browser import browser
from tests.support.pages import hostile, open_generated, site_files
from usiran import loading
from usiran.corpus import Corpus
from usiran.loading import Opened


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return a generated corpus of two articles."""
    return open_generated(tmp_path_factory.mktemp("generated") / "corpus", 2)


@pytest.fixture(scope="session")
def files(opened: Opened) -> dict[str, bytes]:
    """Return its site."""
    return site_files(opened)


@pytest.fixture(scope="session")
def attacked(opened: Opened) -> dict[str, bytes]:
    """Return the site of a corpus the words of which attack it."""
    return site_files(hostile(opened), source=opened)


@pytest.fixture(scope="session")
def repo_opened(repo: Corpus) -> Opened:
    """Return the repository's corpus, opened."""
    return loading.open(repo).refuse_findings()


@pytest.fixture(scope="session")
def whole(repo_opened: Opened) -> dict[str, bytes]:
    """Return the site of the repository's corpus."""
    return site_files(repo_opened)


@pytest.fixture(scope="session")
def masked(opened: Opened) -> dict[str, bytes]:
    """Return the site of the generated corpus without the words."""
    return site_files(opened, words=False)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for sites that a browser opens."""
    return tmp_path_factory.mktemp("sites")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Yield a browser."""
    with browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="session")
def still(chromium: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:  # noqa: ARG001
    """Yield a browser that runs no scripts; `chromium` says that it needs one."""
    with browser(tmp_path_factory.mktemp("profile"), scripts=False) as driver:
        yield driver
