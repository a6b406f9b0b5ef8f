"""The folds of the official protocol: one article each, or ten of whole articles."""

from usiran.schemas.base import ARTICLE_ID, Table, number, text

MOST_ALONE = 20
"""Up to so many articles each has a fold of its own."""

FOLDS = 10
"""How many folds there are above that."""

TABLE = Table(
    "folds",
    "One row is an article's fold. Key: article_id. Source: folds.csv.",
    file="dataset/source/folds.csv",
    key=("article_id",),
    columns={
        "article_id": text("the article held out in this fold", matches=ARTICLE_ID),
        "fold": number("the fold's number, from 0", 0),
    },
)


def folds_of(articles: int) -> int:
    """Return how many folds so many articles have.

    Examples
    --------
    >>> folds_of(5), folds_of(20), folds_of(21), folds_of(500)
    (5, 20, 10, 10)
    """
    return articles if articles <= MOST_ALONE else FOLDS
