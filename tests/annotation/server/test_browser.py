"""Labelling in a real browser: what it stores for difficult places, and what a pull makes of it.

Each stretch is worked with the mouse, and what Label Studio then holds is compared with the
text: first as it is (`raw`), then as the reader takes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browser import (
    ARTICLES,
    FLEET,
    RAID,
    SCREEN,
    Page,
    browser,
    browser_corpus,
)
from tests.support.command import run, tree
from tests.support.studio import Serving, project_of, tasks_of
from tests.support.tiny import SCHEME
from usiran.annotation.server.accounts import email_of
from usiran.corpus import Corpus
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import Project
from usiran.text.articles import read_texts
from usiran.text.offsets import place


class Drawn(NamedTuple):
    """What the mouse is drawn over, and what Label Studio quotes or stores if that differs."""

    label: str
    stretch: str
    quoted: str | None = None
    stored: str | None = None
    repaired: bool = False


DRAWN = {
    "after two emoji": Drawn("RETREAT", "leaves"),
    "a blank at the end": Drawn("GOVERNMENT", "Washington ", repaired=True),
    "after an emoji of two code points": Drawn("ACCUSE", "accused"),
    "side by side": Drawn("GOVERNMENT", "Tehran"),
    "a combining mark, and two blanks": Drawn(
        "ARMED_GROUP", "cafe\u0301 militia of  double", "cafe\u0301 militia of double"
    ),
    "the end of a line that ends with a blank": Drawn(
        "MILITARY", "Iraqi forces ", stored="Iraqi forces"
    ),
    "a line break": Drawn("GOVERNMENT", "governor\nof Basra", r"governor\nof Basra"),
    "an emoji inside": Drawn("REQUEST", "called 🎉 on"),
    "an event": Drawn("CONSULT", "meet the envoy"),
    "an actor inside an event": Drawn("GOVERNMENT", "envoy"),
}
# How much of the text before is above its box, and how far its end is from the box's.
_HIDDEN = """
document.querySelector(".before").style.maxHeight = "24px";
const box = document.querySelector(".before").getBoundingClientRect();
const text = document.querySelector(".before .lsf-richtext__container").getBoundingClientRect();
return {above: box.top - text.top, gap: Math.abs(box.bottom - text.bottom)};
"""
WORD = "الزمان"


class Desk:
    """An annotator's place: the corpus, the server, the page in the browser."""

    def __init__(self, corpus: Corpus, serving: Serving, page: Page) -> None:
        self.corpus, self.page = corpus, page
        self._serving, self._sdk = serving, serving.client()
        self.texts = read_texts(corpus)

    def project(self, layer: Project) -> int:
        """Return the number of a project."""
        return project_of(self._sdk, f"browser: {layer}: ann")

    def open(self, article_id: str) -> str:
        """Open an article's task to draw spans; return the article's text."""
        self.page.open_task(self.project("spans"), self.task("spans", article_id))
        return self.texts.texts[article_id]

    def task(self, layer: Project, unit: str) -> int:
        return tasks_of(self._sdk, f"browser: {layer}: ann")[unit]

    def raw(self, layer: Project, unit: str, *, newer_than: str = "") -> dict[str, Any]:
        """Return what the server holds for a unit once it is there, newer than a time."""
        task = self.task(layer, unit)
        found: dict[str, Any] = {}

        def there() -> bool:
            nonlocal found
            # The export, not the list of annotations: that one leaves skipped ones out.
            held = self._sdk.projects.exports.as_json(self.project(layer))
            made = [one["annotations"] for one in held if one["id"] == task]
            found = dict(made[0][0]) if made and made[0] else {}
            return bool(found) and found["updated_at"] != newer_than

        self.page.until(there, "the annotation")
        return found

    def command(self, *words: str) -> tuple[int, str, str]:
        """Run `usiran annotate` on this corpus and server."""
        return run("annotate", *words, "--data", self._serving.data_dir.root, at=self.corpus)


