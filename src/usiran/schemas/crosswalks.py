"""The crosswalks from the event labels to other ontologies."""

from usiran.schemas.base import Table, missing_where, text

RELATIONS = ("exact", "broader", "narrower", "none")

TABLE = Table(
    "crosswalks",
    "One row maps an event label to one category elsewhere. Source: crosswalks/<name>.csv. Key: "
    "crosswalk, event and target together. The relation says what the target is to the label: "
    "``broader`` means that the target holds more than the label does. A label without a "
    "counterpart has one row, with no target and the relation ``none``.",
    file="annotation/crosswalks",
    key=("crosswalk", "event", "target"),
    columns={
        "crosswalk": text("the file's name", matches=r"^[a-z0-9]+$"),
        "event": text("an event label"),
        "target": text("a category of the other ontology", filled=True, typed=True, nullable=True),
        "relation": text("what the target is to the label", among=RELATIONS),
        "note": text("what the mapping leaves out", nullable=True, typed=True),
    },
    labels={"event": "event"},
    rules=(
        missing_where(
            "target", "relation", "none", "a row has no target exactly where its relation is none"
        ),
    ),
)
