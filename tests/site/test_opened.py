"""Every page of the site, opened from the disk in a real browser: nothing is wrong or fetched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.support.pages import HOSTILE, write
from usiran.hidden import plain


def one_of_a_kind(files: Mapping[str, bytes]) -> list[str]:
    """Return one page of each folder, and all at the top."""
    kinds: dict[str, str] = {}
    for name in files:
        if name.endswith(".html"):
            folder = name.rpartition("/")[0]
            kinds.setdefault(folder or name, name)
    return list(kinds.values())


@pytest.mark.parametrize("site", ["files", "attacked", "masked", "whole"])
def test_pages_open_from_the_disk_without_an_error(
    site: str, request: pytest.FixtureRequest, folder: Path, chromium: Chrome
) -> None:
    files = request.getfixturevalue(site)
    root = write(files, folder / site)
    # The browser is that of all tests: axe-core, which others run in it, asks for style sheets.
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    for name in one_of_a_kind(files):
        chromium.get(f"file://{root}/{name}")
        assert chromium.find_element(By.TAG_NAME, "h1").text, name
        assert chromium.get_log("browser") == [], name  # type: ignore[no-untyped-call]
        fetched = chromium.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        assert [address for address in fetched if not address.startswith("file://")] == []


def test_hostile_words_run_nothing_and_are_read_as_they_are(
    attacked: dict[str, bytes], folder: Path, chromium: Chrome
) -> None:
    root = write(attacked, folder / "attacked")
    name = next(name for name in attacked if name.startswith("articles/"))
    chromium.get(f"file://{root}/{name}")
    text = chromium.execute_script("return document.querySelector('.text').textContent")
    assert plain(HOSTILE)[:20] in text
    scripts = chromium.execute_script("return [...document.scripts].map(s => s.src)")
    assert [address for address in scripts if not address.endswith("static/site.js")] == []


def test_without_scripts_every_page_is_complete(
    files: dict[str, bytes], folder: Path, still: Chrome
) -> None:
    root = write(files, folder / "files")
    for name in one_of_a_kind(files):
        still.get(f"file://{root}/{name}")
        hidden = [
            each for each in still.find_elements(By.CSS_SELECTOR, "main .js") if each.is_displayed()
        ]
        assert hidden == [], name
    article = next(name for name in files if name.startswith("articles/"))
    still.get(f"file://{root}/{article}")
    first = still.find_element(By.CSS_SELECTOR, ".s details")
    first.find_element(By.TAG_NAME, "summary").click()
    assert "Annotators" in first.text
    before = still.find_element(By.CSS_SELECTOR, ".margin").is_displayed()
    still.find_element(By.ID, "show-stance").click()
    assert before
    assert not still.find_element(By.CSS_SELECTOR, ".margin").is_displayed()
