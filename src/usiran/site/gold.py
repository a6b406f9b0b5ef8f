"""The gold of a corpus, indexed for its pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from usiran.label_studio.annotation_records import span_parts
from usiran.loading import Opened
from usiran.loading.gold import majorities, votes_by_round
from usiran.schemas.tables import rows_of
from usiran.site.marks import Mark
from usiran.site.views import (
    ASKED,
    ArticleView,
    Decision,
    Deed,
    Party,
    SentenceView,
    fragment_of,
    ordinal_of,
    paragraphs_of,
)
from usiran.text.articles import Sentence

_FACTS = (
    *("title", "author", "publisher", "published", "url", "text_origin"),
    *("original_title", "original_publisher", "original_published", "original_url"),
    *("language", "rights", "note", "text_sha256"),
)


class GoldView:
    """The gold of a corpus, indexed for its pages; every table is walked once.

    `actors` leads from actor_id to the registry's row.
    """

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.actors: Mapping[str, Any] = {row.actor_id: row for row in opened.rows("registry")}
        self._stances = {row.sentence_id: row for row in opened.rows("stance")}
        self._article_stance = {row.article_id: row for row in opened.rows("article_stance")}
        self._garbled = {r.sentence_id for r in opened.rows("sentences") if r.flag == "garbled"}
        self._sentence_of_actor = {row.span_id: row.sentence_id for row in opened.rows("actors")}
        self._given = votes_by_round(opened.tables, opened.corpus.manifest.gold_rounds)
        self._roles: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in opened.rows("roles"):
            self._roles[row.event_id, row.role].append(row)
        self._span_votes: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for row in opened.rows("votes"):
            if row.layer in ("actor", "event"):
                self._span_votes[row.unit_id].append((row.label, int(row.votes)))

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
            title=row.title or article_id,
            published=row.published or "",
            publisher=row.publisher or "",
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
            answers=tuple(
                (name, {layer: ", ".join(labels) for layer, labels in answers.items()})
                for name, answers in sorted(self._answers.get(key, {}).items())
            ),
        )
        row = self._stances.get(key)
        if row is None:
            return view
        scheme = self.opened.scheme
        voice = self._mark_of.get(row.voiced_by)
        return replace(
            view,
            stance=row.stance,
            side=scheme.contest.stances.index(row.stance),
            holder=row.holder,
            voiced_by=voice.words if voice else "",
            voice=voice.fragment if voice else "",
            voice_id=row.voiced_by_id or "",
            voice_affiliation=row.voiced_by_affiliation or "",
            grounds=tuple(row.grounds),
            contested=bool(row.contested),
            parted=tuple(self._parted(row)) if row.contested else (),
            votes=tuple(
                (layer, label, count)
                for layer in ("stance", "holder")
                for label, count in _votes(scheme[layer].names, getattr(row, f"{layer}_votes"))
            ),
        )

    def _parted(self, row: Any) -> Iterator[tuple[str, str]]:
        """Yield the contested fields of a sentence, with the votes of each way of reading."""
        for layer in ("stance", "holder"):
            by_round = self._given.get((layer, row.sentence_id), {})
            label = getattr(row, layer)
            unvoted = label and not any(counts[label] for counts in by_round.values())
            if unvoted or len(majorities(by_round)) > 1:
                told = [
                    f"{name} " + ", ".join(f"{n} {said}" for said, n in counts.most_common())
                    for name, counts in sorted(by_round.items())
                ]
                yield layer, "; ".join([*told, *([f"nobody {label}"] if unvoted else [])])

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
    def _mark_of(self) -> dict[str, Mark]:
        """From span_id to mark, actors and events."""
        texts, default = self.opened.texts.texts, self.opened.scheme["mode"].default
        marks = {}
        for layer in ("actor", "event"):
            for row in self.opened.rows(f"{layer}s"):
                known = self.actors.get(row.actor_id) if layer == "actor" else None
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
                    affiliation=(row.affiliation or "") if layer == "actor" else "",
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
        return {sentence: _together(rows) for sentence, rows in decisions.items()}

    def _decided(self, row: Any) -> str:
        label = row.label or "not marked"
        if row.layer == "role" and row.target:
            return f"{label}: {self.words_of(row.target)}"
        return str(label)

    def words_of(self, span_id: str) -> str:
        """Return the words at a span, whether the gold has it or not."""
        article_id, _, start, end = span_parts(span_id)
        return self.opened.texts.texts.get(article_id, "")[start:end]

    def sentence_id_of(self, unit_id: str) -> str | None:
        """Return the sentence that a unit is, or that holds a span; None for an article."""
        if "@" not in unit_id:
            return unit_id if "#" in unit_id else None
        article_id, _, start, end = span_parts(unit_id)
        holding = self.opened.texts.holding(article_id, start, end)
        return holding.sentence_id if holding else None


def _together(decisions: Sequence[Decision]) -> list[Decision]:
    """Join what was decided of one event or mention in one go, with one reason for all of it."""
    labels: dict[Decision, list[str]] = {}
    for decision in decisions:
        labels.setdefault(decision._replace(label=""), []).append(decision.label)
    return [key._replace(label="; ".join(told)) for key, told in labels.items()]


def _votes(names: Sequence[str], votes: Iterable[int]) -> tuple[tuple[str, int], ...]:
    return tuple((name, int(count)) for name, count in zip(names, votes, strict=True) if count)


def _facts(row: Any) -> Iterable[tuple[str, str, str]]:
    for name in _FACTS:
        if value := getattr(row, name):
            # What nobody had to find out has no basis.
            yield name.replace("_", " "), value, getattr(row, f"{name}_basis", "")
