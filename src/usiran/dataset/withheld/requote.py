"""The words that exports and the ledger quote from an article: taken out, or put back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from usiran.annotation.adjudication.decisions import COLUMNS, decisions_file, read_decisions
from usiran.annotation.adjudication.question_labels import requoted_answer
from usiran.corpus import Corpus
from usiran.io.csv import csv_bytes
from usiran.io.json_stream import batches
from usiran.text.standoffs import skeleton_of

Json = dict[str, Any]
# Task fields that hold words of the text; the canonical exports have none of them.
_SHOWN = ("text", "before", "after", "title")


def export_files(corpus: Corpus) -> list[Path]:
    """Return the exports of a corpus: submissions and gold."""
    folders = (corpus.submissions, corpus.gold)
    return sorted(path for folder in folders for path in folder.rglob("*.json*"))


def requoted(
    corpus: Corpus, article_id: str, *, before: str, after: str
) -> tuple[dict[Path, bytes], int]:
    """Return what quotes an article, quoting another text of the same length.

    That is the exports, and the answers in the adjudication's ledger: a decision holds only
    while the words it quotes are those between its offsets.

    Parameters
    ----------
    corpus : Corpus
        Whose exports they are.
    article_id : str
        The article.
    before, after : str
        What is quoted now and what is to be: the text and its skeleton, or the other way.

    Returns
    -------
    files : dict
        From path to content, of the files that change.
    quotes : int
        The quotes that change.
    """
    files, quotes = _ledger(corpus, article_id, before, after)
    for path in export_files(corpus):
        tasks = [
            msgspec.json.decode(raw)
            for batch in batches(path, name=corpus.name_of(path))
            for raw in batch
        ]
        changed = sum(_task(task, article_id, before, after) for task in tasks)
        if changed:
            quotes += changed
            files[path] = (json.dumps(tasks, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    return files, quotes


def _ledger(
    corpus: Corpus, article_id: str, before: str, after: str
) -> tuple[dict[Path, bytes], int]:
    """Return the ledger with the answers on one article requoted; nothing where none changes."""
    old = read_decisions(corpus)
    new = [
        one._replace(answer=requoted_answer(one.answer, before=before, after=after))
        if one.article_id == article_id
        else one
        for one in old
    ]
    changed = sum(one != other for one, other in zip(old, new, strict=True))
    rows = [one._asdict() for one in new]
    return ({decisions_file(corpus): csv_bytes(rows, COLUMNS)} if changed else {}), changed


def _task(task: Json, article_id: str, before: str, after: str) -> int:
    """Change one task's words; return how many there were."""
    data = task.get("data", {})
    if data.get("article_id") != article_id:
        return 0
    shown = [data.pop(name) for name in _SHOWN if name in data]
    return len(shown) + sum(_quote(value, before, after) for value in _values(task))


def _values(task: Json) -> Iterator[Json]:
    for kind in ("annotations", "predictions", "drafts"):
        for answer in task.get(kind) or ():
            for item in (isinstance(answer, dict) and answer.get("result")) or ():
                if isinstance(value := item.get("value"), dict) and value.get("text"):
                    yield value


def _quote(value: Json, before: str, after: str) -> int:
    start, end, quote = value.get("start"), value.get("end"), value["text"]
    exact = isinstance(start, int) and isinstance(end, int) and before[start:end] == quote
    # A quote that is not the text between its offsets is shown by no others.
    value["text"] = after[start:end] if exact else skeleton_of(str(quote))
    return int(value["text"] != quote)
