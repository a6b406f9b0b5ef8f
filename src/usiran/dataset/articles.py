"""Articles: reading and writing articles.csv, sentences.csv and folds.csv."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.schemas.tables import FILES, MODELS
from usiran.text.articles import Sentence, Texts, read_text, read_texts
from usiran.text.outline import read_outline
from usiran.text.segmentation import Proposal

# The files have all columns of the tables but those that are read from the texts themselves.
COLUMNS = {
    name: tuple(key for key in MODELS[name].columns if key not in ("text_status", "text"))
    for name in ("articles", "sentences", "folds")
}

Row = Mapping[str, str]


def read_source(corpus: Corpus, name: str) -> list[dict[str, str]]:
    """Read articles.csv, sentences.csv or folds.csv as texts, by the table's name."""
    return read_rows(corpus.root / FILES[name], name=FILES[name], columns=COLUMNS[name])


def source_files(corpus: Corpus, tables: Mapping[str, Iterable[Row]]) -> dict[Path, bytes]:
    """Return these files with other rows, by the tables' names."""
    return {
        corpus.root / FILES[name]: csv_bytes(rows, COLUMNS[name]) for name, rows in tables.items()
    }


def slug(words: str) -> str:
    """Return `words` as a slug: small letters and digits of ASCII, divided by hyphens.

    >>> slug("Talks in Dūma’s hall, day 2")
    'talks-in-duma-s-hall-day-2'
    """
    # Decomposed first: an accent is dropped and its letter stays.
    bare = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", bare.lower()))


def sentence_rows(article_id: str, proposals: Iterable[Proposal]) -> list[dict[str, str]]:
    """Return the rows of sentences.csv for one article: numbered from 1, in order."""
    return [
        {
            "sentence_id": f"{article_id}#{number:03d}",
            "article_id": article_id,
            "start": str(row.start),
            "end": str(row.end),
            "zone": row.zone,
            "flag": "",
        }
        for number, row in enumerate(proposals, start=1)
    ]


def sentences_of(texts: Texts, article_id: str) -> tuple[Sentence, ...]:
    """Return one article's sentences."""
    if article_id not in texts.sentences:
        known = f"an article of the corpus: {', '.join(texts.sentences)}"
        raise InputError.of("the article", article_id, known, "name one of these")
    return texts.sentences[article_id]


def apply_outline(corpus: Corpus, article_id: str, path: Path) -> tuple[int, int]:
    """Take an article's sentences from an outline; return how many stayed, and how many not."""
    texts = read_texts(corpus)
    sentences = sentences_of(texts, article_id)
    outline = read_text(path, what="an outline")
    proposals = read_outline(outline, texts.texts[article_id], file=str(path))
    new = sentence_rows(article_id, proposals)
    old = sentence_rows(article_id, (Proposal(row.start, row.end, row.zone) for row in sentences))
    kept = sum(row in old for row in new)
    if new != old:
        _refuse_labelled(corpus, article_id)
        rows = read_source(corpus, "sentences")
        flags = {(row["article_id"], row["start"], row["end"]): row["flag"] for row in rows}
        # A sentence that stays where it is stays flagged.
        new = [row | {"flag": flags.get((article_id, row["start"], row["end"]), "")} for row in new]
        others = [row for row in rows if row["article_id"] != article_id]
        # The article keeps its place, so that a diff of the file shows what was moved.
        at = next(i for i, row in enumerate(rows) if row["article_id"] == article_id)
        merged = [*others[:at], *new, *others[at:]]
        replace_files(source_files(corpus, {"sentences": merged}), corpus.swap)
    return kept, len(new) - kept


def _refuse_labelled(corpus: Corpus, article_id: str) -> None:
    """Refuse to move the sentences of an article that an export holds labels of."""
    # Its id as any export writes it: much cheaper than reading them all.
    mark = f'"{article_id}"'.encode()
    for folder in (corpus.submissions, corpus.gold):
        for path in sorted(folder.rglob("*.json")):
            if mark in path.read_bytes():
                raise FileError(
                    corpus.name_of(path),
                    f"labels of {article_id}",
                    "no labels of an article whose sentences move",
                    "take its tasks out of this export first, then label the article again",
                )
