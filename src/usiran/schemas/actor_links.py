"""The links from actor spans to the registry that its aliases cannot give."""

from usiran.schemas.base import ACTOR_ID, ACTOR_SPAN_ID, WORDED, Table, text

TABLE = Table(
    "actor_links",
    "One row links one actor span by hand. Key: span_id. Source: annotation/actor_links.csv. A "
    "link overrides the aliases; one without an actor says why the span stays unlinked, and whose "
    "side the mention is on.",
    file="annotation/actor_links.csv",
    key=("span_id",),
    columns={
        "span_id": text("an actor span of the gold", matches=ACTOR_SPAN_ID),
        "actor_id": text("an actor of the registry, or none", matches=ACTOR_ID, nullable=True),
        "affiliation": text("whose side the mention is on, if unlinked", nullable=True),
        "reason": text("how this was decided", filled=True, typed=True, checks=[WORDED]),
    },
    labels={"affiliation": "affiliation"},
)
