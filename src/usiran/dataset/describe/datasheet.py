"""DATASHEET.md: its figures, made from the data, around what people wrote.

A block stands between ``<!-- figures: NAME -->`` and ``<!-- /figures -->``; all other lines are
written by hand.
"""

import re

from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose, listed
from usiran.errors import Finding, InputError
from usiran.io.templates import template

FILE = "DATASHEET.md"
# Each is a macro of the template.
BLOCKS = (
    *("sizes", "labels", "articles", "annotators", "agreement", "gold", "garbled"),
    *("contrast", "companion", "rights", "versions"),
)
_BLOCK = re.compile(r"(<!-- figures: (?P<name>[^\n]*?) -->\n).*?(<!-- /figures -->)", re.DOTALL)


def fill(text: str, facts: Facts, *, file: str = FILE) -> str:
    """Return the datasheet with every block made anew."""
    names = re.findall(r"<!-- figures: ([^\n]*?) -->", text)
    ends = text.count("<!-- /figures -->")
    closed = [match["name"] for match in _BLOCK.finditer(text)]
    if unknown := [name for name in names if name not in BLOCKS]:
        allowed = f"one of {', '.join(BLOCKS)}"
        raise InputError([Finding(file, "", "figures", unknown[0], allowed, "name one of these")])
    # A block without an end would take the next one's end, and the prose between them with it.
    if closed != names or ends != len(names):
        value = f"{len(names)} beginnings and {ends} ends"
        allowed = "<!-- figures: NAME -->, a line end, and <!-- /figures --> around each block"
        raise InputError([Finding(file, "", "figures", value, allowed, "put the marks in pairs")])
    values = {"facts": facts, "prose": Prose(facts), "listed": listed}
    blocks = template("usiran.dataset.describe", "datasheet.md.jinja").make_module(values)
    return _BLOCK.sub(lambda match: f"{match[1]}{getattr(blocks, match['name'])()}{match[3]}", text)
