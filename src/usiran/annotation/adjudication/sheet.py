"""Open questions for a reader, and the sheet on which they are decided in a text editor.

The sheet is TOML: one ``[[decisions]]`` a question with its context as comments above it, an
empty answer and an empty reason. An entry with an empty answer is left open.
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import regex

from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Answer, Question
from usiran.annotation.adjudication.questions import Decision
from usiran.corpus import read_toml
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.text.articles import Sentence
from usiran.text.quoting import one_line

WIDTH = 100
_CONTROL = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]")

HEAD = """\
# Decisions. For every entry fill in an answer and a reason; what stays empty stays open.
# answer: a letter (A takes over what A said), or a label as the lines show them, such as
#   'pro-US us+ iran-'                  stance, then its grounds
#   'source'                            holder, article_stance
#   'MILITARY 4-13 "US patrol"'         actor; several behind semicolons; offsets or quote or both
#   'REQUEST "urged" future'            event; with its mode where that is not actual
#   'agent 4-13; recipient 20-25'       roles, by the offsets or quotes of decided actors
#   'none'                              no span, no role
# Inside '...' a text may hold " but no '; '''...''' may hold both.
# reason: the rule that decides, such as S4, and why in a few words.
# Then: usiran annotate adjudicate --decide FILE --adjudicator ID
"""


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    seen: str
    answer: str = ""
    reason: str = ""


class _Sheet(msgspec.Struct, forbid_unknown_fields=True):
    decisions: list[_Entry] = []


@dataclass(frozen=True)
class Taken:
    """What a sheet brought: decisions to save, how many stood already, how many are empty."""

    decisions: tuple[Decision, ...]
    unchanged: int
    empty: int


def options(adjudicator: Adjudicator, question: Question) -> list[tuple[str, Answer | None]]:
    """Return the distinct answers, each with the letters that gave it, the commonest first."""
    given: dict[Answer | None, list[str]] = {}
    for who, answer in question.answers.items():
        given.setdefault(answer, []).append(adjudicator.letters[who])
    ranked = sorted(given.items(), key=lambda one: (-len(one[1]), one[1]))
    return [(", ".join(letters), answer) for answer, letters in ranked]


def context(adjudicator: Adjudicator, question: Question) -> list[str]:
    """Return what a question is about: its sentence, the place marked, and the neighbours."""
    texts = adjudicator.texts
    if question.layer == "article_stance":
        rows = [row for row in texts.sentences[question.article_id] if row.zone == "title"]
        titles = rows or texts.sentences[question.article_id][:1]
        return [f"{row.zone}: {_line(texts.text_of(row))}" for row in titles]
    rows = list(texts.sentences[question.article_id])
    here = texts.holding(question.article_id, question.start, question.start + 1)
    if here is None:
        return [f"text: {_line(texts.texts[question.article_id][question.start : question.end])}"]
    number = rows.index(here)
    lines = [f"before: {_line(texts.text_of(row))}" for row in rows[max(0, number - 1) : number]]
    lines.append(f"{here.zone}: {_line(_marked(adjudicator, question, here))}")
    lines += [f"after: {_line(texts.text_of(row))}" for row in rows[number + 1 : number + 2]]
    return lines + (_actors(adjudicator, question, here) if question.layer == "role" else [])


def _marked(adjudicator: Adjudicator, question: Question, sentence: Sentence) -> str:
    """Return the sentence's text, with the place in double brackets for spans and roles."""
    text = adjudicator.texts.texts[question.article_id]
    if question.layer not in (*SPAN_LAYERS, "role"):
        return text[sentence.start : sentence.end]
    end = max(question.end, sentence.end)
    before, after = text[sentence.start : question.start], text[question.end : end]
    return f"{before}[[{text[question.start : question.end]}]]{after}"


def _actors(adjudicator: Adjudicator, question: Question, sentence: Sentence) -> list[str]:
    """Return the decided actors of the event's sentence, or the three nearest to it."""
    text = adjudicator.texts.texts[question.article_id]
    near = [one for one in question.actors if sentence.start <= one.start < sentence.end]
    if not near:
        near = sorted(question.actors, key=lambda one: abs(one.start - question.start))[:3]
    told = [f'{one.start}-{one.end} "{_line(text[one.start : one.end])}"' for one in near]
    return [f"actors: {'; '.join(told) or 'none'}"]


def _line(text: str) -> str:
    # A comment of TOML, and a line on a terminal, may hold no control characters.
    return _CONTROL.sub("\N{MIDDLE DOT}", one_line(text))


