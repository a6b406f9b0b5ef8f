"""The events that tell of one happening."""

from usiran.schemas.base import EVENT_SPAN_ID, WORDED, Table, text

TABLE = Table(
    "event_groups",
    "One row is an event that tells of the same happening as another one of its article. Source: "
    "annotation/gold/event_groups.csv. Key: event_id. A group is named for its first event; an "
    "event that is not listed is a group of its own.",
    file="annotation/gold/event_groups.csv",
    key=("event_id",),
    columns={
        "event_id": text("the event's span_id", matches=EVENT_SPAN_ID),
        "event_group": text("the span_id of the group's first event", matches=EVENT_SPAN_ID),
        "reason": text("what the happening is", filled=True, typed=True, checks=[WORDED]),
    },
    needed=False,
)
