"""Checking what is kept of withdrawn texts against the tables that rest on it."""

from collections.abc import Iterator

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.tables import FILES, Frames, rows_of
from usiran.text.standoffs import Standoff, withdrawn_standoff

_FIX = "put it back as it was: without its text an article's sentences cannot move"


def standoff_kept(opened: Opened) -> Iterator[Finding]:
    """Find facts and sentences of withdrawn articles that are not those of their texts."""
    for row in opened.rows("articles"):
        present = row.text_status == "present"
        standoff = None if present else withdrawn_standoff(opened.corpus, row.article_id)
        if standoff is None:
            continue
        # Of a present text the hash is computed; here two records of it are all there is.
        if standoff.text_sha256 != row.text_sha256:
            place = (FILES["articles"], row.article_id, "text_sha256", row.text_sha256)
            allowed = f"{standoff.text_sha256}, as its stand-off file says"
            yield Finding(*place, allowed, "correct the hash")
        yield from _moved_sentences(standoff, opened.tables)


def _moved_sentences(standoff: Standoff, tables: Frames) -> Iterator[Finding]:
    """Compare the sentences that an article has with those it had."""
    sentences = tables["sentences"]
    rows = rows_of(sentences[sentences["article_id"] == standoff.article_id])
    places = {row.sentence_id: (int(row.start), int(row.end)) for row in rows}
    known = {key: (sentence.start, sentence.end) for key, sentence in standoff.sentences.items()}
    for key in dict.fromkeys((*known, *places)):
        if places.get(key) != known.get(key):
            start_kept = key in places and key in known and places[key][0] == known[key][0]
            column = "end" if start_kept else "start"
            value, allowed = (
                "no such sentence" if place is None else f"{place[0]}-{place[1]}"
                for place in (places.get(key), known.get(key))
            )
            allowed += ", as when the text was withdrawn"
            yield Finding(FILES["sentences"], key, column, value, allowed, _FIX)
