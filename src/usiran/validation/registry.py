"""The actor registry, its links and the crosswalks: nothing ambiguous, nothing left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from usiran.errors import Finding
from usiran.schemas.tables import FILES, Allowed, Frames, rows_of


def split_aliases(aliases: object) -> list[str]:
    """Return the surfaces of an alias field; none where it is missing.

    Examples
    --------
    >>> split_aliases("PMU | PMF")
    ['PMU', 'PMF']
    """
    return (
        [part.strip() for part in aliases.split("|") if part.strip()]
        if isinstance(aliases, str)
        else []
    )


def aliases_unique(frames: Frames) -> Iterator[Finding]:
    """Find surfaces that stand for two actors."""
    holders: dict[str, list[str]] = defaultdict(list)
    for row in rows_of(frames["registry"]):
        for surface in dict.fromkeys([row.name, *split_aliases(row.aliases)]):
            holders[surface].append(row.actor_id)
    for surface, actors in holders.items():
        if len(actors) > 1:
            allowed = f"an alias of one actor (it is one of {', '.join(actors)})"
            fix = "keep it for one actor, and link the other's mentions in actor_links.csv"
            yield Finding(FILES["registry"], actors[-1], "aliases", surface, allowed, fix)


def types_agree(frames: Frames) -> Iterator[Finding]:
    """Find linked spans whose type is not their actor's."""
    types = dict(zip(frames["registry"]["actor_id"], frames["registry"]["type"], strict=True))
    for row in rows_of(frames["actors"]):
        expected = types.get(row.actor_id)
        if expected is not None and expected != row.type:
            found = f"{row.type} linked to {row.actor_id}"
            allowed = f"an actor of type {row.type} ({row.actor_id} is {expected})"
            fix = "correct the type, or link the span to another actor in actor_links.csv"
            yield Finding(FILES["actors"], row.span_id, "actor_id", found, allowed, fix)


def all_linked(frames: Frames) -> Iterator[Finding]:
    """Find actor spans that are neither linked nor said to be unlinkable, with a reason."""
    listed = set(frames["actor_links"]["span_id"])
    for row in rows_of(frames["actors"]):
        if pd.isna(row.actor_id) and row.span_id not in listed:
            allowed = f"an alias in {FILES['registry']}, or a row in {FILES['actor_links']}"
            fix = "add the alias, link the span, or say there why it stays unlinked"
            yield Finding(FILES["actors"], row.span_id, "actor_id", str(row.text), allowed, fix)


def crosswalks_complete(
    frames: Frames, allowed: Allowed, quads: dict[str, str]
) -> Iterator[Finding]:
    """Find event labels that a crosswalk leaves out, and quad classes that are not the scheme's."""
    frame = frames["crosswalks"]
    for name, rows in frame.groupby("crosswalk", sort=True):
        file = f"{FILES['crosswalks']}/{name}.csv"
        for event in allowed["event"]:
            if event not in set(rows["event"]):
                yield Finding(file, event, "event", "", "a row for every event label", "add a row")
    for row in rows_of(frame[frame["crosswalk"] == "quad"]):
        expected = quads.get(row.event)
        if expected is not None and row.target != expected:
            file = f"{FILES['crosswalks']}/quad.csv"
            told = f"{expected}, as labels.toml says"
            yield Finding(file, row.event, "target", str(row.target), told, "correct one of them")
