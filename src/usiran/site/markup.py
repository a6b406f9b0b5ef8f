"""Pages from templates in which every text is foreign: escaped, and with nothing hidden in it."""

from __future__ import annotations

import json
import re
from functools import cache

from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from usiran.hidden import plain, plain_json
from usiran.io.templates import environment

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
"""What makes HTML of Markdown; HTML in it is shown as it is written."""


def visible(text: object) -> Markup:
    """Return a text as HTML, for an element or an attribute.

    >>> print(visible("a<b"))
    a&lt;b
    """
    return escape(plain(text))


def slug(text: str) -> str:
    """Return a text as a part of an address.

    >>> slug("verbal conflict"), slug("+")
    ('verbal-conflict', 'x')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def page_name(path: str, part: int) -> str:
    """Return the name of a page of what goes on over several; parts count from 0.

    >>> page_name("who/a", 0), page_name("who/a", 1)
    ('who/a.html', 'who/a--2.html')
    """
    return f"{path}{f'--{part + 1}' if part else ''}.html"


def markdown(text: str) -> Markup:
    """Return Markdown as HTML, such as a docstring's.

    >>> print(markdown("a ``b`` <c>"))
    <p>a <code>b</code> &lt;c&gt;</p>
    """
    return Markup(MARKDOWN.render(plain(text)).rstrip())


def json_script(document: object) -> Markup:
    """Return JSON that can stand inside a script element."""
    text = plain_json(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    return Markup(text.replace("<", "\\u003c"))


def render(page: str, /, **values: object) -> bytes:
    """Return a page, as the bytes of its file."""
    return _environment().get_template(f"{page}.html.jinja").render(**values).encode("utf-8")


@cache
def _environment() -> Environment:
    return environment(
        "usiran.site",
        slug,
        markdown,
        autoescape=True,
        # Foreign text reaches a page by way of this, whoever wrote the template.
        finalize=lambda value: value if isinstance(value, Markup | int) else plain(value),
    )
