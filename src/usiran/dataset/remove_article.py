"""Removing an article: what `articles add` wrote is undone, while nothing else names it."""

import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from usiran.annotation.adjudication.questions import COLUMNS, Decision, decisions_file
from usiran.corpus import Corpus
from usiran.dataset.articles import Row, read_source, source_files
from usiran.dataset.folds import dealt
from usiran.errors import FileError, InputError, shorten
from usiran.files import read_bytes
from usiran.io.csv import csv_bytes, read_rows
from usiran.schemas.folds import folds_of

_TABLES = ("articles", "sentences", "folds")
_DATA = (".csv", ".json", ".jsonl")
_MOST_NAMED = 3

_Task = dict[str, Any]  # of an export


@dataclass(frozen=True)
class Removal:
    """An article about to be removed: the files without it, None for its text, which goes.

    `built`: whether tables were published, which may hold it until the next build. `labelled`
    are the files with labels and decisions of it, which they lose.
    """

    article_id: str
    files: dict[Path, bytes | None]
    sentences: int
    built: bool
    labelled: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the removal as a JSON object."""
        return {
            "article_id": self.article_id,
            "sentences": self.sentences,
            "labelled": list(self.labelled),
            "next": ["usiran build"] if self.built else [],
        }


def removal(corpus: Corpus, article_id: str, *, with_labels: bool = False) -> Removal:
    """Return what removing an article changes: its text, its rows, and its labels.

    Raises `InputError` where a label, a vote, the gold, a link, a result or a release names it.
    With `with_labels` the annotators' labels of it and decisions on it go too, and are no reason.
    """
    labelled = _without_labels(corpus, article_id)
    _refuse_named(corpus, article_id, {*map(corpus.name_of, labelled)}, going=with_labels)
    labelled = labelled if with_labels else {}
    tables: dict[str, list[Row]] = {name: list(read_source(corpus, name)) for name in _TABLES}
    own = sum(row["article_id"] == article_id for row in tables["sentences"])
    kept = {
        name: [row for row in rows if row["article_id"] != article_id]
        for name, rows in tables.items()
    }
    kept["folds"] = _folds(kept["folds"], kept["sentences"])
    files: dict[Path, bytes | None] = {**source_files(corpus, kept), **labelled}
    files[corpus.article(article_id)] = None
    names = tuple(map(corpus.name_of, labelled))
    return Removal(article_id, files, own, corpus.data.is_dir(), names)


def _folds(folds: list[Row], sentences: list[Row]) -> list[Row]:
    """Return the folds of the articles that stay, numbered without a gap."""
    numbers = sorted({int(row["fold"]) for row in folds})
    new = {row["article_id"]: numbers.index(int(row["fold"])) for row in folds}
    if len(numbers) != folds_of(len(folds)):
        # Its coming had all articles dealt anew (or it was alone in its fold): so has its going.
        sizes = Counter(row["article_id"] for row in sentences if row["zone"] != "boilerplate")
        new = dealt({key: sizes[key] for key in new})
    return [{"article_id": key, "fold": str(fold)} for key, fold in new.items()]


def _without_labels(corpus: Corpus, article_id: str) -> dict[Path, bytes | None]:
    """Return the submissions and decisions that name an article, without it; None if empty then."""
    files: dict[Path, bytes | None] = {}
    for path in sorted(corpus.submissions.glob("*/*/*.json")):
        try:
            tasks = msgspec.json.decode(read_bytes(path), type=list[_Task])
        except msgspec.MsgspecError as error:
            allowed, fix = "a list of tasks, as an import writes it", "import the labels again"
            raise FileError(corpus.name_of(path), shorten(error), allowed, fix) from None
        kept = [task for task in tasks if task.get("data", {}).get("article_id") != article_id]
        if len(kept) < len(tasks):
            # As `export_bytes` writes them.
            content = msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"
            files[path] = content if kept else None
    path = decisions_file(corpus)
    if path.exists():
        rows = read_rows(path, name=corpus.name_of(path), columns=COLUMNS)
        left = [row for row in rows if Decision(**row).article_id != article_id]
        if len(left) < len(rows):
            files[path] = csv_bytes(left, COLUMNS)
    return files


def refuse_not_gold(corpus: Corpus, article_id: str) -> None:
    """Refuse an article that the gold does not hold: it is removed whole, not withdrawn."""
    gold = corpus.gold / "spans.json"
    if gold.exists() and _mark(article_id).search(read_bytes(gold)):
        return
    labelled = " --with-labels" if _without_labels(corpus, article_id) else ""
    raise InputError.of(
        article_id,
        "not in the gold",
        "an article of the gold, whose labels and offsets stay without its text",
        f"take all of it out: `usiran articles remove {article_id}{labelled}`",
    )


def _refuse_named(corpus: Corpus, article_id: str, labels: Set[str], *, going: bool) -> None:
    """Refuse an article that files name; those with its labels are no reason if they are going."""
    names = [n for n in _naming(corpus, article_id) if not (going and n in labels)]
    if not names:
        return
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    value = f"named in {', '.join(names[:_MOST_NAMED])}{more}"
    allowed = "an article of which nothing is labelled, linked, scored or released"
    fix = f"take its text out and keep its id: `usiran articles withdraw {article_id}`"
    if labels >= {*names}:
        value = f"labelled, and not in the gold: {value}"
        again = f"`usiran articles remove {article_id} --with-labels`"
        fix = f"take its labels out, too, for good: {again}"
    raise InputError.of(article_id, value, allowed, fix)


def _naming(corpus: Corpus, article_id: str) -> Iterator[str]:
    """Yield the files that hold its id, but those that `articles add` and a build write."""
    mark = _mark(article_id)
    folders = (corpus.annotation, corpus.baselines, corpus.dataset / "releases", corpus.withdrawn)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            # A withdrawn text's file is called by the id, which does not stand in it.
            told = folder == corpus.withdrawn and path.stem == article_id
            if told or (path.suffix in _DATA and mark.search(read_bytes(path))):
                yield corpus.name_of(path)


def _mark(article_id: str) -> re.Pattern[bytes]:
    # As a value alone or before the number of a sentence or a span, or behind the layer of a
    # question: an id may be a common word.
    return re.compile(rb'(?:^|[",/])' + re.escape(article_id.encode()) + rb'(?=[",#@\r\n])', re.M)
