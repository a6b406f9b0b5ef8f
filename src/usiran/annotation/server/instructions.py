"""What Label Studio shows of the guidelines: an instruction before the tasks, the rules beside."""

import html
import re
from collections.abc import Iterator
from itertools import zip_longest

from markdown_it import MarkdownIt

from usiran.corpus import ADDRESS, Corpus, read_toml
from usiran.hidden import plain
from usiran.label_studio.config import Rule
from usiran.schemas.label_scheme import Field, Project, Scheme
from usiran.text.articles import read_text

_SECTIONS = ("How to work", "Before you submit")
_HEADING = re.compile(r"^## (?:\d+\. )?(.+)$", re.MULTILINE)
_NUMBERED = re.compile(r"^##+ (\d[\d.]* .+)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": False})
for _mark in ("link_open", "link_close"):
    # A link would lead to a place of the guidelines that the page does not have.
    _MARKDOWN.add_render_rule(_mark, lambda *_: "")


def instruction(corpus: Corpus, scheme: Scheme, layer: Project) -> str:
    """Return a project's instruction as HTML: every label and its key, and how to work.

    The sections "How to work" and "Before you submit" come from GUIDELINES.md, where there
    is one; the tables come from the label scheme, as those of the guidelines do.
    """
    # Of the second level: from heading, without its number, to content.
    sections = dict(_parts(_text(corpus, "GUIDELINES.md"), _HEADING))
    parts = [
        f"<p>The whole rules stand in annotation/GUIDELINES.md (version {scheme.version}).</p>"
    ]
    parts += [_table(field) for field in scheme.of(layer)]
    for name in _SECTIONS:
        if name in sections:
            parts.append(f"<h4>{name}</h4>{_MARKDOWN.render(plain(sections[name]))}")
    return "\n".join(parts)


def rules(corpus: Corpus) -> list[Rule]:
    """Return what can be opened in the page: the scheme in one page, then each numbered rule.

    Where the corpus says its repository's address, each rule leads to its place there.
    """
    one_page, guidelines = (_text(corpus, name) for name in ("ONE-PAGE.md", "GUIDELINES.md"))
    heading, _, content = one_page.partition("\n")
    scheme, address = Rule(heading.lstrip("# "), content.strip()), _address(corpus)
    numbered = (_leading(rule, address) for rule in _parts(guidelines, _NUMBERED) if rule.text)
    # A heading whose rules stand under headings of their own would open to nothing.
    return [*([scheme] if scheme.text else []), *numbered]


def _leading(rule: Rule, address: str) -> Rule:
    """Return a rule with a link to its place at the guidelines' address, if there is one."""
    if not address:
        return rule
    # As pages of repositories make a heading's anchor.
    anchor = re.sub(r"[^\w\- ]", "", rule.heading.lower()).replace(" ", "-")
    return Rule(rule.heading, f"{rule.text}\n\n[In the guidelines]({address}#{anchor})")


def _address(corpus: Corpus) -> str:
    """Return where the guidelines are read on the web; empty where nobody says so."""
    path = corpus.description
    address = str(read_toml(path).get("repository", "")) if path.is_file() else ""
    # A build refuses any other; the page must not have it before.
    if not address or not re.fullmatch(ADDRESS, address):
        return ""
    return f"{address.rstrip('/')}/blob/main/annotation/GUIDELINES.md"


def _text(corpus: Corpus, name: str) -> str:
    path = corpus.annotation / name
    return _COMMENT.sub("", read_text(path)).strip() if path.is_file() else ""


def _parts(text: str, kind: re.Pattern[str]) -> Iterator[Rule]:
    """Yield what stands under each heading of a kind."""
    headings = list(kind.finditer(text))
    for heading, following in zip_longest(headings, headings[1:]):
        end = following.start() if following else len(text)
        yield Rule(heading[1], text[heading.end() : end].strip())


def words_of(instruction: str | None) -> list[str]:
    """Return the words of an instruction: what stays the same when a server cleans its HTML.

    >>> words_of('<p>Read <b class="x">all</b> &amp; label</p>')
    ['Read', 'all', '&', 'label']
    """
    return html.unescape(re.sub(r"<[^>]*>", " ", instruction or "")).split()


def _table(field: Field) -> str:
    rows = "".join(
        f"<tr><td><b>{_escape(label.name)}</b></td>"
        f"<td>{f'<code>{_escape(label.hotkey)}</code>' if label.hotkey else ''}</td>"
        f"<td>{_escape(label.definition)}</td></tr>"
        for label in field.labels
    )
    # Label Studio lets a few attributes through only, and no style.
    table = f'<table cellpadding="4"><tbody>{rows}</tbody></table>'
    return f"<h4>{_escape(field.question)}</h4>{table}"


def _escape(text: str) -> str:
    return html.escape(plain(text), quote=False)
