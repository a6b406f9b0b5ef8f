"""What a restored edition has again, and where it stands in the reader's copies."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from usiran.dataset.withheld.fingerprints import Word, words
from usiran.dataset.withheld.reader_copies import Match
from usiran.text.standoffs import Standoff

State = Literal["exact", "normalised", "re-anchored", "lost"]
"""The text stands in a copy, or in the edition already; a copy has the same words in the same
order; some or all sentences were found one by one; or nothing was found."""


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
    what stays without words. `in_copy` says where what was found stands in the reader's file.
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
    """What was restored in all; copies that were of no article, and files that were not UTF-8."""

    articles: tuple[ArticleReport, ...]
    unused: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """How many articles, sentences and spans came back in which way, and how many not."""
        kinds = ("articles", "sentences", "spans")
        counts = {kind: dict.fromkeys(get_args(State), 0) for kind in kinds}
        for article in self.articles:
            counts["articles"][article.state] += 1
            counts["sentences"][article.state] += article.sentences - article.sentences_lost
            counts["sentences"]["lost"] += article.sentences_lost
            counts["spans"][article.state] += article.spans - article.spans_lost
            counts["spans"]["lost"] += article.spans_lost
        return counts

    def as_dict(self) -> dict[str, object]:
        """Return the report as a JSON object, with its totals."""
        return asdict(self) | {"totals": self.totals}


def spots(standoff: Standoff, match: Match, spans: Mapping[str, tuple[int, int]]) -> Iterator[Spot]:
    """Yield where sentences, and the spans in them, stand in the reader's copy."""
    for key, found in match.sentences.items():
        place = standoff.sentences[key]
        there = match.copy.words[found.first : found.first + place.words]
        pairs = list(zip(words(found.text), there, strict=True))
        units = {key: (place.start, place.end)} | {
            unit: span
            for unit, span in spans.items()
            if place.start <= span[0] and span[1] <= place.end
        }
        for unit, (start, end) in units.items():
            spot = _spot(found.text, match.copy.text, pairs, start - place.start, end - place.start)
            if spot is not None:
                yield Spot(unit, *spot)


def _spot(
    text: str, copy: str, pairs: list[tuple[Word, Word]], start: int, end: int
) -> tuple[int, int] | None:
    """Return where part of a sentence stands in the copy: its words, and marks that are alike.

    `pairs` are the sentence's words, each with the copy's word that it was proven by.
    """
    inside = [pair for pair in pairs if start <= pair[0].start < end]
    if not inside:
        return None
    (first, first_there), (last, last_there) = inside[0], inside[-1]
    before, after = text[start : first.start], text[last.end : end]
    # Other marks than the text's (a straight quote) are not counted as part of the span.
    alike = copy.endswith(before, 0, first_there.start)
    there = first_there.start - (len(before) if alike else 0)
    return there, last_there.end + (len(after) if copy.startswith(after, last_there.end) else 0)
