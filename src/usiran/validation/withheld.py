"""Checking what is kept of withdrawn texts against the tables that rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.tables import FILES, Frames, rows_of
from usiran.text.standoffs import Standoff, read_standoff

_FIX = "put it back as it was: without its text an article's sentences cannot move"


def standoff_kept(opened: Opened) -> Iterator[Finding]:
    """Find facts and sentences of withdrawn articles that are not those of their texts."""
    for row in rows_of(opened.tables["articles"]):
        if row.text_status == "present":
            continue
        standoff = read_standoff(opened.corpus, row.article_id)
        if standoff is not None:
            if standoff.text_sha256 != row.text_sha256:
                allowed = f"{standoff.text_sha256}, as its stand-off file says"
                yield Finding(
                    FILES["articles"],
                    row.article_id,
                    "text_sha256",
                    row.text_sha256,
                    allowed,
                    "correct the hash",
                )
            yield from _sentences(standoff, opened.tables)


def _sentences(standoff: Standoff, tables: Frames) -> Iterator[Finding]:
    """Compare the sentences that an article has with those it had."""
    there = {
        row.sentence_id: row
        for row in rows_of(tables["sentences"])
        if row.article_id == standoff.article_id
    }
    for sentence_id in dict.fromkeys((*standoff.sentences, *there)):
        place = standoff.sentences.get(sentence_id)
        row: Any = there.get(sentence_id)
        found = None if row is None else (int(row.start), int(row.end))
        wanted = None if place is None else (place.start, place.end)
        if found != wanted:
            column = "end" if found and wanted and found[0] == wanted[0] else "start"
            allowed = f"{_told(wanted)}, as when the text was withdrawn"
            yield Finding(FILES["sentences"], sentence_id, column, _told(found), allowed, _FIX)


def _told(place: tuple[int, int] | None) -> str:
    return "no such sentence" if place is None else f"{place[0]}-{place[1]}"
