"""An article's sentences as lines of a terminal, 80 columns wide, and as one JSON document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from usiran.cli.output import wrapped
from usiran.errors import counted, shorten
from usiran.hidden import plain_line
from usiran.schemas.label_scheme import Scheme
from usiran.site.answers import gold_value
from usiran.site.marks import Mark
from usiran.site.views import ArticleView, Decision, Deed, Party, SentenceView
from usiran.tasks.links import SpanRow, in_article

# Actors and events are told apart without any colour.
_BRACKETS = {"actor": "[]", "event": "{}"}

_CONTRAST = "contrast"  # the task of edited sentences

# Of a sentence's view, what is not told otherwise.
_FIELDS = (
    *("text", "stance", "grounds", "holder", "voiced_by", "voice_id", "voice_affiliation"),
    *("contested", "parted", "garbled", "votes", "marks", "deeds", "decisions"),
)

Predicted = Mapping[str, Mapping[str, dict[str, Any]]]  # by task, by sentence: a line of its file


@dataclass(frozen=True)
class Told:
    """What is shown: sentences of an article, and a system's predictions for them by task."""

    scheme: Scheme
    article: ArticleView
    sentences: Sequence[SentenceView]
    system: str
    predicted: Predicted

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text."""
        if len(self.sentences) > 1:
            yield from self._head()
        for sentence in self.sentences:
            yield ""
            yield from self._sentence(sentence)
        yield from self._key()

    def document(self) -> dict[str, object]:
        """Return the same as a JSON object."""
        article = self.article
        return {
            "article_id": article.article_id,
            "title": article.title,
            "article_stance": article.stance,
            "article_stance_votes": dict(article.stance_votes),
            "sentences": [self._object(sentence) for sentence in self.sentences],
        }

    def _object(self, sentence: SentenceView) -> dict[str, object]:
        key = sentence.place.sentence_id
        fields = {name: _plain(getattr(sentence, name)) for name in _FIELDS}
        lines = {task: rows[key] for task, rows in self.predicted.items() if key in rows}
        told = {"sentence_id": key, "zone": sentence.zone, "answers": dict(sentence.answers)}
        return told | fields | ({"predictions": {self.system: lines}} if self.system else {})

    def _head(self) -> Iterator[str]:
        article = self.article
        yield from _wrapped(f"{article.article_id}  {article.title}", "")
        facts = [article.published, article.publisher, counted(len(article.sentences), "sentence")]
        votes = ", ".join(f"{label} {count}" for label, count in article.stance_votes if count)
        facts += [f"{article.stance} ({votes})"] if article.stance else ["not labelled as a whole"]
        yield from _wrapped(" · ".join(filter(None, facts)), "")

    def _sentence(self, sentence: SentenceView) -> Iterator[str]:
        labels = [sentence.zone, *_labels(sentence)]
        yield from _wrapped(f"{sentence.place.sentence_id}  {' · '.join(labels)}", "")
        yield from _wrapped(marked(sentence.text, sentence.place.start, sentence.marks))
        for deed in sentence.deeds:
            yield from _wrapped(_deed(deed), "  > ")
        # Votes are counted once there is a gold; before that everybody's labels are shown.
        for who, answer in () if sentence.stance else sentence.answers:
            told = ", ".join(f"{layer} {label}" for layer, label in answer.items())
            yield from _wrapped(f"{who}: {told}", "  ")
        if votes := _votes(sentence):
            yield from _wrapped(f"votes: {votes}", "  ")
        for layer, how in sentence.parted:
            yield from _wrapped(f"contested {layer}: {how}", "  ")
        for decision in sentence.decisions:
            yield from _wrapped(_decision(decision), "  ")
        for task, rows in self.predicted.items():
            line = rows.get(sentence.place.sentence_id)
            # A sentence without an edit is told by the task that the contrast set asks again.
            if line is not None and task != _CONTRAST:
                said = self._prediction(task, line, sentence)
                yield from _wrapped(f"{self.system} {task}: {said}", "  ")

    def _key(self) -> Iterator[str]:
        """Yield what the numbers and signs stand for."""
        told = []
        if any(sentence.decisions for sentence in self.sentences):
            told.append("numbers in reasons: sections of annotation/GUIDELINES.md")
        if self.system:
            told.append("of spans: = in both, + only the system's, - only the gold's")
        if told:
            yield ""
            yield from _wrapped("; ".join(told), "")

    def _prediction(self, task: str, line: Mapping[str, Any], sentence: SentenceView) -> str:
        """Return what a system says in one task, beside what the gold says."""
        if line.get("label") is not None:
            gold = self._label(task, sentence)
            beside = f"; gold: {gold}" if gold else ""
            beside = ", as in the gold" if gold == line["label"] else beside
            chances = line.get("probabilities") or ()
            chance = f" ({max(chances):.2f})" if chances else ""
            return f"{line['label']}{chance}{beside}"
        spans = {(first, last, str(label)) for first, last, label in line.get("spans") or ()}
        gold_spans = self._spans(task, sentence)
        both = sorted(spans | (gold_spans or set()))
        text, start = sentence.text, sentence.place.start
        told = [
            f"{_sign(span, spans, gold_spans)}{_quoted(text, start, span)} "
            f"{span[2].replace('@', ' of ', 1)}"
            for span in both
        ]
        return "; ".join(told) or "none, as in the gold"

    def _label(self, task: str, sentence: SentenceView) -> str:
        if task in ("stance", "holder"):
            return str(getattr(sentence, task))
        names = [f"toward_{side.name}" for side in self.scheme.contest.sides]
        if task in names:
            return str(self.scheme.contest.toward(sentence.grounds)[names.index(task)])
        return ""

    def _spans(self, task: str, sentence: SentenceView) -> set[SpanRow] | None:
        """Return the gold's spans of a task as its files write them; None of a task unknown."""
        actors = [mark for mark in sentence.marks if mark.layer == "actor"]
        if task in ("affiliation", "linking"):
            which = "affiliation" if task == "affiliation" else "actor_id"
            return {(m.start, m.end, getattr(m, which) or "none") for m in actors}
        layer = {"actors": "actor", "events": "event", "roles": "role"}.get(
            task.removesuffix("_end_to_end")
        )
        value = gold_value(layer, sentence) if layer else None
        if not isinstance(value, tuple):
            return None
        return set(in_article(value, sentence.place.start))


