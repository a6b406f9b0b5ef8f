r"""The sheet: one annotator's labels of one article as plain text.

A sheet is for annotators without a labelling page. It is UTF-8; a line whose first character
is ``#`` is a comment, blank lines do not count::

    article 2020-03-some-article
    article_stance neutral

    001 neutral source us+ iran-
      GOVERNMENT "Britain" a1
      CONSULT "in talks" future agent=a1 recipient=a2

A sentence line holds the ordinal of a scored sentence, its stance, its holder, then any
grounds. The indented lines below it are its spans: a label, the quoted words, where needed
``#n`` (the n-th place, counted from where the search begins), then for an actor its handle,
for an event its mode and ``agent=`` and ``recipient=`` with handles of actors anywhere in the
article. A quote is searched from the end of the previous quote of the same layer, at whole
tokens. Inside quotes ``\"``, ``\\`` and ``\n`` stand for a quote mark, a backslash and a line
break.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from usiran.errors import Finding, InputError, shorten
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    RoleReading,
    SpanReading,
    TaskReading,
    region_id,
    roles_in_order,
    span_id,
    spans_in_order,
)
from usiran.label_studio.check import grounds_errors
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Sentence, Texts
from usiran.text.quoting import Word, nearest, occurrences, split_words

_HANDLE = regex.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class _Event(NamedTuple):
    """An event whose roles still name handles."""

    line: int
    region: str
    links: tuple[tuple[str, str], ...]


def parse_sheet(
    content: bytes, *, name: str, texts: Texts, scheme: Scheme
) -> tuple[TaskReading, ...]:
    """Read a sheet: one task a scored sentence, in order, then the article's task.

    Parameters
    ----------
    content : bytes
        The sheet.
    name : str
        How findings call it.
    texts : Texts
        The corpus's texts and sentences.
    scheme : Scheme
        The labels.

    Returns
    -------
    tuple of TaskReading
        Each with one annotation, without annotator or time: a sheet holds neither.

    Raises
    ------
    InputError
        With every fault of the sheet, each with its line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = f"line {content[: error.start].count(10) + 1}"
        found = f"byte {content[error.start]:#04x}"
        raise InputError([Finding(name, line, "", found, "UTF-8", "save it as UTF-8")]) from None
    # Not splitlines: a quote may hold other characters that it takes for line ends.
    parser = _Parser(text.replace("\r\n", "\n").split("\n"), name, texts, scheme)
    parser.parse()
    if parser.findings:
        raise InputError(parser.findings)
    return parser.tasks()


