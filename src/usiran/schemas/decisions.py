"""The decisions that overrule or settle the votes."""

import pandera.pandas as pa

from usiran.schemas import base
from usiran.schemas.base import Table, cells, text
from usiran.schemas.names import VOTED_LAYERS

_WRITTEN = {"true": True, "false": False}
# The table is kept as CSV, whose cells are texts: what is neither of the two stays and is found.
_BOOLEAN = pa.Parser(lambda cells: cells.map(lambda cell: _WRITTEN.get(str(cell).lower(), cell)))

TABLE = Table(
    "decisions",
    "One row is an adjudicator's decision on one unit. Source: gold/decisions.csv. Key: layer, "
    "unit_id, label and target together.",
    file="annotation/gold/decisions.csv",
    key=("layer", "unit_id", "label", "target"),
    columns={
        "layer": text("the field of the label scheme", among=VOTED_LAYERS),
        "unit_id": text("a sentence, article or span id", matches=base.UNIT_ID),
        "label": text("the label decided; missing: no label", nullable=True),
        "target": text("a role's actor span", matches=base.ACTOR_SPAN_ID, nullable=True),
        "overrules": cells(
            "true or false: whether it overrules a majority", base.BOOLEAN, parsers=[_BOOLEAN]
        ),
        "reason": text("the rule that decides", filled=True, typed=True, checks=[base.WORDED]),
        "decided_by": text("an annotator_id", matches=base.ANNOTATOR_ID),
        "decided_at": text("when (ISO 8601)", matches=base.TIMESTAMP),
    },
)
