"""The roles of the gold standard: who does an event, to whom."""

from usiran.schemas.base import ACTOR_SPAN_ID, ARTICLE_ID, EVENT_SPAN_ID, Table, support, text

# Said here once: the published config of events tells it too.
EVIDENCE = "whether the event's own sentence has the actor, or another one of the article"

TABLE = Table(
    "roles",
    "One row is a link from an event to an actor mention. Source: gold/spans.json, votes.csv. "
    "Key: event_id, role and actor_span_id together.",
    file="annotation/gold/spans.json",
    key=("event_id", "role", "actor_span_id"),
    columns={
        "article_id": text("the article of both", matches=ARTICLE_ID),
        "event_id": text("the event's span_id", matches=EVENT_SPAN_ID),
        "role": text("what the actor is in the event"),
        "actor_span_id": text("the actor's span_id", matches=ACTOR_SPAN_ID),
        "evidence": text(EVIDENCE, among=("sentence", "context")),
        **support("annotators with this link"),
    },
    labels={"role": "role"},
)
