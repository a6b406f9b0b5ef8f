"""The tiny corpus with gold, a registry, contrast items, a citation and a datasheet."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.three_passes import build_three, submit
from tests.support.tiny import GAS, PORT, TEXTS, write_csv
from usiran import loading
from usiran.annotation.provisional_gold import adopt
from usiran.corpus import Corpus
from usiran.dataset.describe.datasheet import BLOCKS
from usiran.schemas.tables import FILES, MODELS
from usiran.text.articles import sha256

DESCRIPTION = Path(__file__).parents[2] / "dataset" / "description.toml"
EDITED = f"{GAS}#002"
# A span over a line break, and one annotator who differs from the others.
LONG = {'"Tehran’s envoy" e2': '"Tehran’s envoy\\nin Basra" e2'}
DISSENT = {"article_stance pro-US": "article_stance neutral"}
CITATION = """\
cff-version: 1.2.0
message: "Cite it."
title: "Something else"
type: dataset
authors:
  - name: "The tiny maintainers"
version: 0.0.9
license: MIT  # of the annotations
"""


def build_described(root: Path) -> Corpus:
    """Write the corpus; one annotator's pass is its gold."""
    corpus = build_three(root)
    manifest = corpus.dataset / "corpus.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"r1"', '"r2"'), "utf-8")
    corpus = Corpus(corpus.root)
    for who, changes in {"ann": {}, "bob": DISSENT, "cy": {}}.items():
        submit(corpus, who, LONG | changes, round="r2")
    adopt(corpus, round="r2", annotator_id="ann")
    reason = ("false", "two of three, and rightly so", "cy", "2031-07-01T12:00:00Z")
    _write(corpus, "decisions", ("article_stance", PORT, "pro-US", "", *reason))
    _link(corpus)
    _edit(corpus)
    (corpus.root / "CITATION.cff").write_text(CITATION, "utf-8")
    blocks = (f"<!-- figures: {name} -->\nold\n<!-- /figures -->\n" for name in BLOCKS)
    (corpus.root / "DATASHEET.md").write_text(
        "# Datasheet\n\n" + "\nWords.\n".join(blocks), "utf-8"
    )
    shutil.copy(DESCRIPTION, corpus.dataset)
    (corpus.root / "LICENSE-DATA.md").write_text("Invented.\n", "utf-8")
    return corpus


def _write(corpus: Corpus, name: str, *rows: tuple[object, ...]) -> None:
    path = corpus.root / FILES[name]
    path.parent.mkdir(exist_ok=True)
    write_csv(path, tuple(MODELS[name].columns), rows)


def _link(corpus: Corpus) -> None:
    """Put one actor into the registry; no other is anybody."""
    _write(corpus, "registry", ("usa", "Washington", "GOVERNMENT", "US", "", "invented"))
    actors = loading.open(corpus).tables["actors"]
    links = [
        (row.span_id, "", "OTHER", "nobody")
        for row in actors.itertuples()
        if row.text != "Washington"
    ]
    _write(corpus, "actor_links", *links)


def _edit(corpus: Corpus) -> None:
    """Give the corpus one contrast item, and one that was left out."""
    text = TEXTS.text_of(TEXTS.by_id[EDITED]).replace("accused", "praised")
    labels = ("pro-US", "source")
    _write(corpus, "contrast", (f"{EDITED}~1", EDITED, text, *labels))
    key = ((f"{EDITED}~1", "flip-attitude"), (f"{EDITED}~2", "swap-sides"))
    stances = loading.open(corpus).tables["stance"].set_index("sentence_id")["stance"]
    _write(corpus, "contrast_key", *((*row, stances[EDITED]) for row in key))
    blind = [(f"{EDITED}~1", who, "blind", *labels, sha256(text)) for who in ("bob", "cy")]
    _write(corpus, "contrast_labels", *blind)
    _write(corpus, "contrast_dropped", (f"{EDITED}~2", EDITED, text + "!", "dull"))
