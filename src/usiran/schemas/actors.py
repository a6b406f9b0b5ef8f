"""The actor spans of the gold standard."""

from usiran.schemas.base import ACTOR_ID, ACTOR_SPAN_ID, Table, span_columns, support, text

TABLE = Table(
    "actors",
    "One row is a mention of an actor. Key: span_id. Source: gold/spans.json, votes.csv.",
    file="annotation/gold/spans.json",
    key=("span_id",),
    columns={
        **span_columns(ACTOR_SPAN_ID, "<article_id>@actor:<start>-<end>"),
        "type": text("what kind of actor it is"),
        "actor_id": text("the actor in the registry, if linked", matches=ACTOR_ID, nullable=True),
        "affiliation": text("whose side it is on, in this mention", nullable=True),
        **support("annotators with these offsets and this type"),
    },
    labels={"type": "actor", "affiliation": "affiliation"},
)
