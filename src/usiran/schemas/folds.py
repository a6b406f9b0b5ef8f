"""The folds of the official protocol: one article, one fold."""

from usiran.schemas.base import ARTICLE_ID, Table, number, text

TABLE = Table(
    "folds",
    "One row is an article's fold. Key: article_id. Source: folds.csv.",
    file="dataset/source/folds.csv",
    key=("article_id",),
    columns={
        "article_id": text("the article held out in this fold", matches=ARTICLE_ID),
        # Each fold holds one article: the protocol leaves out one at a time.
        "fold": number("the fold's number, from 0", 0, unique=True),
    },
)
