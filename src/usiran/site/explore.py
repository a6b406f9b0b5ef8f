"""Who does what to whom, over all articles: counted, and as data that the browser can filter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from usiran.dataset.export.dyads import month_of
from usiran.hidden import plain
from usiran.schemas.label_scheme import QUADS
from usiran.schemas.names import ZONES
from usiran.site.gold import GoldView
from usiran.site.markup import json_script, page_name, slug
from usiran.site.views import ArticleView, Deed, Party, SentenceView

Row = TypeVar("Row")

NOBODY = ""
"""The affiliation of a party that no words name."""
_NOBODY = "nobody named"
SHARD = 400_000
"""About how many characters of data stand in one file."""
PART = 400
"""How many events, or mentions of an actor, stand on one page."""


class Told(NamedTuple):
    """An event where it is told."""

    article: ArticleView
    sentence: SentenceView
    deed: Deed


@dataclass(frozen=True)
class Listed:
    """Events of one kind, by quad class, on pages whose names begin with `path`."""

    path: str
    title: str
    events: Mapping[str, Sequence[Told]]

    def happenings(self, quad: str) -> int:
        """Return how much happened: events that tell of the same count once."""
        return self._happenings.get(quad, 0)

    @cached_property
    def _happenings(self) -> dict[str, int]:
        return {
            quad: len({told.deed.happening for told in events})
            for quad, events in self.events.items()
        }

    @cached_property
    def parts(self) -> list[Sequence[tuple[str, Told]]]:
        """The events as they stand on pages, with their quad classes."""
        return in_parts([(quad, told) for quad in QUADS for told in self.events.get(quad, ())])

    def page(self, part: int) -> str:
        """Return the name of one of its pages."""
        return page_name(self.path, part)

    def address(self, quad: str) -> str:
        """Return where its events of a quad class begin."""
        at = sum(len(self.events.get(name, ())) for name in QUADS[: QUADS.index(quad)])
        return f"{self.page(at // PART)}#{slug(quad)}"


@dataclass(frozen=True)
class Ranked:
    """A row of the registry, and how often it is marked, does something, has it done to it."""

    actor: Any
    mentions: int
    agent: int
    recipient: int
    voices: int


def in_parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Return what is listed as it stands on pages; one page where nothing is."""
    return [rows[at : at + PART] for at in range(0, len(rows), PART)] or [[]]


def told_events(articles: Iterable[ArticleView]) -> Iterator[Told]:
    """Yield every event of some articles."""
    for article in articles:
        for sentence in article.sentences:
            for deed in sentence.deeds:
                yield Told(article, sentence, deed)


