"""The actor registry and the links that its aliases cannot give."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ACTOR_ID, ACTOR_SPAN_ID, Table


class Registry(Table):
    """One row is an actor. Key: actor_id. Source: annotation/actors.csv.

    Aliases are the surfaces that stand for this actor wherever they occur, divided by `` | ``;
    no alias belongs to two actors.
    """

    actor_id: str = pa.Field(unique=True, str_matches=ACTOR_ID, description="a readable slug")
    name: str = pa.Field(unique=True, str_length={"min_value": 1}, description="canonical name")
    type: str = pa.Field(description="what kind of actor it is")
    affiliation: str = pa.Field(description="whose side it belongs to")
    aliases: str = pa.Field(nullable=True, description="surfaces, divided by ' | '")
    note: str = pa.Field(nullable=True, description="why this type or affiliation")

    class Config(Table.Config):
        """Names the table."""

        name = "registry"


def split_aliases(aliases: object) -> list[str]:
    """Return the surfaces of an alias field; none where it is missing.

    Examples
    --------
    >>> split_aliases("PMU | PMF")
    ['PMU', 'PMF']
    """
    if not isinstance(aliases, str):
        return []
    return [part.strip() for part in aliases.split("|") if part.strip()]


class ActorLinks(Table):
    """One row links one actor span by hand. Key: span_id. Source: annotation/actor_links.csv.

    A link overrides the aliases; one without an actor says why the span stays unlinked.
    """

    span_id: str = pa.Field(
        unique=True, str_matches=ACTOR_SPAN_ID, description="an actor span of the gold"
    )
    actor_id: str = pa.Field(
        nullable=True, str_matches=ACTOR_ID, description="an actor of the registry, or none"
    )
    reason: str = pa.Field(str_length={"min_value": 1}, description="how this was decided")

    class Config(Table.Config):
        """Names the table."""

        name = "actor_links"