class _Parser:
    """Reads a sheet line by line and keeps every fault."""

    def __init__(self, lines: Sequence[str], name: str, texts: Texts, scheme: Scheme) -> None:
        self.findings: list[Finding] = []
        self._lines, self._name, self._texts, self._scheme = lines, name, texts, scheme
        self._article: str | None = None
        self._by_ordinal: dict[str, Sentence] = {}
        self._article_choices: dict[str, tuple[str, ...]] = {}
        self._choices: dict[str, dict[str, tuple[str, ...]]] = {}
        self._sentence: Sentence | None = None
        self._ends: dict[str, int] = {}
        self._spans: dict[str, SpanReading] = {}
        self._handles: dict[str, str] = {}
        self._events: list[_Event] = []
        self._roles: dict[RoleReading, None] = {}
        self._of_article = {
            field.name: field
            for field in scheme.of("spans")
            if field.scope == "task" and field.kind == "choice"
        }

    def parse(self) -> None:
        """Read all lines, then settle what refers across lines."""
        for number, line in enumerate(self._lines, start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                words = self._words(number, line)
                if words:
                    self._line(number, words, indented=line[0].isspace())
        if self._article is None:
            if not self.findings:
                self._missing("", "article", "no article line", "article <article_id>")
            return
        for event in self._events:
            self._link(event)
        self._gaps(self._article)

    def tasks(self) -> tuple[TaskReading, ...]:
        """Return the tasks of a sheet without faults."""
        article = str(self._article)
        text, digest = self._texts.texts[article], self._texts.digest(article)
        rows = [
            _task(row, digest, self._choices[row.sentence_id])
            for row in self._texts.sentences[article]
            if row.scored
        ]
        spans = spans_in_order(self._spans.values())
        roles = roles_in_order(self._roles, spans, self._scheme["role"].names)
        annotation = _annotation(self._article_choices, tuple(spans), tuple(roles))
        whole = TaskReading("spans", article, article, None, 0, len(text), digest, (annotation,))
        return (*rows, whole)

    def _line(self, number: int, words: list[Word], *, indented: bool) -> None:
        first = words[0].text
        if first == "article" and not indented:
            self._read_article(number, words)
        elif self._article is None:
            if not self.findings:
                self._fault(number, "article", first, "article <article_id>", "begin with it")
        elif indented:
            self._read_span(number, words)
        elif first in self._of_article:
            self._read_article_choice(number, words)
        else:
            self._read_sentence(number, words)

    def _read_article(self, number: int, words: list[Word]) -> None:
        given = " ".join(word.text for word in words[1:])
        if self._article is not None:
            self._fault(number, "article", given, "one article a sheet", "make two sheets of it")
        elif given not in self._texts.sentences:
            known = sorted(self._texts.sentences)
            self._fault(
                number, "article", given, f"one of {', '.join(known)}", nearest(given, known)
            )
        else:
            self._article = given
            rows = self._texts.sentences[given]
            self._by_ordinal = {row.sentence_id.rpartition("#")[2]: row for row in rows}

    def _read_article_choice(self, number: int, words: list[Word]) -> None:
        field = self._of_article[words[0].text]
        if field.name in self._article_choices:
            self._fault(number, field.name, words[0].text, "one such line", "delete one")
        elif len(words) != 2:
            found = " ".join(word.text for word in words)
            self._fault(number, field.name, found, f"{field.name} and one label", "correct it")
        elif label := self._label(number, field.name, words[1].text):
            self._article_choices[field.name] = (label,)

    def _read_sentence(self, number: int, words: list[Word]) -> None:
        ordinal = words[0].text
        self._sentence = sentence = self._by_ordinal.get(ordinal)
        self._ends = {}
        if sentence is None:
            last = max(self._by_ordinal)
            allowed = f"a sentence line, ordinals 001 to {last}, or an indented span line"
            self._fault(number, "sentence", ordinal, allowed, "correct the line's beginning")
        elif not sentence.scored:
            found = f"{ordinal}, which is boilerplate"
            fix = "delete the line: boilerplate is never labelled"
            self._fault(number, "sentence", found, "a scored sentence", fix)
        elif sentence.sentence_id in self._choices:
            self._fault(
                number, "sentence", ordinal, "each sentence once", "delete one of the lines"
            )
        else:
            self._choices[sentence.sentence_id] = {}
            choices = self._sentence_choices(number, [word.text for word in words[1:]])
            self._choices[sentence.sentence_id] = choices

    def _sentence_choices(self, number: int, words: list[str]) -> dict[str, tuple[str, ...]]:
        if len(words) < 2:
            found = " ".join(words) or "the ordinal alone"
            self._fault(number, "stance", found, "ordinal, stance, holder, grounds", "add them")
            return {}
        stance = self._label(number, "stance", words[0])
        holder = self._label(number, "holder", words[1])
        grounds = [self._label(number, "grounds", word) for word in words[2:]]
        if len(set(words[2:])) != len(words[2:]):
            self._fault(number, "grounds", " ".join(words[2:]), "each once", "delete the second")
        if stance is None or holder is None or None in grounds:
            return {}
        for column, found, allowed, fix in grounds_errors(self._scheme.contest, stance, words[2:]):
            self._fault(number, column, found, allowed, fix)
        carried = tuple(name for name in self._scheme["grounds"].names if name in grounds)
        choices = {"stance": (stance,), "grounds": carried, "holder": (holder,)}
        return {field: labels for field, labels in choices.items() if labels}

    def _read_span(self, number: int, words: list[Word]) -> None:
        sentence = self._sentence
        if sentence is None:
            if not self._choices:
                self._fault(number, "", words[0].text, "a sentence line first", "add it above")
            return
        layers = {name: key for key in ("actor", "event") for name in self._scheme[key].names}
        layer = layers.get(words[0].text)
        if layer is None:
            fix = nearest(words[0].text, list(layers))
            self._fault(number, "label", words[0].text, f"one of {', '.join(layers)}", fix)
        elif len(words) < 2 or not words[1].quoted:
            found = " ".join(word.text for word in words)
            self._fault(number, layer, found, 'a label and "the quoted words"', "quote the words")
        else:
            rest = [word.text for word in words[2:]]
            nth = self._nth(number, layer, rest)
            place = self._find(number, sentence, layer, words[1].text, nth)
            self._take(number, layer, words[0].text, place, rest)

    def _take(
        self, number: int, layer: str, label: str, place: tuple[int, int] | None, rest: list[str]
    ) -> None:
        """Keep a span with what stands behind its quote; read that even without a place."""
        start, end = place or (0, 0)
        unit = span_id(str(self._article), layer, start, end)
        region = region_id(unit)
        mode = None
        if layer == "actor":
            self._read_handle(number, rest, region)
        else:
            mode = self._read_mode(number, rest)
            self._events.append(_Event(number, region, tuple(self._read_links(number, rest))))
        for word in rest:
            allowed = "a handle" if layer == "actor" else "a mode, agent=... or recipient=..."
            self._fault(number, layer, word, f"behind the quote only {allowed}", "delete it")
        if place is not None:
            text = self._texts.texts[str(self._article)][start:end]
            self._spans[region] = SpanReading(region, layer, start, end, text, label, mode)
            self._ends[layer] = end

    def _read_handle(self, number: int, rest: list[str], region: str) -> None:
        if not rest:
            return
        handle = rest.pop(0)
        if not _HANDLE.fullmatch(handle):
            allowed = "a handle: a letter, then letters, digits, - or _"
            self._fault(number, "actor", handle, allowed, "name it a1, a2 and so on")
        elif handle in self._handles:
            self._fault(number, "actor", handle, "each handle once an article", "rename one")
        else:
            self._handles[handle] = region

    def _read_mode(self, number: int, rest: list[str]) -> str | None:
        field = self._scheme["mode"]
        if rest and "=" not in rest[0]:
            return self._label(number, "mode", rest.pop(0))
        return field.default

    def _read_links(self, number: int, rest: list[str]) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        while rest and "=" in rest[0]:
            key, _, value = rest.pop(0).partition("=")
            role = self._label(number, "role", key)
            handles = value.split(",")
            if role in seen or "" in handles or len(set(handles)) != len(handles):
                allowed = "each role once, with distinct handles and commas without blanks between"
                self._fault(number, "role", f"{key}={value}", allowed, "write agent=a1,a2")
            elif role is not None:
                seen.add(role)
                yield from ((role, handle) for handle in handles)

    def _nth(self, number: int, layer: str, rest: list[str]) -> int:
        if not rest or not rest[0].startswith("#"):
            return 1
        word = rest.pop(0)
        if word[1:].isdecimal() and word.isascii() and int(word[1:]) > 0:
            return int(word[1:])
        self._fault(number, layer, word, "#1, #2 and so on", "correct the number")
        return 1

    def _find(
        self, number: int, sentence: Sentence, layer: str, quote: str, nth: int
    ) -> tuple[int, int] | None:
        begin = self._ends.get(layer, sentence.start)
        places = occurrences(self._texts, sentence, quote)
        after = [place for place in places if place[0] >= begin]
        if len(after) >= nth:
            return after[nth - 1]
        text = self._texts.texts[sentence.article_id]
        if after:
            fix = f"it stands there {len(after)} times only: lower #{nth}"
        elif places:
            fix = (
                f"it stands before the end of the {layer} of the line above: put the lines in "
                "the text's order; spans of one layer may not overlap"
            )
        elif quote and quote in text[sentence.start : sentence.end]:
            fix = "it cuts a word: quote whole words"
        else:
            fix = "quote the words exactly as they stand"
        allowed = f"words after '{shorten(text[sentence.start : begin])}'" if places else "words"
        allowed += f" of '{shorten(self._texts.text_of(sentence), 160)}'"
        self._fault(number, layer, quote, allowed, fix)
        return None

    def _link(self, event: _Event) -> None:
        for role, handle in event.links:
            actor = self._handles.get(handle)
            if actor is None:
                known = sorted(self._handles)
                allowed = f"one of {', '.join(known)}" if known else "a handle given to an actor"
                self._fault(event.line, role, handle, allowed, nearest(handle, known))
            else:
                self._roles[RoleReading(role, event.region, actor)] = None

    def _gaps(self, article: str) -> None:
        for name, field in self._of_article.items():
            if field.required and name not in self._article_choices:
                wanted = f"{name} <label>"
                # A line with a wrong label has its own finding already.
                if not any(line.split()[:1] == [name] for line in self._lines):
                    self._missing(article, name, "no such line", wanted)
        for row in self._texts.sentences[article]:
            if row.scored and row.sentence_id not in self._choices:
                wanted = f"a line for '{shorten(self._texts.text_of(row), 60)}'"
                self._missing(row.sentence_id, "sentence", "no line", wanted)

    def _words(self, number: int, line: str) -> list[Word]:
        words = split_words(line)
        if words is None:
            allowed = 'quotes that close, with \\" inside them'
            self._fault(number, "", line.strip(), allowed, "close or escape the quote mark")
        return words or []

    def _label(self, number: int, field: str, word: str) -> str | None:
        names = self._scheme[field].names
        if word in names:
            return word
        self._fault(number, field, word, f"one of {', '.join(names)}", nearest(word, list(names)))
        return None

    def _fault(self, number: int, column: str, found: str, allowed: str, fix: str) -> None:
        # Padded, so that findings sort as the lines do.
        record = f"line {number:>{len(str(len(self._lines)))}}"
        self.findings.append(Finding(self._name, record, column, found, allowed, fix))

    def _missing(self, record: str, column: str, found: str, wanted: str) -> None:
        self.findings.append(Finding(self._name, record, column, found, wanted, "add it"))


def _annotation(
    choices: dict[str, tuple[str, ...]],
    spans: tuple[SpanReading, ...] = (),
    roles: tuple[RoleReading, ...] = (),
) -> AnnotationReading:
    return AnnotationReading(None, None, None, None, None, None, False, choices, spans, roles)


def _task(row: Sentence, digest: str, choices: dict[str, tuple[str, ...]]) -> TaskReading:
    return TaskReading(
        "stance",
        row.sentence_id,
        row.article_id,
        row.sentence_id,
        row.start,
        row.end,
        digest,
        (_annotation(choices),),
    )
