"""Guidelines, casebook, agreement and walks as pages: every rule has an address of its own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it.token import Token
from markupsafe import Markup

from usiran.corpus import Corpus
from usiran.hidden import plain
from usiran.site.markup import MARKDOWN, slug, visible
from usiran.text.articles import read_text

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NUMBER = re.compile(r"(\d+(?:\.\d+)*)\.?\s")
_ENTRY = re.compile(r"(\d+(?:\.\d+)*/\d+)\s")
_RULE = re.compile(r"(?<![\w./])(?:\d+(?:\.\d+)+(?:/\d+)?|\d+/\d+|^\d+(?=[,:]))(?![\w/])")
_WIDE = '<div class="wide" tabindex="0" role="group" aria-label="table">'
# File of the corpus folder, its page, and what the page is called.
PAGES = (
    ("annotation/GUIDELINES.md", "guidelines", "Guidelines"),
    ("annotation/CASEBOOK.md", "casebook", "Casebook"),
    ("annotation/ONE-PAGE.md", "one-page", "The scheme in one page"),
    ("annotation/AGREEMENT.md", "agreement", "Agreement"),
)
# The first walks of a newcomer come first, in this order; then whatever else docs/ holds.
WALKS = ("read", "analyse", "evaluate", "annotate")


@dataclass(frozen=True)
class Guide:
    """One page of rules or figures: its HTML, its sections, and the addresses in it."""

    page: str
    name: str
    html: Markup
    sections: tuple[tuple[str, str], ...]  # id, heading
    rules: frozenset[str]
    pictures: Mapping[str, bytes]


@dataclass(frozen=True)
class Guides:
    """All of them; a rule is looked for in the order of the pages. `walks` stand in docs/."""

    guides: tuple[Guide, ...]
    walks: tuple[Guide, ...] = ()

    @classmethod
    def of(cls, corpus: Corpus) -> Guides:
        """Return the pages of the files that the corpus has."""
        files = [*PAGES, *_walks(corpus.root)]
        present = [row for row in files if (corpus.root / row[0]).is_file()]
        links = {file: f"{page}.html" for file, page, _ in present}
        pages = [_guide(corpus.root, *row, links) for row in present]
        guides = [page for page in pages if "/" not in page.page]
        return cls(tuple(guides), tuple(page for page in pages if "/" in page.page))

    @cached_property
    def _page_of(self) -> dict[str, str]:
        rules: dict[str, str] = {}
        for guide in self.guides:
            for rule in guide.rules:
                rules.setdefault(rule, f"{guide.page}.html#{rule}")
        return rules

    def address(self, page: str, section: str) -> str:
        """Return where a section of a page stands; the page without it, or "" without the page."""
        for guide in self.guides:
            if guide.page == page:
                mark = f"#{section}" if section in dict(guide.sections) else ""
                return f"{page}.html{mark}"
        return ""

    def linked(self, reason: str, root: str) -> Markup:
        """Return a decision's reason with every rule that it names as a link to the rule."""
        parts, place = [], 0
        for match in _RULE.finditer(reason):
            address = self._page_of.get(match[0])
            if address is not None:
                parts.append(visible(reason[place : match.start()]))
                parts.append(Markup(f'<a href="{root}{address}">{match[0]}</a>'))
                place = match.end()
        return Markup("").join([*parts, visible(reason[place:])])


def _walks(root: Path) -> Iterator[tuple[str, str, str]]:
    names = {path.stem for path in (root / "docs").glob("*.md")}
    ordered = [name for name in WALKS if name in names]
    for name in [*ordered, *sorted(names.difference(WALKS))]:
        yield f"docs/{name}.md", f"docs/{slug(name)}", name
    yield "CONTRIBUTING.md", "docs/contributing", "Contributing"


def _guide(root: Path, file: str, page: str, name: str, links: Mapping[str, str]) -> Guide:
    path, up = root / file, "../" * page.count("/")
    text = plain(_COMMENT.sub("", read_text(path)))
    tokens = MARKDOWN.parse(text)
    sections = tuple(_with_addresses(tokens))
    rules = {str(token.attrs["id"]) for token in tokens if "id" in token.attrs}
    anchors = {_github(heading): key for key, heading in sections}
    pictures: dict[str, bytes] = {}
    for token in _all(tokens):
        if token.type == "inline":
            _lead(token.children or (), file, up, links, anchors)
        if token.type == "image":
            _take_picture(token, path, up, pictures)
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    # Wide tables and figures scroll, by keyboard too.
    html = html.replace("<table>", f"{_WIDE}<table>")
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    # A table without heads has empty ones in Markdown.
    html = html.replace("<th></th>", "<td></td>")
    # A walk is called what its first heading says.
    title = sections[0][1] if up and sections else name
    return Guide(page, title, Markup(html), sections, frozenset(rules), pictures)


def _with_addresses(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Give headings, numbered items and entries their ids; yield those of the headings."""
    section, used = "", set[str]()
    for number, token in enumerate(tokens):
        key = ""
        if token.type == "heading_open":
            heading = tokens[number + 1].content
            match = _NUMBER.match(heading)
            section = match[1] if match else ""
            key = section or slug(heading)
            if key not in used:
                yield key, heading
        elif token.type == "list_item_open" and token.level == 1:
            entry = _ENTRY.match(tokens[number + 2].content.lstrip("*"))
            # Cited as the item of its section: rule 1.5.2 is the second item of 1.5.
            item = f"{section}.{token.info}" if section and token.info else ""
            key = entry[1] if entry else item
        if key and key not in used:
            token.attrs["id"] = key
            used.add(key)


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _lead(
    tokens: Sequence[Token],
    file: str,
    up: str,
    links: Mapping[str, str],
    anchors: Mapping[str, str],
) -> None:
    """Turn links between files into links between pages, and those to other files into paths."""
    words, path = "", ""
    for token in tokens:
        words += token.content
        if token.type == "link_open":
            words, path = "", _led(token, file, up, links, anchors)
        elif token.type == "link_close" and path:
            token.type, token.content = "text", "" if words == path else f" ({path})"
            path = ""


def _led(
    token: Token, file: str, up: str, links: Mapping[str, str], anchors: Mapping[str, str]
) -> str:
    """Lead a link to its page; return the path of the file where it has none."""
    there, mark, anchor = str(token.attrs["href"]).partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(file), there))
    if re.match(r"https?:", there):
        token.attrs["rel"] = "noreferrer"
    elif target in links or not there:
        anchor = anchors.get(anchor, anchor)
        page = up + links[target] if there else ""
        token.attrs["href"] = page + (f"#{anchor}" if mark else "")
    else:
        token.type = "text"
        return target
    return ""


def _take_picture(token: Token, path: Path, up: str, pictures: dict[str, bytes]) -> None:
    source = path.parent / str(token.attrs["src"])
    inside = source.resolve().is_relative_to(path.parent.resolve())
    if inside and source.is_file() and source.suffix in (".svg", ".png"):
        name = f"static/{source.name.replace('+', '-')}"
        pictures[name] = source.read_bytes()
        token.attrs["src"] = up + name
    else:
        # Nothing is fetched from elsewhere: its words stand for a picture that is not here.
        token.type = "text"


def _github(heading: str) -> str:
    """Return the anchor that a heading has where Markdown is shown.

    >>> _github("1.4 Grounds, and the stance that follows")
    '14-grounds-and-the-stance-that-follows'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
