"""The words that exports and the adjudication's decisions quote from an article."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from usiran.annotation.adjudication.question_labels import requoted_answer
from usiran.annotation.adjudication.questions import COLUMNS, decisions_file, read_decisions
from usiran.corpus import Corpus
from usiran.io.csv import csv_bytes
from usiran.io.json_stream import batches
from usiran.text.standoffs import template

Json = dict[str, Any]
# Task fields that hold words of the text; the canonical exports have none of them.
_SHOWN = ("text", "before", "after", "title")


def requoted(
    corpus: Corpus, article_id: str, *, before: str, after: str
) -> tuple[dict[Path, bytes], int]:
    """Return the files that quote an article with another text quoted, and how many quotes change.

    `before` and `after` are the text and its template, or the other way; they are equally long.
    """
    # A decision holds only while the words that its answer quotes are those between its offsets.
    files, quotes = _decisions(corpus, article_id, before, after)
    exports = [
        path for place in (corpus.submissions, corpus.gold) for path in place.rglob("[!.]*.json*")
    ]
    for path in sorted(exports):
        raw_tasks = chain.from_iterable(batches(path, name=corpus.name_of(path)))
        tasks = [msgspec.json.decode(raw) for raw in raw_tasks]
        changed = sum(_requote(task, article_id, before, after) for task in tasks)
        if changed:
            quotes += changed
            # In the form in which exports are stored: a diff then shows the quotes alone.
            files[path] = (json.dumps(tasks, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    return files, quotes


def _decisions(
    corpus: Corpus, article_id: str, before: str, after: str
) -> tuple[dict[Path, bytes], int]:
    """Return the decisions with the answers on one article requoted; nothing where none changes."""
    rows, changed = [], 0
    for decision in read_decisions(corpus):
        answer = decision.answer
        if decision.article_id == article_id:
            answer = requoted_answer(answer, before=before, after=after)
        changed += answer != decision.answer
        rows.append(decision._asdict() | {"answer": answer})
    return ({decisions_file(corpus): csv_bytes(rows, COLUMNS)} if changed else {}), changed


def _requote(task: Json, article_id: str, before: str, after: str) -> int:
    """Change one task's words; return how many there were."""
    data = task.get("data", {})
    if data.get("article_id") != article_id:
        return 0
    shown = [data.pop(name) for name in _SHOWN if name in data]
    changed = len(shown)
    for value in _values(task):
        start, end, quote = value.get("start"), value.get("end"), value["text"]
        exact = isinstance(start, int) and isinstance(end, int) and before[start:end] == quote
        # A quote that is not the text between its offsets is shown by no others.
        value["text"] = after[start:end] if exact else template(str(quote))
        changed += value["text"] != quote
    return changed


def _values(task: Json) -> Iterator[Json]:
    """Yield every value of a task's results that quotes something."""
    for kind in ("annotations", "predictions", "drafts"):
        for answer in task.get(kind) or ():
            # A prediction may stand as its id alone.
            for item in (isinstance(answer, dict) and answer.get("result")) or ():
                if isinstance(value := item.get("value"), dict) and value.get("text"):
                    yield value