def dyads(gold: GoldView) -> dict[tuple[str, str], Listed]:
    """Return the events by the affiliations of those who do and those whom it is done to."""
    cells: dict[tuple[str, str], dict[str, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for told in told_events(gold.articles):
        for agent in _sides(told.deed.agents):
            for recipient in _sides(told.deed.recipients):
                cells[agent, recipient][told.deed.quad].append(told)
    return {
        (agent, recipient): Listed(
            f"who/{slug(agent or _NOBODY)}-to-{slug(recipient or _NOBODY)}",
            f"{agent or _NOBODY} → {recipient or _NOBODY}",
            events,
        )
        for (agent, recipient), events in cells.items()
    }


def _sides(parties: Sequence[Party]) -> list[str]:
    return sorted({party.affiliation for party in parties}) or [NOBODY]


def ranked_actors(gold: GoldView) -> list[Ranked]:
    """Return the actors of the registry, the most often marked first."""
    mentions: Counter[str] = Counter()
    voices: Counter[str] = Counter()
    for sentence in gold.sentence_of.values():
        mentions.update(mark.actor_id for mark in sentence.marks if mark.actor_id)
        voices[sentence.voice_id] += 1
    ends = {name: Counter[str]() for name in ("agents", "recipients")}
    happenings = set()
    for told in told_events(gold.articles):
        for name, counter in ends.items():
            for actor_id in {party.actor_id for party in getattr(told.deed, name)}:
                key = (name, actor_id, told.deed.happening)
                counter[actor_id] += key not in happenings
                happenings.add(key)
    rows = [
        Ranked(actor, mentions[key], ends["agents"][key], ends["recipients"][key], voices[key])
        for key, actor in gold.actors.items()
    ]
    return sorted(rows, key=lambda row: (-row.mentions, row.actor.actor_id))


class Month(NamedTuple):
    """What happened in the articles of one month; "" for those without a date."""

    month: str
    articles: Sequence[ArticleView]
    listed: Listed

    @property
    def counts(self) -> list[int]:
        """How much happened, by quad class."""
        return [self.listed.happenings(quad) for quad in QUADS]


def months(gold: GoldView) -> list[Month]:
    """Return the happenings by the month in which their article was published."""
    by_month: dict[str, list[ArticleView]] = defaultdict(list)
    for article in gold.articles:
        by_month[month_of(article.published)].append(article)
    rows = []
    for month, articles in sorted(by_month.items()):
        events: dict[str, list[Told]] = defaultdict(list)
        for told in told_events(articles):
            events[told.deed.quad].append(told)
        listed = Listed(f"months/{slug(month or 'no-date')}", month or "No date", events)
        rows.append(Month(month, articles, listed))
    return rows


def data_files(gold: GoldView) -> dict[str, bytes]:
    """Return the sentences as scripts: a page opened from the disk can read no other files.

    ``data/index.js`` has the names that the shards' numbers stand for, and which shards there
    are; an article is whole in one shard.
    """
    scheme = gold.opened.scheme
    names: dict[str, list[str]] = {
        "zone": list(ZONES),
        "stance": list(scheme["stance"].names),
        "holder": list(scheme["holder"].names),
        "affiliation": list(scheme.affiliations),
        "type": list(scheme["event"].names),
        "quad": list(QUADS),
        "mode": list(scheme["mode"].names),
        "actor": list(gold.actors),
    }
    shards: list[str] = []
    part: list[str] = []
    coder = _Coder(names)
    for article in gold.articles:
        part.append(json_script(coder.article(article)))
        if sum(map(len, part)) > SHARD:
            shards.append(_script(part))
            part = []
    if part:
        shards.append(_script(part))
    index = {
        "names": names,
        "titles": {key: plain(row.name) for key, row in gold.actors.items()},
        "articles": {a.article_id: plain(a.title) for a in gold.articles},
        "shards": len(shards),
    }
    files = {f"data/{number}.js": text.encode() for number, text in enumerate(shards)}
    return files | {"data/index.js": f"usiran.index({json_script(index)});\n".encode()}


def _script(articles: Sequence[str]) -> str:
    return "usiran.take([\n" + ",\n".join(articles) + "\n]);\n"


class _Coder:
    """Writes articles as lists, names as numbers: half the size of objects."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._number = {
            kind: {name: number for number, name in enumerate(values)}
            for kind, values in names.items()
        }

    def article(self, article: ArticleView) -> list[object]:
        key = article.article_id
        return [key, article.published, [self._sentence(row, key) for row in article.sentences]]

    def _of(self, kind: str, name: str) -> int:
        return self._number[kind].get(name, -1)

    def _sentence(self, sentence: SentenceView, article_id: str) -> list[object]:
        layers = dict(sentence.parted)
        parted = int("stance" in layers) + 2 * int("holder" in layers)
        return [
            sentence.ordinal,
            plain(sentence.text),
            self._of("zone", sentence.zone),
            self._of("stance", sentence.stance),
            self._of("holder", sentence.holder),
            self._of("affiliation", sentence.voice_affiliation),
            self._of("actor", sentence.voice_id),
            int(sentence.contested) + 2 * int(sentence.garbled) + 4 * parted,
            sorted({self._of("actor", mark.actor_id) for mark in sentence.marks} - {-1}),
            [self._deed(deed, article_id) for deed in sentence.deeds],
        ]

    def _deed(self, deed: Deed, article_id: str) -> list[object]:
        return [
            plain(deed.mark.words),
            self._of("type", deed.type),
            self._of("quad", deed.quad),
            self._of("mode", deed.mode),
            deed.happening.removeprefix(article_id),
            *(
                [
                    [self._of("affiliation", p.affiliation), self._of("actor", p.actor_id)]
                    for p in ends
                ]
                for ends in (deed.agents, deed.recipients)
            ),
        ]
