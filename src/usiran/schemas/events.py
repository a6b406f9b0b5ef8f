"""The event spans of the gold standard."""

from usiran.schemas.base import EVENT_SPAN_ID, Table, span_columns, support, text

TABLE = Table(
    "events",
    "One row is an event's trigger. Key: span_id. Source: gold/spans.json, votes.csv.",
    file="annotation/gold/spans.json",
    key=("span_id",),
    columns={
        **span_columns(EVENT_SPAN_ID, "<article_id>@event:<start>-<end>"),
        "type": text("what kind of act it is"),
        "quad": text("the quad class of the category"),
        "mode": text("whether it is told as having happened"),
        "event_group": text(
            "the span_id of the first event of the same happening", matches=EVENT_SPAN_ID
        ),
        **support("annotators with these offsets and this type"),
    },
    labels={"type": "event", "quad": "quad", "mode": "mode"},
)
