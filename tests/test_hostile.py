"""Hostile words of a corpus reach no terminal, card, table, picture, config or page unescaped."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import regex
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support import synthetic
from tests.support.command import Done, call, tree
from tests.support.hostile import HOSTILE, MARKUP, TYPED, UNSEEN, build_hostile
from tests.support.hub import Hub
from tests.support.pages import html
from tests.support.publisher import REPO, Publisher, hub, hub_server, program
from tests.support.releasable import commit, git, releasable
from tests.support.tiny import GAS
from usiran.corpus import Corpus
from usiran.hidden import plain
from usiran.io.markdown import words
from usiran.label_studio.config import config
from usiran.schemas.label_scheme import read_scheme

__all__ = ["hub", "hub_server", "program"]
_UNSEEN = regex.compile(r"(?V1)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}--[\n\t]]")
_FORMULA = regex.compile(r"\s*[=+@-]|[\t\r\n]")
_HANDLERS = {"onerror", "onload", "onclick", "onmouseover"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The corpus, found sound and built."""
    made = build_hostile(tmp_path_factory.mktemp("hostile") / "corpus")
    assert_seen(call("validate", at=made))
    assert_seen(call("build", at=made))
    return made


def unseen(text: str) -> list[str]:
    """Return what cannot be seen in a text."""
    return _UNSEEN.findall(text)


def assert_seen(done: Done, code: int = 0) -> str:
    """Assert how a command ended and that all it printed can be seen; return what it printed."""
    assert done.code == code, done.err
    assert not unseen(done.out + done.err)
    return done.out


# Terminals


@pytest.mark.parametrize(
    "words",
    [
        ("annotate", "adjudicate", "--list", "--round", "r1"),
        ("annotate", "adjudicate", "--list", "--as-sheet", "--round", "r1"),
        ("annotate", "sheet", GAS),
        ("articles", "sentences", GAS),
        ("articles", "list"),
        ("show", GAS),
        ("show", f"{GAS}#002"),
        ("status",),
        ("annotate", "adjudicate", "--list", "--all", "--round", "r1"),
        ("annotate", "adjudicate", "--list", "--json", "--round", "r1"),
        ("annotate", "queue", "--by", "findings", "--json"),
        ("articles", "link", "--json"),
        ("show", GAS, "--json"),
        ("status", "--json"),
    ],
)
def test_what_a_command_prints_can_be_seen(corpus: Corpus, words: tuple[str, ...]) -> None:
    assert assert_seen(call(*words, at=corpus))


def test_who_is_not_linked_is_listed_in_words_that_can_be_seen(
    corpus: Corpus, tmp_path: Path
) -> None:
    unlinked = Corpus(shutil.copytree(corpus.root, tmp_path / "corpus"))
    links = unlinked.annotation / "actor_links.csv"
    header, *rows = links.read_text("utf-8").splitlines(keepends=True)
    assert rows
    links.write_text(header, "utf-8")
    listed = assert_seen(call("articles", "link", "--list", at=unlinked))
    assert listed.startswith("=1+⟨U+200B⟩`⟨U+0007⟩ (GOVERNMENT), 2 mentions")


def test_json_on_a_terminal_says_the_words_in_escapes(corpus: Corpus) -> None:
    shown = assert_seen(call("articles", "list", "--json", at=corpus))
    assert TYPED in {article["publisher"] for article in json.loads(shown)}


