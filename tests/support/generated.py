"""Corpora of any number of invented articles, to see how cost grows with their number.

An article has as many sentences, spans and roles as those of the repository's corpus. Three
annotators label everything; in a few places one of them differs, and a decision says why the
gold does not. The same number always gives the same corpus, and it has no findings.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from tests.support.facts import UNKNOWN_BASES
from tests.support.tiny import LABELS, write_csv
from usiran.annotation.adjudication.question_labels import Item, Labels, Question, format_answer
from usiran.corpus import Corpus
from usiran.dataset.folds import dealt
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    AnnotationRow,
    RoleReading,
    SpanReading,
    TaskReading,
    annotation_rows,
    region_id,
    span_id,
)
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.schemas.tables import FILES, MODELS
from usiran.text.articles import Sentence, Texts, sha256
from usiran.validation.votes import count_votes, vote_rows

ROOT = Path(__file__).parents[2]
ANNOTATORS = ("ann", "bob", "cy")
SCORED, BOILERPLATE = 32, 4
LABELLED, DECIDED = "2031-01-02T00:00:00Z", "2031-02-01T00:00:00Z"
WHY = ("an invented reason", "judge", DECIDED)
MANIFEST = """\
name = "generated"
title = "A generated corpus"
version = "0.1.0"
hub_id = "nobody/generated"
language = "en"
annotation_license = "CC-BY-4.0"
text_rights = "Invented for a test."
gold_basis = "adjudicated"
gold_rounds = ["r1"]
"""


class Mention(NamedTuple):
    """A span of an actor or an event; an event has a mode and the actor that does it."""

    layer: str
    start: int
    end: int
    text: str
    label: str
    mode: str | None = None
    agent: tuple[int, int] | None = None

    def unit(self, article_id: str) -> str:
        return span_id(article_id, self.layer, self.start, self.end)

    @property
    def item(self) -> Item:
        return Item(self.label, self.start, self.end, self.mode)


@dataclass
class Reading:
    """What one annotator, or the gold, says of an article."""

    article_stance: str
    stances: dict[str, tuple[str, ...]] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)

    def copy(self) -> Reading:
        parts = (dict(self.stances), dict(self.holders), dict(self.mentions))
        return Reading(self.article_stance, *parts)


def build_generated(root: Path, articles: int, *, seed: int = 0) -> Corpus:
    """Write a corpus of so many articles into `root`."""
    corpus = Corpus(root.resolve())
    corpus.articles.mkdir(parents=True)
    corpus.gold.mkdir(parents=True)
    (corpus.dataset / "corpus.toml").write_text(MANIFEST, encoding="utf-8")
    shutil.copy(LABELS, corpus.labels)
    shutil.copytree(ROOT / FILES["crosswalks"], corpus.root / FILES["crosswalks"])
    _Generator(corpus, seed).write([f"article-{number:04d}" for number in range(articles)])
    return corpus


class _Generator:
    def __init__(self, corpus: Corpus, seed: int) -> None:
        self.corpus = corpus
        self.scheme: Scheme = read_scheme(corpus.labels)
        self.random = random.Random(seed)
        self.words = list(dict.fromkeys(self._word() for _ in range(3000)))
        names = dict.fromkeys(f"{self._word()} {self._word()}".title() for _ in range(80))
        actors = self.scheme["actor"].names
        self.actors = [(name, actors[number % len(actors)]) for number, name in enumerate(names)]
        triggers = dict.fromkeys(f"{self._word()}ed" for _ in range(80))
        events = self.scheme["event"].names
        self.events = [(word, events[number % len(events)]) for number, word in enumerate(triggers)]
        self.texts = Texts({}, {})
        self.gold: dict[str, Reading] = {}
        self.readings: dict[str, dict[str, Reading]] = {who: {} for who in ANNOTATORS}
        self.decisions: list[tuple[str, ...]] = []
        self.ledger: list[Sequence[str]] = []

    def _word(self) -> str:
        syllables = self.random.choices(("ka", "ro", "mil", "ten", "su", "vor", "ji", "pel"), k=3)
        return "".join(syllables)

    def write(self, article_ids: Iterable[str]) -> None:
        texts: dict[str, str] = {}
        sentences: dict[str, tuple[Sentence, ...]] = {}
        for article_id in article_ids:
            texts[article_id], sentences[article_id] = self._article(article_id)
        self.texts = Texts(texts, sentences)
        for article_id in texts:
            self._differ(article_id)
        self._write_tables()
        self._write_labels()

    def _article(self, article_id: str) -> tuple[str, tuple[Sentence, ...]]:
        """Return an article's text and sentences; what they say becomes the gold."""
        gold = self.gold[article_id] = Reading(self.random.choice(self.scheme["stance"].names))
        text, sentences = "", []
        for number in range(1, SCORED + BOILERPLATE + 1):
            text += "\n\n" if text else ""
            key, start = f"{article_id}#{number:03d}", len(text)
            scored = number <= SCORED
            text += self._sentence(gold, article_id, start) if scored else self._filler(8)
            zone = ("title" if number == 1 else "body") if scored else "boilerplate"
            sentences.append(Sentence(key, article_id, start, len(text), zone))
            if scored:
                gold.stances[key] = self._stance()
                gold.holders[key] = self.random.choice(self.scheme["holder"].names)
        return text, tuple(sentences)

    def _filler(self, count: int) -> str:
        return " ".join(self.random.choices(self.words, k=count))

    def _sentence(self, gold: Reading, article_id: str, start: int) -> str:
        """Return a sentence with three actors and one or two events, done by the first two."""
        text = ""
        agents: list[tuple[int, int]] = []
        for layer in ("actor", "event", "actor", *self.random.choice(((), ("event",))), "actor"):
            text += self._filler(4) + " "
            phrase, label = self.random.choice(self.actors if layer == "actor" else self.events)
            place = (start + len(text), start + len(text) + len(phrase))
            mode = self.scheme["mode"].default if layer == "event" else None
            agent = agents[-1] if layer == "event" else None
            mention = Mention(layer, *place, phrase, label, mode, agent)
            gold.mentions[mention.unit(article_id)] = mention
            if layer == "actor":
                agents.append(place)
            text += phrase + " "
        return text + self._filler(3) + "."

    def _stance(self) -> tuple[str, ...]:
        contest = self.scheme.contest
        if self.random.random() < 0.6:
            return (contest.neutral,)
        side = self.random.choice(contest.sides)
        return side.stance, side.favourable

    def _differ(self, article_id: str) -> None:
        """Give each annotator the gold's labels, but for a few that one of them has otherwise."""
        gold = self.gold[article_id]
        for who in ANNOTATORS:
            self.readings[who][article_id] = gold.copy()
        for key in gold.stances:
            if self.random.random() < 0.06:
                self._differ_in_stance(article_id, key)
            if self.random.random() < 0.06:
                self._differ_in_holder(article_id, key)
        agents = {mention.agent for mention in gold.mentions.values()}
        for unit, mention in gold.mentions.items():
            # Who leaves out an actor with a role has to leave out the role.
            free = mention.layer == "event" or (mention.start, mention.end) not in agents
            if free and self.random.random() < 0.04:
                self._differ_in_mention(article_id, unit, mention)

    def _one(self, article_id: str) -> Reading:
        return self.readings[self.random.choice(ANNOTATORS)][article_id]

    def _differ_in_stance(self, article_id: str, key: str) -> None:
        gold = self.gold[article_id].stances[key]
        first = self.scheme.contest.sides[0]
        if gold == (first.stance, first.favourable):
            other: tuple[str, ...] = (self.scheme.contest.neutral,)
        else:
            other = (first.stance, first.favourable)
        self._one(article_id).stances[key] = other
        self._decide("stance", key, gold[0])
        for ground in gold[1:] or ("",):
            self._decide("grounds", key, ground)
        labels = {
            who: tuple(Item(label) for label in self.readings[who][article_id].stances[key])
            for who in ANNOTATORS
        }
        self._record("stance", article_id, key, labels, tuple(Item(label) for label in gold))

    def _differ_in_holder(self, article_id: str, key: str) -> None:
        gold = self.gold[article_id].holders[key]
        other = next(name for name in self.scheme["holder"].names if name != gold)
        self._one(article_id).holders[key] = other
        self._decide("holder", key, gold)
        labels = {who: (Item(self.readings[who][article_id].holders[key]),) for who in ANNOTATORS}
        self._record("holder", article_id, key, labels, (Item(gold),))

    def _differ_in_mention(self, article_id: str, unit: str, gold: Mention) -> None:
        mentions = self._one(article_id).mentions
        if gold.layer == "actor":
            del mentions[unit]
            self._decide("actor", unit, gold.label)
        else:
            mode = next(name for name in self.scheme["mode"].names if name != gold.mode)
            mentions[unit] = gold._replace(mode=mode)
            self._decide("mode", unit, str(gold.mode))
        labels: dict[str, Labels] = {}
        for who in ANNOTATORS:
            mention = self.readings[who][article_id].mentions.get(unit)
            labels[who] = (mention.item,) if mention else ()
        place = (gold.start, gold.end)
        self._record(gold.layer, article_id, unit, labels, (gold.item,), place=place)

    def _decide(self, layer: str, unit: str, label: str) -> None:
        self.decisions.append((layer, unit, label, "", "false", *WHY))

    def _record(
        self,
        layer: str,
        article_id: str,
        unit: str,
        labels: Mapping[str, Labels],
        gold: Labels,
        *,
        place: tuple[int, int] = (-1, -1),
    ) -> None:
        """Keep the decision as an adjudicator saves it."""
        question = Question(layer, article_id, unit, *place, labels)
        sentence = self.texts.by_id.get(unit)
        if sentence is not None:
            question = replace(question, start=sentence.start, end=sentence.end)
        answer = format_answer(question, gold, self.texts, self.scheme)
        self.ledger.append((question.id, question.seen, answer, *WHY))

    def _write_tables(self) -> None:
        corpus = self.corpus
        for article_id, text in self.texts.texts.items():
            corpus.article(article_id).write_bytes(text.encode("utf-8"))
        titles = {key: self.texts.text_of(rows[0]) for key, rows in self.texts.sentences.items()}
        self._table(
            "articles",
            [
                {
                    **UNKNOWN_BASES,
                    "article_id": key,
                    "title": titles[key],
                    "title_basis": "stated",
                    "language": "en",
                    "rights": "invented",
                    "text_sha256": sha256(text),
                }
                for key, text in self.texts.texts.items()
            ],
        )
        self._table("sentences", [row._asdict() for row in self.texts.by_id.values()])
        folds = dealt(dict.fromkeys(self.texts.texts, SCORED))
        rows = [{"article_id": key, "fold": fold} for key, fold in folds.items()]
        self._table("folds", rows)
        people = [{"annotator_id": who, "kind": "human", "name": who} for who in ANNOTATORS]
        judge = {"annotator_id": "judge", "kind": "human", "name": "judge"}
        self._table("annotators", [*people, judge])
        affiliation = self.scheme.affiliations[0]
        self._table(
            "registry",
            [
                {
                    "actor_id": name.lower().replace(" ", "-"),
                    "name": name,
                    "type": label,
                    "affiliation": affiliation,
                }
                for name, label in self.actors
            ],
        )
        self._table("actor_links", [])

    def _table(self, name: str, rows: Iterable[Mapping[str, object]]) -> None:
        made = ("text", "text_status")
        columns = [column for column in MODELS[name].columns if column not in made]
        lines = [[row.get(column, "") for column in columns] for row in rows]
        write_csv(self.corpus.root / FILES[name], columns, lines)

    def _write_labels(self) -> None:
        rows: list[AnnotationRow] = []
        for who in ANNOTATORS:
            folder = self.corpus.submissions / "r1" / who
            folder.mkdir(parents=True)
            tasks = list(self._tasks(self.readings[who], {}))
            rows += annotation_rows(tasks, round="r1", annotator_id=who)
            self._write_exports(folder, tasks)
        # A sentence is a task of its own, a span belongs to its article's.
        decided = {unit.partition("@")[0]: DECIDED for _, unit, *_ in self.decisions}
        self._write_exports(self.corpus.gold, list(self._tasks(self.gold, decided)))
        self._table("votes", vote_rows(count_votes(rows, ("r1",))))
        columns = list(MODELS["decisions"].columns)
        write_csv(self.corpus.root / FILES["decisions"], columns, sorted(self.decisions))
        ledger = ("id", "seen", "answer", "reason", "decided_by", "decided_at")
        write_csv(self.corpus.gold / "adjudication.csv", ledger, self.ledger)

    def _write_exports(self, folder: Path, tasks: Sequence[TaskReading]) -> None:
        projects: tuple[Project, ...] = ("stance", "spans")
        for project in projects:
            chosen = [task for task in tasks if task.project == project]
            (folder / f"{project}.json").write_bytes(export_bytes(chosen, self.scheme))

    def _tasks(
        self, readings: Mapping[str, Reading], decided: Mapping[str, str]
    ) -> Iterator[TaskReading]:
        """Yield the tasks of a reading in corpus order; `decided` says when, unit by unit."""
        scored = (row for row in self.texts.by_id.values() if row.scored)
        for number, row in enumerate(scored, start=1):
            reading, key = readings[row.article_id], row.sentence_id
            stance, *grounds = reading.stances[key]
            choices: dict[str, tuple[str, ...]] = {"stance": (stance,)}
            choices["holder"] = (reading.holders[key],)
            if grounds:
                choices["grounds"] = tuple(grounds)
            annotation = _annotation(number, choices, decided.get(key, LABELLED))
            digest = self.texts.digest(row.article_id)
            place = (row.article_id, key, row.start, row.end)
            yield TaskReading("stance", number, *place, digest, (annotation,))
        for number, (key, text) in enumerate(self.texts.texts.items(), start=1):
            reading = readings[key]
            choices = {"article_stance": (reading.article_stance,)}
            annotation = _annotation(number, choices, decided.get(key, LABELLED))
            annotation = _with_spans(annotation, key, reading.mentions)
            digest = self.texts.digest(key)
            yield TaskReading("spans", number, key, None, 0, len(text), digest, (annotation,))


def _annotation(
    number: int, choices: Mapping[str, tuple[str, ...]], updated: str
) -> AnnotationReading:
    return AnnotationReading(number, None, None, LABELLED, updated, None, False, choices, (), ())


def _with_spans(
    annotation: AnnotationReading, article_id: str, mentions: Mapping[str, Mention]
) -> AnnotationReading:
    spans = [SpanReading(region_id(unit), *mention[:6]) for unit, mention in mentions.items()]
    roles = [
        RoleReading("agent", region_id(unit), region_id(span_id(article_id, "actor", *agent)))
        for unit, mention in mentions.items()
        if (agent := mention.agent) is not None
    ]
    return annotation._replace(spans=tuple(spans), roles=tuple(roles))
