"""The sentence layer of the gold standard: stance, its grounds, its holder."""

from usiran.schemas import base
from usiran.schemas.base import Table, cells, number, offsets, text
from usiran.schemas.names import CONTESTED, SCORED_ZONES

TABLE = Table(
    "stance",
    "One row is a scored sentence. Key: sentence_id. Source: gold/stance.json, votes.csv. Votes "
    "count the annotators for each label, in the order of labels.toml.",
    file="annotation/gold/stance.json",
    key=("sentence_id",),
    columns={
        "sentence_id": text("the sentence", matches=base.SENTENCE_ID),
        "article_id": text("its article", matches=base.ARTICLE_ID),
        **offsets(),
        "zone": text("title, body or caption", among=SCORED_ZONES),
        "text": text("the sentence", filled=True),
        "stance": text("the side its position favours"),
        "grounds": cells("the attitudes that carry it", base.STRINGS),
        "holder": text("who voices it"),
        "toward": cells("per side: 1 for it, -1 against it, 0 neither or both", base.TOWARD),
        "voiced_by": text("the actor span that names a source", nullable=True),
        "voiced_by_id": text("a source in the registry", matches=base.ACTOR_ID, nullable=True),
        "voiced_by_affiliation": text("whose side a source is on", nullable=True),
        "contested": cells(CONTESTED, base.BOOLEAN),
        "garbled": cells("whether a machine's rewording turned the meaning", base.BOOLEAN),
        "stance_votes": cells("annotators for each stance", base.COUNTS),
        "holder_votes": cells("annotators for each holder", base.COUNTS),
        "fold": number("the fold of the official protocol", 0),
    },
    labels={
        "stance": "stance",
        "holder": "holder",
        "voiced_by_affiliation": "affiliation",
    },
)
