"""A real browser on Label Studio's labelling page, worked with mouse and keys as people do.

Places in a text are given as in the corpus, by code point, and turned into points of the
screen. What is asked of the page is what a person sees on it.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.studio import rename
from tests.support.tiny import build_tiny
from usiran.corpus import Corpus

FLEET, RAID = "2033-05-fleet-leaves-basra", "2033-06-raid-on-the-port"
ARTICLES = {
    FLEET: (
        ("Fleet 🚢🔥 leaves Basra as the militia gloats", "title"),
        ("Washington 🤝🏽 accused Tehran’s cafe\u0301 militia of  double dealing.", "body"),
        ("The navy praised Iraqi forces \nthere, and the governor\nof Basra fled.", "body"),
        ("The paper الزمان called 🎉 on the army to meet the envoy.", "body"),
    ),
    RAID: (
        ("The navy blamed Iraqi forces \nand militias for the raid.", "body"),
        ("The port 🎉 police 🔥 arrested two boat crews near the old pier.", "body"),
        ("The army chief will meet the envoy.", "body"),
    ),
}
"""Two articles that are hard on a browser: from id to sentences and their zones."""

SCREEN = (1366, 768)
"""A small laptop's screen; the browser's own bars take about 140 pixels of its height."""

_SECONDS = 20
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but the server under test can be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    f"--window-size={SCREEN[0]},{SCREEN[1]}",
)

# The box of one symbol of the text. A line break of the text is a <br> of the page.
_BOX = """
const walker = document.createTreeWalker(
  document.querySelector(".lsf-richtext__container"), NodeFilter.SHOW_ALL);
let left = arguments[0];
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  if (node.nodeName === "BR") left -= 1;
  if (node.nodeType !== Node.TEXT_NODE) continue;
  const symbols = [...node.data];
  if (left < symbols.length) {
    const range = document.createRange();
    const start = symbols.slice(0, left).join("").length;
    range.setStart(node, start);
    range.setEnd(node, start + symbols[left].length);
    const box = range.getBoundingClientRect();
    return [box.left, box.right, (box.top + box.bottom) / 2];
  }
  left -= symbols.length;
}
return null;
"""
_TEXTS = """
return [...document.querySelectorAll(".lsf-richtext__container")]
  .map(text => text.innerText).filter(text => text);
"""
# Where the parts of a page that is ready are.
_LAYOUT = """
const parts = [".lsf-richtext__container", ".lsf-bottombar button", ".lsf-choice"];
const found = parts.map(part => document.querySelector(part));
if (!found.every(part => part) || document.querySelector(".lsf-app-loading")) return null;
return [found[0].innerText, ...found.map(part => {
  const box = part.getBoundingClientRect();
  return [box.left, box.top, box.width, box.height].join();
})];
"""
_REGIONS = """
const names = [...document.querySelectorAll(".htx-highlight")]
  .map(span => [...span.classList].find(name => name.startsWith("htx-highlight-")));
return new Set(names).size;
"""
_SELECTED = """
return [...document.querySelectorAll(".lsf-label_selected .lsf-label__text")]
  .map(label => label.innerText);
