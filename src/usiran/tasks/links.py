"""Links from events to actors: how they are held, and how predictions write them.

A link says that an actor has a role in an event. Predictions and gold write it as a span
over the actor, the type of which names role and event:
``[203, 217, "agent@ASSAULT:240-246"]``. All offsets in files count in the article; a link
in hand counts from the start of the event's sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from usiran.text.spans import Span

_KIND = re.compile(r"([a-z_]+)@([A-Z]+):(\d+)-(\d+)")


class Link(NamedTuple):
    """One actor's role in one event.

    Parameters
    ----------
    role : str
        What the actor is in the event.
    event : Span
        Its label is the event's type.
    actor : Span
        Its label is not part of a link: it is left empty when read.
    """

    role: str
    event: Span
    actor: Span


def written(link: Link, start: int) -> Span:
    """Return the link as a span; `start` is the sentence's place in the article.

    Examples
    --------
    >>> written(Link("agent", Span(8, 14, "ASSAULT"), Span(0, 5, "")), 100)
    Span(start=0, end=5, label='agent@ASSAULT:108-114')
    """
    event = f"{link.event.label}:{link.event.start + start}-{link.event.end + start}"
    return Span(link.actor.start, link.actor.end, f"{link.role}@{event}")


def read(span: Span, start: int) -> Link:
    """Return the link that a span stands for.

    Raises
    ------
    ValueError
        The span's type is not that of a link.

    Examples
    --------
    >>> read(Span(0, 5, "agent@ASSAULT:108-114"), 100).event
    Span(start=8, end=14, label='ASSAULT')
    """
    found = _KIND.fullmatch(span.label)
    if found is None:
        raise ValueError(f"type '{span.label}': allowed is <role>@<event type>:<start>-<end>")
    role, kind, first, last = found.groups()
    event = Span(int(first) - start, int(last) - start, kind)
    return Link(role, event, Span(span.start, span.end, ""))


def written_all(links: Iterable[Link], start: int) -> tuple[Span, ...]:
    """Return the links of a sentence as spans, in order and each once."""
    return tuple(sorted({written(link, start) for link in links}))


def read_all(spans: Sequence[Span], start: int) -> list[Link]:
    """Return the links of a sentence."""
    return [read(span, start) for span in spans]
