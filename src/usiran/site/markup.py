"""Pages from templates in which every text is foreign: escaped, and with nothing hidden in it."""

from __future__ import annotations

import json
import re
from functools import cache

import regex
from jinja2 import Environment
from markupsafe import Markup, escape

from usiran.io.templates import environment

# Joiners are part of words in many scripts, and of emoji.
_HIDDEN = regex.compile(r"(?V1)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}--[\n\t\u200c\u200d]]")


def plain(text: object) -> str:
    r"""Return a text with its control characters and direction marks told by their codes.

    >>> plain("a\u202eb\x00")
    'a⟨U+202E⟩b⟨U+0000⟩'
    """
    shown = str(text)
    # Almost every text is printable, which is far faster to tell.
    if shown.isprintable():
        return shown
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", shown)


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


def json_script(document: object) -> Markup:
    """Return JSON that can stand inside a script element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def render(page: str, /, **values: object) -> bytes:
    """Return a page, as the bytes of its file."""
    return _environment().get_template(f"{page}.html.jinja").render(**values).encode("utf-8")


@cache
def _environment() -> Environment:
    return environment(
        "usiran.site",
        slug,
        autoescape=True,
        # Foreign text reaches a page by way of this, whoever wrote the template.
        finalize=lambda value: value if isinstance(value, Markup | int) else plain(value),
    )
