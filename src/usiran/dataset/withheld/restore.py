"""Restoring a text-free edition from a reader's own copies.

Nothing is put back that is not proven: a sentence by the SHA-256 of its text, an article by that
of its whole text. Marks, blanks and offsets are those of the edition, so that spans stand
where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from usiran.dataset.parquet import from_bytes
from usiran.dataset.view import Row, View
from usiran.dataset.withheld import text_free
from usiran.dataset.withheld.fingerprints import normal, words
from usiran.dataset.withheld.reader_copies import Copy, Match, best_match, read_copies
from usiran.dataset.withheld.restore_report import ArticleReport, Report, State, spots
from usiran.dataset.withheld.text_free import Config, PageData
from usiran.errors import FileError, Finding, refuse, shorten
from usiran.files import BAD_JSON, read_bytes
from usiran.text.articles import sha256
from usiran.text.diff_pieces import edited
from usiran.text.standoffs import MASK, Standoff, read_standoff

PARTLY = (
    "**Restored in part.** This was the text-free edition; a reader put back the words of "
    'their own copies. Where `text_status` is "withheld", words are missing still.'
)
"""What the card says where not every text is back."""

_EACH = "a file for every article without its words"
_AGAIN = "fetch the edition again"


@dataclass(frozen=True)
class Known:
    """What is known of an article again, from `match`: what was found in the copy that was used.

    `text` has underscores for what is not proven, `sentences` are the ids of those that are.
    """

    standoff: Standoff
    match: Match | None
    text: str
    sentences: frozenset[str]

    @classmethod
    def of(cls, standoff: Standoff, copies: Sequence[Copy], held: str) -> Known:
        """Return what is known from the copies, and from the text that the edition's rows hold."""
        # Words that an earlier run put back are as good as those of a copy.
        match = best_match(standoff, copies)
        for text in (held, match.copy.text if match else ""):
            if sha256(text) == standoff.text_sha256:
                return cls(standoff, match, text, frozenset(standoff.sentences))
        proven = {
            key: held[place.start : place.end]
            for key, place in standoff.sentences.items()
            if sha256(held[place.start : place.end]) == place.sha256
        }
        if match is not None:
            proven |= {key: found.text for key, found in match.sentences.items()}
        # What stands between sentences that are not all there is not proven either.
        whole = len(proven) == len(standoff.sentences)
        marks = list(standoff.template if whole else MASK * len(standoff.template))
        for key, text in proven.items():
            marks[standoff.sentences[key].start : standoff.sentences[key].end] = text
        return cls(standoff, match, "".join(marks), frozenset(proven))

    @property
    def state(self) -> State:
        """How it was found."""
        if not self.sentences:
            return "lost"
        copy = self.match.copy if self.match else None
        if self.whole and (copy is None or copy.sha256 == self.standoff.text_sha256):
            return "exact"
        if self.whole and copy and normal(copy.words) == normal(words(self.text)):
            return "normalised"
        return "re-anchored"

    @cached_property
    def whole(self) -> bool:
        """Whether the article's whole text is proven."""
        return sha256(self.text) == self.standoff.text_sha256

    def at(self, start: int, end: int) -> str | None:
        """Return the text between two offsets, where all of it is proven."""
        places = (self.standoff.sentences[key] for key in self.sentences)
        inside = self.whole or any(place.start <= start <= end <= place.end for place in places)
        return self.text[start:end] if inside else None

    def sentence(self, sentence_id: str) -> str | None:
        """Return a sentence, where it is proven."""
        place = self.standoff.sentences[sentence_id]
        return self.text[place.start : place.end] if sentence_id in self.sentences else None


def restored_files(edition: Path, articles: Path) -> tuple[dict[str, bytes], Report]:
    """Return all files of an edition, with every word that a folder of copies proves.

    The edition may be restored in part already; the copies are .txt files of whatever names.
    """
    files = _read_files(edition)
    page_data = _read_page_data(files)
    bare = {view.key: view for view in (_read_view(files, one) for one in page_data.configs)}
    rows = {row["article_id"]: row for row in bare["articles"].rows}
    copies, unread = read_copies(articles)
    known = {}
    for standoff in _read_standoffs(files):
        key = standoff.article_id
        known[key] = Known.of(standoff, copies, rows[key]["text"] if key in rows else "")
    # Without, an article would be passed over, as if there had been none.
    refuse(
        Finding(f"{text_free.STANDOFFS}/{key}.json", "", "", "no such file", _EACH, _AGAIN)
        for key, row in rows.items()
        if key not in known and row.get("text_status") == "withheld"
    )
    reports = tuple(_report(known[key], row) for key, row in rows.items() if key in known)
    for view in bare.values():
        view.rows = [
            # The registry is of no one article: its rows hold no text.
            _restored_row(row, known[article])
            if (article := row.get("article_id")) in known
            else row
            for row in view.rows
        ]
    whole = all(article.whole for article in known.values())
    partly = any(article.sentences for article in known.values())
    notice = "" if whole else PARTLY if partly else text_free.NOTICE
    described, _ = text_free.published(page_data, bare.values(), notice=notice)
    # Said at the end: a file misnamed or of another article is found by being named here.
    used = {report.copy for report in reports}
    unused = tuple(copy.name for copy in copies if copy.name not in used)
    return {**files, **described}, Report(reports, unused, tuple(unread))


