"""Gold beside what an annotator or a system says: only the differences, by their kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from usiran.benchmark.annotators import Annotators
from usiran.benchmark.results import Results
from usiran.benchmark.run import Benchmark
from usiran.site.answers import Answers, Asked, Value, answers_of, gold_value, layers_asked
from usiran.site.gold import GoldView
from usiran.site.marks import Mark, marked
from usiran.site.markup import page_name, slug
from usiran.tasks.base import Gold, Predictions
from usiran.tasks.links import Link
from usiran.text.spans import Span, pairs

KINDS = {
    "missed": "in the gold, not said",
    "spurious": "said, not in the gold",
    "border": "the same label on other borders",
    "type": "another label on the same place",
    "border and type": "overlapping, with another label",
}
_LAYERS = {"actors": "actor", "events": "event"}
PART = 150
"""How many differences stand on one page."""


class Said(NamedTuple):
    """One thing that the gold or the other says: a label, and where."""

    label: str
    words: str = ""
    at: str = ""  # the address in the article's page, where the gold has it


class Difference(NamedTuple):
    """One difference, in a sentence of the corpus; `gold` or `other` is None where nothing is."""

    kind: str
    sentence_id: str
    article_id: str
    text: Markup
    gold: Said | None
    other: Said | None
    reason: str = ""
    sure: str = ""  # the probability that a system gives its own label


@dataclass(frozen=True)
class Differences:
    """All differences in one thing asked; `units` sentences have it, `unlabelled` of them not."""

    asked: Asked
    units: int
    unlabelled: int
    rows: tuple[Difference, ...]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many there are of each kind."""
        return Counter(row.kind for row in self.rows)

    def most(self, kind: str) -> list[tuple[str, int]]:
        """Return which labels differ most often in one way, the gold's where it has one."""
        said = (row.gold or row.other for row in self.rows if row.kind == kind)
        return Counter(label.label for label in said if label).most_common(4)

    def articles(self, kind: str) -> list[tuple[str, int]]:
        """Return in which articles most differs in one way."""
        return Counter(row.article_id for row in self.rows if row.kind == kind).most_common(3)


@dataclass(frozen=True)
class Compared:
    """Somebody beside the gold, over all tasks that both did."""

    name: str
    about: str  # what it is: a kind of annotator, of system
    group: str  # ``annotator`` or ``system``
    tasks: tuple[Differences, ...]

    @property
    def page(self) -> str:
        """Return the name of its first page, without the ending."""
        return f"compare/{self.name.replace('/', '--')}"

    @cached_property
    def parts(self) -> list[list[tuple[Differences, list[Difference]]]]:
        """The differences as they stand on pages: of each task, and by kind inside it."""
        parts: list[list[tuple[Differences, list[Difference]]]] = [[]]
        room = PART
        for task in self.tasks:
            rows = sorted(task.rows, key=lambda row: list(KINDS).index(row.kind))
            while rows or not any(done is task for part in parts for done, _ in part):
                if room <= 0:
                    parts.append([])
                    room = PART
                parts[-1].append((task, rows[:room]))
                rows, room = rows[room:], room - len(rows[:room]) - 1
        return parts

    @cached_property
    def _places(self) -> dict[tuple[str, ...], str]:
        places: dict[tuple[str, ...], str] = {}
        for number, part in enumerate(self.parts):
            for shown, rows in part:
                name, page = shown.asked.name, self.file(number)
                places.setdefault((name,), f"{page}#{name}")
                for row in rows:
                    place = f"{page}#{name}-{slug(row.kind)}"
                    places.setdefault((name, row.kind), place)
                    places.setdefault((name, row.kind, row.article_id), f"{place}-{row.article_id}")
        return places

    def address(self, task: str, *where: str) -> str:
        """Return where a task begins, its differences of a kind, or those in one article."""
        return self._places[(task, *where)]

    def begins(self, task: str) -> int:
        """Return the number of the page on which a task begins, from 1."""
        parts = enumerate(self.parts, 1)
        return next(n for n, part in parts if any(row.asked.name == task for row, _ in part))

    def file(self, part: int) -> str:
        """Return the name of one of its pages."""
        return page_name(self.page, part)


