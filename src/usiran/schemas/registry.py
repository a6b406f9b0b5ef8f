"""The actor registry."""

from typing import Any

from usiran.schemas.base import ACTOR_ID, Table, text

TABLE = Table(
    "registry",
    "One row is an actor. Key: actor_id. Source: annotation/actors.csv. Aliases are the surfaces "
    "that stand for this actor wherever they occur, divided by `` | ``; no alias belongs to two "
    "actors.",
    file="annotation/actors.csv",
    key=("actor_id",),
    columns={
        "actor_id": text("a readable slug", matches=ACTOR_ID),
        "name": text("canonical name", filled=True, typed=True, unique=True),
        "type": text("what kind of actor it is"),
        "affiliation": text("whose side it belongs to"),
        "aliases": text("surfaces, divided by ' | '", nullable=True, typed=True),
        "note": text("why this type or affiliation", nullable=True, typed=True),
    },
    labels={"type": "actor", "affiliation": "affiliation"},
)


def split_aliases(aliases: str | None) -> list[str]:
    """Return the surfaces of an alias field; none where it is missing.

    >>> split_aliases("PMU | PMF")
    ['PMU', 'PMF']
    """
    return [part.strip() for part in (aliases or "").split("|") if part.strip()]


def surfaces(actor: Any) -> list[str]:
    """Return what a row of the registry is called anywhere: its name and its aliases."""
    return [actor.name, *split_aliases(actor.aliases)]
