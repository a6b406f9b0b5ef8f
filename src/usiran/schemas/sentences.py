"""The sentences: curated stand-off boundaries over the articles' texts."""

from usiran.schemas.base import ARTICLE_ID, SENTENCE_ID, Table, offsets, text
from usiran.schemas.names import FLAG, FLAGS, ZONES

TABLE = Table(
    "sentences",
    "One row is a sentence. Key: sentence_id. Source: sentences.csv. Offsets are half-open, in "
    "code points of the article's text. Every non-blank character of an article lies in exactly "
    "one sentence.",
    file="dataset/source/sentences.csv",
    key=("sentence_id",),
    columns={
        "sentence_id": text("<article_id>#<ordinal, 3 digits>", matches=SENTENCE_ID),
        "article_id": text("the article it stands in", matches=ARTICLE_ID),
        **offsets(),
        "zone": text("title, body and caption are labelled, boilerplate is not", among=ZONES),
        "flag": text(FLAG, among=FLAGS, nullable=True),
    },
)
