"""The stance of whole articles: released as data, never scored."""

from usiran.schemas.base import ARTICLE_ID, COUNTS, Table, cells, text

TABLE = Table(
    "article_stance",
    "One row is an article's gold stance. Key: article_id. Source: gold/spans.json.",
    file="annotation/gold/spans.json",
    key=("article_id",),
    columns={
        "article_id": text("the article", matches=ARTICLE_ID),
        "article_stance": text("the side the article as a whole favours"),
        "votes": cells("annotators for each stance", COUNTS),
    },
    labels={"article_stance": "stance"},
)