def marked(text: str, start: int, marks: Sequence[Mark]) -> str:
    """Return a sentence with its marks in brackets; `start` is its place in the article.

    >>> marked("US troops left.", 10, [Mark("@a", "actor", 10, 19, "MILITARY", tag="MILITARY")])
    '[US troops MILITARY] left.'
    """
    # At one place what ends goes before what begins, and the shorter of two closes first.
    signs = [
        (mark.end, 0, -mark.start, f" {mark.tag or mark.label}{_brackets(mark)[1]}")
        for mark in marks
    ]
    signs += [(mark.start, 1, -mark.end, _brackets(mark)[0]) for mark in marks]
    parts, place = [], start
    for at, _, _, sign in sorted(signs):
        parts += [text[place - start : at - start], sign]
        place = at
    return plain_line("".join([*parts, text[place - start :]]).replace("\n", " "))


def _plain(value: object) -> object:
    """Return named tuples as objects, other tuples as lists."""
    if not isinstance(value, tuple):
        return value
    names = getattr(value, "_fields", ())
    parts = [_plain(part) for part in value]
    return dict(zip(names, parts, strict=True)) if names else parts


def _brackets(mark: Mark) -> str:
    return _BRACKETS.get(mark.layer, "<>")


def _labels(sentence: SentenceView) -> Iterator[str]:
    if not sentence.stance:
        if sentence.place.scored:
            yield "not in the gold"
        return
    yield sentence.stance
    if sentence.grounds:
        yield "grounds " + " ".join(sentence.grounds)
    who = ", ".join(filter(None, (sentence.voiced_by, sentence.voice_affiliation)))
    yield f"{sentence.holder}{f' ({shorten(who, 60)})' if who else ''}"
    if sentence.garbled:
        yield "garbled"


def _deed(deed: Deed) -> str:
    agents, recipients = (", ".join(map(_party, rows)) for rows in (deed.agents, deed.recipients))
    act = f"{deed.type} ({deed.quad}, {deed.mode}) {shorten(deed.mark.words, 40)}"
    return f"{agents or 'nobody named'} -> {act} -> {recipients or 'nobody named'}"


def _party(party: Party) -> str:
    where = f" in #{party.ordinal}" if party.elsewhere else ""
    return f"{shorten(party.words, 50)} [{party.affiliation or 'not linked'}]{where}"


def _votes(sentence: SentenceView) -> str:
    by_layer: dict[str, list[str]] = {}
    for layer, label, count in sentence.votes:
        if count:
            by_layer.setdefault(layer, []).append(f"{label} {count}")
    parts = [f"{layer} {', '.join(labels)}" for layer, labels in by_layer.items()]
    spans = [mark for mark in sentence.marks if mark.votes]
    parts += [
        f"{shorten(mark.words, 30)} {', '.join(f'{label} {n}' for label, n in mark.votes)}"
        for mark in spans
    ]
    return "; ".join(parts)


def _decision(decision: Decision) -> str:
    words = f" {shorten(decision.words, 40)}" if decision.words else ""
    label = decision.label or "no label"
    against = ", against the majority" if decision.overrules else ""
    return (
        f"decided: {decision.what}{words}: {label} "
        f"({shorten(decision.reason)}; {decision.decided_by}{against})"
    )


def _sign(span: SpanRow, spans: set[SpanRow], gold: set[SpanRow] | None) -> str:
    if gold is None:
        return ""
    return "= " if span in spans and span in gold else "+ " if span in spans else "- "


def _quoted(text: str, start: int, span: SpanRow) -> str:
    first, last, _ = span
    inside = start <= first < last <= start + len(text)
    return shorten(text[first - start : last - start], 40) if inside else f"{first}-{last}"


def _wrapped(line: str, indent: str = "    ") -> list[str]:
    more = " " * (len(indent) + (4 if len(indent) < 4 else 0))
    return wrapped(line, indent, more)
