r"""The sheet: one annotator's labels of one article as plain text.

A sheet is for annotators without a labelling page. It is UTF-8; a line whose first character
is ``#`` is a comment, blank lines do not count::

    article 2020-03-some-article
    article_stance neutral

    001 neutral source us+ iran- confidence=4 second_stance=pro-US voiced_by="officials"
      GOVERNMENT "Britain" a1
      CONSULT "in talks" future agent=a1 recipient=a2

A sentence line holds the ordinal of a scored sentence, its stance, its holder, then any
grounds, then any of the scheme's further answers as ``field=label`` or ``field="words"``. The
indented lines below it are its spans: a label, the quoted words, where needed
``#n`` (the n-th place, counted from where the search begins), then for an actor its handle,
for an event its mode and ``agent=`` and ``recipient=`` with handles of actors anywhere in the
article. A quote is searched from the end of the previous quote of the same layer, at whole
tokens. Inside quotes ``\"``, ``\\``, ``\n`` and ``\t`` stand for a quote mark, a backslash, a
line break and a tab, and ``\u{200b}`` for the character of this code.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from usiran.errors import Finding, InputError, counted, nearest, refuse, shorten
from usiran.label_studio import annotation_records as records
from usiran.label_studio.annotation_records import AnnotationReading, SpanReading, TaskReading
from usiran.label_studio.check import grounds_errors
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.names import REMARKS
from usiran.text.articles import Sentence, Texts
from usiran.text.quoting import Word, occurrences, split_words

_MOST_GAPS = 3  # as many missing lines are told one by one
_HANDLE = regex.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def _is_remark(word: Word) -> bool:
    return bool(word.key) or (not word.quoted and "=" in word.text)


class _Event(NamedTuple):
    """An event whose roles still name handles."""

    line: int
    region: str
    links: tuple[tuple[str, str], ...]


def parse_sheet(
    content: bytes, *, name: str, texts: Texts, scheme: Scheme
) -> tuple[TaskReading, ...]:
    """Read a sheet: one task a scored sentence, in order, then the article's task.

    Each task has one annotation, without annotator or time: a sheet holds neither.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = f"line {content[: error.start].count(10) + 1}"
        value = f"byte {content[error.start]:#04x}"
        raise InputError([Finding(name, line, "", value, "UTF-8", "save it as UTF-8")]) from None
    # Not splitlines: a quote may hold other characters that it takes for line ends.
    parser = _Parser(text.replace("\r\n", "\n").split("\n"), name, texts, scheme)
    parser.parse()
    refuse(parser.findings)
    return parser.tasks()


