"""Sites of small corpora, and what a browser would read in their pages."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import typer.main

from tests.support.generated import build_generated
from usiran import loading
from usiran.cli.main import app
from usiran.loading import Opened
from usiran.site.pages import Site

SETTINGS = Path(__file__).parents[2] / "baselines"
HOSTILE = (
    "=1+1 <script>alert(1)</script> \u202etxt\u202c \x07 "
    "\"onmouseover='alert(2)'\" &amp; {{ 7*7 }} "
)
"""What must come out of every page as text."""


# With the site itself: the id of one that is gone could be another's.
_PAGES: dict[int, tuple[Mapping[str, bytes], dict[str, Read]]] = {}


@dataclass
class Read(HTMLParser):
    """What one page holds: its ids, addresses, scripts, handlers, styles and text."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    _texts: list[str] = field(default_factory=list)
    _in: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.attributes |= set(found)
        self._in = tag
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        self.sources += [found[name] for name in ("src", "action") if name in found]
        if tag == "link":
            self.sources.append(found["href"])
        if tag == "script" and "src" not in found:
            self.inline.append(found.get("type", ""))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in not in ("script", "style"):
            self._texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self._texts)


def read(content: bytes) -> Read:
    """Return what a page holds."""
    page = Read()
    page.feed(content.decode())
    return page


def site_files(
    opened: Opened, *, words: bool = True, source: Opened | None = None
) -> dict[str, bytes]:
    """Return every file of a corpus's site; `source` is what it was before it was hostile."""
    program = typer.Context(typer.main.get_command(app), info_name="usiran")
    site = Site(opened, words=words, program=program)
    site.source = source or opened
    return dict(site.files())


def html(files: Mapping[str, bytes]) -> dict[str, Read]:
    """Return every page, read; a site is read once, and kept."""
    if id(files) not in _PAGES:
        pages = {name: read(data) for name, data in files.items() if name.endswith(".html")}
        _PAGES[id(files)] = (files, pages)
    return _PAGES[id(files)][1]


def hostile(opened: Opened) -> Opened:
    """Return a corpus the words of which attack the page, at the offsets that they had."""
    texts = {
        key: (HOSTILE * (len(text) // len(HOSTILE) + 1))[: len(text)]
        for key, text in opened.texts.texts.items()
    }
    tables = dict(opened.tables)
    for name, columns in {
        "articles": ("title", "publisher", "note", "author"),
        "registry": ("name", "note", "aliases"),
        "decisions": ("reason",),
    }.items():
        tables[name] = tables[name].assign(**dict.fromkeys(columns, HOSTILE))
    for name in ("stance", "actors", "events"):
        rows = tables[name]
        places = zip(rows["article_id"], rows["start"], rows["end"], strict=True)
        tables[name] = rows.assign(text=[texts[key][start:end] for key, start, end in places])
    return replace(opened, tables=tables, texts=replace(opened.texts, texts=texts))


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a site into a folder."""
    from usiran.io.atomic import fill

    fill(folder, files)
    return folder


def open_generated(root: Path, articles: int) -> Opened:
    """Return a generated corpus of some articles."""
    corpus = build_generated(root, articles)
    corpus.baselines.mkdir(exist_ok=True)
    for path in SETTINGS.glob("*.toml"):
        shutil.copy(path, corpus.baselines)
    return loading.open(corpus).refuse_findings()
