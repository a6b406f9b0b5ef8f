"""Texts and sentences: hashes, coverage, order, folds."""

from collections.abc import Iterable, Iterator
from typing import Any

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.folds import folds_of
from usiran.schemas.tables import FILES, rows_of
from usiran.text.articles import sha256


def _present(opened: Opened) -> Iterator[Any]:
    """Yield the articles whose text is there."""
    return (row for row in opened.rows("articles") if row.text_status == "present")


def _unread(opened: Opened, name: str) -> bool:
    """Whether a table has rows that cannot be read: others seem to lack them, and do not."""
    return FILES[name] in {finding.file for finding in opened.findings}


def hashes(opened: Opened) -> Iterator[Finding]:
    """Find articles whose text is not the one that articles.csv was written for."""
    for row in _present(opened):
        if (digest := sha256(row.text)) != row.text_sha256:
            file = f"dataset/source/articles/{row.article_id}.txt"
            value = f"a text that was changed (its SHA-256 is {digest})"
            allowed = f"the text of {FILES['articles']} (SHA-256 {row.text_sha256})"
            fix = (
                f"put it back as it was, such as with `git checkout {file}`: labels are found by "
                "their places in it, so it is never edited"
            )
            yield Finding(file, row.article_id, "text_sha256", value, allowed, fix)


def stated(opened: Opened) -> Iterator[Finding]:
    """Find titles and publishers that are called stated and do not stand in the text."""
    for row in _present(opened):
        for name in ("title", "publisher"):
            value = str(getattr(row, name))
            if getattr(row, f"{name}_basis") == "stated" and value not in row.text:
                allowed = "words of the text, or another basis"
                fix = "correct the value, or call it inferred and say in the note how"
                yield Finding(FILES["articles"], row.article_id, name, value, allowed, fix)


def sentences_in_text(opened: Opened) -> Iterator[Finding]:
    """Find sentences outside their text, with blanks at an edge, overlapping or out of order."""
    if _unread(opened, "sentences"):
        return
    # In the order of the file: `Texts` has them sorted, and out of order is what is looked for.
    for article_id, rows in opened.tables["sentences"].groupby("article_id", sort=True):
        text = opened.texts.texts.get(str(article_id))
        if text is None:
            continue
        last_end = 0
        for number, row in enumerate(rows_of(rows), start=1):
            expected = f"{article_id}#{number:03d}"
            if row.sentence_id != expected:
                allowed = f"{expected} for sentence {number} of the article"
                fix = "number the article's sentences from 001 in the order of the text"
                yield _finding(row.sentence_id, "sentence_id", row.sentence_id, allowed, fix)
            yield from _bounds(row, text, last_end)
            last_end = max(last_end, row.end)


def _bounds(row: Any, text: str, last_end: int) -> Iterator[Finding]:
    key, start, end = row.sentence_id, row.start, row.end
    if not start < end <= len(text):
        allowed = f"offsets with start < end within 0-{len(text)}"
        yield _finding(key, "end", f"{start}-{end}", allowed, "correct the offsets")
        return
    if start < last_end:
        allowed = f"a start at or after {last_end}, where the sentence before ends"
        yield _finding(key, "start", str(start), allowed, "end one earlier")
    if 0 < start == last_end and text[start - 1].isalnum() and text[start].isalnum():
        value = f"{start}, inside the word in '{text[max(start - 8, 0) : start + 8]}'"
        yield _finding(key, "start", value, "an offset between words", "move it")
    no_blank = "a character that is not blank"
    if text[start].isspace():
        allowed, fix = f"the offset of {no_blank}", "move the start past the blank"
        yield _finding(key, "start", f"{start}, a blank", allowed, fix)
    if text[end - 1].isspace():
        allowed, fix = f"the offset after {no_blank}", "move the end before the blank"
        yield _finding(key, "end", f"{end}, after a blank", allowed, fix)


def coverage(opened: Opened) -> Iterator[Finding]:
    """Find non-blank characters that lie in no sentence, one finding a gap."""
    if _unread(opened, "sentences"):
        return
    for article_id, text in opened.texts.texts.items():
        sentences = opened.texts.sentences.get(article_id)
        if sentences:
            places = sorted((s.start, s.end, s.sentence_id) for s in sentences)
            yield from _gaps(article_id, text, places)


def _gaps(article_id: str, text: str, places: Iterable[tuple[int, int, str]]) -> Iterator[Finding]:
    position, before = 0, article_id
    for start, end, sentence_id in [*places, (len(text), len(text), article_id)]:
        gap = text[position:start]
        if gap.strip():
            # The gap is the fault of the sentence that it touches.
            record = sentence_id if gap == gap.rstrip() else before
            allowed = "every character that is not blank in exactly one sentence"
            offset = position + len(gap) - len(gap.lstrip())
            fix = f"move this sentence's boundary over offset {offset}"
            yield _finding(record, "start", f"{gap.strip()} (in no sentence)", allowed, fix)
        position, before = max(position, end), sentence_id


def folds(opened: Opened) -> Iterator[Finding]:
    """Find folds that are not numbered from 0 without a gap, or not as many as they must be."""
    if _unread(opened, "folds"):
        return
    numbers = sorted(opened.tables["folds"]["fold"])
    count = folds_of(len(numbers))
    # Up to MOST_ALONE articles there is one a fold, so a number that stands twice leaves a gap.
    if set(numbers) != set(range(count)):
        value, allowed = ", ".join(map(str, numbers)), f"the numbers 0 to {count - 1}"
        fix = "number the folds from 0, each article in one of its own"
        if count < len(numbers):
            fix = f"put whole articles into {count} folds with about as many sentences each"
        yield Finding(FILES["folds"], "", "fold", value, allowed, fix)


def _finding(record: str, column: str, value: str, allowed: str, fix: str) -> Finding:
    return Finding(FILES["sentences"], record, column, value, allowed, fix)