def spans_of(annotation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return an annotation's spans: from what they quote to value and region."""
    items = [item for item in annotation["result"] if item["type"] == "labels"]
    return {item["value"]["text"]: item["value"] | {"id": item["id"]} for item in items}


def find(text: str, stretch: str) -> tuple[int, int]:
    """Return where a stretch stands, once, in a text."""
    assert text.count(stretch) == 1, stretch
    start = text.index(stretch)
    return start, start + len(stretch)


@pytest.fixture(scope="module")
def desk(server: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Push both layers for one annotator, who logs in."""
    root = tmp_path_factory.mktemp("browser")
    corpus = browser_corpus(root / "corpus")
    rules = "# G\n\n## 2. Actors\n\n### 2.1 Whom to mark\n\nMark **every** one.\n"
    (corpus.annotation / "GUIDELINES.md").write_text(rules, encoding="utf-8")
    corpus.description.write_text('repository = "https://example.org/us/iran"\n', encoding="utf-8")
    words = ("--annotator", "ann", "--data", server.data_dir.root)
    for layer in ("stance", "spans"):
        chosen = ("--article", FLEET, "--article", RAID)
        done = run("annotate", "push", "--layer", layer, *chosen, *words, at=corpus)
        assert done.code == 0, done.err
    with browser(root / "profile") as driver:
        page = Page(driver, server.url)
        password = server.secrets["accounts"]["local"]["ann"]["password"]
        page.log_in(email_of("ann"), password)
        yield Desk(corpus, server, page)


@pytest.fixture(scope="module")
def fleet(desk: Desk) -> dict[str, Any]:
    """Label the first article: every stretch of `DRAWN`, a word, a mode, two roles, a stance."""
    text, page = desk.open(FLEET), desk.page
    for drawn in DRAWN.values():
        page.draw(key_of(drawn.label), *find(text, drawn.stretch))
    page.draw_word(key_of("EXPERT_MEDIA"), text.index(WORD) + 2)
    page.select(text.index("called"))
    page.wait_selected("REQUEST")
    page.press(key_of("hypothetical"))
    page.wait_checked("hypothetical")
    page.press(Keys.ESCAPE)
    page.arrow(text.index("Washington"), text.index("accused"))
    page.link(text.index("accused"), text.index("militia of"), "recipient")
    page.press(key_of("pro-US", "article_stance"))
    page.wait_checked("pro-US")
    page.click_submit()
    return desk.raw("spans", FLEET)


def key_of(label: str, field: str | None = None) -> str:
    """Return a label's hotkey."""
    fields = [one for one in SCHEME.of("spans") if one.name == (field or one.name)]
    keys = [str(one.hotkey) for of in fields for one in of.labels if one.name == label]
    return keys[0]


def test_a_sentence_is_labelled_by_keys_alone_and_the_next_one_skipped(desk: Desk) -> None:
    page, titles = desk.page, [part for part, _ in ARTICLES[FLEET]]
    page.open_queue(desk.project("stance"))
    assert page.texts()[1] == titles[0]
    page.press("1", "q", "s")
    page.until(lambda: page.checked == ["pro-US", "us+", "source"], "the choices")
    page.submit()
    page.until(lambda: page.texts()[:1] == titles[:1], "the next sentence")
    page.skip()
    page.until(lambda: "The navy" in "".join(page.texts()[1:2]), "the sentence after it")
    first = desk.raw("stance", f"{FLEET}#001")
    found = {item["from_name"]: item["value"]["choices"] for item in first["result"]}
    assert found == {"stance": ["pro-US"], "grounds": ["us+"], "holder": ["source"]}
    second = desk.raw("stance", f"{FLEET}#002")
    assert (second["was_cancelled"], second["result"]) == (True, [])


def test_a_sentence_stands_marked_between_what_the_article_says_before_and_after(
    desk: Desk,
) -> None:
    text = desk.texts.texts[FLEET]
    row = desk.texts.by_id[f"{FLEET}#003"]
    desk.page.open_task(desk.project("stance"), desk.task("stance", row.sentence_id))
    before, here, after = desk.page.texts()
    assert (before.split(), after.split()) == (text[: row.start].split(), text[row.end :].split())
    assert here.split() == text[row.start : row.end].split()
    driver = desk.page.driver
    # Where the text before does not fit, its end stands over the sentence, not its beginning.
    hidden = driver.execute_script(_HIDDEN)
    assert hidden["above"] > 0
    assert hidden["gap"] <= 4
    assert "sentence 3 of 4" in driver.page_source
    assert not driver.find_element(
        By.CSS_SELECTOR, ".lsf-sidepanels__wrapper_align_right"
    ).is_displayed()


def test_a_rule_opens_in_the_page(desk: Desk) -> None:
    desk.page.open_task(desk.project("spans"), desk.task("spans", FLEET))
    for heading in ("Rules", "2.1 Whom to mark"):
        desk.page.open_panel(heading)
    shown = desk.page.driver.find_element(By.CSS_SELECTOR, ".rule strong")
    desk.page.until(shown.is_displayed, "the rule")
    assert shown.text == "every"
    link = desk.page.driver.find_element(By.CSS_SELECTOR, ".rule a")
    place = "https://example.org/us/iran/blob/main/annotation/GUIDELINES.md#21-whom-to-mark"
    assert (link.text, link.get_attribute("href")) == ("In the guidelines", place)


def test_every_question_of_a_sentence_stands_on_the_screen_at_once(desk: Desk) -> None:
    desk.page.open_queue(desk.project("stance"))
    bottoms = desk.page.driver.execute_script(
        "return [...document.querySelectorAll('.lsf-choice')]"
        ".map(choice => choice.getBoundingClientRect().bottom)"
    )
    bar = desk.page.driver.execute_script(
        "return document.querySelector('.lsf-bottombar').getBoundingClientRect().top"
    )
    assert len(bottoms) == sum(len(field.labels) for field in SCHEME.of("stance"))
    assert max(bottoms) <= bar < SCREEN[1]


def test_the_hotkey_of_each_span_label_selects_that_label(desk: Desk) -> None:
    desk.open(RAID)
    found = []
    for field in SCHEME.of("spans"):
        for label in field.labels if field.kind == "labels" else ():
            desk.page.press(str(label.hotkey))
            desk.page.wait_selected(label.name)
            found.append(label.name)
            desk.page.press(Keys.ESCAPE)
            desk.page.until(lambda: not desk.page.selected, "no label")
    assert len(found) == 23


@pytest.mark.parametrize("case", DRAWN)
def test_a_drawn_stretch_is_stored_by_code_points(
    desk: Desk, fleet: dict[str, Any], case: str
) -> None:
    drawn, text = DRAWN[case], desk.texts.texts[FLEET]
    stored = drawn.stored or drawn.stretch
    value = spans_of(fleet)[drawn.quoted or stored]
    start = text.index(drawn.stretch)
    assert (value["start"], value["end"]) == (start, start + len(stored))
    assert value["labels"] == [drawn.label]
    taken = place(text, value["start"], value["end"], value["text"])
    assert taken is not None
    assert text[taken.start : taken.end] == stored.strip()
    assert (taken.how, taken.repaired) == ("exact", drawn.repaired)


def test_a_word_written_from_right_to_left_is_stored_as_it_stands(
    desk: Desk, fleet: dict[str, Any]
) -> None:
    value = spans_of(fleet)[WORD]
    assert (value["start"], value["end"]) == find(desk.texts.texts[FLEET], WORD)


def test_a_mode_and_roles_are_stored_with_their_regions(fleet: dict[str, Any]) -> None:
    spans = spans_of(fleet)
    (mode,) = [item for item in fleet["result"] if item.get("from_name") == "mode"]
    assert (mode["id"], mode["value"]["choices"]) == (spans["called 🎉 on"]["id"], ["hypothetical"])
    roles = {
        (item["from_id"], item["to_id"], *item.get("labels", ()))
        for item in fleet["result"]
        if item["type"] == "relation"
    }
    assert roles == {
        (spans["Washington "]["id"], spans["accused"]["id"]),
        (spans["accused"]["id"], spans["cafe\u0301 militia of double"]["id"], "recipient"),
    }


def test_a_pull_takes_every_offset_as_it_was_meant_and_tells_the_one_it_mended(
    desk: Desk, fleet: dict[str, Any]
) -> None:
    text = desk.texts.texts[FLEET]
    pull = ("pull", "--layer", "spans", "--annotator", "ann", "--round", "r1")
    code, out, err = desk.command(*pull, "--json")
    assert code == 0, err
    report = json.loads(out)["report"]
    (repair,) = report["repairs"]
    assert repair["value"] == "45 to 56: Washington "
    assert "taken as 45 to 55" in repair["fix"]
    stored = desk.corpus.submissions / "r1" / "ann" / "spans.json"
    (task,) = read_export(stored, scheme=SCHEME, texts=desk.texts)
    (reading,) = task.annotations
    wanted = {(d.stored or d.stretch).strip() for d in DRAWN.values()} | {WORD}
    assert {text[span.start : span.end] for span in reading.spans} == wanted
    assert (task.findings, task.repairs) == ((), ())
    assert {role.role for role in reading.roles} == {"agent", "recipient"}
    modes = {span.text: span.mode for span in reading.spans if span.layer == "event"}
    assert modes["called 🎉 on"] == "hypothetical"
    assert set(modes.values()) == {"hypothetical", "actual"}
    # What was submitted is changed in the browser; the next pull takes the change.
    desk.open(FLEET)
    desk.page.until(lambda: desk.page.regions == len(wanted), "the spans")
    desk.page.press(key_of("neutral", "article_stance"))
    desk.page.wait_checked("neutral")
    desk.page.click_submit()
    desk.raw("spans", FLEET, newer_than=fleet["updated_at"])
    code, out, err = desk.command(*pull, "--json")
    counts = json.loads(out)["report"]["tasks"]["spans"]
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 1, 0)


@pytest.fixture(scope="module")
def raid(desk: Desk) -> dict[str, Any]:
    """Label the second article as it should not be: resized over emoji, overlapping, nested."""
    text, page = desk.open(RAID), desk.page
    page.show_handles()
    page.draw(key_of("MILITARY"), *find(text, "navy"))
    page.resize(text.index("navy"), start=text.index("The navy"))
    page.draw(key_of("CIVILIAN"), *find(text, "crews"))
    page.resize(text.index("crews"), start=text.index("two boat"))
    page.draw(key_of("MILITARY"), *find(text, "police"))
    page.resize(text.index("police"), end=find(text, "police 🔥 arrested")[1])
    page.draw(key_of("ARMED_GROUP"), *find(text, "forces \nand militias"))
    page.draw(key_of("MILITARY"), *find(text, "army chief"))
    page.draw(key_of("GOVERNMENT"), *find(text, "army"))
    page.draw(key_of("GOVERNMENT"), *find(text, "chief will"))
    page.press(key_of("neutral", "article_stance"))
    page.click_submit()
    return desk.raw("spans", RAID)


def test_a_span_cannot_be_taken_by_its_ends(desk: Desk, fleet: dict[str, Any]) -> None:
    text, page = desk.open(FLEET), desk.page
    page.until(lambda: page.regions == len(spans_of(fleet)), "the spans")
    page.select(text.index("accused"))
    page.wait_selected("ACCUSE")
    assert page.handles() == []


# The handles are hidden because of what follows: resizing counts UTF-16 units between the edge
# and the last edge or line break before it, and quotes the place that results, so that offsets
# and quoted text agree on what nobody meant.
@pytest.mark.parametrize(
    ("meant", "shift", "stored"),
    [
        ("The navy", (0, 0), "The navy"),
        ("two boat crews", (2, 0), "o boat crews"),
        ("police 🔥 arrested", (0, 1), "police 🔥 arrested "),
    ],
)
def test_a_resized_end_is_stored_off_by_the_emoji_before_it(
    desk: Desk, raid: dict[str, Any], meant: str, shift: tuple[int, int], stored: str
) -> None:
    text, value = desk.texts.texts[RAID], spans_of(raid)[stored]
    start, end = find(text, meant)
    assert (value["start"] - start, value["end"] - end) == shift
    assert text[value["start"] : value["end"]] == stored
    placed = place(text, value["start"], value["end"], value["text"])
    assert placed is not None
    assert (text[placed.start : placed.end], placed.how) == (stored.rstrip(), "exact")


def test_the_browser_drops_a_blank_before_a_line_break(desk: Desk, raid: dict[str, Any]) -> None:
    value = spans_of(raid)[r"forces\nand militias"]
    assert (value["start"], value["end"]) == find(desk.texts.texts[RAID], "forces \nand militias")


def test_the_reader_takes_a_span_with_a_blank_before_a_line_break(desk: Desk) -> None:
    text = desk.texts.texts[RAID]
    start, end = find(text, "forces \nand militias")
    assert place(text, start, end, r"forces\nand militias") == (start, end, "exact", False)


def test_a_pull_refuses_cut_tokens_nested_and_overlapping_spans_and_writes_nothing(
    desk: Desk, raid: dict[str, Any]
) -> None:
    assert len(spans_of(raid)) == 7
    before = tree(desk.corpus.submissions)
    code, out, err = desk.command("pull", "--annotator", "ann", "--round", "r2")
    assert (code, out) == (1, "")
    for found in (
        "'CIVILIAN 'o boat crews' (89 to 101)'; allowed: spans of whole tokens",
        "'GOVERNMENT 'army' (126 to 130), over MILITARY 'army chief' (126 to 136)'; allowed: ",
        "'GOVERNMENT 'chief will' (131 to 141), over MILITARY 'army chief' (126 to 136)'",
    ):
        assert found in err
    assert tree(desk.corpus.submissions) == before


@pytest.mark.parametrize(
    ("layer", "word"),
    [
        ("actor", "pier"),
        ("event", "raid"),
    ],
)
def test_the_hotkey_of_each_label_relabels_the_selected_span(
    desk: Desk, raid: dict[str, Any], layer: str, word: str
) -> None:
    text, page = desk.open(RAID), desk.page
    page.until(lambda: page.regions == len(spans_of(raid)), "the spans")
    (field,) = [field for field in SCHEME.of("spans") if field.name == layer]
    page.draw(str(field.labels[0].hotkey), *find(text, word))
    lost = []
    for label in field.labels[1:]:
        if not page.active:
            page.select(text.index(word) + 1)
            page.until(lambda: page.active, "the selected span")
        page.press(str(label.hotkey))
        page.wait_selected(label.name)
        if not page.active:
            lost.append(label.name)
    assert lost == []


def test_the_hotkey_of_each_choice_makes_it(desk: Desk, fleet: dict[str, Any]) -> None:
    page = desk.page

    def press_each(layer: Project, *names: str) -> None:
        for field in SCHEME.of(layer):
            for label in field.labels if field.name in names else ():
                page.press(str(label.hotkey))
                page.wait_checked(label.name)

    page.open_queue(desk.project("stance"))
    press_each("stance", "stance", "grounds", "holder")
    text = desk.open(FLEET)
    page.until(lambda: page.regions == len(spans_of(fleet)), "the spans")
    # Those that were chosen already are chosen last: a hotkey chosen again takes it back.
    page.press(key_of("pro-Iran", "article_stance"))
    press_each("spans", "article_stance")
    page.select(text.index("leaves"))
    page.wait_selected("RETREAT")
    press_each("spans", "mode")
