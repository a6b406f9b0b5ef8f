"""Links from events to actors, and the coded span that files write for one.

In hand, offsets count from the start of the event's sentence; the actor may stand in another
sentence of the article, so they may be negative. A file writes a link as a span over the
actor, the type of which names role and event: ``[203, 217, "agent@ASSAULT:240-246"]``. The
event's offsets in a code always count in the article.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from usiran.text.spans import Span

_CODE = re.compile(r"([a-z_]+)@([A-Z]+):(\d+)-(\d+)")


SpanRow = tuple[int, int, str]


class Link(NamedTuple):
    """One actor's role in one event."""

    role: str
    event: Span
    actor: Span  # its label is no part of a link: it is left empty

    @property
    def label(self) -> str:
        """The role: what a span's label is to other tasks."""
        return self.role

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The offsets of event and actor, which are one pair whatever the role."""
        return *self.event[:2], *self.actor[:2]


def encode(link: Link, start: int) -> Span:
    """Return the link as a coded span; `start` is the sentence's place in the article.

    Examples
    --------
    >>> encode(Link("agent", Span(8, 14, "ASSAULT"), Span(0, 5, "")), 100)
    Span(start=0, end=5, label='agent@ASSAULT:108-114')
    """
    event = f"{link.event.label}:{link.event.start + start}-{link.event.end + start}"
    return Span(link.actor.start, link.actor.end, f"{link.role}@{event}")


def in_article(items: Iterable[Span | Link], start: int) -> tuple[SpanRow, ...]:
    """Return the spans or links of the sentence that begins at `start`, as files write them."""
    spans = (encode(item, start) if isinstance(item, Link) else item for item in items)
    return tuple((span.start + start, span.end + start, span.label) for span in spans)


def decode(span: Span, start: int) -> Link:
    """Return the link that a coded span stands for.

    Raises
    ------
    ValueError
        The span's type is not that of a link.

    Examples
    --------
    >>> decode(Span(0, 5, "agent@ASSAULT:108-114"), 100).event
    Span(start=8, end=14, label='ASSAULT')
    """
    code = _CODE.fullmatch(span.label)
    if code is None:
        raise ValueError(f"type '{span.label}': allowed is <role>@<event type>:<start>-<end>")
    role, event_type, first, last = code.groups()
    event = Span(int(first) - start, int(last) - start, event_type)
    return Link(role, event, Span(span.start, span.end, ""))


def link_set(links: Iterable[Link], start: int) -> tuple[Link, ...]:
    """Return a sentence's links in the order of a file, each once."""
    plain = {link._replace(actor=link.actor._replace(label="")) for link in links}
    # Codes are compared as text: stored files have been in this order since version 1.
    return tuple(sorted(plain, key=lambda link: encode(link, start)))
