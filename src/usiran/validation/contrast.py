"""The contrast set: each edit differs, is agreed on by blind annotators, and stands in one list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from usiran.errors import Finding
from usiran.schemas.tables import FILES, Frames, rows_of, withdrawn_articles

BLIND = 2
"""So many annotators other than the writer must agree on an edit."""


def groups(frames: Frames) -> Iterator[Finding]:
    """Find edits whose id does not begin with the sentence they edit, or is boilerplate's."""
    zones = dict(zip(frames["sentences"]["sentence_id"], frames["sentences"]["zone"], strict=True))
    for row in rows_of(frames["contrast"]):
        if row.contrast_id.split("~")[0] != row.sentence_id:
            allowed = f"{row.sentence_id}~<number>"
            yield _finding(row.contrast_id, "contrast_id", row.contrast_id, allowed, "rename it")
        if zones.get(row.sentence_id) == "boilerplate":
            allowed, fix = "a scored sentence", "edit another sentence, or take the row out"
            yield _finding(row.contrast_id, "sentence_id", "boilerplate", allowed, fix)


def agreed(frames: Frames) -> Iterator[Finding]:
    """Find edits that too few labelled blind, and labels that are not the published ones."""
    gone = withdrawn_articles(frames)
    rows: dict[str, list[Any]] = {}
    for row in rows_of(frames["contrast_labels"]):
        if row.given == "blind":
            rows.setdefault(row.contrast_id, []).append(row)
    for item in rows_of(frames["contrast"]):
        text = hashlib.sha256(item.text.encode()).hexdigest()
        # The text that was labelled cannot be compared once its words are withdrawn.
        unknown = item.sentence_id.partition("#")[0] in gone
        found = rows.get(item.contrast_id, [])
        given = [row for row in found if unknown or row.text_sha256 == text]
        if len(given) < BLIND:
            allowed = f"{BLIND} blind labels of this very text in {FILES['contrast_labels']}"
            fix = "have it labelled, or move it to the dropped ones"
            yield _finding(item.contrast_id, "text", f"{len(given)} blind labels", allowed, fix)
        for field in ("stance", "holder"):
            told = {getattr(row, field) for row in given} - {getattr(item, field)}
            for value in sorted(told):
                allowed = f"what every blind annotator said ({value} was said too)"
                fix = "mend the sentence and have it labelled again, or drop it"
                yield _finding(item.contrast_id, field, getattr(item, field), allowed, fix)


def left_out(frames: Frames) -> Iterator[Finding]:
    """Find edits that are both published and listed as left out."""
    for key in sorted(set(frames["contrast"]["contrast_id"]) & set(
        frames["contrast_dropped"]["contrast_id"]
    )):  # fmt: skip
        allowed, fix = f"an edit that {FILES['contrast_dropped']} does not list", "keep one"
        yield _finding(key, "contrast_id", key, allowed, fix)


def _finding(record: str, column: str, found: str, allowed: str, fix: str) -> Finding:
    return Finding(FILES["contrast"], record, column, found, allowed, fix)
