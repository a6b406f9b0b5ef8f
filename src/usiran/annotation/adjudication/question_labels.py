r"""Question labels: what an annotator labelled, or an adjudicator decides, of one question.

As one line, an *answer*, they are printed, typed and stored::

    pro-US us+ iran-                               a stance and its grounds
    source                                         a holder, an article's stance
    MILITARY 4-13 "US patrol"; GOVERNMENT 20-25    actor spans of one place
    REQUEST 31-39 "urged" future                   event spans: a mode that is not the default
    agent 4-13 "US patrol"; recipient 20-25        roles of one event
    none                                           no span, no role

Offsets count code points of the article's text. A quote alone is enough where it stands
once in the place that is asked about; with offsets it is checked against the text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import NamedTuple

import regex

from usiran.annotation.annotator_labels import Key
from usiran.errors import Finding, InputError, nearest, shorten
from usiran.label_studio.annotation_records import region_id
from usiran.label_studio.check import grounds_errors
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts
from usiran.text.quoting import escape, occurrences, split_words
from usiran.text.spans import Span, overlaps
from usiran.text.standoffs import template
from usiran.text.tokens import tokenize

NONE = "none"
SPAN_LAYERS = ("actor", "event")
_PLACED_LAYERS = (*SPAN_LAYERS, "role")
_WORD = regex.compile(r'"(?:[^"\\]|\\.)*"|;|[^\s;"]+|"')
# At most nine digits: int() raises an error of its own on thousands.
_OFFSETS = regex.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_QUOTED = regex.compile(r'(?:(?<=\s)([0-9]{1,9})-([0-9]{1,9}) )?"((?:[^"\\]|\\.)*)"')
_FIX_OFFSETS = "correct the offsets or the quote"


def letters_of(annotators: Sequence[str]) -> dict[str, str]:
    """From annotator to the letter that stands for it before an adjudicator.

    >>> letters_of(["ann", "bob"])
    {'ann': 'A', 'bob': 'B'}
    """
    # Letters, not names: labels are to be weighed, not who gave them.
    return {
        annotator: chr(ord("A") + number % 26) + (str(number // 26) if number > 25 else "")
        for number, annotator in enumerate(annotators)
    }


class Item(NamedTuple):
    """One label; offsets where it stands on a span (of a role: the actor's), a mode on events."""

    label: str
    start: int = -1
    end: int = -1
    mode: str | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Its offsets."""
        return self.start, self.end


Labels = tuple[Item, ...]


@dataclass(frozen=True)
class Question:
    """One thing that annotators were asked, and what each of them labelled.

    The unit is a sentence, an article, a place as a span id, or an event; `start` to `end` is the
    place, over all spans that overlap each other. `labels` are by annotator, None where it gave
    none (for a role: did not mark the event); `actors` are those that a role may link to.
    """

    layer: str
    article_id: str
    unit_id: str
    start: int
    end: int
    labels: Mapping[str, Labels | None]
    actors: Labels = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """What the question is called."""
        return f"{self.layer}/{self.unit_id}"

    @property
    def place(self) -> Span:
        """The place as a span without a label."""
        return Span(self.start, self.end, "")

    @property
    def task(self) -> Key:
        """The task that its labels stand in: the sentence's, or else the article's."""
        in_sentence = self.layer in ("stance", "holder")
        return ("stance", self.unit_id) if in_sentence else ("spans", self.article_id)

    @property
    def seen(self) -> str:
        """Ten hex digits that change with the annotators and their labels."""
        # Stored decisions hold this hash: the names of Item and its fields are part of it.
        return region_id(repr((self.id, sorted(self.labels.items()))))

    @property
    def unanimous(self) -> Labels | None:
        """The labels of everybody; None where they differ or somebody gave none."""
        labels = [labels for labels in self.labels.values() if labels is not None]
        if len(set(labels)) != 1:
            return None
        # Only who marked the event has a say on its roles: more than half must have.
        needed = len(self.labels) // 2 + 1 if self.layer == "role" else len(self.labels)
        return labels[0] if len(labels) >= needed else None


def format_answer(question: Question, labels: Labels | None, texts: Texts, scheme: Scheme) -> str:
    """Return labels as one line."""
    if labels is None:
        return "(did not mark the event)" if question.layer == "role" else "(no answer)"
    if question.layer not in _PLACED_LAYERS:
        return " ".join(item.label for item in labels)
    text, default = texts.texts[question.article_id], scheme["mode"].default
    # Words are for the reader, offsets tell equal words apart: an answer has both.
    parts = []
    for item in labels:
        part = f'{item.label} {item.start}-{item.end} "{escape(text[item.start : item.end])}"'
        parts.append(part if item.mode in (None, default) else f"{part} {item.mode}")
    return "; ".join(parts) or NONE


def requoted_answer(line: str, *, before: str, after: str) -> str:
    """Return an answer that quotes `before` with quotes of `after`, a text of the same length.

    >>> requoted_answer('RETREAT 2-4 "go" future', before="I go", after=". __")
    'RETREAT 2-4 "__" future'
    """

    def requote(match: regex.Match[str]) -> str:
        start, end, quote = match.groups()
        if start is None or escape(before[int(start) : int(end)]) != quote:
            # Words without a place of their own in the text are shown by no others.
            return match[0].replace(quote, template(quote)) if quote else match[0]
        return f'{start}-{end} "{escape(after[int(start) : int(end)])}"'

    return _QUOTED.sub(requote, line)


def parse_answer(
    question: Question, line: str, *, texts: Texts, scheme: Scheme, file: str
) -> Labels:
    """Return the labels that a line gives to a question."""
    return _Parser(question, line, texts, scheme, file).labels()


class _Parser:
    def __init__(
        self, question: Question, line: str, texts: Texts, scheme: Scheme, file: str
    ) -> None:
        self._question, self._line, self._file = question, line, file
        self._texts, self._scheme = texts, scheme
        self._text = texts.texts[question.article_id]
        self._words = _WORD.findall(line)

    def labels(self) -> Labels:
        layer = self._question.layer
        if '"' in self._words:
            raise self._error(self._line, 'quotes that close, with \\" inside', "close the quote")
        if layer == "stance":
            return self._stance()
        if layer not in _PLACED_LAYERS:
            if len(self._words) != 1:
                raise self._error(self._line, f"one of {self._listed(layer)}", "give one label")
            return (Item(self._label(layer, self._words[0])),)
        if self._words == [NONE]:
            return ()
        parse = self._role if layer == "role" else self._span
        return self._ordered([parse(words) for words in self._items()])

    def _stance(self) -> Labels:
        if not self._words:
            raise self._error("nothing", "a stance, then its grounds", "give a label")
        stance = self._label("stance", self._words[0])
        grounds = [self._label("grounds", word) for word in self._words[1:]]
        if len(set(grounds)) != len(grounds):
            raise self._error(self._line, "each of the grounds once", "delete the second")
        for _, value, allowed, fix in grounds_errors(self._scheme.contest, stance, grounds):
            raise self._error(value, allowed, fix)
        # In the scheme's order, as annotations have them: else equal labels would differ.
        ordered = [name for name in self._scheme["grounds"].names if name in grounds]
        return (Item(stance), *map(Item, ordered))

    def _items(self) -> list[list[str]]:
        """Return the words of each item: items stand behind semicolons."""
        grouped = groupby([*self._words, ";"], key=";".__ne__)
        parts = [list(words) for is_item, words in grouped if is_item]
        if len(parts) != self._words.count(";") + 1:
            raise self._error(self._line, f"{self._form()}, or {NONE}", "fill the gap")
        return parts

    def _form(self) -> str:
        names = "agent or recipient" if self._question.layer == "role" else "a label"
        mode = ", for an event its mode" if self._question.layer == "event" else ""
        return f'{names}, offsets as 3-9 or a "quote" or both{mode}; more behind a semicolon'

    def _parts(
        self, words: list[str]
    ) -> tuple[str, tuple[int, int] | None, str | None, str | None]:
        """Split one item's words: label, offsets, quote, and the mode of an event."""
        label, rest = self._label(self._question.layer, words[0]), words[1:]
        offsets = quote = None
        if rest and (match := _OFFSETS.fullmatch(rest[0])):
            offsets = (int(match[1]), int(match[2]))
            rest = rest[1:]
        if rest and rest[0].startswith('"'):
            quote = (split_words(rest[0]) or [])[0].text
            rest = rest[1:]
        if offsets is None and quote is None:
            raise self._error(" ".join(words), self._form(), "say where it stands")
        mode = self._scheme["mode"].default if self._question.layer == "event" else None
        if rest and mode is not None:
            mode = self._label("mode", rest.pop(0))
        if rest:
            raise self._error(" ".join(rest), self._form(), "delete it")
        return label, offsets, quote, mode

    def _span(self, words: list[str]) -> Item:
        label, offsets, quote, mode = self._parts(words)
        return Item(label, *self._place(offsets or self._searched(quote or ""), quote), mode)

    def _place(self, place: tuple[int, int], quote: str | None) -> tuple[int, int]:
        """Return offsets that a gold span may have, or refuse them."""
        start, end = place
        article, layer = self._question.article_id, self._question.layer
        sentence = self._texts.holding(article, start, end)
        words = shorten(self._text[start:end])
        if sentence is None or not sentence.scored:
            raise self._error(f"{start}-{end}", "a place inside one scored sentence", _FIX_OFFSETS)
        if quote not in (None, self._text[start:end]):
            raise self._error(str(quote), f"'{words}', which stands there", _FIX_OFFSETS)
        tokens = tokenize(self._texts.text_of(sentence), sentence.start)
        if start not in {t.start for t in tokens} or end not in {t.end for t in tokens}:
            raise self._error(f"{start}-{end} '{words}'", "whole tokens", _FIX_OFFSETS)
        if not overlaps(Span(start, end, ""), self._question.place):
            allowed = f"a span over a part of {self._question.start}-{self._question.end}"
            own_id = f"{layer}/{article}@{layer}:{start}-{end}"
            fix = f"decide that place by an id of its own: {own_id}"
            raise self._error(f"{start}-{end} '{words}'", allowed, fix)
        return place

    def _searched(self, quote: str) -> tuple[int, int]:
        """Return the one place of a quote that overlaps the place asked about."""
        place = self._question.place
        sentence = self._texts.holding(self._question.article_id, place.start, place.start + 1)
        places = occurrences(self._texts, sentence, quote) if sentence else []
        near = [offsets for offsets in places if overlaps(Span(*offsets, ""), place)]
        if len(near) == 1:
            return near[0]
        shown = ", ".join(f"{start}-{end}" for start, end in near or places)
        allowed = f"words over a part of {place.start}-{place.end}, once"
        fix = f"give the offsets: it stands at {shown}" if shown else "quote whole words exactly"
        raise self._error(quote, allowed, fix)

    def _role(self, words: list[str]) -> Item:
        label, offsets, quote, _ = self._parts(words)
        actors = [actor for actor in self._question.actors if offsets in (None, actor.place)]
        if quote is not None:
            actors = [actor for actor in actors if self._text[slice(*actor.place)] == quote]
        if len(actors) == 1:
            return Item(label, *actors[0].place)
        shown = ", ".join(f"{actor.start}-{actor.end}" for actor in actors)
        fix = f"give its offsets: {shown}" if actors else "name an actor of the gold"
        raise self._error(" ".join(words[1:]), "one decided actor of the article", fix)

    def _ordered(self, items: Sequence[Item]) -> Labels:
        if self._question.layer == "role":
            ordered = roles_in_order(set(items), self._scheme)
        else:
            ordered = tuple(sorted(set(items), key=lambda item: item.place))
            # Gold spans of one layer may not overlap: models tag each token once.
            for item, following in pairwise(ordered):
                if overlaps(item, following):
                    value = f"{item.start}-{item.end} and {following.start}-{following.end}"
                    raise self._error(value, "spans side by side", "keep the outermost")
        if len(ordered) != len(items):
            raise self._error(self._line, "each once", "delete the second")
        return ordered

    def _label(self, field_name: str, word: str) -> str:
        names = self._scheme[field_name].names
        if word not in names:
            allowed = f"one of {self._listed(field_name)}"
            raise self._error(word, allowed, nearest(word, names))
        return word

    def _listed(self, field_name: str) -> str:
        return ", ".join(self._scheme[field_name].names)

    def _error(self, value: str, allowed: str, fix: str) -> InputError:
        return InputError([Finding(self._file, self._question.id, "answer", value, allowed, fix)])


def roles_in_order(items: Iterable[Item], scheme: Scheme) -> Labels:
    """Return roles in the scheme's order, those of one name from left to right."""
    names = scheme["role"].names
    return tuple(sorted(items, key=lambda item: (names.index(item.label), item.place)))
