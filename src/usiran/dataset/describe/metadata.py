"""The files that describe a corpus beside its card: croissant.json, citation, datasheet."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from usiran.corpus import Corpus
from usiran.dataset.describe import citation, croissant, datasheet
from usiran.dataset.describe.card import Built
from usiran.dataset.describe.facts import Facts
from usiran.text.articles import read_text

# Written by people around what the data says; a corpus may have none.
_FILLED = {citation.FILE: citation.fill, datasheet.FILE: datasheet.fill}


def metadata_files(
    corpus: Corpus, facts: Facts, built: Sequence[Built], files: Mapping[Path, bytes]
) -> dict[Path, bytes]:
    """Return croissant.json, and CITATION.cff and DATASHEET.md where the corpus has them.

    `files` holds the configs' Parquet files, by their paths.
    """
    parquet = {config.view.file: files[corpus.dataset / config.view.file] for config in built}
    described = {corpus.dataset / croissant.FILE: croissant.croissant(facts, built, parquet)}
    for name, fill in _FILLED.items():
        path = corpus.root / name
        if path.exists():
            text = read_text(path, name=name, what="a file that the figures go into")
            described[path] = fill(text, facts, file=name).encode("utf-8")
    return described