@dataclass(frozen=True)
class Comparison:
    """Sets everybody whose labels or predictions are stored beside the gold.

    `shown` makes of a sentence's text what may be shown of it, of the same length.
    """

    pages: GoldView
    benchmark: Benchmark | None
    results: Results
    shown: Callable[[str], str] = str

    def everybody(self) -> Iterator[Compared]:
        """Yield the annotators of all rounds, those behind the gold first; then the systems."""
        yield from self._annotators()
        if self.benchmark is not None:
            yield from self._systems(self.benchmark)

    def _annotators(self) -> Iterator[Compared]:
        opened = self.pages.opened
        table = opened.tables.get("annotations")
        gold_rounds = opened.corpus.manifest.gold_rounds
        others = [] if table is None else dict.fromkeys(table["round"])
        rounds = [gold_rounds, *((name,) for name in others if name not in gold_rounds)]
        for names in rounds:
            annotators = Annotators.of(opened.tables, names)
            behind = names is gold_rounds
            where = "behind the gold" if behind else f"round {names[0]}, not behind the gold"
            answers = answers_of(annotators.rows, opened)
            for name, kind in annotators.kinds.items():
                compared = tuple(self._layers(answers[name], decided=behind))
                title = name if behind else f"{names[0]}/{name}"
                yield Compared(title, f"{kind}, {where}", "annotator", compared)

    def _layers(self, answers: Answers, *, decided: bool) -> Iterator[Differences]:
        for asked in layers_asked(self.pages.opened.scheme):
            rows: list[Difference] = []
            units = unlabelled = 0
            for key, sentence in self.pages.sentence_of.items():
                if not sentence.stance:
                    continue
                units += 1
                other = answers.value(asked.layer, sentence)
                if other is None:
                    unlabelled += 1
                    continue
                place = sentence.place
                at = _Sentence(
                    self.pages, asked, key, place.article_id, place.start, sentence.text, decided
                )
                rows += at.differences(gold_value(asked.layer, sentence), other)
            yield Differences(asked, units, unlabelled, tuple(rows))

    def _systems(self, benchmark: Benchmark) -> Iterator[Compared]:
        by_system: dict[str, list[Differences]] = defaultdict(list)
        about: dict[str, str] = {}
        # In the benchmark's order; a task that it does not have (any more) is passed over.
        stored = ((task, row) for task in benchmark.golds for row in self.results.items())
        for task, ((system, name), result) in stored:
            # What was scored on rearranged labels says nothing about the gold.
            if name != task or result.result.relabelled or benchmark.is_stale(result.result):
                continue
            said = benchmark.outcomes(result)[0].predictions
            by_system[system].append(self._task(benchmark.golds[task], said))
            about[system] = f"{result.result.title}, {result.result.kind}"
        for system in sorted(by_system):
            yield Compared(system, about[system], "system", tuple(by_system[system]))

    def _task(self, gold: Gold, said: Predictions) -> Differences:
        task, records = gold.task, gold.records
        layer = _LAYERS.get(task.table, task.column) if task.unit != "links" else "role"
        asked = Asked(task.name, task.title, layer)
        # A label need not be the likeliest one by a system's own probabilities.
        places = (
            [task.labels.index(label) for label in said.values] if task.unit == "sentence" else []
        )
        stated = said.probabilities
        sure = [None] * len(records) if stated is None else stated[np.arange(len(places)), places]
        columns = (
            records[name].tolist() for name in ("sentence_id", "article_id", "start", "text")
        )
        rows: list[Difference] = []
        for key, article_id, start, text, value, other, best in zip(
            *columns, gold.values, said.values, sure, strict=True
        ):
            if value != other:
                at = _Sentence(self.pages, asked, key, article_id, start, self.shown(text), False)
                rows += at.differences(value, other, best)
        return Differences(asked, len(records), 0, tuple(rows))