def _restored_row(row: Row, known: Known) -> Row:
    """Return a text_free.published row with the words that are known."""
    filled: Row = _filled(row, known)
    if "contrast_id" in row:
        source = known.sentence(row["sentence_id"])
        item = edited(source or "", known.standoff.contrast.get(row["contrast_id"]))
        if source is None or item is None:
            return row
        return row | {"text": item, "text_status": "present"}
    if "start" in row:
        there = known.at(row["start"], row["end"]) is not None
    else:
        there, filled["text"] = known.whole, known.text
        for name, edit in known.standoff.fields.items():
            filled[name] = edited(known.text, edit) or row[name]
    return filled | ({"text_status": "present"} if there and "text_status" in row else {})


def _filled(value: Any, known: Known) -> Any:
    """Return a value with the texts that its offsets lead to, where they are known."""
    if isinstance(value, list):
        return [_filled(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    filled = {key: _filled(item, known) for key, item in value.items()}
    if {"start", "end", "text"} <= value.keys():
        filled["text"] = known.at(value["start"], value["end"]) or value["text"]
    if "trigger" in value:
        filled |= _event_words(value, known)
    if "tokens" in value:
        places = zip(value["token_starts"], value["token_ends"], value["tokens"], strict=True)
        filled["tokens"] = [known.at(start, end) or token for start, end, token in places]
    return filled


def _event_words(row: Row, known: Known) -> Row:
    """Return the words of a row of the config `events`: its own, its sentence's, its actors'."""
    words: Row = {
        "trigger": known.at(row["start"], row["end"]) or row["trigger"],
        "sentence": known.sentence(row["sentence_id"]) or row["sentence"],
    }
    for column in (name for name in row if name.endswith("_texts")):
        places = (id.rpartition(":")[2] for id in row[column.replace("_texts", "_span_ids")])
        bounds = (map(int, place.split("-")) for place in places)
        words[column] = [
            known.at(*own) or text for own, text in zip(bounds, row[column], strict=True)
        ]
    return words


def _report(known: Known, row: Row) -> ArticleReport:
    """Count what is known of an article, and say where it stands in the copy."""
    lost = tuple(key for key in known.standoff.sentences if key not in known.sentences)
    spans = row["actors"] + row["events"]
    places = {span["span_id"]: (span["start"], span["end"]) for span in spans}
    there = {key: place for key, place in places.items() if known.at(*place) is not None}
    return ArticleReport(
        article_id=known.standoff.article_id,
        state=known.state,
        copy=known.match.copy.name if known.match else None,
        sentences=len(known.standoff.sentences),
        sentences_lost=len(lost),
        spans=len(spans),
        spans_lost=len(spans) - len(there),
        lost=lost,
        in_copy=tuple(spots(known.standoff, known.match, there)) if known.match else (),
    )


def _read_files(edition: Path) -> dict[str, bytes]:
    """Read every file of an edition, but what a download or version control keeps for itself."""
    names = {path: path.relative_to(edition) for path in sorted(edition.rglob("*"))}
    # What a link leads to would be published as a part of the edition.
    refuse(
        Finding(str(path), "", "", value, "a file or a folder", "take it out")
        for path in names
        if not path.name.startswith(".")
        if (value := _no_file(path))
    )
    files = {
        name.as_posix(): read_bytes(path)
        for path, name in names.items()
        if path.is_file() and not any(part.startswith(".") for part in name.parts)
    }
    if text_free.PAGE_DATA not in files:
        allowed = "a text-free edition: data/ and restore/ beside the card"
        fix = "name the folder that `usiran build --text withhold` wrote, or a download of it"
        raise FileError(edition, f"no {text_free.PAGE_DATA} in it", allowed, fix)
    return files


def _no_file(path: Path) -> str:
    """Say what a path is that is neither a file nor a folder; nothing of others."""
    if path.is_symlink():
        return "a symbolic link"
    return "" if path.is_file() or path.is_dir() else "a pipe or a device"


def _read_page_data(files: Mapping[str, bytes]) -> PageData:
    try:
        return msgspec.json.decode(files[text_free.PAGE_DATA], type=PageData)
    except BAD_JSON as error:
        allowed = "what the pages are made from"
        raise FileError(text_free.PAGE_DATA, shorten(error, 120), allowed, _AGAIN) from None


def _read_standoffs(files: Mapping[str, bytes]) -> Iterator[Standoff]:
    for name, content in files.items():
        if name.startswith(f"{text_free.STANDOFFS}/"):
            yield read_standoff(content, Path(name).stem, file=name, fix=_AGAIN)


def _read_view(files: Mapping[str, bytes], config: Config) -> View:
    from datasets import Features

    view = View(rows=[], features=Features(), **msgspec.structs.asdict(config))
    try:
        table = from_bytes(files[view.file])
    except (KeyError, OSError, pa.ArrowException) as error:
        raise FileError(view.file, shorten(error, 120), "a Parquet file", _AGAIN) from None
    view.features, view.rows = Features.from_arrow_schema(table.schema), table.to_pylist()
    return view
