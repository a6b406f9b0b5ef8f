"""Texts and sentences: hashes, coverage, order, folds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from usiran.errors import Finding
from usiran.schemas.tables import FILES, Frames, rows_of

_SENTENCES = FILES["sentences"]


def present(frames: Frames) -> Iterator[Any]:
    """Yield the articles whose text is there."""
    yield from (row for row in rows_of(frames["articles"]) if row.text_status == "present")


def hashes(frames: Frames) -> Iterator[Finding]:
    """Find articles whose text is not the one that articles.csv was written for."""
    for row in present(frames):
        found = hashlib.sha256(str(row.text).encode("utf-8")).hexdigest()
        if found != row.text_sha256:
            yield Finding(
                f"dataset/source/articles/{row.article_id}.txt",
                str(row.article_id),
                "text_sha256",
                found,
                f"{row.text_sha256}, as {FILES['articles']} says",
                "put the text back as it was: texts are never edited",
            )


def sentences_in_text(frames: Frames) -> Iterator[Finding]:
    """Find sentences outside their text, with blanks at an edge, overlapping or out of order."""
    texts = dict(zip(frames["articles"]["article_id"], frames["articles"]["text"], strict=True))
    for article_id, rows in frames["sentences"].groupby("article_id", sort=True):
        if article_id in texts:
            yield from _article(str(article_id), str(texts[article_id]), list(rows_of(rows)))


def stated(frames: Frames) -> Iterator[Finding]:
    """Find titles and publishers that are called stated and do not stand in the text."""
    for row in present(frames):
        for name in ("title", "publisher"):
            value = getattr(row, name)
            if getattr(row, f"{name}_basis") == "stated" and str(value) not in str(row.text):
                allowed = "words of the text, or another basis"
                fix = "correct the value, or call it inferred and say in the note how"
                yield Finding(FILES["articles"], row.article_id, name, str(value), allowed, fix)


def coverage(frames: Frames) -> Iterator[Finding]:
    """Find non-blank characters that lie in no sentence, one finding a gap."""
    groups = dict(list(frames["sentences"].groupby("article_id")))
    for row in rows_of(frames["articles"]):
        if row.article_id in groups:
            rows = list(groups[str(row.article_id)].itertuples())
            yield from _gaps(str(row.article_id), str(row.text), rows)


def folds(frames: Frames) -> Iterator[Finding]:
    """Find folds that are not numbered from 0 without a gap."""
    numbers = sorted(frames["folds"]["fold"])
    if numbers != list(range(len(numbers))):
        found, allowed = ", ".join(map(str, numbers)), f"the numbers 0 to {len(numbers) - 1}"
        yield Finding(FILES["folds"], "", "fold", found, allowed, "number the folds from 0")


def _article(article_id: str, text: str, rows: Sequence[Any]) -> Iterator[Finding]:
    end = 0
    for number, row in enumerate(rows, start=1):
        expected = f"{article_id}#{number:03d}"
        if row.sentence_id != expected:
            yield _finding(
                row.sentence_id, "sentence_id", row.sentence_id, expected,
                "number the article's sentences from 001 in the order of the text",
            )  # fmt: skip
        yield from _bounds(row, text, end)
        end = max(end, row.end)


def _bounds(row: Any, text: str, end: int) -> Iterator[Finding]:
    span = f"{row.start}-{row.end}"
    if not row.start < row.end <= len(text):
        allowed = f"offsets with start < end within 0-{len(text)}"
        yield _finding(row.sentence_id, "end", span, allowed, "correct the offsets")
        return
    if row.start < end:
        allowed = f"a start at or after {end}, where the sentence before ends"
        yield _finding(row.sentence_id, "start", str(row.start), allowed, "end one earlier")
    if 0 < row.start == end and text[end - 1].isalnum() and text[end].isalnum():
        shown = f"{end}, inside the word in '{text[max(end - 8, 0) : end + 8]}'"
        yield _finding(row.sentence_id, "start", shown, "an offset between words", "move it")
    if text[row.start].isspace():
        shown = f"{row.start}, a blank"
        allowed = "the offset of a character that is not blank"
        yield _finding(row.sentence_id, "start", shown, allowed, "move the start past the blank")
    if text[row.end - 1].isspace():
        shown = f"{row.end}, after a blank"
        allowed = "the offset after a character that is not blank"
        yield _finding(row.sentence_id, "end", shown, allowed, "move the end before the blank")


def _gaps(article_id: str, text: str, rows: Sequence[Any]) -> Iterator[Finding]:
    at, before = 0, article_id
    ordered = sorted((row.start, row.end, str(row.sentence_id)) for row in rows)
    for start, end, sentence_id in [*ordered, (len(text), len(text), article_id)]:
        gap = text[at:start]
        if gap.strip():
            # The gap is the fault of the sentence that it touches.
            record = sentence_id if gap == gap.rstrip() else before
            allowed = "every character that is not blank in exactly one sentence"
            fix = f"move this sentence's boundary over offset {at + gap.index(gap.strip()[0])}"
            yield _finding(record, "start", f"{gap.strip()} (in no sentence)", allowed, fix)
        at, before = max(at, end), sentence_id


def _finding(record: str, column: str, value: str, allowed: str, fix: str) -> Finding:
    return Finding(_SENTENCES, str(record), column, value, allowed, fix)
