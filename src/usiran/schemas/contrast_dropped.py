"""The edited sentences that were left out of the contrast set."""

from usiran.schemas.base import CONTRAST_ID, SENTENCE_ID, WORDED, Table, text

TABLE = Table(
    "contrast_dropped",
    "One row is an edited sentence that was left out. Key: contrast_id. Source: "
    "annotation/contrast/dropped.csv.",
    file="annotation/contrast/dropped.csv",
    key=("contrast_id",),
    columns={
        "contrast_id": text("the edited sentence", matches=CONTRAST_ID),
        "sentence_id": text("the sentence edited", matches=SENTENCE_ID),
        "text": text("the edited sentence", filled=True),
        "reason": text("why it was left out", filled=True, typed=True, checks=[WORDED]),
    },
    needed=False,
)
