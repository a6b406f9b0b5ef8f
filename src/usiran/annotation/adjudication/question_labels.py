r"""Answers: what an annotator says, or an adjudicator decides, of one question, as one line.

The same line is printed, typed and stored::

    pro-US us+ iran-                               a stance and its grounds
    source                                         a holder, an article's stance
    MILITARY 4-13 "US patrol"; GOVERNMENT 20-25    actor spans of one place
    REQUEST 31-39 "urged" future                   event spans: a mode that is not the default
    agent 4-13 "US patrol"; recipient 20-25        roles of one event
    none                                           no span, no role

Offsets count code points of the article's text. A quote alone is enough where it stands
once in the place that is asked about; with offsets it is checked against the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import regex

from usiran.errors import Finding, InputError, shorten
from usiran.label_studio.annotation_records import region_id
from usiran.label_studio.check import grounds_errors
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Sentence, Texts
from usiran.text.quoting import escape, nearest, occurrences, split_words
from usiran.text.spans import overlaps
from usiran.text.standoffs import skeleton_of
from usiran.text.tokens import tokenize

NONE = "none"
SPAN_LAYERS = ("actor", "event")
_WORD = regex.compile(r'"(?:[^"\\]|\\.)*"|;|[^\s;"]+|"')
_OFFSETS = regex.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_QUOTED = regex.compile(r'(?:(?<=\s)([0-9]{1,9})-([0-9]{1,9}) )?"((?:[^"\\]|\\.)*)"')


def letters_of(annotators: Sequence[str]) -> dict[str, str]:
    """From annotator to the letter that stands for it before an adjudicator.

    Examples
    --------
    >>> letters_of(["ann", "bob"])
    {'ann': 'A', 'bob': 'B'}
    """
    return {
        who: chr(ord("A") + number % 26) + (str(number // 26) if number > 25 else "")
        for number, who in enumerate(annotators)
    }


class Item(NamedTuple):
    """One label of an answer; offsets where it stands on a span, a mode where on an event.

    A role's label is the role, its offsets are the actor's.
    """

    label: str
    start: int = -1
    end: int = -1
    mode: str | None = None


Answer = tuple[Item, ...]


@dataclass(frozen=True)
class Question:
    """One thing that annotators were asked, and what each of them said.

    Parameters
    ----------
    layer : str
        ``stance`` (with its grounds), ``holder``, ``article_stance``, ``actor``, ``event`` or
        ``role``.
    article_id : str
        The article.
    unit_id : str
        The sentence, the article, the place as a span id, or the event.
    start, end : int
        The place: from the first to the last character of all spans that overlap each other.
    answers : mapping
        From annotator to answer; None where the annotator gave none (for a role: did not
        mark the event).
    actors : tuple of Item
        For a role: the actors that it may link to.
    """

    layer: str
    article_id: str
    unit_id: str
    start: int
    end: int
    answers: Mapping[str, Answer | None]
    actors: tuple[Item, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """What the question is called."""
        return f"{self.layer}/{self.unit_id}"

    @property
    def seen(self) -> str:
        """Ten hex digits that change with the annotators and their answers."""
        return region_id(repr((self.id, sorted(self.answers.items()))))

    @property
    def unanimous(self) -> Answer | None:
        """The answer of everybody; None where they differ or somebody gave none.

        Roles are asked only of those who marked the event: more than half must have.
        """
        answers = [answer for answer in self.answers.values() if answer is not None]
        if len(set(answers)) != 1:
            return None
        needed = len(self.answers) // 2 + 1 if self.layer == "role" else len(self.answers)
        return answers[0] if len(answers) >= needed else None


def tell(question: Question, answer: Answer | None, texts: Texts, scheme: Scheme) -> str:
    """Return an answer as one line."""
    if answer is None:
        return "(did not mark the event)" if question.layer == "role" else "(no answer)"
    if question.layer not in (*SPAN_LAYERS, "role"):
        return " ".join(item.label for item in answer)
    text, default = texts.texts[question.article_id], scheme["mode"].default
    return "; ".join(_told(item, text, default) for item in answer) or NONE


def _told(item: Item, text: str, default: str | None) -> str:
    words = f'{item.label} {item.start}-{item.end} "{escape(text[item.start : item.end])}"'
    return words if item.mode in (None, default) else f"{words} {item.mode}"


def requoted_answer(line: str, *, before: str, after: str) -> str:
    """Return an answer's line with its quotes taken from another text of the same length.

    Parameters
    ----------
    line : str
        The answer.
    before, after : str
        The text that it quotes, and the one that it is to quote.

    Examples
    --------
    >>> requoted_answer('RETREAT 2-4 "go" future', before="I go", after=". __")
    'RETREAT 2-4 "__" future'
    """

    def again(match: regex.Match[str]) -> str:
        start, end, quote = match.groups()
        if start is None or escape(before[int(start) : int(end)]) != quote:
            # Words without a place of their own in the text are shown by no others.
            return match[0].replace(quote, skeleton_of(quote)) if quote else match[0]
        return f'{start}-{end} "{escape(after[int(start) : int(end)])}"'

    return _QUOTED.sub(again, line)


def parse(question: Question, line: str, *, texts: Texts, scheme: Scheme, file: str) -> Answer:
    """Return the answer that a line gives to a question.

    Raises
    ------
    InputError
        It is no answer to this question; `file` is how the finding calls its source.
    """
    return _Parser(question, line, texts, scheme, file).answer()


class _Parser:
    def __init__(
        self, question: Question, line: str, texts: Texts, scheme: Scheme, file: str
    ) -> None:
        self._question, self._line, self._file = question, line, file
        self._texts, self._scheme = texts, scheme
        self._text = texts.texts[question.article_id]
        self._words = _WORD.findall(line)

    def answer(self) -> Answer:
        layer = self._question.layer
        if '"' in self._words:
            raise self._fault(self._line, 'quotes that close, with \\" inside', "close the quote")
        if layer == "stance":
            return self._stance()
        if layer not in (*SPAN_LAYERS, "role"):
            if len(self._words) != 1:
                raise self._fault(self._line, f"one of {self._listed(layer)}", "give one label")
            return (Item(self._label(layer, self._words[0])),)
        if self._words == [NONE]:
            return ()
        read = self._role if layer == "role" else self._span
        return self._ordered([read(words) for words in self._split()])

    def _stance(self) -> Answer:
        if not self._words:
            raise self._fault("nothing", "a stance, then its grounds", "give a label")
        stance = self._label("stance", self._words[0])
        grounds = [self._label("grounds", word) for word in self._words[1:]]
        if len(set(grounds)) != len(grounds):
            raise self._fault(self._line, "each of the grounds once", "delete the second")
        for _, found, allowed, fix in grounds_errors(self._scheme.contest, stance, grounds):
            raise self._fault(found, allowed, fix)
        kept = [name for name in self._scheme["grounds"].names if name in grounds]
        return (Item(stance), *(Item(name) for name in kept))

    def _split(self) -> list[list[str]]:
        parts: list[list[str]] = [[]]
        for word in self._words:
            if word == ";":
                parts.append([])
            else:
                parts[-1].append(word)
        if any(not part for part in parts):
            raise self._fault(self._line, f"{self._form()}, or {NONE}", "fill the gap")
        return parts

    def _form(self) -> str:
        names = "agent or recipient" if self._question.layer == "role" else "a label"
        mode = ", for an event its mode" if self._question.layer == "event" else ""
        return f'{names}, offsets as 3-9 or a "quote" or both{mode}; more behind a semicolon'

    def _parts(self, words: list[str]) -> tuple[str, tuple[int, int] | None, str | None, list[str]]:
        """Split one item's words: label, offsets, quote, what is left."""
        label, rest = self._label(self._question.layer, words[0]), words[1:]
        offsets = quote = None
        if rest and (match := _OFFSETS.fullmatch(rest[0])):
            offsets = (int(match[1]), int(match[2]))
            rest = rest[1:]
        if rest and rest[0].startswith('"'):
            quote = (split_words(rest[0]) or [])[0].text
            rest = rest[1:]
        if offsets is None and quote is None:
            raise self._fault(" ".join(words), self._form(), "say where it stands")
        return label, offsets, quote, rest

    def _span(self, words: list[str]) -> Item:
        label, offsets, quote, rest = self._parts(words)
        mode = self._scheme["mode"].default if self._question.layer == "event" else None
        if rest and mode is not None:
            mode = self._label("mode", rest.pop(0))
        if rest:
            raise self._fault(" ".join(rest), self._form(), "delete it")
        start, end = self._place(offsets, quote)
        return Item(label, start, end, mode)

    def _place(self, offsets: tuple[int, int] | None, quote: str | None) -> tuple[int, int]:
        place = offsets or self._searched(quote or "")
        start, end = place
        sentence = self._texts.holding(self._question.article_id, start, end)
        inside = self._text[start:end]
        if sentence is None or not sentence.scored:
            raise self._fault(f"{start}-{end}", "a place inside one scored sentence", _OFFSETS_MEND)
        if quote is not None and quote != inside:
            raise self._fault(quote, f"'{shorten(inside)}', which stands there", _OFFSETS_MEND)
        tokens = tokenize(self._texts.text_of(sentence), sentence.start)
        if start not in {t.start for t in tokens} or end not in {t.end for t in tokens}:
            raise self._fault(f"{start}-{end} '{shorten(inside)}'", "whole tokens", _OFFSETS_MEND)
        if not overlaps(Item("", start, end), Item("", self._question.start, self._question.end)):
            allowed = f"a span over a part of {self._question.start}-{self._question.end}"
            fix = f"decide that place by an id of its own: {self._own_id(start, end)}"
            raise self._fault(f"{start}-{end} '{shorten(inside)}'", allowed, fix)
        return place

    def _own_id(self, start: int, end: int) -> str:
        layer = self._question.layer
        return f"{layer}/{self._question.article_id}@{layer}:{start}-{end}"

    def _searched(self, quote: str) -> tuple[int, int]:
        asked = Item("", self._question.start, self._question.end)
        sentence = self._sentence()
        places = occurrences(self._texts, sentence, quote) if sentence else []
        near = [place for place in places if overlaps(Item("", *place), asked)]
        if len(near) == 1:
            return near[0]
        shown = ", ".join(f"{start}-{end}" for start, end in near or places)
        allowed = f"words over a part of {asked.start}-{asked.end}"
        fix = f"give the offsets: it stands at {shown}" if shown else "quote whole words exactly"
        raise self._fault(quote, f"{allowed}, once", fix)

    def _sentence(self) -> Sentence | None:
        start = self._question.start
        return self._texts.holding(self._question.article_id, start, start + 1)

    def _role(self, words: list[str]) -> Item:
        label, offsets, quote, rest = self._parts(words)
        if rest:
            raise self._fault(" ".join(rest), self._form(), "delete it")
        actors = self._question.actors
        found = [
            actor
            for actor in actors
            if offsets in (None, actor[1:3])
            and quote in (None, self._text[actor.start : actor.end])
        ]
        if len(found) == 1:
            return Item(label, found[0].start, found[0].end)
        shown = ", ".join(f"{one.start}-{one.end}" for one in found)
        fix = f"give its offsets: {shown}" if found else "name an actor of the gold"
        raise self._fault(" ".join(words[1:]), "one decided actor of the article", fix)

    def _ordered(self, items: Sequence[Item]) -> Answer:
        if self._question.layer == "role":
            names = self._scheme["role"].names
            kept = sorted(set(items), key=lambda item: (names.index(item.label), item[1:3]))
        else:
            kept = sorted(set(items), key=lambda item: item[1:3])
            for one, other in pairwise(kept):
                if overlaps(one, other):
                    found = f"{one.start}-{one.end} and {other.start}-{other.end}"
                    raise self._fault(found, "spans side by side", "keep the outermost")
        if len(kept) != len(items):
            raise self._fault(self._line, "each once", "delete the second")
        return tuple(kept)

    def _label(self, field_name: str, word: str) -> str:
        names = self._scheme[field_name].names
        if word not in names:
            fix = nearest(word, list(names))
            raise self._fault(word, f"one of {self._listed(field_name)}", fix)
        return word

    def _listed(self, field_name: str) -> str:
        return ", ".join(self._scheme[field_name].names)

    def _fault(self, found: str, allowed: str, fix: str) -> InputError:
        finding = Finding(self._file, self._question.id, "answer", found, allowed, fix)
        return InputError([finding])


_OFFSETS_MEND = "correct the offsets or the quote"
