"""Who a source is: whose position or content a sentence gives."""

from usiran.schemas.base import ACTOR_SPAN_ID, SENTENCE_ID, WORDED, Table, text

TABLE = Table(
    "holders",
    "One row is a scored sentence whose holder is a source. Source: annotation/gold/holders.csv. "
    "Key: sentence_id.",
    file="annotation/gold/holders.csv",
    key=("sentence_id",),
    columns={
        "sentence_id": text("the sentence", matches=SENTENCE_ID),
        "actor_span_id": text(
            "the mention that names the source, if one does", matches=ACTOR_SPAN_ID, nullable=True
        ),
        "affiliation": text("whose side the source is on, if no mention says", nullable=True),
        "reason": text("how this was decided", filled=True, typed=True, checks=[WORDED]),
    },
    labels={"affiliation": "affiliation"},
    needed=False,
)
