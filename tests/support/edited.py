"""A small invented corpus with everything that quotes an article: a registry, contrast items."""

from __future__ import annotations

from pathlib import Path

from tests.support import synthetic
from tests.support.tiny import write_csv
from usiran.corpus import Corpus
from usiran.loading.tables import load_tables
from usiran.schemas.contrast_key import KINDS
from usiran.schemas.tables import FILES, MODELS
from usiran.text.articles import sha256


def edited_corpus(root: Path, article_id: str, *, articles: int = 4, sentences: int = 8) -> Corpus:
    """Write some articles; sentences of one of them are edited."""
    tables = synthetic.tables(articles=articles, sentences=sentences)
    corpus = synthetic.write_corpus(root, tables)
    (root / "sheet.txt").unlink()
    _name_actors(corpus)
    _edit_sentences(corpus, article_id)
    return corpus


def _name_actors(corpus: Corpus) -> None:
    """Give the corpus a registry, so that aliases link its actors."""
    rows = [
        (name.lower().replace(" ", "-"), name, kind, synthetic.SIDES[kind], "", "invented")
        for name, kind in synthetic.ACTORS.items()
    ]
    columns = ("actor_id", "name", "type", "affiliation", "aliases", "note")
    write_csv(corpus.annotation / "actors.csv", columns, rows)


def _edit_sentences(corpus: Corpus, article_id: str) -> None:
    """Give the corpus a contrast item that two labelled blind, and one that was left out."""
    stance = load_tables(corpus)["stance"]
    first, second = stance[stance["article_id"] == article_id].to_dict("records")[:2]
    text = str(first["text"]).replace("near", "beyond")
    key, labels = f"{first['sentence_id']}~1", (first["stance"], first["holder"])
    _write_rows(corpus, "contrast", (key, first["sentence_id"], text, *labels))
    other = f"{second['sentence_id']}~1"
    _write_rows(corpus, "contrast_dropped", (other, second["sentence_id"], second["text"], "dull"))
    kinds = ((key, KINDS[3], first["stance"]), (other, KINDS[0], second["stance"]))
    _write_rows(corpus, "contrast_key", *kinds)
    blind = [(key, who, "blind", *labels, sha256(text)) for who in ("bob", "cy")]
    _write_rows(corpus, "contrast_labels", *blind)
    people = [(who, "human", who.title(), "invented") for who in ("ann", "bob", "cy")]
    _write_rows(corpus, "annotators", *people)


def _write_rows(corpus: Corpus, name: str, *rows: tuple[object, ...]) -> None:
    path = corpus.root / FILES[name]
    path.parent.mkdir(exist_ok=True)
    write_csv(path, tuple(MODELS[name].columns), rows)
