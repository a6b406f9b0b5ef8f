"""All pages of a site: every link leads somewhere, texts are only texts, nothing is fetched."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest

from tests.support.pages import HOSTILE, html, read
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.companion_config import companion_views
from usiran.dataset.configs import views
from usiran.dataset.export.formats import export
from usiran.hidden import plain
from usiran.loading import Opened
from usiran.site import explore
from usiran.site.gold import GoldView
from usiran.site.guides import Guides
from usiran.text.ngrams import SharedRuns

SITES = ("files", "attacked", "masked", "whole")


def resolved(page: str, address: str) -> tuple[str, str]:
    """Return the file that an address leads to, and the place in it."""
    path, _, fragment = address.partition("#")
    parts: list[str] = []
    for part in (*PurePosixPath(page).parent.parts, *path.split("/")):
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/".join(parts) if path else page), unquote(fragment)


@pytest.mark.parametrize("site", SITES)
def test_every_link_leads_to_a_page_and_a_place_in_it(
    site: str, request: pytest.FixtureRequest
) -> None:
    files = request.getfixturevalue(site)
    pages = html(files)
    ids = {name: set(page.ids) for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        assert len(ids[name]) == len(page.ids), name
        for link in page.links:
            if re.match(r"https?:", link):
                continue
            target, fragment = resolved(name, unquote(link))
            if target not in files or (fragment and fragment not in ids.get(target, ())):
                broken.append(f"{name}: {link}")
    assert broken == []


@pytest.mark.parametrize("site", SITES)
def test_no_page_fetches_from_elsewhere_or_runs_what_it_holds(
    site: str, request: pytest.FixtureRequest
) -> None:
    files = request.getfixturevalue(site)
    for name, page in html(files).items():
        for source in page.sources:
            assert resolved(name, source)[0] in files, (name, source)
        assert set(page.inline) <= {"application/ld+json"}, name
        assert not [key for key in page.attributes if key.startswith("on") or key == "style"], name
        assert b"script-src 'self'; style-src 'self'" in files[name]


def test_hostile_words_are_shown_as_they_are(attacked: dict[str, bytes]) -> None:
    name = next(name for name in attacked if name.startswith("articles/"))
    page = read(attacked[name])
    assert plain(HOSTILE).strip() in page.text
    assert "⟨U+202E⟩" in page.text
    assert "⟨U+0007⟩" in page.text
    for content in attacked.values():
        assert "\u202e" not in content.decode()
        assert b"\x07" not in content


def test_every_sentence_and_every_span_has_its_address(
    files: dict[str, bytes], opened: Opened
) -> None:
    ids = {name: set(page.ids) for name, page in html(files).items()}
    for row in opened.rows("sentences"):
        assert row.sentence_id.partition("#")[2] in ids[f"articles/{row.article_id}.html"]
    for table in ("actors", "events"):
        for row in opened.rows(table):
            assert "@" + row.span_id.partition("@")[2] in ids[f"articles/{row.article_id}.html"]


def test_the_matrix_counts_what_the_export_of_dyads_counts(opened: Opened) -> None:
    exported = export(opened, "dyads").files["dyads.csv"].decode().splitlines()
    heads = exported[0].split(",")
    counted: dict[tuple[str, str, str], int] = {}
    for line in exported[1:]:
        row = dict(zip(heads, line.split(","), strict=True))
        key = (row["agent_affiliation"], row["recipient_affiliation"], row["quad"])
        counted[key] = counted.get(key, 0) + int(row["events"])
    shown = {
        (*sides, quad): listed.happenings(quad)
        for sides, listed in explore.dyads(GoldView(opened)).items()
        for quad in listed.events
        if all(sides)
    }
    assert shown == {key: count for key, count in counted.items() if count}


def test_a_number_of_the_matrix_opens_as_many_happenings(opened: Opened) -> None:
    for listed in explore.dyads(GoldView(opened)).values():
        shown = [told for part in listed.parts for _, told in part]
        for quad in listed.events:
            happened = {told.deed.happening for told in shown if told.deed.quad == quad}
            assert len(happened) == listed.happenings(quad)


def test_the_edition_without_words_has_no_word_of_a_text_and_every_page(
    opened: Opened, masked: dict[str, bytes], files: dict[str, bytes]
) -> None:
    runs = SharedRuns(opened.texts.texts.values(), size=3)
    shown = {name: page.text for name, page in html(masked).items()}
    shown |= {name: data.decode() for name, data in masked.items() if name.startswith("data/")}
    assert {name: found for name, text in shown.items() if (found := [*runs.runs_in(text)])} == {}
    assert set(masked) == set(files)


def test_rules_and_figures_quote_no_article(repo: Corpus) -> None:
    opened = loading.open(repo)
    runs = SharedRuns(opened.texts.texts.values(), [*opened.texts.texts])
    told = {guide.page: [*runs.runs_in(str(guide.html))] for guide in Guides.of(repo).guides}
    assert told == {page: [] for page in told}


def test_the_data_of_all_shards_is_every_sentence(files: dict[str, bytes], opened: Opened) -> None:
    index = json.loads(files["data/index.js"].decode().removeprefix("usiran.index(")[:-3])
    shards = [files[f"data/{number}.js"].decode() for number in range(index["shards"])]
    articles = [a for text in shards for a in json.loads(text.removeprefix("usiran.take(")[:-3])]
    sentences = [(key, row[0]) for key, _, rows in articles for row in rows]
    assert [f"{key}#{ordinal}" for key, ordinal in sentences] == [
        row.sentence_id for row in opened.rows("sentences")
    ]


def test_every_mark_of_the_home_page_opens_its_sentence_in_its_shape(
    files: dict[str, bytes], opened: Opened
) -> None:
    home, sides = files["index.html"].decode(), opened.scheme.contest.stances
    drawn = re.findall(r'<a href="articles/([^"]+)\.html#(\d+)".*?<(circle|rect)', home)
    rows = [(row.sentence_id, row.stance == sides[1]) for row in opened.rows("stance")]
    marks = [(f"{article}#{place}", shape == "circle") for article, place, shape in drawn]
    assert marks == rows


def test_what_submitted_systems_have_seen_is_said_to_be_their_makers_word(
    whole: dict[str, bytes],
) -> None:
    assert "of submitted systems that is their makers’ word" in whole["compare.html"].decode()


def test_the_home_page_says_what_may_be_done_once(whole: dict[str, bytes]) -> None:
    rights = read(whole["index.html"]).text.partition("What may be done with it")[2]
    said, _, colophon = rights.partition("data version")
    assert said.count("CC-BY-4.0") == colophon.count("CC-BY-4.0") == 1


def test_a_contested_sentence_tells_over_what_its_readers_part(
    whole: dict[str, bytes], repo_opened: Opened
) -> None:
    views = GoldView(repo_opened).sentence_of
    contested = [view for view in views.values() if view.contested]
    assert contested
    assert all(view.parted for view in contested)
    assert not [view for view in views.values() if view.parted and not view.contested]
    view = next(view for view in contested if dict(view.parted).get("holder"))
    page = read(whole[f"articles/{view.place.article_id}.html"])
    how = dict(view.parted)["holder"]
    assert f"holder contested: {how}" in page.text
    said = sum(int(count) for count in re.findall(r"(?<!-)\b\d+(?= )", how))
    assert said == sum(count for layer, _, count in view.votes if layer == "holder")
    assert "../agreement.html#where-the-two-ways-part" in page.links


def test_every_decision_leads_to_its_rule(whole: dict[str, bytes]) -> None:
    links = [link for page in html(whole).values() for link in page.links]
    assert any(link.endswith("guidelines.html#1.5.2") for link in links)
    assert any("casebook.html#" in link and "/" in link.partition("#")[2] for link in links)


@pytest.mark.parametrize("site", ["files", "whole"])
def test_every_column_and_code_is_in_the_dictionary(
    site: str, request: pytest.FixtureRequest, opened: Opened, repo_opened: Opened
) -> None:
    page = read(request.getfixturevalue(site)["data.html"])
    shown = opened if site == "files" else repo_opened
    ids, text = set(page.ids), " ".join(page.text.split())
    for view in (*views(shown.tables, shown.scheme), *companion_views(shown)):
        assert {view.name, *(f"{view.name}.{name}" for name in view.features)} <= ids
        assert [about for about in view.fields().values() if about not in text] == []
        for names in view.codes.values():
            codes = [f"{place}\xa0{name}" for place, name in enumerate(names)]
            assert ", ".join(codes).replace("\xa0", " ") in text
