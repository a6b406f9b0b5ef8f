"""The tasks of both projects: what an annotator is shown, and what a task is known by."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.errors import Finding, refuse
from usiran.io.csv import read_rows
from usiran.label_studio.config import VOTES
from usiran.label_studio.write_export import Json
from usiran.schemas.label_scheme import Project
from usiran.text.articles import Texts, sha256

FIRST, LAST = "(the article begins here)", "(the article ends here)"
"""Shown where nothing stands before or after a sentence: Label Studio shows no empty text."""

CONTEXT = ("title", "position", "before", "after", VOTES)
"""Task fields that are shown only: labels stay good where they change."""


class Task(NamedTuple):
    """One task: the unit that is labelled and the data that Label Studio keeps for it."""

    unit_id: str
    data: Json


def make_tasks(corpus: Corpus, texts: Texts, layer: Project) -> list[Task]:
    """Return every task of a layer in the order of the corpus.

    A task of ``stance`` is a sentence outside boilerplate, with the article before and after it;
    one of ``spans`` is an article. An article whose text was withdrawn has none.
    """
    allowed, fix = "line feeds only", "store the text with LF ends before it is labelled"
    refuse(
        Finding(corpus.name_of(corpus.article(key)), "", "", "a carriage return", allowed, fix)
        for key, text in texts.texts.items()
        if "\r" in text
    )
    titles = _titles(corpus)
    articles = [key for key in texts.texts if key not in texts.withdrawn]
    tasks: list[Task] = []
    for number, article_id in enumerate(articles, start=1):
        title = titles.get(article_id) or article_id
        if layer == "stance":
            tasks += _sentence_tasks(texts, article_id, title)
        else:
            text, position = texts.texts[article_id], f"article {number} of {len(articles)}"
            # The hash lets the reader refuse labels that were made on another text than today's.
            ids: Json = {"article_id": article_id, "text_sha256": sha256(text)}
            shown = {"text": text, "title": title, "position": position}
            tasks.append(Task(article_id, ids | shown))
    return tasks


def _sentence_tasks(texts: Texts, article_id: str, title: str) -> Iterator[Task]:
    article = texts.texts[article_id]
    digest = sha256(article)
    scored = [row for row in texts.sentences[article_id] if row.scored]
    for number, row in enumerate(scored, start=1):
        place = {"start": row.start, "end": row.end, "text_sha256": digest}
        shown = {
            "text": texts.text_of(row),
            "before": article[: row.start].strip() or FIRST,
            "after": article[row.end :].strip() or LAST,
            "title": title,
            "position": f"sentence {number} of {len(scored)}",
        }
        ids = {"article_id": row.article_id, "sentence_id": row.sentence_id}
        yield Task(row.sentence_id, ids | place | shown)


def unit_of(data: Mapping[str, object]) -> str:
    """Return the unit that a task's data stands for ("" where it names none)."""
    return str(data.get("sentence_id") or data.get("article_id") or "")


def same_labelled(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    """Tell whether two tasks put the same words to be labelled, whatever is shown around."""
    keys = (first.keys() | second.keys()) - {*CONTEXT}
    return all(first.get(key) == second.get(key) for key in keys)


def chosen_articles(texts: Texts, article_ids: Iterable[str]) -> frozenset[str]:
    """Return the articles that are meant: those named, or all."""
    named = frozenset(article_ids)
    present = [key for key in texts.texts if key not in texts.withdrawn]
    if unknown := named.difference(present):
        allowed, fix = f"one of {', '.join(present)}", "see `usiran articles list`"
        refuse(Finding("--article", "", "", key, allowed, fix) for key in unknown)
    return named or frozenset(present)


def _titles(corpus: Corpus) -> dict[str, str]:
    path = corpus.source / "articles.csv"
    # A corpus of texts alone shows its articles by their ids.
    if not path.exists():
        return {}
    rows = read_rows(path, name=corpus.name_of(path), columns=("article_id", "title"))
    return {row["article_id"]: row["title"] for row in rows}
