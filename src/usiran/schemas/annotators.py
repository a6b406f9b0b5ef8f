"""The annotators: what each of them is."""

from usiran.schemas.base import ANNOTATOR_ID, Table, text

KINDS = ("human", "language-model")

TABLE = Table(
    "annotators",
    "One row is an annotator. Key: annotator_id. Source: annotators.csv.",
    file="annotation/annotators.csv",
    key=("annotator_id",),
    columns={
        "annotator_id": text("the folder name of its submissions", matches=ANNOTATOR_ID),
        "kind": text("a person or a language model", among=KINDS),
        "name": text("who or which model it is", filled=True, typed=True),
        "note": text("how it worked", nullable=True, typed=True),
    },
)
