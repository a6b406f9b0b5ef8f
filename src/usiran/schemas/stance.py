"""The sentence layer of the gold standard: stance, its grounds, its holder."""

from usiran.schemas.base import (
    ACTOR_ID,
    ARTICLE_ID,
    BOOLEAN,
    COUNTS,
    SENTENCE_ID,
    STRINGS,
    TOWARD,
    Table,
    cells,
    number,
    offsets,
    text,
)
from usiran.schemas.names import CONTESTED, SCORED_ZONES

TABLE = Table(
    "stance",
    "One row is a scored sentence. Key: sentence_id. Source: gold/stance.json, votes.csv. Votes "
    "count the annotators for each label, in the order of labels.toml.",
    file="annotation/gold/stance.json",
    key=("sentence_id",),
    columns={
        "sentence_id": text("the sentence", matches=SENTENCE_ID),
        "article_id": text("its article", matches=ARTICLE_ID),
        **offsets(),
        "zone": text("title, body or caption", among=SCORED_ZONES),
        "text": text("the sentence", filled=True),
        "stance": text("the side its position favours"),
        "grounds": cells("the attitudes that carry it", STRINGS),
        "holder": text("who voices it"),
        "toward": cells("per side: 1 for it, -1 against it, 0 neither or both", TOWARD),
        "voiced_by": text("the actor span that names a source", nullable=True),
        "voiced_by_id": text("a source in the registry", matches=ACTOR_ID, nullable=True),
        "voiced_by_affiliation": text("whose side a source is on", nullable=True),
        "contested": cells(CONTESTED, BOOLEAN),
        "garbled": cells("whether a machine's rewording turned the meaning", BOOLEAN),
        "stance_votes": cells("annotators for each stance", COUNTS),
        "holder_votes": cells("annotators for each holder", COUNTS),
        "fold": number("the fold of the official protocol", 0),
    },
    labels={
        "stance": "stance",
        "holder": "holder",
        "voiced_by_affiliation": "affiliation",
    },
)
