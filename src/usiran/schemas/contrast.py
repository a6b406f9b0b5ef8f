"""The contrast set: minimal edits of corpus sentences, their labels, and what was left out."""

from __future__ import annotations

import pandera.pandas as pa

from usiran.schemas.base import ANNOTATOR_ID, CONTRAST_ID, SENTENCE_ID, SHA256, Table

EDITS = ("swap-sides", "flip-attitude", "flip-attribution", "negate-event")
GIVEN = ("intended", "blind")


class Contrast(Table):
    """One row is an edited sentence. Key: contrast_id. Source: source/contrast.csv.

    A corpus without the file has no contrast set: the table is empty.
    """

    contrast_id: str = pa.Field(
        unique=True,
        str_matches=CONTRAST_ID,
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


class ContrastLabels(Table):
    """One row is one annotator's label of an edited sentence.

    Key: (contrast_id, annotator_id). Source: annotation/contrast/labels.csv. Whoever wrote the
    edit says what it was meant to be (``intended``); the others label it ``blind``, without the
    original, the kind of edit or any other label.
    """

    contrast_id: str = pa.Field(str_matches=CONTRAST_ID, description="the edited sentence")
    annotator_id: str = pa.Field(str_matches=ANNOTATOR_ID, description="who labelled it")
    given: str = pa.Field(isin=GIVEN, description="intended by the writer, or blind")
    stance: str = pa.Field(description="the stance of the edited sentence")
    holder: str = pa.Field(description="who voices it in the edited sentence")
    text_sha256: str = pa.Field(
        str_matches=SHA256, description="SHA-256 of the text that was labelled"
    )

    class Config(Table.Config):
        """Names the table."""

        name = "contrast_labels"


class ContrastDropped(Table):
    """One row is an edited sentence that was left out. Key: contrast_id.

    Source: annotation/contrast/dropped.csv.
    """

    contrast_id: str = pa.Field(
        unique=True, str_matches=CONTRAST_ID, description="the edited sentence"
    )
    sentence_id: str = pa.Field(str_matches=SENTENCE_ID, description="the sentence edited")
    edit: str = pa.Field(isin=EDITS, description="what was changed")
    text: str = pa.Field(str_length={"min_value": 1}, description="the edited sentence")
    reason: str = pa.Field(str_length={"min_value": 1}, description="why it was left out")

    class Config(Table.Config):
        """Names the table."""

        name = "contrast_dropped"