def shown(adjudicator: Adjudicator, question: Question, *, numbered: bool = False) -> list[str]:
    """Return a question as lines: context, then each distinct answer with its letters."""
    lines = context(adjudicator, question)
    for number, (letters, answer) in enumerate(options(adjudicator, question), start=1):
        head = f"{number}  {letters}" if numbered else letters
        lines.append(f"  {head}: {_line(adjudicator.tell(question, answer))}")
    old = adjudicator.standing(question)
    stale = adjudicator.state.stale.get(question.id)
    if old is not None:
        lines.append(f"decided: {_line(old.answer)} ({_line(old.reason)}, {old.decided_by})")
    elif stale is not None:
        told = f"{_line(stale.answer)} ({_line(stale.reason)}, {stale.decided_by})"
        lines.append(f"decided before the labels changed: {told}")
    return [part for line in lines for part in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(
        line, WIDTH - 4, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False, drop_whitespace=True,
    ) or [""]  # fmt: skip


def as_text(adjudicator: Adjudicator, questions: Sequence[Question]) -> str:
    """Return questions for a reader."""
    lines: list[str] = []
    for number, question in enumerate(questions, start=1):
        lines.append(f"[{number}/{len(questions)}] {question.id}")
        lines += [f"    {line}" for line in shown(adjudicator, question)]
        lines.append("")
    return "\n".join(lines)


def as_json(
    adjudicator: Adjudicator,
    questions: Iterable[Question],
    answers: Mapping[str, str] | None = None,
) -> list[dict[str, object]]:
    """Return questions as JSON objects, with an answer where there is one in `answers`."""
    told: list[dict[str, object]] = [
        {
            "id": question.id,
            "seen": question.seen,
            "layer": question.layer,
            "article_id": question.article_id,
            "unit_id": question.unit_id,
            "start": question.start,
            "end": question.end,
            "answers": {
                adjudicator.letters[who]: None if a is None else adjudicator.tell(question, a)
                for who, a in question.answers.items()
            },
        }
        for question in questions
    ]
    return told if answers is None else [{**q, "answer": answers.get(str(q["id"]))} for q in told]


def as_sheet(
    adjudicator: Adjudicator,
    questions: Iterable[Question],
    answers: Mapping[str, str] | None = None,
) -> str:
    """Return the sheet to decide questions on, with the answers that are known filled in.

    Reasons are always left to be filled in.
    """
    known = answers or {}
    entries = (_entry(adjudicator, one, known.get(one.id, "")) for one in questions)
    return "\n".join([HEAD, *entries])


def _entry(adjudicator: Adjudicator, question: Question, answer: str) -> str:
    # What a literal text of TOML cannot hold, one with escapes can.
    told = json.dumps(answer, ensure_ascii=False) if "'" in answer else f"'{answer}'"
    lines = ["[[decisions]]", *(f"# {line}" for line in shown(adjudicator, question))]
    lines += [f'id = "{question.id}"', f'seen = "{question.seen}"']
    return "\n".join([*lines, f"answer = {told}", "reason = ''"]) + "\n"


def read_sheet(path: Path, adjudicator: Adjudicator, *, by: str, redo: Sequence[str] = ()) -> Taken:
    """Read a filled sheet; nothing is saved yet.

    Raises
    ------
    FileError
        It is not TOML, or a key is missing, unknown or of the wrong type.
    InputError
        With every fault of the entries: an unknown id, labels that have changed since the
        sheet was printed, an answer that is none, a missing reason, another decision that
        stands.
    """
    name = adjudicator.corpus.name_of(path)
    adjudicator.check_adjudicator(by)
    try:
        sheet = msgspec.convert(read_toml(path), _Sheet)
    except msgspec.ValidationError as error:
        allowed = "[[decisions]], each with id, seen, answer and reason as texts"
        raise FileError(name, shorten(error, 160), allowed, "correct the named key") from None
    filled = [entry for entry in sheet.decisions if entry.answer.strip()]
    reader = _SheetReader(adjudicator, name, by, redo)
    decisions = reader.read(filled)
    if reader.findings:
        raise InputError(reader.findings)
    return Taken(decisions, len(filled) - len(decisions), len(sheet.decisions) - len(filled))


class _SheetReader:
    """Reads the entries of a sheet and keeps every fault."""

    def __init__(self, adjudicator: Adjudicator, name: str, by: str, redo: Sequence[str]) -> None:
        self.findings: list[Finding] = []
        self._adjudicator, self._name, self._by, self._redo = adjudicator, name, by, redo

    def read(self, entries: Sequence[_Entry]) -> tuple[Decision, ...]:
        """Return the decisions that are new: each is checked together with all the others."""
        self._refuse_twice(entries)
        answered = [(entry, *read) for entry in entries if (read := self._answer(entry))]
        pending = {question.id: answer for _, question, answer in answered}
        decided = [self._decision(*one, pending) for one in answered]
        return tuple(one for one in decided if one is not None)

    def _answer(self, entry: _Entry) -> tuple[Question, Answer] | None:
        adjudicator = self._adjudicator
        try:
            question = adjudicator.question(entry.id)
            if entry.seen == question.seen:
                return question, adjudicator.read(question, entry.answer, file=self._name)
        except InputError as error:
            self._keep(entry, error)
            return None
        allowed = f"{question.seen}: the annotators' labels have changed"
        fix = "print the sheet again and decide on the present labels"
        self.findings.append(Finding(self._name, entry.id, "seen", entry.seen, allowed, fix))
        return None

    def _decision(
        self, entry: _Entry, question: Question, answer: Answer, pending: Mapping[str, Answer]
    ) -> Decision | None:
        adjudicator, name = self._adjudicator, self._name
        try:
            adjudicator.check_overlap(question, answer, file=name, pending=pending)
            return adjudicator.decision(
                question, answer, reason=entry.reason, by=self._by, redo=self._redo, file=name
            )
        except InputError as error:
            self._keep(entry, error)
            return None

    def _keep(self, entry: _Entry, error: InputError) -> None:
        self.findings += [
            Finding(self._name, entry.id, *_rest(finding)) for finding in error.findings
        ]

    def _refuse_twice(self, entries: Iterable[_Entry]) -> None:
        for id, count in Counter(entry.id for entry in entries).items():
            if count > 1:
                found = f"{count} answers"
                fix = "delete all but one entry"
                self.findings.append(Finding(self._name, id, "id", found, "one answer", fix))


def _rest(finding: Finding) -> tuple[str, str, str, str]:
    return finding.column, finding.value, finding.allowed, finding.fix
