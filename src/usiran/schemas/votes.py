"""The votes behind the gold standard."""

from usiran.schemas.base import ACTOR_SPAN_ID, UNIT_ID, Table, number, text
from usiran.schemas.names import VOTED_LAYERS

TABLE = Table(
    "votes",
    "One row counts the annotators for one label on one unit. Source: gold/votes.csv. Key: layer, "
    "unit_id, label and target together. For a role the unit is the event, the target the actor "
    "span.",
    file="annotation/gold/votes.csv",
    key=("layer", "unit_id", "label", "target"),
    columns={
        "layer": text("the field of the label scheme", among=VOTED_LAYERS),
        "unit_id": text("a sentence, article or span id", matches=UNIT_ID),
        "label": text("the label", filled=True),
        "target": text("a role's actor span", matches=ACTOR_SPAN_ID, nullable=True),
        # From 1 on: a label that nobody gave has no row.
        "votes": number("how many annotators gave it", 1),
    },
)
