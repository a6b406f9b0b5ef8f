"""The contrast set: minimal edits of corpus sentences, all of them invented."""

from usiran.schemas.base import CONTRAST_ID, SENTENCE_ID, Table, text

TABLE = Table(
    "contrast",
    "One row is an edited sentence. Key: contrast_id. Source: source/contrast.csv; what was "
    "changed stands in contrast_key. A corpus without the file has no contrast set: the table is "
    "empty.",
    file="dataset/source/contrast.csv",
    key=("contrast_id",),
    columns={
        "contrast_id": text("<sentence_id>~<number>", matches=CONTRAST_ID),
        "sentence_id": text("the sentence edited", matches=SENTENCE_ID),
        "text": text("the edited sentence", filled=True),
        "stance": text("the stance of the edited sentence"),
        "holder": text("who voices it in the edited sentence"),
    },
    labels={"stance": "stance", "holder": "holder"},
    needed=False,
)
