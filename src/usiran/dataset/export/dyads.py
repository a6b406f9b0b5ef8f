"""Dyads: how often who does what to whom, by quad class and month, with the annotators' ranges.

What is counted are happenings: events that tell of the same one (``event_group``) count once. A
happening counts in every dyad of an agent and a recipient that its events have, in every mode
(also planned and denied ones); an event without an agent or without a recipient is in no dyad.

``events`` and ``articles`` count the gold; ``low`` and ``high`` are the least and the most that an
annotator of the gold rounds counts, from its own spans, quad classes and roles. These are read on
the gold's spans, as the adjudication reads them (`matched_regions`): what matches none of them is
left out, and ``annotators.csv`` tells how much that is. A dyad that annotators alone have stands
there with 0 events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from usiran.annotation.adjudication.question_labels import Item
from usiran.annotation.adjudication.questions import matched_regions
from usiran.annotation.annotator_labels import labels_of
from usiran.dataset.export.material import Material
from usiran.dataset.view import Row
from usiran.io.csv import spreadsheet_bytes
from usiran.label_studio.annotation_records import AnnotationReading

FILE, ANNOTATORS = "dyads.csv", "annotators.csv"
NOTE = f"an annotator's events that match none of the gold are left out; {ANNOTATORS} counts them"
By = Literal["affiliation", "actor"]
_ENDS = ("agent", "recipient")
_PARTY: Mapping[By, dict[str, str]] = {
    "affiliation": {"affiliation": "affiliation"},
    # An actor that the registry does not have is at least told by its side.
    "actor": {"affiliation": "affiliation", "id": "actor_id"},
}
_COUNTS = ("events", "low", "high", "articles")


class _Event(NamedTuple):
    """What somebody says of one gold event; its actors are span_ids of the gold's."""

    happening: str
    quad: str
    agents: Sequence[str]
    recipients: Sequence[str]


class _Dyad(NamedTuple):
    """What is counted: each party as the values of its columns."""

    agent: tuple[str, ...]
    recipient: tuple[str, ...]
    quad: str
    month: str


# From dyad to its happenings: an id of one begins with its article's.
_Happenings = Mapping[_Dyad, set[str]]


def files(material: Material, *, by: By = "affiliation") -> dict[str, bytes]:
    """Return the dyads of affiliations or of actors, and the annotators' events, by name."""
    parties = _parties(material, by)
    months = {row["article_id"]: month_of(row["published"]) for row in material.articles}
    readers = _Readers(material)
    gold = _counted(_of_gold(material), parties, months)
    own = {name: _counted(events, parties, months) for name, events in readers.events.items()}
    keys = sorted({*gold, *(dyad for counted in own.values() for dyad in counted)})
    rows = [_row(dyad, by, gold, own, readers.of_all(months, dyad.month)) for dyad in keys]
    columns = [f"{end}_{name}" for end in _ENDS for name in _PARTY[by]]
    dyads = spreadsheet_bytes(rows, [*columns, "quad", "month", *_COUNTS])
    return {FILE: dyads, ANNOTATORS: readers.table()}


class _Readers:
    """The annotators behind the gold: what they say of its events, and what they say besides."""

    def __init__(self, material: Material) -> None:
        annotations = labels_of(material.opened)
        self.events: dict[str, list[_Event]] = {name: [] for name in annotations.annotators}
        self._articles: dict[str, set[str]] = {name: set() for name in annotations.annotators}
        self._marked: dict[str, int] = dict.fromkeys(annotations.annotators, 0)
        units, quads = annotations.units("spans"), material.opened.scheme.quad_of
        for article in material.articles:
            for name, task in units.get(article["article_id"], {}).items():
                self._articles[name].add(article["article_id"])
                self.events[name] += _of_annotator(task.annotation, article, quads)
                self._marked[name] += sum(span.layer == "event" for span in task.annotation.spans)

    def of_all(self, months: Mapping[str, str], month: str) -> list[str]:
        """Return who labelled all articles of a month: others' counts would be too low."""
        articles = {article_id for article_id, own in months.items() if own == month}
        return [name for name, own in self._articles.items() if articles <= own]

    def table(self) -> bytes:
        """Return how many events each annotator marked, and how many match none of the gold."""
        rows = [
            {
                "annotator_id": name,
                "events": str(count),
                "left_out": str(count - len(self.events[name])),
            }
            for name, count in self._marked.items()
        ]
        return spreadsheet_bytes(rows, ("annotator_id", "events", "left_out"))


def month_of(published: str | None) -> str:
    """Return the month of a date as far as it is stated; an interval stays as it is.

    >>> month_of("2013-11-07"), month_of("2020"), month_of("2020-08/2020-09-13"), month_of(None)
    ('2013-11', '2020', '2020-08/2020-09-13', '')
    """
    date = published or ""
    return date if "/" in date else date[: len("2013-11")]


def _parties(material: Material, by: By) -> dict[str, tuple[str, ...]]:
    """From an actor's span_id to what it is counted as; empty where it is not known."""
    return {
        actor["span_id"]: tuple(actor[column] or "" for column in _PARTY[by].values())
        for article in material.articles
        for actor in article["actors"]
    }


def _of_gold(material: Material) -> Iterator[_Event]:
    for article in material.articles:
        for event in article["events"]:
            yield _Event(event["event_group"], event["quad"], event["agents"], event["recipients"])


def _of_annotator(
    annotation: AnnotationReading, article: Row, quads: Mapping[str, str]
) -> Iterator[_Event]:
    """Yield what an annotator says of the gold's events, with its own types and roles."""
    actors, events = article["actors"], article["events"]
    actor_of = matched_regions(annotation, "actor", _items(actors))
    event_of = matched_regions(annotation, "event", _items(events))
    linked: dict[tuple[str, str], list[str]] = defaultdict(list)
    for link in annotation.roles:
        if link.actor in actor_of:
            linked[link.event, link.role].append(actors[actor_of[link.actor]]["span_id"])
    for span in annotation.spans:
        if span.region in event_of:
            happening = events[event_of[span.region]]["event_group"]
            ends = (linked[span.region, role] for role in _ENDS)
            yield _Event(happening, quads[span.label], *ends)


def _items(spans: Iterable[Row]) -> list[Item]:
    return [Item(span["type"], span["start"], span["end"]) for span in spans]


def _counted(
    events: Iterable[_Event],
    parties: Mapping[str, tuple[str, ...]],
    months: Mapping[str, str],
) -> _Happenings:
    happenings: dict[_Dyad, set[str]] = defaultdict(set)
    for event in events:
        month = months[_article(event.happening)]
        for agent in event.agents:
            for recipient in event.recipients:
                dyad = _Dyad(parties[agent], parties[recipient], event.quad, month)
                happenings[dyad].add(event.happening)
    return happenings


def _article(happening: str) -> str:
    return happening.partition("@")[0]


def _row(
    dyad: _Dyad, by: By, gold: _Happenings, own: Mapping[str, _Happenings], readers: Sequence[str]
) -> dict[str, str]:
    happenings = gold.get(dyad, set())
    counts = [len(own[name].get(dyad, ())) for name in readers]
    row = {
        f"{end}_{name}": value
        for end, party in zip(_ENDS, dyad, strict=False)
        for name, value in zip(_PARTY[by], party, strict=True)
    }
    return row | {
        "quad": dyad.quad,
        "month": dyad.month,
        "events": str(len(happenings)),
        # Nobody's count is no count of 0.
        "low": str(min(counts)) if counts else "",
        "high": str(max(counts)) if counts else "",
        "articles": str(len({_article(happening) for happening in happenings})),
    }
