"""The tasks of both projects: what an annotator is shown, and what a task is known by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.io.csv import read_rows
from usiran.label_studio.write_export import Json
from usiran.schemas.label_scheme import Project
from usiran.text.articles import Sentence, Texts, sha256

FIRST, LAST = "(the article begins here)", "(the article ends here)"
"""Shown where a sentence has no neighbour: Label Studio shows no empty text."""

CONTEXT = ("title", "before", "after")
"""Task fields that are shown only: labels stay good where they change."""


class Task(NamedTuple):
    """One task: the unit that is labelled and the data that Label Studio keeps for it."""

    unit_id: str
    data: Json


def make_tasks(corpus: Corpus, texts: Texts, layer: Project) -> list[Task]:
    """Return every task of a layer in the order of the corpus.

    A task of ``stance`` is a sentence outside boilerplate, with the neighbouring such
    sentences; one of ``spans`` is an article. An article whose text was withdrawn has none.

    Raises
    ------
    FileError
        The table of articles cannot be read.
    InputError
        A text has carriage returns: a browser would not count them, and offsets would shift.
    """
    findings = [
        Finding(corpus.name_of(corpus.article(key)), "", "", "a carriage return", "line feeds only",
                "store the text with LF ends before it is labelled")
        for key, text in texts.texts.items() if "\r" in text
    ]  # fmt: skip
    if findings:
        raise InputError(findings)
    titles = _titles(corpus)
    make = _sentence_tasks if layer == "stance" else _article_task
    return [
        task
        for article_id in texts.texts
        if article_id not in texts.withdrawn
        for task in make(texts, article_id, titles.get(article_id) or article_id)
    ]


def _article_task(texts: Texts, article_id: str, title: str) -> Iterator[Task]:
    text = texts.texts[article_id]
    data = {"article_id": article_id, "text_sha256": sha256(text), "text": text, "title": title}
    yield Task(article_id, dict[str, object](data))


def _sentence_tasks(texts: Texts, article_id: str, title: str) -> Iterator[Task]:
    digest = sha256(texts.texts[article_id])
    rows = [row for row in texts.sentences[article_id] if row.scored]
    shown = [FIRST, *map(texts.text_of, rows), LAST]
    for number, row in enumerate(rows, start=1):
        yield Task(row.sentence_id, {
            **_place(row),
            "text_sha256": digest,
            "text": shown[number],
            "before": shown[number - 1],
            "after": shown[number + 1],
            "title": title,
        })  # fmt: skip


def _place(row: Sentence) -> Json:
    keys = ("article_id", "sentence_id", "start", "end")
    return {key: getattr(row, key) for key in keys}


def unit_of(data: Mapping[str, object]) -> str:
    """Return the unit that a task's data stands for ("" where it names none)."""
    return str(data.get("sentence_id") or data.get("article_id") or "")


def same_labelled(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    """Tell whether two tasks put the same words to be labelled, whatever is shown around."""
    return _labelled(first) == _labelled(second)


def _labelled(data: Mapping[str, object]) -> Json:
    return {key: value for key, value in data.items() if key not in CONTEXT}


def chosen_articles(texts: Texts, article_ids: Iterable[str]) -> frozenset[str]:
    """Return the articles that are meant: those named, or all.

    Raises
    ------
    InputError
        The corpus has no such article, or its text was withdrawn.
    """
    named = frozenset(article_ids)
    there = [key for key in texts.texts if key not in texts.withdrawn]
    allowed = f"one of {', '.join(there)}"
    fix = "see `usiran articles list`"
    unknown = [
        Finding("--article", "", "", name, allowed, fix) for name in sorted(named.difference(there))
    ]
    if unknown:
        raise InputError(unknown)
    return named or frozenset(there)


def _titles(corpus: Corpus) -> dict[str, str]:
    path = corpus.source / "articles.csv"
    # A corpus of texts alone shows its articles by their ids.
    if not path.exists():
        return {}
    rows = read_rows(path, name=corpus.name_of(path), columns=("article_id", "title"))
    return {row["article_id"]: row["title"] for row in rows}
