"""The annotations: every label of every annotator, as the exports hold them."""

from usiran.schemas import base
from usiran.schemas.base import Table, number, text
from usiran.schemas.names import LAYERS

TABLE = Table(
    "annotations",
    "One row is one annotator's one label on one unit. Key: annotation_id. Source: the exports "
    "under submissions/. The unit is a sentence (stance, grounds, holder), an article "
    "(article_stance) or a span (actor, event; an event for a role).",
    file="annotation/submissions",
    key=("annotation_id",),
    columns={
        "annotation_id": text("<round>/<annotator_id>/<layer>/<unit_id>[/...]"),
        "round": text("the annotation round", matches=base.ROUND),
        "annotator_id": text("who labelled", matches=base.ANNOTATOR_ID),
        "layer": text("the field of the label scheme", among=LAYERS),
        "unit_id": text("a sentence, article or span id", matches=base.UNIT_ID),
        "article_id": text("the unit's article", matches=base.ARTICLE_ID),
        "start": number("offset of the unit's first character", 0),
        "end": number("offset after the unit's last character", 1),
        "label": text(
            "the label given; of voiced_by the words, published as their offsets, or unnamed:SIDE",
            filled=True,
        ),
        "mode": text("an event's mode; missing elsewhere", nullable=True),
        "target": text(
            "a role's actor span; missing elsewhere", matches=base.ACTOR_SPAN_ID, nullable=True
        ),
        "created_at": text(
            "when, as the export says (ISO 8601)", matches=base.TIMESTAMP, nullable=True
        ),
    },
    # Labels of all fields stand in one column: what is allowed there is for the reader of exports.
    labels={"mode": "mode"},
)
