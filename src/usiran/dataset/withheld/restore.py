"""Restoring a text-free edition from a reader's own copies, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from usiran.dataset.withheld.copies import read_copies
from usiran.dataset.withheld.fingerprints import words
from usiran.dataset.withheld.restored import STATES, Restored, State, read_anchors
from usiran.dataset.withheld.restored_rows import filled


@dataclass(frozen=True)
class Spot:
    """Where a sentence or a span stands in the reader's copy: half-open code points."""

    unit_id: str
    start: int
    end: int


@dataclass(frozen=True)
class ArticleReport:
    """What was restored of one article.

    `sentences` and `spans` count what is in the edition; `sentences_lost` and `spans_lost`
    what stays without words. `in_copy` says where the rest stands in the reader's file.
    """

    article_id: str
    state: State
    copy: str | None
    sentences: int
    sentences_lost: int
    spans: int
    spans_lost: int
    lost: tuple[str, ...]
    in_copy: tuple[Spot, ...]


@dataclass(frozen=True)
class Report:
    """What was restored in all."""

    articles: tuple[ArticleReport, ...]
    unused: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """How many articles, sentences and spans came back in which way, and how many not."""
        kinds = ("articles", "sentences", "spans")
        counts: dict[str, dict[str, int]] = {k: {str(s): 0 for s in STATES} for k in kinds}
        for one in self.articles:
            counts["articles"][one.state] += 1
            counts["sentences"][one.state] += one.sentences - one.sentences_lost
            counts["sentences"]["lost"] += one.sentences_lost
            counts["spans"][one.state] += one.spans - one.spans_lost
            counts["spans"]["lost"] += one.spans_lost
        return counts

    def as_dict(self) -> dict[str, object]:
        """Return the report as a JSON object, with its totals."""
        return asdict(self) | {"totals": self.totals}


@dataclass(frozen=True)
class Result:
    """The restored files, by path within the edition, and what was restored."""

    files: Mapping[str, bytes]
    report: Report


def restore(edition: Path, articles: Path) -> Result:
    """Return an edition's files with every word that a folder of copies proves.

    Parameters
    ----------
    edition : Path
        A folder with a text-free edition.
    articles : Path
        The reader's copies: .txt files, with whatever names.

    Raises
    ------
    FileError
        The edition or a copy cannot be read.
    """
    known = read_anchors(edition)
    copies, unread = read_copies(articles)
    restored = {one.article_id: Restored.of(one, copies) for one in known}
    files, spans = filled(edition, restored)
    reports = tuple(_report(one, spans.get(key, {})) for key, one in restored.items())
    used = {one.copy for one in reports}
    unused = tuple(copy.name for copy in copies if copy.name not in used)
    return Result(files, Report(reports, unused, tuple(unread)))


def _report(one: Restored, spans: Mapping[str, tuple[int, int]]) -> ArticleReport:
    """Count what an article's copy gave, and say where it stands there."""
    lost = tuple(key for key in one.anchors.sentences if key not in one.sentences)
    known = {key: place for key, place in spans.items() if one.at(*place) is not None}
    return ArticleReport(
        article_id=one.anchors.article_id,
        state=one.state,
        copy=one.match.copy.name if one.match else None,
        sentences=len(one.anchors.sentences),
        sentences_lost=len(lost),
        spans=len(spans),
        spans_lost=len(spans) - len(known),
        lost=lost,
        in_copy=tuple(_spots(one, known)),
    )


def _spots(one: Restored, spans: Mapping[str, tuple[int, int]]) -> Iterator[Spot]:
    """Yield where sentences and spans stand in the reader's copy."""
    for key in one.sentences:
        anchor = one.anchors.sentences[key]
        inside = {
            unit: place
            for unit, place in spans.items()
            if anchor.start <= place[0] and place[1] <= anchor.end
        }
        for unit, (start, end) in {key: (anchor.start, anchor.end), **inside}.items():
            spot = _spot(one, key, start - anchor.start, end - anchor.start)
            if spot:
                yield Spot(unit, *spot)


def _spot(one: Restored, key: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where part of a sentence stands in the copy: its words, and marks that are alike."""
    text, parts = one.sentences[key]
    pairs = zip(words(text), parts, strict=True)
    inside = [(own, word) for own, word in pairs if start <= own.start < end]
    if one.match is None or not inside:
        return None
    (first, there), (last, until) = inside[0], inside[-1]
    copy, before, after = one.match.copy.text, text[start : first.start], text[last.end : end]
    left = len(before) if copy[max(there.start - len(before), 0) : there.start] == before else 0
    right = len(after) if copy.startswith(after, until.end) else 0
    return there.start - left, until.end + right