class _Parser:
    """Reads a sheet line by line and keeps every error."""

    def __init__(self, lines: Sequence[str], name: str, texts: Texts, scheme: Scheme) -> None:
        # All lines are read before any error is told: a sheet is mended in one go.
        self.findings: list[Finding] = []
        self._lines, self._name, self._texts, self._scheme = lines, name, texts, scheme
        self._number = 0
        self._article: str | None = None
        self._by_ordinal: dict[str, Sentence] = {}
        self._article_choices: dict[str, tuple[str, ...]] = {}
        self._choices: dict[str, dict[str, tuple[str, ...]]] = {}
        self._sentence: Sentence | None = None
        # By layer, the end of the last span of the sentence: the next quote is searched from it.
        self._ends: dict[str, int] = {}
        self._spans: dict[str, SpanReading] = {}
        self._handles: dict[str, str] = {}
        # What stood behind the labels of span lines that were refused: handles, perhaps.
        self._refused: set[str] = set()
        # A line may name handles that are given below it, so roles are read at the end.
        self._events: list[_Event] = []
        self._roles: dict[records.RoleReading, None] = {}
        self._article_fields = {
            field.name: field
            for field in scheme.of("spans")
            if field.scope == "task" and field.kind == "choice"
        }

    def parse(self) -> None:
        """Read all lines, then what refers across lines."""
        for number, line in enumerate(self._lines, start=1):
            self._number = number
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            words = split_words(line)
            if words is None:
                allowed = 'quotes that close, with \\" inside them'
                self._error("", line.strip(), allowed, "close or escape the quote mark")
            elif words:
                self._read_line(words, indented=line[0].isspace())
        if self._article is not None:
            for event in self._events:
                self._link(event)
            self._find_gaps(self._article)
        elif not self.findings:
            self._missing("", "article", "no article line", "article <article_id>")

    def tasks(self) -> tuple[TaskReading, ...]:
        """Return the tasks of a sheet without errors."""
        article = str(self._article)
        text, digest = self._texts.texts[article], self._texts.digest(article)
        spans = records.spans_in_order(self._spans.values())
        roles = records.roles_in_order(self._roles, spans, self._scheme["role"].names)
        sentences = (
            TaskReading(
                *("stance", row.sentence_id, article, row.sentence_id, row.start, row.end, digest),
                (AnnotationReading(choices=self._choices[row.sentence_id]),),
            )
            for row in self._texts.sentences[article]
            if row.scored
        )
        annotation = AnnotationReading(
            choices=self._article_choices, spans=tuple(spans), roles=tuple(roles)
        )
        whole = TaskReading("spans", article, article, None, 0, len(text), digest, (annotation,))
        return (*sentences, whole)

    def _read_line(self, words: list[Word], *, indented: bool) -> None:
        first = words[0].text
        if first == "article" and not indented:
            self._read_article(" ".join(word.text for word in words[1:]))
        elif self._article is None:
            # Told once: every line of such a sheet would be an error.
            if not self.findings:
                self._error("article", first, "article <article_id>", "begin with it")
        elif indented:
            self._read_span(words)
        elif first in self._article_fields:
            self._read_article_choice(first, [word.text for word in words])
        else:
            self._read_sentence(first, words[1:])

    def _read_article(self, article_id: str) -> None:
        known = sorted(self._texts.sentences)
        if self._article is not None:
            self._error("article", article_id, "one article a sheet", "make two sheets of it")
        elif article_id not in known:
            allowed = f"one of {', '.join(known)}"
            self._error("article", article_id, allowed, nearest(article_id, known))
        else:
            self._article = article_id
            rows = self._texts.sentences[article_id]
            self._by_ordinal = {row.sentence_id.rpartition("#")[2]: row for row in rows}

    def _read_article_choice(self, field: str, words: list[str]) -> None:
        if field in self._article_choices:
            self._error(field, field, "one such line", "delete one")
        elif len(words) != 2:
            self._error(field, " ".join(words), f"{field} and one label", "correct it")
        elif label := self._label(field, words[1]):
            self._article_choices[field] = (label,)

    def _read_sentence(self, ordinal: str, words: list[Word]) -> None:
        self._sentence = sentence = self._by_ordinal.get(ordinal)
        self._ends = {}
        if sentence is None:
            last = max(self._by_ordinal)
            allowed = f"a sentence line, ordinals 001 to {last}, or an indented span line"
            self._error("sentence", ordinal, allowed, "correct the line's beginning")
        elif not sentence.scored:
            value = f"{ordinal}, which is boilerplate"
            fix = "delete the line: boilerplate is never labelled"
            self._error("sentence", value, "a scored sentence", fix)
        elif sentence.sentence_id in self._choices:
            self._error("sentence", ordinal, "each sentence once", "delete one of the lines")
        else:
            self._choices[sentence.sentence_id] = self._sentence_choices(words)

    def _sentence_choices(self, line: list[Word]) -> dict[str, tuple[str, ...]]:
        remarks = self._read_remarks(line)
        words = [word.text for word in line if not _is_remark(word)]
        if len(words) < 2:
            value = " ".join(words) or "the ordinal alone"
            # Grounds and remarks need not be there.
            missing = "stance and holder" if not words else "holder"
            allowed = "ordinal, stance, holder, then grounds where there are any"
            self._error(missing, value, allowed, f"add the {missing}")
            return {}
        stance, holder = self._label("stance", words[0]), self._label("holder", words[1])
        grounds = [self._label("grounds", word) for word in words[2:]]
        if len(set(words[2:])) != len(words[2:]):
            self._error("grounds", " ".join(words[2:]), "each once", "delete the second")
        if stance is None or holder is None or None in grounds:
            return {}
        for error in grounds_errors(self._scheme.contest, stance, words[2:]):
            self._error(*error)
        ordered = tuple(name for name in self._scheme["grounds"].names if name in grounds)
        choices = {"stance": (stance,), "grounds": ordered, "holder": (holder,)} | remarks
        return {field: labels for field, labels in choices.items() if labels}

    def _read_remarks(self, words: list[Word]) -> dict[str, tuple[str, ...]]:
        """Read what an annotator says about the labels of a sentence line."""
        given: dict[str, tuple[str, ...]] = {}
        for word in filter(_is_remark, words):
            name, _, label = (word.key, "=", word.text) if word.key else word.text.partition("=")
            if name not in REMARKS:
                self._error(
                    "sentence", name, f"one of {', '.join(REMARKS)}", nearest(name, REMARKS)
                )
            elif name in given or not label.strip():
                self._error(name, label, "each answer once, and not empty", "delete it")
            elif self._scheme[name].kind == "text" or self._label(name, label):
                given[name] = (label.strip(),)
        return {name: given[name] for name in REMARKS if name in given}

    def _read_span(self, words: list[Word]) -> None:
        if self._sentence is None:
            # Below a wrong sentence line spans are not read: that line has its finding.
            if not self._choices:
                self._error("", words[0].text, "a sentence line first", "add it above")
            return
        layers = {name: key for key in ("actor", "event") for name in self._scheme[key].names}
        label, layer = words[0].text, layers.get(words[0].text)
        if layer is None:
            fix = nearest(label, list(layers))
            self._error("label", label, f"one of {', '.join(layers)}", fix)
            self._refused.update(word.text for word in words[2:] if not word.quoted)
        elif len(words) < 2 or not words[1].quoted or any(word.key for word in words):
            value = " ".join(word.text for word in words)
            allowed = 'a label and the words in straight quotes, "so"'
            self._error(layer, value, allowed, 'quote the words with "')
            self._refused.update(word.text for word in words[1:] if not word.quoted)
        else:
            rest = [word.text for word in words[2:]]
            place = self._find(self._sentence, layer, words[1].text, self._nth(layer, rest))
            self._add_span(layer, label, place, rest)

    def _add_span(
        self, layer: str, label: str, place: tuple[int, int] | None, rest: list[str]
    ) -> None:
        """Keep a span with what stands behind its quote; read that even without a place."""
        start, end = place or (0, 0)
        region = records.region_id(records.span_id(str(self._article), layer, start, end))
        mode = None
        if layer == "actor":
            self._read_handle(rest, region)
        else:
            mode = self._scheme["mode"].default
            if rest and "=" not in rest[0]:
                mode = self._label("mode", rest.pop(0))
            self._events.append(_Event(self._number, region, tuple(self._read_links(rest))))
        for word in rest:
            allowed = "a handle" if layer == "actor" else "a mode, agent=... or recipient=..."
            self._error(layer, word, f"behind the quote only {allowed}", "delete it")
        if place is not None:
            text = self._texts.texts[str(self._article)][start:end]
            self._spans[region] = SpanReading(region, layer, start, end, text, label, mode)
            self._ends[layer] = end

    def _read_handle(self, rest: list[str], region: str) -> None:
        if not rest:
            return
        handle = rest.pop(0)
        if not _HANDLE.fullmatch(handle):
            allowed = "a handle: a letter, then letters, digits, - or _"
            self._error("actor", handle, allowed, "name it a1, a2 and so on")
        elif handle in self._handles:
            self._error("actor", handle, "each handle once an article", "rename one")
        else:
            self._handles[handle] = region

    def _read_links(self, rest: list[str]) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        while rest and "=" in rest[0]:
            key, _, value = rest.pop(0).partition("=")
            role, handles = self._label("role", key), value.split(",")
            if role in seen or "" in handles or len(set(handles)) != len(handles):
                allowed = "each role once, with distinct handles and commas without blanks between"
                self._error("role", f"{key}={value}", allowed, "write agent=a1,a2")
            elif role is not None:
                seen.add(role)
                yield from ((role, handle) for handle in handles)

    def _nth(self, layer: str, rest: list[str]) -> int:
        """Take ``#n`` from the words behind a quote."""
        if not rest or not rest[0].startswith("#"):
            return 1
        word = rest.pop(0)
        if word[1:].isdecimal() and word.isascii() and int(word[1:]) > 0:
            return int(word[1:])
        self._error(layer, word, "#1, #2 and so on", "correct the number")
        return 1

    def _find(self, sentence: Sentence, layer: str, quote: str, nth: int) -> tuple[int, int] | None:
        begin = self._ends.get(layer, sentence.start)
        places = occurrences(self._texts, sentence, quote)
        after = [place for place in places if place[0] >= begin]
        if len(after) >= nth:
            return after[nth - 1]
        text = self._texts.texts[sentence.article_id]
        if after:
            fix = f"it stands there {counted(len(after), 'time')} only: lower #{nth}"
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
        self._error(layer, quote, allowed, fix)
        return None

    def _link(self, event: _Event) -> None:
        self._number = event.line
        known = sorted(self._handles)
        for role, handle in event.links:
            if handle in self._handles:
                self._roles[records.RoleReading(role, event.region, self._handles[handle])] = None
            # That of an actor whose own line was refused is there once the line is mended.
            elif handle not in self._refused:
                allowed = f"one of {', '.join(known)}" if known else "a handle given to an actor"
                self._error(role, handle, allowed, nearest(handle, known))

    def _find_gaps(self, article: str) -> None:
        for name, field in self._article_fields.items():
            # A line with a wrong label has its own finding already.
            present = any(line.split()[:1] == [name] for line in self._lines)
            if field.required and not present:
                self._missing(article, name, "no such line", f"{name} <label>")
        rows = [row for row in self._texts.sentences[article] if row.scored]
        gaps = [row for row in rows if row.sentence_id not in self._choices]
        if len(gaps) > _MOST_GAPS:
            # Nobody fills in many lines one by one.
            allowed = f"a line for each of the {len(rows)} sentences that are labelled"
            numbers = ", ".join(row.sentence_id.rpartition("#")[2] for row in gaps[:_MOST_GAPS])
            fix = f"begin with a whole sheet: `usiran annotate sheet {article} > sheet.txt`"
            value = f"no line for {len(gaps)} sentences: {numbers} and so on"
            self.findings.append(Finding(self._name, article, "sentence", value, allowed, fix))
            return
        for row in gaps:
            wanted = f"a line for '{shorten(self._texts.text_of(row), 60)}'"
            self._missing(row.sentence_id, "sentence", "no line", wanted)

    def _label(self, field: str, word: str) -> str | None:
        names = self._scheme[field].names
        if word in names:
            return word
        self._error(field, word, f"one of {', '.join(names)}", nearest(word, names))
        return None

    def _error(self, column: str, value: str, allowed: str, fix: str) -> None:
        # Padded, so that findings sort as the lines do.
        record = f"line {self._number:>{len(str(len(self._lines)))}}"
        self.findings.append(Finding(self._name, record, column, value, allowed, fix))

    def _missing(self, record: str, column: str, value: str, wanted: str) -> None:
        self.findings.append(Finding(self._name, record, column, value, wanted, "add it"))
