"""The adjudicators' decisions, question by question, from which the gold is made."""

from usiran.schemas import base
from usiran.schemas.base import Table, text

TABLE = Table(
    "adjudication",
    "One row is a decision on one question; of several on a question the last counts. Source: "
    "gold/adjudication.csv. Key: id and decided_at together.",
    file="annotation/gold/adjudication.csv",
    key=("id", "decided_at"),
    columns={
        "id": text("the question: its layer and unit", matches=base.QUESTION_ID),
        "seen": text("which labels it was decided on", matches=r"^[0-9a-f]{10}$"),
        "answer": text("the labels decided, in a line", filled=True, typed=True),
        "reason": text("the rule that decides", filled=True, typed=True, checks=[base.WORDED]),
        "decided_by": text("an annotator_id", matches=base.ANNOTATOR_ID),
        "decided_at": text("when (ISO 8601)", matches=base.TIMESTAMP),
    },
    distinct=False,  # two in one second are in the order of the file
    needed=False,
)