def test_errors_show_what_they_quote(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "a\x1b]0;t\x07\u202eb.txt"
    file.write_text("They left.", "utf-8")
    for line in (
        ("articles", "sentences", HOSTILE),
        ("export", HOSTILE, "--output", tmp_path / "out"),
        ("export", "conll", "--article", HOSTILE, "--output", tmp_path / "out"),
        ("annotate", "import", file, "--round", "r1", "--annotator", "ann"),
        ("articles", "add", file, "--title", HOSTILE, "--url", HOSTILE),
        ("predict", file, file, "--output", tmp_path / "out"),
        ("diff", HOSTILE),
    ):
        assert_seen(call(*line, at=corpus), code=1)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_sheets_and_outlines_are_read_again(corpus: Corpus, tmp_path: Path) -> None:
    before = tree(corpus.root)
    outline = tmp_path / "outline.txt"
    outline.write_text(call("articles", "sentences", GAS, at=corpus).out, "utf-8")
    done = call("articles", "sentences", GAS, "--apply", outline, at=corpus)
    assert assert_seen(done) == f"{GAS}: 0 sentences changed, 5 as they were\n"
    assert tree(corpus.root) == before


# Markdown and YAML


def marks(text: str) -> Iterator[Token]:
    """Yield everything that Markdown reads in a page."""
    for token in (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    ):
        yield from (token, *(token.children or ()))


def assert_inert(page: str) -> None:
    """Assert that others' words are no marks: what stands in a page is its own."""
    assert not unseen(page)
    for token in marks(page):
        if token.type in ("html_inline", "html_block"):
            assert token.content.lstrip().startswith("<!--")
        assert token.type not in ("image", "s_open")
        assert not str(token.attrs.get("href", "")).startswith("javascript")
        assert "javascript:x" not in str(token.attrs)


def test_cards_and_datasheets_show_the_words(corpus: Corpus) -> None:
    card = (corpus.dataset / "README.md").read_text("utf-8")
    _, front, page = card.split("---\n", 2)
    assert yaml.safe_load(front)["pretty_name"] == plain(HOSTILE)
    (heading,) = (token for token in marks(page) if token.content == words(HOSTILE))
    assert "".join(part.content for part in heading.children or ()) == plain(HOSTILE)
    for text in (page, (corpus.root / "DATASHEET.md").read_text("utf-8")):
        assert_inert(text)
    cited = yaml.safe_load((corpus.root / "CITATION.cff").read_text("utf-8"))
    assert cited["title"] == plain(HOSTILE)
    assert json.loads((corpus.dataset / "croissant.json").read_bytes())["alternateName"] == HOSTILE
    described = ("croissant.json", "ro-crate-metadata.json", "eval.yaml", "../codemeta.json")
    for path in (corpus.dataset / name for name in described):
        assert not path.exists() or not unseen(path.read_text("utf-8"))


@pytest.mark.parametrize("start", ["- ", "1. ", "# ", "+ ", "> ", "===", "    ", "```", "|", "\t"])
def test_words_begin_no_block_of_markdown(start: str) -> None:
    text = f"{start}{MARKUP}"
    tokens = list(marks(words(text)))
    assert [token.type for token in tokens if token.type.endswith("_open")] == ["paragraph_open"]
    shown = "".join(token.content for token in tokens if token.type == "text")
    assert shown.replace("\\", "") == " ".join(text.split()).replace("\\", "")


# XML and pictures


def test_configs_are_xml_with_the_definitions(corpus: Corpus) -> None:
    scheme = read_scheme(corpus.labels)
    for project in ("stance", "spans"):
        root = ET.fromstring(config(scheme, project))
        assert plain(HOSTILE) in {element.get("hint") for element in root.iter()}
        assert {element.tag for element in root.iter()} & {"script", "img"} == set()


def test_pictures_are_xml_with_the_words(corpus: Corpus, tmp_path: Path) -> None:
    pictures = pytest.importorskip("usiran.io.pictures", exc_type=ImportError)
    file = tmp_path / "labels.svg"
    options = ("--round", "r2", "--draws", "100", "--figure", file)
    assert_seen(call("annotate", "agreement", *options, at=corpus))
    ET.parse(file)
    with pictures.style():
        picture = pictures.Figure()
        # Characters without a picture are no matter of this test.
        picture.suptitle(MARKUP + UNSEEN[1])
        with pytest.warns(UserWarning, match="Glyph 27"):
            content = pictures.svg(picture, MARKUP + UNSEEN[1], MARKUP)
    said = [element.text for element in ET.fromstring(content).iter()]
    assert said.count(plain(MARKUP + UNSEEN[1])) == 2


# Tables for spreadsheets


@pytest.mark.parametrize(
    ("options", "kept"), [(("events", "--csv"), 5), (("dyads", "--by", "actor"), 2)]
)
def test_no_cell_for_a_spreadsheet_is_a_formula(
    corpus: Corpus, tmp_path: Path, options: tuple[str, ...], kept: int
) -> None:
    assert_seen(call("export", *options, "--output", tmp_path / "out", at=corpus))
    for path in (tmp_path / "out").glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        assert len(rows) > kept
        assert not [cell for row in rows for cell in row if _FORMULA.match(cell)]
        assert not unseen(path.read_text("utf-8"))


@pytest.mark.parametrize("name", ["brat", "conll", "label-studio", "events"])
def test_formats_of_data_have_the_words_as_they_stand(
    corpus: Corpus, tmp_path: Path, name: str
) -> None:
    assert_seen(call("export", name, "--output", tmp_path / "out", at=corpus))
    if name == "brat":
        text = corpus.article(GAS).read_bytes()
        assert (tmp_path / "out" / f"{GAS}.txt").read_bytes() == text
    for path in (tmp_path / "out").glob("*.ann"):
        lines = path.read_text("utf-8").splitlines()
        assert all(line.count("\t") in (1, 2) and line[0] in "TRA#" for line in lines)
    for path in (tmp_path / "out").glob("*.json"):
        json.loads(path.read_bytes())


# Editions


def test_an_edition_without_words_shows_no_others(corpus: Corpus, tmp_path: Path) -> None:
    words = ("build", "--text", "withhold", "--output", tmp_path / "free", "--quiet")
    assert_seen(call(*words, at=corpus))
    page = (tmp_path / "free" / "README.md").read_text("utf-8").split("---\n", 2)[2]
    assert_inert(page)


# Releases


@pytest.fixture(scope="module")
def releasing(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus that can be released, of which title and sources are hostile."""
    made = releasable(tmp_path_factory.mktemp("releasing") / "corpus")
    manifest = made.dataset / "corpus.toml"
    title = f"title = {json.dumps(HOSTILE, ensure_ascii=False)}"
    manifest.write_text(re.sub("(?m)^title = .*$", lambda _: title, manifest.read_text()))
    commit(Corpus(made.root))
    return Corpus.find(made.root)


def test_a_release_shows_the_words_and_its_edition_does(
    releasing: Corpus, hub: Hub, program: Publisher
) -> None:
    assert_seen(call("release", "1.0.0", "--reason", HOSTILE, "--dry-run", at=releasing))
    assert_seen(call("release", "1.0.0", "--quiet", at=releasing))
    for path in (releasing.dataset / "releases/1.0.0").rglob("*.md"):
        assert_inert(path.read_text("utf-8"))
    git(releasing, "add", "--all")
    git(releasing, "commit", "--quiet", "--message", "Data 1.0.0")
    git(releasing, "tag", "v1.0.0")
    for text in ("include", "withhold"):
        words = ("publish", "--repo-id", REPO, "--text", text)
        rehearsed = program.run(*words, "--dry-run", at=releasing)
        assert_seen(rehearsed)
        assert "dry run: nothing was written" in rehearsed.err
    assert_seen(program.run(*words, at=releasing))
    card = hub.repos["dataset", REPO].contents("main")["README.md"].decode()
    assert_inert(card.split("---\n", 2)[2])


# Pages


def test_pages_hold_the_words_as_text(corpus: Corpus, tmp_path: Path) -> None:
    assert_seen(call("site", "--output", tmp_path / "site", "--quiet", at=corpus))
    files = {
        path.relative_to(tmp_path / "site").as_posix(): path.read_bytes()
        for path in (tmp_path / "site").rglob("*.html")
    }
    for page in html(files).values():
        assert not page.attributes & _HANDLERS
        assert not [link for link in page.links if link.startswith("javascript")]
        assert not [source for source in page.sources if "a.example" in source or source == "x"]
    for content in files.values():
        assert not unseen(content.decode())


# The benchmark


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus that can be learned from, with a system whose title is hostile."""
    root = tmp_path_factory.mktemp("scored")
    made = synthetic.write_corpus(root, synthetic.tables(articles=3, sentences=6))
    settings = made.baselines / "tfidf-nb.toml"
    title = f"title = {json.dumps(MARKUP)}"
    settings.write_text(re.sub("(?m)^title = .*$", lambda _: title, settings.read_text()))
    run = ("--task", "stance", "--system", "tfidf-nb", "--draws", "100", "--fresh")
    assert_seen(call("benchmark", "run", *run, at=made))
    return made


def test_leaderboards_and_cards_of_systems_show_their_makers_words(scored: Corpus) -> None:
    stored = scored.baselines / "results/tfidf-nb/stance.predictions.jsonl"
    named = ("--task", "stance", "--system", "mine", "--title", MARKUP, "--description", MARKUP)
    assert_seen(call("benchmark", "submit", stored, *named, "--draws", "100", at=scored))
    for name in ("LEADERBOARD.md", "results/mine/README.md"):
        page = (scored.baselines / name).read_text("utf-8")
        assert words(f"{MARKUP}. {MARKUP}") in page
        assert_inert(page)


def test_pictures_show_the_titles_of_systems_as_text(scored: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert_seen(call("benchmark", "report", "--output", tmp_path / "drawn", at=scored))
    pictures = sorted((tmp_path / "drawn").glob("*.svg"))
    assert len(pictures) > 3
    for path in pictures:
        content = path.read_text("utf-8")
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(content).iter()}
        assert not tags & {"script", "img", "a", "foreignObject"}
        assert not unseen(content)


def test_a_model_and_its_labels_of_hostile_texts(scored: Corpus, tmp_path: Path) -> None:
    model, texts, labelled = (tmp_path / name for name in ("model", "texts", "labelled"))
    assert_seen(call("train", "stance", "tfidf-nb", "--output", model, at=scored))
    _, front, page = (model / "README.md").read_text("utf-8").split("---\n", 2)
    assert yaml.safe_load(front)["library_name"] == "skops"
    assert words(MARKUP) in page
    assert_inert(page)
    texts.mkdir()
    (texts / "a\x1b]0;t\x07\u202eb.txt").write_text(f"{HOSTILE}. They left.", "utf-8")
    to = ("--output", labelled, "--format", "csv", "--html")
    assert_seen(call("predict", model, texts, *to, at=scored))
    (file,) = (labelled / "stance").iterdir()
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    # A file of data, not for a spreadsheet: every character of the text.
    assert "".join("".join(row["text"].split()) for row in rows).startswith("=1+1<script>")
    assert_seen(call("estimate", labelled, at=scored))
    for path in labelled.rglob("*.html"):
        assert not unseen(path.read_text("utf-8"))
