"""The contrast set: minimal edits of corpus sentences, each with its own label."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import SENTENCE_ID, Table

EDITS = ("swap-sides", "flip-attitude", "flip-attribution", "negate-event")


class Contrast(Table):
    """One row is an edited sentence. Key: contrast_id. Source: source/contrast.csv.

    The file comes with the contrast set; until then the table is empty.
    """

    contrast_id: str = pa.Field(
        unique=True,
        str_matches=SENTENCE_ID.replace("$", r"~[0-9]+$"),
        description="<sentence_id>~<number>",
    )
    sentence_id: str = pa.Field(str_matches=SENTENCE_ID, description="the sentence edited")
    edit: str = pa.Field(isin=EDITS, description="what was changed")
    text: str = pa.Field(str_length={"min_value": 1}, description="the edited sentence")
    stance: str = pa.Field(description="the stance of the edited sentence")
    holder: str = pa.Field(description="who voices it in the edited sentence")

    class Config(Table.Config):
        """Names the table."""

        name = "contrast"
