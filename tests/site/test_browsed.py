"""The site as people use it in a real browser: keys, filters, addresses, search, copies."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.site.test_opened import one_of_a_kind
from tests.support import missing
from tests.support.pages import open_generated, site_files, write
from usiran.hidden import plain
from usiran.loading import Opened

ARTICLE = "articles/2020-us-drawdown-in-iraq.html"
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(found => done(
  found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(" | ")}`)));
"""


class Pages:
    """The repository's site in a browser."""

    def __init__(self, driver: Chrome, root: Path) -> None:
        self.driver, self.root = driver, root

    def open(self, address: str) -> None:
        # By way of an empty page: an address with another fragment alone would not load anew.
        self.driver.get("about:blank")
        self.driver.get(f"file://{self.root}/{address}")

    def type(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def until(self, ready: Callable[[], object]) -> None:
        WebDriverWait(self.driver, 10).until(lambda _: ready())

    def found(self) -> list[str]:
        """Return the addresses of the sentences that are listed, once they are."""
        self.until(lambda: self.run("return document.body.dataset.shown"))
        links = self.driver.find_elements(By.CSS_SELECTOR, "#list .ref a")
        return [str(link.get_attribute("href")).rpartition("/")[2] for link in links]


@pytest.fixture
def pages(whole: dict[str, bytes], folder: Path, chromium: Chrome) -> Pages:
    return Pages(chromium, write(whole, folder / "whole"))


def expected(rows: Any) -> list[str]:
    return [row.sentence_id.replace("#", ".html#") for row in rows]


def test_the_address_holds_the_filter_and_finds_the_sentences(
    pages: Pages, repo_opened: Opened
) -> None:
    stance = repo_opened.scheme.contest.stances[0]
    pages.open(f"explore.html#stance={stance}&holder=source&source=IRAQ")
    wanted = [
        row
        for row in repo_opened.rows("stance")
        if (row.stance, row.holder, row.voiced_by_affiliation) == (stance, "source", "IRAQ")
    ]
    assert wanted
    assert pages.found() == expected(wanted)
    Select(pages.driver.find_element(By.NAME, "zone")).select_by_visible_text("title")
    pages.until(lambda: "zone=title" in pages.driver.current_url)


def test_search_from_any_page_finds_in_less_than_a_tenth_of_a_second(
    pages: Pages, repo_opened: Opened
) -> None:
    pages.open(ARTICLE)
    pages.type("/")
    pages.type("troops", Keys.ENTER)
    pages.until(lambda: "explore.html" in pages.driver.current_url)
    texts = repo_opened.texts
    troops = re.compile(r"\btroops", re.IGNORECASE)
    wanted = [row for row in texts.by_id.values() if troops.search(texts.text_of(row))]
    assert pages.found() == expected(wanted)
    assert float(pages.run("return document.body.dataset.took")) < 100


@pytest.mark.parametrize(
    ("query", "pattern"),
    [
        ("raq", r"\braq"),
        ("WITHDR", r"\bwithdr"),
        ("us", r"\bus"),
        ('"the us"', r"\bthe\s+us\b"),
        ("“Iraqi government”", r"\biraqi\s+government\b"),
        ("troops iraq", r"(?=.*\btroops)(?=.*\biraq)"),
        ("(", r"\("),
        ("al-", r"\bal-"),
        ('"', ""),
    ],
)
def test_search_goes_by_the_beginnings_of_words(
    query: str, pattern: str, pages: Pages, repo_opened: Opened
) -> None:
    pages.open(f"explore.html#q={quote(query)}")
    pages.until(lambda: pages.run("return document.body.dataset.shown"))
    texts = repo_opened.texts
    found = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    wanted = [row for row in texts.by_id.values() if found.search(texts.text_of(row))]
    assert int(pages.run("return document.body.dataset.shown")) == len(wanted)
    assert pages.driver.find_element(By.ID, "nothing").is_displayed() == (not wanted)
    marked = pages.run(
        "return [...document.querySelectorAll('#list mark')].map(m => m.textContent)"
    )
    assert bool(marked) == bool(wanted and pattern)


def test_a_number_of_the_matrix_is_recounted_and_opens_its_sentences(pages: Pages) -> None:
    pages.open("explore.html#mode=future")
    pages.found()
    cell = pages.driver.find_element(By.CSS_SELECTOR, "[data-cell]:not(.away)")
    count, agent = cell.text.split()[-1], str(cell.get_attribute("data-cell")).partition("|")[0]
    cell.click()
    pages.until(lambda: f"agent={agent or '-'}" in pages.driver.current_url)
    shown = int(pages.run("return document.body.dataset.shown"))
    assert 0 < int(count) <= shown


def test_the_months_are_drawn_as_the_filter_counts_them(pages: Pages) -> None:
    drawn = """return [...document.querySelectorAll("[data-month]")].map(line => [
      [...line.querySelectorAll("td.num")].map(cell => +cell.textContent),
      [...line.querySelectorAll("rect")].map(bar => +bar.getAttribute("width")),
      [...line.querySelectorAll("[data-in]")].map(count => +count.textContent)])"""
    pages.open("explore.html")
    before = pages.run(drawn)
    pages.open("explore.html#quad=verbal cooperation")
    pages.found()
    after = pages.run(drawn)
    for counts, bars, told in after:
        assert [bool(count) for count in counts] == [bool(bar) for bar in bars]
        assert sum(counts) == counts[0] == sum(told)
    assert [counts[0] for counts, *_ in after] == [counts[0] for counts, *_ in before]
    line = next(line for line, (counts, *_) in enumerate(after) if counts[0])
    assert after[line][1][0] == pytest.approx(before[line][1][0], abs=0.1)
    number = pages.driver.find_elements(By.CSS_SELECTOR, "#time tbody tr")[line]
    number.find_element(By.CSS_SELECTOR, "td.num a").click()
    pages.until(lambda: "month=" in pages.driver.current_url)
    assert 0 < after[line][0][0] <= int(pages.run("return document.body.dataset.shown"))


def test_what_is_shown_is_downloaded_as_csv(pages: Pages, tmp_path: Path) -> None:
    pages.open("explore.html#type=ASSAULT")
    shown = len(pages.found())
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    pages.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    pages.driver.find_element(By.ID, "csv").click()
    pages.until((tmp_path / "sentences.csv").exists)
    lines = (tmp_path / "sentences.csv").read_text("utf-8").splitlines()
    assert len(lines) == shown + 1
    assert lines[0].startswith("sentence_id,zone,stance")


def test_no_download_of_hostile_words_has_a_formula_or_hides_a_character(
    attacked: dict[str, bytes], folder: Path, chromium: Chrome, tmp_path: Path
) -> None:
    pages = Pages(chromium, write(attacked, folder / "attacked"))
    pages.open("explore.html")
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    chromium.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    pages.driver.find_element(By.ID, "csv").click()
    pages.until((tmp_path / "sentences.csv").exists)
    with (tmp_path / "sentences.csv").open(encoding="utf-8", newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert [cell for cell in cells if cell.startswith("'=1+1 <script>")]
    assert [cell for cell in cells if re.match(r"\s*[=+@-]", cell)] == []
    assert [cell for cell in cells if plain(cell) != cell] == []


def test_keys_go_through_sentences_and_marks(pages: Pages) -> None:
    pages.open(ARTICLE)
    pages.type("j", "j", "k")
    assert pages.driver.current_url.endswith("#001")
    pages.type("j", "j", "j", "o")
    opened = pages.driver.find_element(By.CSS_SELECTOR, "[id='004'] details")
    assert opened.get_attribute("open")
    pages.type("n")
    assert pages.run("return document.querySelector('.m.here').closest('.s').id") == "004"
    pages.type("?")
    assert pages.driver.find_element(By.ID, "help").is_displayed()
    pages.type(Keys.ESCAPE)


def test_keys_go_on_from_what_is_on_the_screen(pages: Pages) -> None:
    pages.open(ARTICLE)
    pages.type("j")
    pages.run("scrollBy(0, document.getElementById('012').getBoundingClientRect().top - 5)")
    pages.type("j")
    assert pages.driver.current_url.endswith("#012")
    pages.type("j")
    assert pages.driver.current_url.endswith("#013")


def test_an_event_shows_who_does_it_to_whom(pages: Pages, repo_opened: Opened) -> None:
    ends = repo_opened.tables["roles"].groupby("event_id")["role"].agg(set)
    event = next(str(key) for key, roles in ends.items() if roles == {"agent", "recipient"})
    article, _, fragment = event.partition("@")
    pages.open(f"articles/{article}.html#@{fragment}")
    assert pages.run("return document.querySelectorAll('.m.agent').length") > 0
    assert pages.run("return document.querySelectorAll('.m.recipient').length") > 0


def test_a_sentence_is_cited_by_id_version_and_hash(pages: Pages, repo_opened: Opened) -> None:
    pages.open(f"{ARTICLE}#004")
    pages.type("j", "k", "o")
    button = pages.driver.find_element(By.CSS_SELECTOR, "[id='004'] .citation .cite")
    button.click()
    pages.until(lambda: button.get_attribute("data-copied"))
    row = next(r for r in repo_opened.rows("articles") if r.article_id in ARTICLE)
    version = repo_opened.corpus.manifest.version
    assert button.get_attribute("data-copied") == (
        f"usiran {version}, {row.article_id}#004, text sha256 {row.text_sha256}"
    )


def test_the_leaderboard_is_copied_as_a_table(pages: Pages) -> None:
    pages.open("leaderboard/stance.html")
    button = pages.driver.find_element(By.CSS_SELECTOR, "button[data-form=Markdown]")
    button.click()
    pages.until(lambda: button.get_attribute("data-copied"))
    lines = str(button.get_attribute("data-copied")).splitlines()
    assert lines[0].startswith("| group | system | macro-F1 | 95 % interval | chance |")
    assert len({line.count("|") for line in lines}) == 1


def test_kinds_of_differences_are_put_away(pages: Pages) -> None:
    pages.open("compare/tagger.html")
    row = pages.driver.find_element(By.CSS_SELECTOR, ".diff.is-missed")
    assert row.is_displayed()
    pages.driver.find_element(By.CSS_SELECTOR, "#kinds input[value=missed]").click()
    assert not row.is_displayed()


def test_the_kinds_that_are_shown_go_along_from_page_to_page(pages: Pages) -> None:
    pages.open("compare/crf.html")
    missed = pages.driver.find_element(By.CSS_SELECTOR, "#kinds input[value=missed]")
    missed.click()
    assert "of them shown" in pages.driver.find_element(By.CSS_SELECTOR, "[data-shown]").text
    pages.driver.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
    pages.until(lambda: "--2.html?kinds=" in pages.driver.current_url)
    shown = pages.driver.find_elements(By.CSS_SELECTOR, ".diff:not(.away) .kind")
    assert "missed" not in {kind.text for kind in shown}
    pages.driver.find_element(By.CSS_SELECTOR, "a[rel=prev]").click()
    link = pages.driver.find_element(By.CSS_SELECTOR, "a[data-keep=missed][href*='-missed-']")
    place = str(link.get_attribute("href")).partition("#")[2]
    link.click()
    pages.until(lambda: pages.driver.current_url.endswith(f"#{place}"))
    assert pages.driver.find_element(By.ID, place).is_displayed()


def test_a_difference_in_the_type_is_set_like_any_other(
    pages: Pages, whole: dict[str, bytes]
) -> None:
    both = [b'class="hit diff is-type"', b'class="hit diff is-missed"']
    pages.open(next(name for name, data in whole.items() if all(row in data for row in both)))
    colour = "return getComputedStyle(document.querySelector('.diff.is-%s .pair')).color"
    assert pages.run(colour % "type") == pages.run(colour % "missed")


def test_rules_are_found_by_their_words(pages: Pages) -> None:
    pages.open("casebook.html")
    pages.driver.find_element(By.ID, "rules").send_keys("irony")
    assert pages.driver.find_element(By.ID, "1.1/1").is_displayed()
    assert not pages.driver.find_element(By.ID, "1.1/2").is_displayed()


@pytest.mark.skipif(missing.axe() is not None, reason=str(missing.axe()))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_of_accessibility(
    scheme: str, pages: Pages, whole: dict[str, bytes]
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    pages.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    faults = {}
    for name in one_of_a_kind(whole):
        pages.open(name)
        pages.run("document.querySelector('details')?.setAttribute('open', '')")
        pages.driver.execute_script(missing.AXE.read_text("utf-8"))
        if found := pages.driver.execute_async_script(AXE):
            faults[name] = found
    assert faults == {}, json.dumps(faults, indent=1)


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_page_is_wider_than_its_window(
    width: int, pages: Pages, whole: dict[str, bytes]
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    pages.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wide = {}
    for name in one_of_a_kind(whole):
        pages.open(name)
        over = pages.run("return document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wide[name] = over
    pages.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide == {}


@pytest.mark.parametrize(
    ("name", "width"),
    [(ARTICLE, 642), ("leaderboard/stance.html", 1009), ("leaderboard/actors.html", 1009)],
)
def test_a_printed_page_loses_nothing_at_its_edge(name: str, width: int, pages: Pages) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    pages.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    pages.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    pages.open(name)
    edge = """return Math.max(...[...document.querySelectorAll("%s")]
      .map(each => each.getBoundingClientRect().%s))"""
    over = pages.run(edge % ("main :is(th, td, p)", "right")) - width
    legend = pages.driver.find_element(By.CSS_SELECTOR, ".legend").is_displayed()
    if name == ARTICLE:
        title, words = (pages.run(edge % (part, "left")) for part in ("h1", ".s > .words"))
        assert abs(title - words) < 20
    pages.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    pages.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert over <= 0
    assert legend


def test_the_menu_of_a_narrow_window_is_short(pages: Pages) -> None:
    size = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    pages.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    pages.open(ARTICLE)
    height = pages.run("return document.querySelector('.top nav').getBoundingClientRect().height")
    line = pages.run("return document.querySelector('.top nav a').getBoundingClientRect().height")
    pages.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert height < 2.6 * line


def test_the_search_of_a_large_corpus_is_quick(tmp_path: Path, chromium: Chrome) -> None:
    files = site_files(open_generated(tmp_path / "corpus", 30))
    pages = Pages(chromium, write(files, tmp_path / "site"))
    pages.open("explore.html?q=the")
    pages.found()
    assert float(pages.run("return document.body.dataset.took")) < 100
