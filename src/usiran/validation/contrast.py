"""The contrast set: each edit differs, is agreed on by blind annotators, and stands in one list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.tables import FILES, withdrawn_articles
from usiran.text.articles import sha256

BLIND = 2
"""So many annotators other than the writer must agree on an edit."""


def groups(opened: Opened) -> Iterator[Finding]:
    """Find edits whose id does not begin with the sentence they edit, or is boilerplate's."""
    sentences = opened.tables["sentences"]
    zones = dict(zip(sentences["sentence_id"], sentences["zone"], strict=True))
    for row in opened.rows("contrast"):
        if row.contrast_id.split("~")[0] != row.sentence_id:
            allowed = f"{row.sentence_id}~<number>"
            yield _finding(row.contrast_id, "contrast_id", row.contrast_id, allowed, "rename it")
        if zones.get(row.sentence_id) == "boilerplate":
            allowed, fix = "a scored sentence", "edit another sentence, or take the row out"
            yield _finding(row.contrast_id, "sentence_id", "boilerplate", allowed, fix)


def agreed(opened: Opened) -> Iterator[Finding]:
    """Find edits that too few labelled blind, and labels that are not the published ones."""
    withdrawn = withdrawn_articles(opened.tables)
    labels: dict[str, list[Any]] = defaultdict(list)
    for row in opened.rows("contrast_labels"):
        if row.given == "blind":
            labels[row.contrast_id].append(row)
    for edit in opened.rows("contrast"):
        digest = sha256(edit.text)
        # The text that was labelled cannot be compared once its words are withdrawn.
        unknown = edit.sentence_id.partition("#")[0] in withdrawn
        blind = [row for row in labels[edit.contrast_id] if unknown or row.text_sha256 == digest]
        if len(blind) < BLIND:
            allowed = f"{BLIND} blind labels of this very text in {FILES['contrast_labels']}"
            fix = "have it labelled, or move it to the dropped ones"
            yield _finding(edit.contrast_id, "text", f"{len(blind)} blind labels", allowed, fix)
        for field in ("stance", "holder"):
            published = getattr(edit, field)
            for label in sorted({getattr(row, field) for row in blind} - {published}):
                allowed = f"what every blind annotator said ({label} was said too)"
                fix = "mend the sentence and have it labelled again, or drop it"
                yield _finding(edit.contrast_id, field, published, allowed, fix)


def left_out(opened: Opened) -> Iterator[Finding]:
    """Find edits that are both published and listed as left out."""
    dropped = set(opened.tables["contrast_dropped"]["contrast_id"])
    for key in sorted(dropped.intersection(opened.tables["contrast"]["contrast_id"])):
        allowed = f"an edit that {FILES['contrast_dropped']} does not list"
        yield _finding(key, "contrast_id", key, allowed, "keep one")


def _finding(record: str, column: str, value: str, allowed: str, fix: str) -> Finding:
    return Finding(FILES["contrast"], record, column, value, allowed, fix)
