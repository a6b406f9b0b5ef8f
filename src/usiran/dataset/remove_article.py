"""Removing an article: what `articles add` wrote is undone, while nothing else names it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usiran.corpus import Corpus
from usiran.dataset.articles import Row, read_source, source_files
from usiran.dataset.folds import dealt
from usiran.errors import InputError
from usiran.files import read_bytes
from usiran.io.atomic import replace_files
from usiran.schemas.folds import folds_of

_TABLES = ("articles", "sentences", "folds")
_DATA = (".csv", ".json", ".jsonl")
_MOST_NAMED = 3


@dataclass(frozen=True)
class Removal:
    """An article about to be removed: the files without it, None for its text, which goes.

    `built`: whether tables were published, which may hold it until the next build.
    """

    article_id: str
    files: dict[Path, bytes | None]
    sentences: int
    built: bool

    def as_dict(self) -> dict[str, object]:
        """Return the removal as a JSON object."""
        return {
            "article_id": self.article_id,
            "sentences": self.sentences,
            "next": ["usiran build"] if self.built else [],
        }


def removal(corpus: Corpus, article_id: str) -> Removal:
    """Return what removing an article changes.

    Raises `InputError` where a label, a vote, the gold, a link, a result or a release names it.
    """
    _refuse_named(corpus, article_id)
    tables: dict[str, list[Row]] = {name: list(read_source(corpus, name)) for name in _TABLES}
    own = sum(row["article_id"] == article_id for row in tables["sentences"])
    kept = {
        name: [row for row in rows if row["article_id"] != article_id]
        for name, rows in tables.items()
    }
    kept["folds"] = _folds(kept["folds"], kept["sentences"])
    files: dict[Path, bytes | None] = {**source_files(corpus, kept)}
    return Removal(
        article_id, files | {corpus.article(article_id): None}, own, corpus.data.is_dir()
    )


def remove(corpus: Corpus, change: Removal) -> None:
    """Take out the text and its rows of articles.csv, sentences.csv and folds.csv, all or none."""
    replace_files(change.files, corpus.swap)


def _folds(folds: list[Row], sentences: list[Row]) -> list[Row]:
    """Return the folds of the articles that stay, numbered without a gap."""
    numbers = sorted({int(row["fold"]) for row in folds})
    new = {row["article_id"]: numbers.index(int(row["fold"])) for row in folds}
    if len(numbers) != folds_of(len(folds)):
        # Its coming had all articles dealt anew (or it was alone in its fold): so has its going.
        sizes = Counter(row["article_id"] for row in sentences if row["zone"] != "boilerplate")
        new = dealt({key: sizes[key] for key in new})
    return [{"article_id": key, "fold": str(fold)} for key, fold in new.items()]


def _refuse_named(corpus: Corpus, article_id: str) -> None:
    names = list(_naming(corpus, article_id))
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        raise InputError.of(
            article_id,
            f"named in {', '.join(names[:_MOST_NAMED])}{more}",
            "an article of which nothing is labelled, linked, scored or released",
            f"take its text out and keep its id: `usiran articles withdraw {article_id}`",
        )


def _naming(corpus: Corpus, article_id: str) -> Iterator[str]:
    """Yield the files that hold its id, but those that `articles add` and a build write."""
    # As a value alone or before the number of a sentence or a span: an id may be a common word.
    mark = re.compile(rb'(?:^|[",])' + re.escape(article_id.encode()) + rb'(?=[",#@\r\n])', re.M)
    folders = (corpus.annotation, corpus.baselines, corpus.dataset / "releases", corpus.withdrawn)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            # A withdrawn text's file is called by the id, which does not stand in it.
            told = folder == corpus.withdrawn and path.stem == article_id
            if told or (path.suffix in _DATA and mark.search(read_bytes(path))):
                yield corpus.name_of(path)
