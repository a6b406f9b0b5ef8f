"""Labelled spans inside a text as HTML: nested where they nest, cut where they cross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from markupsafe import Markup, escape

from usiran.hidden import plain
from usiran.site.markup import visible

_SHORT = 16


class Mark(NamedTuple):
    """One labelled span of an article: offsets in code points of its text.

    `fragment` is its address in the page, `words` its text, `tag` what is written beside it.
    `agents` and `recipients` are fragments of an event's actors; `actor`, `actor_id` and
    `affiliation` say who an actor is; `votes` is by label, how many annotators gave it.
    """

    fragment: str
    layer: str
    start: int
    end: int
    label: str
    words: str = ""
    tag: str = ""
    actor: str = ""
    actor_id: str = ""
    affiliation: str = ""
    contested: bool = False
    votes: tuple[tuple[str, int], ...] = ()
    agents: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


@dataclass
class _Node:
    """A stretch of one mark; a mark that crosses another is cut into several."""

    start: int
    end: int
    mark: Mark
    first: bool
    last: bool
    children: list[_Node] = field(default_factory=list)


def marked(text: str, start: int, marks: Iterable[Mark]) -> Markup:
    """Return a text that begins at `start` of its article, with the marks in it.

    >>> print(marked("US troops", 10, [Mark("@a", "actor", 10, 12, "GOV", tag="GOV")]))
    <span class="m actor short" id="@a" data-t="GOV">US</span> troops
    """
    return _inside(text, start, start, start + len(text), _tree(marks))[0]


def _tree(marks: Iterable[Mark]) -> list[_Node]:
    """Return the marks as trees; the longest of those that begin together is outermost."""
    number = 0
    waiting: list[tuple[int, int, int, Mark, bool]] = []
    for number, mark in enumerate(marks):
        waiting.append((mark.start, -mark.end, number, mark, True))
    heapify(waiting)
    roots: list[_Node] = []
    stack: list[_Node] = []
    while waiting:
        start, end, _, mark, first = heappop(waiting)
        end = -end
        while stack and stack[-1].end <= start:
            stack.pop()
        cut = stack[-1].end if stack and stack[-1].end < end else end
        if cut < end:
            number += 1
            heappush(waiting, (cut, -end, number, mark, False))
        node = _Node(start, cut, mark, first, cut == end)
        (stack[-1].children if stack else roots).append(node)
        stack.append(node)
    return roots


def _inside(
    text: str, offset: int, start: int, end: int, nodes: Sequence[_Node]
) -> tuple[Markup, int]:
    """Return the HTML of a stretch, and how deep marks lie in one another there."""
    parts, depth, place = [], 0, start
    for node in nodes:
        between = text[place - offset : node.start - offset]
        parts.append(visible(between))
        inner, below = _inside(text, offset, node.start, node.end, node.children)
        # Where nothing stands between two marks their lines must not run together.
        beside = not between and place > start
        parts.append(_element(node, inner, below, beside=beside))
        depth, place = max(depth, below + 1), node.end
    parts.append(visible(text[place - offset : end - offset]))
    return Markup("").join(parts), depth


def _element(node: _Node, inner: Markup, below: int, *, beside: bool) -> Markup:
    mark = node.mark
    classes = f"m {mark.layer}" + (f" d{min(below, 3)}" if below else "")
    classes += " contested" if mark.contested else ""
    classes += " beside" if beside else ""
    # What is written beside it stays with it on one line.
    classes += " short" if mark.end - mark.start <= _SHORT else ""
    attributes = {"class": classes}
    if node.first:
        attributes["id"] = mark.fragment
    if node.last:
        attributes["data-t"] = mark.tag
    if mark.agents or mark.recipients:
        attributes["data-agents"] = " ".join(mark.agents)
        attributes["data-recipients"] = " ".join(mark.recipients)
    if mark.actor:
        attributes["title"] = f"{mark.actor} ({mark.affiliation})"
    listed = "".join(f' {name}="{escape(plain(value))}"' for name, value in attributes.items())
    return Markup(f"<span{listed}>{inner}</span>")
