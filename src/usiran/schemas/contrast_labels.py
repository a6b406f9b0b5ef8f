"""The labels of the contrast set, by each annotator."""

from usiran.schemas.base import ANNOTATOR_ID, CONTRAST_ID, SHA256, Table, text

GIVEN = ("intended", "blind")

TABLE = Table(
    "contrast_labels",
    "One row is one annotator's label of an edited sentence. Key: (contrast_id, annotator_id). "
    "Source: annotation/contrast/labels.csv. Whoever wrote the edit says what it was meant to be "
    "(``intended``); the others label it ``blind``, without the original, the kind of edit or any "
    "other label.",
    file="annotation/contrast/labels.csv",
    key=("contrast_id", "annotator_id"),
    columns={
        "contrast_id": text("the edited sentence", matches=CONTRAST_ID),
        "annotator_id": text("who labelled it", matches=ANNOTATOR_ID),
        "given": text("intended by the writer, or blind", among=GIVEN),
        "stance": text("the stance of the edited sentence"),
        "holder": text("who voices it in the edited sentence"),
        "text_sha256": text("SHA-256 of the text that was labelled", matches=SHA256),
    },
    labels={"stance": "stance", "holder": "holder"},
    # A sentence that was mended is labelled again by the same annotators.
    distinct=False,
    needed=False,
)
