"""What an article's page shows: its sentences in their paragraphs, and everything said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from markupsafe import Markup

from usiran.loading import Opened
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import rows_of
from usiran.site.marks import Mark, marked
from usiran.text.articles import Sentence

# What annotators say of a sentence, in the order of its table.
ASKED = ("stance", "grounds", "holder", "confidence", "second_stance", "second_holder")


class Party(NamedTuple):
    """Somebody in an event: the words, where they stand, who it is."""

    words: str
    fragment: str
    ordinal: str
    actor: str
    actor_id: str
    affiliation: str
    elsewhere: bool  # in another sentence than the event


class Deed(NamedTuple):
    """An event and who does it to whom; events of one `happening` tell of the same."""

    mark: Mark
    ordinal: str
    type: str
    quad: str
    mode: str
    happening: str
    agents: tuple[Party, ...]
    recipients: tuple[Party, ...]


class Decision(NamedTuple):
    """An adjudicator's decision on a sentence, a span or a link, with its reason."""

    what: str
    fragment: str
    words: str
    label: str
    overrules: bool
    reason: str
    decided_by: str


@dataclass(frozen=True)
class SentenceView:
    """A sentence as its page shows it; one that is not labelled has no stance."""

    place: Sentence
    ordinal: str
    text: str
    marks: tuple[Mark, ...] = ()
    stance: str = ""
    side: int = 2  # the stance's place among those of the contest: for either side, for neither
    holder: str = ""
    voiced_by: str = ""
    voice: str = ""  # the fragment of the mark that names the source
    voice_id: str = ""
    voice_affiliation: str = ""
    grounds: tuple[str, ...] = ()
    contested: bool = False
    garbled: bool = False
    votes: tuple[tuple[str, str, int], ...] = ()  # layer, label, annotators
    chances: tuple[tuple[str, str, str], ...] = ()  # layer, label, a system's probability
    answers: tuple[tuple[str, dict[str, str]], ...] = ()  # by annotator, by layer
    deeds: tuple[Deed, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @cached_property
    def html(self) -> Markup:
        """The sentence with its marks."""
        return marked(self.text, self.place.start, self.marks)

    @property
    def zone(self) -> str:
        """The zone of the sentence, such as ``body``."""
        return self.place.zone


@dataclass(frozen=True)
class ArticleView:
    """An article: what is known of it, and its paragraphs of sentences."""

    article_id: str
    title: str
    published: str
    publisher: str
    sha256: str
    withheld: bool
    facts: tuple[tuple[str, str, str], ...]  # what, value, basis
    paragraphs: tuple[tuple[SentenceView, ...], ...]
    stance: str = ""
    stance_votes: tuple[tuple[str, int], ...] = ()

    @cached_property
    def sentences(self) -> tuple[SentenceView, ...]:
        """All sentences, in order."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph)

    @property
    def actors(self) -> int:
        """How many mentions of actors are marked."""
        return sum(mark.layer == "actor" for row in self.sentences for mark in row.marks)

    @cached_property
    def deeds(self) -> tuple[Deed, ...]:
        """All events, in order."""
        return tuple(deed for sentence in self.sentences for deed in sentence.deeds)

    def counts(self, scheme: Scheme) -> list[int]:
        """Return how many sentences have each stance, in the order of the contest."""
        stances = [sentence.stance for sentence in self.sentences]
        return [stances.count(name) for name in scheme.contest.stances]


def paragraphs_of(
    text: str, sentences: Sequence[SentenceView]
) -> tuple[tuple[SentenceView, ...], ...]:
    """Return sentences by paragraph: a line break between two of them ends one."""
    paragraphs: list[list[SentenceView]] = []
    end = 0
    for sentence in sentences:
        if not paragraphs or "\n" in text[end : sentence.place.start]:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
        end = sentence.place.end
    return tuple(map(tuple, paragraphs))


_FACTS = (
    ("title", "title_basis"),
    ("author", "author_basis"),
    ("publisher", "publisher_basis"),
    ("published", "published_basis"),
    ("url", ""),
    ("text_origin", "text_origin_basis"),
    ("original_title", "original_title_basis"),
    ("original_publisher", "original_publisher_basis"),
    ("original_published", "original_published_basis"),
    ("original_url", "original_url_basis"),
    ("language", ""),
    ("rights", ""),
    ("note", ""),
    ("text_sha256", ""),
)


@dataclass(frozen=True)
class Gold:
    """The gold of a corpus, indexed for its pages; every table is walked once."""

    opened: Opened
    masked: frozenset[str] = field(default_factory=frozenset)  # articles without their words

    @cached_property
    def articles(self) -> tuple[ArticleView, ...]:
        """Every article, in the order of the corpus."""
        return tuple(self._article(row) for row in self.opened.rows("articles"))

    @cached_property
    def by_id(self) -> Mapping[str, ArticleView]:
        """From article_id to article."""
        return {article.article_id: article for article in self.articles}

    @cached_property
    def sentence_of(self) -> Mapping[str, SentenceView]:
        """From sentence_id to sentence."""
        return {
            sentence.place.sentence_id: sentence
            for article in self.articles
            for sentence in article.sentences
        }

    @cached_property
    def actors(self) -> Mapping[str, Any]:
        """From actor_id to the registry's row."""
        return {row.actor_id: row for row in self.opened.rows("registry")}

    def _article(self, row: Any) -> ArticleView:
        article_id = row.article_id
        text = self.opened.texts.texts[article_id]
        sentences = [
            self._sentence(place, text) for place in self.opened.texts.sentences.get(article_id, ())
        ]
        stance = self._article_stance.get(article_id)
        names = self.opened.scheme["article_stance"].names
        return ArticleView(
            article_id=article_id,
            title=_known(row.title) or article_id,
            published=_known(row.published),
            publisher=_known(row.publisher),
            sha256=row.text_sha256,
            withheld=row.text_status != "present",
            facts=tuple(_facts(row)),
            paragraphs=paragraphs_of(text, sentences),
            stance=stance.article_stance if stance else "",
            stance_votes=_votes(names, stance.votes) if stance else (),
        )

    def _sentence(self, place: Sentence, text: str) -> SentenceView:
        key = place.sentence_id
        view = SentenceView(
            place,
            ordinal_of(key),
            text[place.start : place.end],
            marks=tuple(self._marks.get(key, ())),
            deeds=tuple(self._deeds.get(key, ())),
            decisions=tuple(self._decisions.get(key, ())),
            garbled=key in self._garbled,
        )
        row = self._stances.get(key)
        if row is None:
            return view
        scheme = self.opened.scheme
        voice = self._mark_of.get(_known(row.voiced_by))
        return SentenceView(
            **{
                **vars(view),
                "stance": row.stance,
                "side": scheme.contest.stances.index(row.stance),
                "holder": _known(row.holder),
                "voiced_by": voice.words if voice else "",
                "voice": voice.fragment if voice else "",
                "voice_id": _known(row.voiced_by_id),
                "voice_affiliation": _known(row.voiced_by_affiliation),
                "grounds": tuple(row.grounds),
                "contested": bool(row.contested),
                "votes": tuple(
                    (layer, label, count)
                    for layer in ("stance", "holder")
                    for label, count in _votes(scheme[layer].names, getattr(row, f"{layer}_votes"))
                ),
                "answers": tuple(
                    (name, {layer: ", ".join(labels) for layer, labels in answers.items()})
                    for name, answers in sorted(self._answers.get(key, {}).items())
                ),
            }
        )

    @cached_property
    def _article_stance(self) -> dict[str, Any]:
        return {row.article_id: row for row in self.opened.rows("article_stance")}

    @cached_property
    def _stances(self) -> dict[str, Any]:
        return {row.sentence_id: row for row in self.opened.rows("stance")}

    @cached_property
    def _garbled(self) -> set[str]:
        return {r.sentence_id for r in self.opened.rows("sentences") if r.flag == "garbled"}

    @cached_property
    def _answers(self) -> dict[str, dict[str, dict[str, list[str]]]]:
        """From sentence to annotator to layer to labels, of the rounds behind the gold."""
        rounds = self.opened.corpus.manifest.gold_rounds
        answers: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(dict)
        table = self.opened.tables.get("annotations")
        if table is None:
            return answers
        for row in rows_of(table[table["round"].isin(rounds) & table["layer"].isin(ASKED)]):
            layers = answers[row.unit_id].setdefault(row.annotator_id, {})
            layers.setdefault(row.layer, []).append(row.label)
        return answers

    @cached_property
    def _span_votes(self) -> dict[str, list[tuple[str, int]]]:
        votes: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for row in self.opened.rows("votes"):
            if row.layer in ("actor", "event"):
                votes[row.unit_id].append((row.label, int(row.votes)))
        return votes

    @cached_property
    def _roles(self) -> dict[tuple[str, str], list[Any]]:
        roles: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in self.opened.rows("roles"):
            roles[row.event_id, row.role].append(row)
        return roles

    @cached_property
    def _mark_of(self) -> dict[str, Mark]:
        """From span_id to mark, actors and events."""
        texts, default = self.opened.texts.texts, self.opened.scheme["mode"].default
        marks = {}
        for layer in ("actor", "event"):
            for row in self.opened.rows(f"{layer}s"):
                known = self.actors.get(_known(row.actor_id)) if layer == "actor" else None
                mode = "" if layer == "actor" or row.mode == default else f" · {row.mode}"
                marks[row.span_id] = Mark(
                    fragment=fragment_of(row.span_id),
                    layer=layer,
                    start=int(row.start),
                    end=int(row.end),
                    label=row.type,
                    words=texts[row.article_id][row.start : row.end],
                    tag=f"{row.type}{mode}{' ?' if row.contested else ''}",
                    actor=known.name if known else "",
                    actor_id=known.actor_id if known else "",
                    affiliation=row.affiliation if layer == "actor" else "",
                    contested=bool(row.contested),
                    votes=tuple(self._span_votes.get(row.span_id, ())),
                    agents=self._ends(row.span_id, "agent"),
                    recipients=self._ends(row.span_id, "recipient"),
                )
        return marks

    def _ends(self, event_id: str, role: str) -> tuple[str, ...]:
        return tuple(
            fragment_of(row.actor_span_id) for row in self._roles.get((event_id, role), ())
        )

    @cached_property
    def _marks(self) -> dict[str, list[Mark]]:
        marks: dict[str, list[Mark]] = defaultdict(list)
        for name in ("actors", "events"):
            for row in self.opened.rows(name):
                marks[row.sentence_id].append(self._mark_of[row.span_id])
        return {key: sorted(found, key=lambda mark: mark.start) for key, found in marks.items()}

    @cached_property
    def _deeds(self) -> dict[str, list[Deed]]:
        deeds: dict[str, list[Deed]] = defaultdict(list)
        for row in self.opened.rows("events"):
            deeds[row.sentence_id].append(
                Deed(
                    self._mark_of[row.span_id],
                    ordinal_of(row.sentence_id),
                    row.type,
                    row.quad,
                    row.mode,
                    row.event_group,
                    self._parties(row, "agent"),
                    self._parties(row, "recipient"),
                )
            )
        return deeds

    @cached_property
    def _sentence_of_actor(self) -> dict[str, str]:
        return {row.span_id: row.sentence_id for row in self.opened.rows("actors")}

    def _parties(self, event: Any, role: str) -> tuple[Party, ...]:
        parties = []
        for row in self._roles.get((event.span_id, role), ()):
            mark = self._mark_of[row.actor_span_id]
            sentence = self._sentence_of_actor[row.actor_span_id]
            parties.append(
                Party(
                    mark.words,
                    mark.fragment,
                    ordinal_of(sentence),
                    mark.actor,
                    mark.actor_id,
                    mark.affiliation,
                    sentence != event.sentence_id,
                )
            )
        return tuple(parties)

    @cached_property
    def _decisions(self) -> dict[str, list[Decision]]:
        decisions: dict[str, list[Decision]] = defaultdict(list)
        for row in self.opened.rows("decisions"):
            sentence = self.sentence_id_of(row.unit_id)
            if sentence is not None:
                span = "@" in row.unit_id
                decisions[sentence].append(
                    Decision(
                        row.layer,
                        fragment_of(row.unit_id) if row.unit_id in self._mark_of else "",
                        self.words_of(row.unit_id) if span else "",
                        self._decided(row),
                        bool(row.overrules),
                        row.reason,
                        row.decided_by,
                    )
                )
        return decisions

    def _decided(self, row: Any) -> str:
        label, target = _known(row.label) or "not marked", _known(row.target)
        if row.layer == "role" and target:
            return f"{label}: {self.words_of(target)}"
        return label

    def words_of(self, span_id: str) -> str:
        """Return the words at a span, whether the gold has it or not."""
        article_id, start, end = _place(span_id)
        return self.opened.texts.texts.get(article_id, "")[start:end]

    def sentence_id_of(self, unit_id: str) -> str | None:
        """Return the sentence that a unit is, or that holds a span; None for an article."""
        if "@" not in unit_id:
            return unit_id if "#" in unit_id else None
        holding = self.opened.texts.holding(*_place(unit_id))
        return holding.sentence_id if holding else None


def _place(span_id: str) -> tuple[str, int, int]:
    """Return article and offsets of a span.

    >>> _place("a-b@actor:3-9")
    ('a-b', 3, 9)
    """
    article_id, _, place = span_id.partition("@")
    start, _, end = place.partition(":")[2].partition("-")
    return article_id, int(start), int(end)


def ordinal_of(sentence_id: str) -> str:
    """Return the ordinal in a sentence_id, its address in the article's page."""
    return sentence_id.partition("#")[2]


def fragment_of(span_id: str) -> str:
    """Return a span's address in the article's page.

    >>> fragment_of("a-b@actor:3-9")
    '@actor:3-9'
    """
    return "@" + span_id.partition("@")[2]


def _known(value: object) -> str:
    # pandas has several values for a cell without one.
    return value if isinstance(value, str) else ""


def _votes(names: Sequence[str], votes: Iterable[int]) -> tuple[tuple[str, int], ...]:
    return tuple((name, int(count)) for name, count in zip(names, votes, strict=True) if count)


def _facts(row: Any) -> Iterable[tuple[str, str, str]]:
    for name, basis in _FACTS:
        if value := _known(getattr(row, name)):
            yield name.replace("_", " "), value, _known(getattr(row, basis)) if basis else ""
