"""The key of the contrast set: what was changed in each edit, and from what stance."""

from usiran.schemas.base import CONTRAST_ID, Table, text

KINDS = ("swap-sides", "flip-attitude", "flip-attribution", "negate-event")

TABLE = Table(
    "contrast_key",
    "One row is the key to an edited sentence, published or left out. Key: contrast_id. Source: "
    "annotation/contrast/key.csv. It stands apart from the sentences, and no config holds it: "
    "whoever is asked for the stance must not read off it what the edit did.",
    file="annotation/contrast/key.csv",
    key=("contrast_id",),
    columns={
        "contrast_id": text("the edited sentence", matches=CONTRAST_ID),
        "kind": text("what was changed", among=KINDS),
        "source_stance": text("the gold stance of the sentence that was edited"),
    },
    labels={"source_stance": "stance"},
    needed=False,
)
