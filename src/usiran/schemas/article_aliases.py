"""Surfaces that stand for an actor within one article."""

from usiran.schemas.base import ACTOR_ID, ARTICLE_ID, WORDED, Table, text

TABLE = Table(
    "article_aliases",
    "One row is a surface that stands for an actor within one article, such as a common noun that "
    "another article uses of somebody else. Source: annotation/article_aliases.csv. Key: "
    "article_id and alias together. It goes before the registry's aliases and behind actor_links.",
    file="annotation/article_aliases.csv",
    key=("article_id", "alias"),
    columns={
        "article_id": text("where the surface stands for the actor", matches=ARTICLE_ID),
        "alias": text("the surface", filled=True, typed=True),
        "actor_id": text("an actor of the registry", matches=ACTOR_ID),
        "reason": text("how this was decided", filled=True, typed=True, checks=[WORDED]),
    },
    needed=False,
)