"""
_CHECKED = """
return [...document.querySelectorAll(".lsf-choice")]
  .filter(choice => choice.querySelector("input").checked)
  .map(choice => choice.innerText.replace(/\\[.*/s, ""));
"""

_CENTRE = """
const box = arguments[0].getBoundingClientRect();
return box.width ? [(box.left + box.right) / 2, (box.top + box.bottom) / 2] : null;
"""
_SHOW = """
const style = document.createElement("style");
style.textContent = ".lsf-richtext .htx-highlight area {display: inline !important}";
document.head.append(style);
"""


def browser_corpus(root: Path) -> Corpus:
    """Write the tiny corpus with two more articles, those above."""
    corpus = rename(build_tiny(root), "browser")
    rows: list[tuple[object, ...]] = []
    for article_id, parts in ARTICLES.items():
        text = ""
        for number, (part, zone) in enumerate(parts, start=1):
            text += "\n\n" if text else ""
            unit, start = f"{article_id}#{number:03d}", len(text)
            text += part
            rows.append((unit, article_id, start, len(text), zone, ""))
        corpus.article(article_id).write_bytes(text.encode("utf-8"))
    _append(corpus.source / "sentences.csv", rows)
    _append(corpus.source / "folds.csv", [(FLEET, 2), (RAID, 3)])
    return corpus


def _append(path: Path, rows: list[tuple[object, ...]]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@contextmanager
def browser(profile: Path, *, scripts: bool = True) -> Iterator[webdriver.Chrome]:
    """Yield Debian's Chromium, without a window and with a new profile; it can run no `scripts`."""
    options = webdriver.ChromeOptions()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        off = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", off)
    options.binary_location = str(shutil.which("chromium"))
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    # The driver is named: Selenium would fetch one otherwise.
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """Label Studio in a browser, as one annotator sees it.

    Parameters
    ----------
    driver : webdriver.Chrome
        The browser.
    url : str
        The server's address.
    """

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def log_in(self, email: str, password: str) -> None:
        """Log in through the server's own form."""
        self.driver.get(f"{self.url}/user/login/")
        self.driver.find_element(By.NAME, "email").send_keys(email)
        self.driver.find_element(By.NAME, "password").send_keys(password, Keys.ENTER)
        self.until(lambda: "/user/login" not in self.driver.current_url, "logged in")

    def open_task(self, project: int, task: int) -> None:
        """Open one task from the list of tasks."""
        self.driver.get(f"{self.url}/projects/{project}/data?task={task}")
        self._shown()

    def open_queue(self, project: int) -> None:
        """Begin to label: one task comes after the other, after the instructions."""
        self.driver.get(f"{self.url}/projects/{project}/data?labeling=1")
        close = (By.CSS_SELECTOR, "[class*=modal] button")
        self.until(lambda: bool(self.driver.find_elements(*close)), "the instructions")
        self.driver.find_elements(*close)[0].click()
        self._shown()

    def _shown(self) -> None:
        # The page is made anew a few times while it loads; a drag begun before would be lost.
        seen: list[object] = []

        def settled() -> bool:
            seen.append(self.driver.execute_script(_LAYOUT))
            return seen[-1] is not None and len(seen) > 10 and seen[-10:] == seen[-1:] * 10

        self.until(settled, "the page")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds."""
        WebDriverWait(self.driver, _SECONDS, 0.05).until(lambda _: holds(), f"waited for {what}")

    def texts(self) -> list[str]:
        """Return the texts that the page shows."""
        return list(self.driver.execute_script(_TEXTS))

    @property
    def regions(self) -> int:
        """How many spans are drawn."""
        return int(self.driver.execute_script(_REGIONS))

    @property
    def selected(self) -> list[str]:
        """The labels that the next span will get, or that the selected span has."""
        return list(self.driver.execute_script(_SELECTED))

    @property
    def active(self) -> bool:
        """Whether a span is selected."""
        return bool(self.driver.find_elements(By.CSS_SELECTOR, ".htx-highlight.__active"))

    @property
    def checked(self) -> list[str]:
        """The choices that are made."""
        return list(self.driver.execute_script(_CHECKED))

    def wait_selected(self, label: str) -> None:
        """Wait until this label, and no other, is selected."""
        self.until(lambda: self.selected == [label], f"the label {label}")

    def wait_checked(self, label: str) -> None:
        """Wait until this choice is made, whatever others are."""
        self.until(lambda: label in self.checked, f"the choice {label}")

    def press(self, *keys: str, held: str | None = None) -> None:
        """Press keys one after the other, perhaps with another held down."""
        chain = ActionChains(self.driver, duration=0)
        if held:
            chain.key_down(held)
        chain.send_keys(*keys)
        if held:
            chain.key_up(held)
        chain.perform()

    def draw(self, key: str, start: int, end: int) -> None:
        """Choose a label by its hotkey and drag the mouse over a stretch of the text."""
        before = self.regions
        self.press(key)
        self.until(lambda: bool(self.selected), f"the label of {key}")
        self._drag(self._left(start), self._right(end))
        self.until(lambda: self.regions == before + 1, "a span")
        self.press(Keys.ESCAPE)

    def draw_word(self, key: str, place: int) -> None:
        """Choose a label by its hotkey and double-click a word."""
        before = self.regions
        self.press(key)
        self.until(lambda: bool(self.selected), f"the label of {key}")
        x, y = self._middle(place)
        chain = ActionChains(self.driver, duration=20)
        _pointer(chain).move_to_location(x, y)
        _pointer(chain).double_click()
        chain.perform()
        self.until(lambda: self.regions == before + 1, "a span")
        self.press(Keys.ESCAPE)

    def select(self, place: int) -> None:
        """Click on the span at a place."""
        x, y = self._middle(place)
        chain = ActionChains(self.driver, duration=20)
        _pointer(chain).move_to_location(x, y)
        _pointer(chain).click()
        chain.perform()

    def handles(self) -> list[tuple[int, int]]:
        """Return where the selected span can be taken to resize it: left end, right end."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".htx-highlight area")
        boxes = [self.driver.execute_script(_CENTRE, area) for area in found]
        return [(round(box[0]), round(box[1])) for box in boxes if box]

    def show_handles(self) -> None:
        """Show the handles that the config hides, as browsers do that know no better."""
        self.driver.execute_script(_SHOW)

    def resize(self, place: int, *, start: int | None = None, end: int | None = None) -> None:
        """Take the span at a place by one of its ends and drag that elsewhere."""
        self.select(place)
        self.until(lambda: len(self.handles()) == 2, "the handles")
        if start is not None:
            self._drag(self.handles()[0], self._left(start), inside=0)
        if end is not None:
            self._drag(self.handles()[1], self._right(end), inside=0)
        self.press(Keys.ESCAPE)

    def _drag(self, first: tuple[int, int], last: tuple[int, int], inside: int = 1) -> None:
        chain = ActionChains(self.driver, duration=20)
        # Two drags that end in one place within 450 ms are a double click to Label Studio,
        # which then gives the second span the label of the first.
        chain.pause(0.5)
        pointer = _pointer(chain)
        pointer.move_to_location(first[0] + inside, first[1])
        pointer.pointer_down()
        # Label Studio needs several moves to see a drag.
        for k in range(1, 5):
            x = first[0] + (last[0] - first[0]) * k / 4
            pointer.move_to_location(round(x), round(first[1] + (last[1] - first[1]) * k / 4))
        pointer.pointer_up()
        chain.perform()

    def _box(self, place: int) -> tuple[float, float, float]:
        left, right, y = self.driver.execute_script(_BOX, place)
        return float(left), float(right), float(y)

    def _left(self, place: int) -> tuple[int, int]:
        left, _, y = self._box(place)
        return round(left), round(y)

    def _right(self, place: int) -> tuple[int, int]:
        _, right, y = self._box(place - 1)
        return round(right), round(y)

    def _middle(self, place: int) -> tuple[int, int]:
        left, right, y = self._box(place)
        return round((left + right) / 2), round(y)

    def arrow(self, first: int, second: int) -> None:
        """Draw a relation from the span at one place to that at another: two clicks, one key."""
        self.select(first)
        self.until(lambda: bool(self.selected), "the selected span")
        self.press("r", held=Keys.ALT)
        self.select(second)
        self.press(Keys.ESCAPE)

    def link(self, first: int, second: int, label: str) -> None:
        """Draw a relation from the span at one place to that at another, and label it."""
        self.arrow(first, second)
        panel = "//div[contains(@class, 'tab') and normalize-space()='Relations']"
        self.driver.find_element(By.XPATH, panel).click()
        items = (By.CSS_SELECTOR, ".lsf-relations__item")
        self.until(lambda: bool(self.driver.find_elements(*items)), "the relation")
        row = self.driver.find_elements(*items)[-1]
        ActionChains(self.driver).move_to_element(row).perform()
        row.find_elements(By.CSS_SELECTOR, ".lsf-relations__actions button")[0].click()
        labels = row.find_element(By.CSS_SELECTOR, ".lsf-relation-meta button")
        labels.click()
        option = (By.XPATH, f"//*[@role='option' and normalize-space()='{label}']")
        self.until(lambda: bool(self.driver.find_elements(*option)), "the roles")
        self.driver.find_element(*option).click()
        self.until(lambda: label in labels.text, "the role")
        self.press(Keys.ESCAPE)
        self.until(lambda: not self.driver.find_elements(*option), "no more roles")

    def open_panel(self, heading: str) -> None:
        """Open what is folded away under a heading."""
        shown = f"//*[contains(@class, 'ant-collapse-header') and normalize-space()='{heading}']"
        self.until(lambda: self.driver.find_element(By.XPATH, shown).is_displayed(), heading)
        self.driver.find_element(By.XPATH, shown).click()

    def click_submit(self) -> None:
        """Submit or update by the button."""
        button = "//*[contains(@class, 'lsf-bottombar')]//button[. = 'Submit' or . = 'Update']"
        self.driver.find_element(By.XPATH, button).click()

    def submit(self) -> None:
        """Submit or update by the hotkey."""
        self.press(Keys.ENTER, held=Keys.CONTROL)

    def skip(self) -> None:
        """Skip the task by the hotkey."""
        self.press(Keys.SPACE, held=Keys.CONTROL)


def _pointer(chain: ActionChains) -> Any:
    """Return the mouse, of which Selenium gives no types."""
    return chain.w3c_actions.pointer_action