@dataclass(frozen=True)
class _Sentence:
    """A sentence in which the gold and somebody may differ."""

    pages: GoldView
    asked: Asked
    sentence_id: str
    article_id: str
    start: int
    text: str
    decided: bool

    def differences(
        self, gold: Value, other: Value, sure: float | None = None
    ) -> Iterator[Difference]:
        if gold == other:
            return
        if isinstance(gold, str) and isinstance(other, str):
            yield self._row(
                "type",
                Said(gold),
                Said(other),
                self.text_with([]),
                reason=self._reason(""),
                sure="" if sure is None else f"{sure:.2f}",
            )
        elif self.asked.layer == "role":
            yield from self._links(_links(gold), _links(other))
        else:
            yield from self._spans(_spans(gold), _spans(other))

    def _row(
        self, kind: str, gold: Said | None, other: Said | None, text: Markup, **more: str
    ) -> Difference:
        return Difference(kind, self.sentence_id, self.article_id, text, gold, other, **more)

    def _reason(self, fragment: str) -> str:
        """Return why the gold says what it does of the sentence, or of a span in it."""
        view, layer = self.pages.sentence_of.get(self.sentence_id), self.asked.layer
        if view is None or not self.decided:
            return ""
        # Attitudes are read from the grounds, and decided as such.
        layers = (layer, "grounds") if layer == "toward" else (layer,)
        return "; ".join(
            row.reason for row in view.decisions if row.what in layers and row.fragment == fragment
        )

    def _spans(self, gold: Sequence[Span], other: Sequence[Span]) -> Iterator[Difference]:
        same = set(gold) & set(other)
        gold, other = ([s for s in row if s not in same] for row in (gold, other))
        matched = dict(pairs(gold, other))
        for number, span in enumerate(gold):
            match = other[matched[number]] if number in matched else None
            yield self._span_row(kind_of(span, match), span, match)
        for number, span in enumerate(other):
            if number not in matched.values():
                yield self._span_row("spurious", None, span)

    def _span_row(self, kind: str, gold: Span | None, other: Span | None) -> Difference:
        fragment = self._fragment(self.asked.layer, gold) if gold else ""
        first, second = (
            None if span is None else Said(span.label, self.text[span.start : span.end], place)
            for span, place in ((gold, fragment), (other, ""))
        )
        marks = [
            Mark(side, side, span.start, span.end, span.label, tag=span.label)
            for side, span in (("gold", gold), ("other", other))
            if span is not None
        ]
        reason = self._reason(fragment) if fragment else ""
        return self._row(kind, first, second, self.text_with(marks), reason=reason)

    def _fragment(self, layer: str, span: Span) -> str:
        return f"@{layer}:{span.start + self.start}-{span.end + self.start}"

    def _links(self, gold: Sequence[Link], other: Sequence[Link]) -> Iterator[Difference]:
        by_place = {link.place: link for link in other}
        told = {link.place for link in gold}
        for link in gold:
            match = by_place.get(link.place)
            if match is None or match.role != link.role:
                yield self._link_row("missed" if match is None else "type", link, match)
        for link in other:
            if link.place not in told:
                yield self._link_row("spurious", None, link)

    def _link_row(self, kind: str, gold: Link | None, other: Link | None) -> Difference:
        first, second = (None if link is None else self._said_link(link) for link in (gold, other))
        link = gold or other
        assert link is not None  # one of the two is there
        event = link.event
        mark = Mark("event", "event", event.start, event.end, event.label, tag=event.label)
        return self._row(kind, first, second, self.text_with([mark]))

    def _said_link(self, link: Link) -> Said:
        article = self.pages.opened.texts.texts[self.article_id]
        actor, event = link.actor, link.event
        words = article[actor.start + self.start : actor.end + self.start]
        arrow = f"{words} is {link.role} of “{self.text[event.start : event.end]}”"
        return Said(link.role, arrow, self._fragment("event", event))

    def text_with(self, marks: Sequence[Mark]) -> Markup:
        # A list of differences shows a sentence many times: ids are for its own page.
        return Markup(str(marked(self.text, 0, marks)).replace(' id="', ' data-id="'))


def kind_of(gold: Span, other: Span | None) -> str:
    """Return how what is said differs from a span of the gold, which it overlaps, if anything."""
    if other is None:
        return "missed"
    if gold[:2] == other[:2]:
        return "type"
    return "border" if gold.label == other.label else "border and type"


def _spans(value: Value) -> list[Span]:
    return [span for span in value or () if isinstance(span, Span)]


def _links(value: Value) -> list[Link]:
    return [link for link in value or () if isinstance(link, Link)]
