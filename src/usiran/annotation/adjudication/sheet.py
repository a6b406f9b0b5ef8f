"""Open questions for a reader, and the sheet on which they are decided in a text editor.

The sheet is TOML: one ``[[decisions]]`` a question with its context as comments above it, an
empty answer and an empty reason. An entry with an empty answer is left open.
"""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.question_labels import Labels, Question
from usiran.annotation.adjudication.questions import Decision
from usiran.corpus import read_toml
from usiran.errors import FileError, Finding, InputError, refuse, shorten
from usiran.hidden import plain_json
from usiran.schemas.names import NOTES
from usiran.text.quoting import one_line
from usiran.text.spans import overlaps

Answers = Mapping[str, str] | None  # by the question's id
WIDTH = 80

_HEAD = """\
# Decisions. For every entry fill in an answer and a reason; what stays empty
# stays open.
# answer: a letter (A takes over what A said), or a label as the lines show
# them, such as
#   {stance:<31}stance, then its grounds
#   'source'                       holder, article_stance
#   'MILITARY 4-13 "the guard"'    actor; offsets or quote or both; several
#                                  behind semicolons
#   'REQUEST "urged" future'       event; with its mode where that is not actual
#   'agent 4-13; recipient 20-25'  roles, by offsets or quotes of decided actors
#   'none'                         no span, no role
# Inside '...' a text may hold " but no '; '''...''' may hold both.
# reason: the rule that decides, such as 1.4, and why in a few words.
# Then: usiran annotate adjudicate --decide FILE --adjudicator ID
"""


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    seen: str
    answer: str = ""
    reason: str = ""


class _Sheet(msgspec.Struct, forbid_unknown_fields=True):
    decisions: list[_Entry] = []


class SheetDecisions(NamedTuple):
    """What a sheet brought: decisions to save, how many stood already, how many are empty."""

    decisions: tuple[Decision, ...]
    unchanged: int
    empty: int


def options(adjudicator: Adjudicator, question: Question) -> list[tuple[str, Labels | None]]:
    """Return the distinct labels, each with the letters that gave them, the commonest first."""
    letters: dict[Labels | None, list[str]] = {}
    for annotator, labels in question.labels.items():
        letters.setdefault(labels, []).append(adjudicator.letters[annotator])
    # Ties go by the labels: a sheet that is printed twice has one order.
    ranked = sorted(letters.items(), key=lambda option: (-len(option[1]), option[1]))
    return [(", ".join(names), labels) for labels, names in ranked]


def _context(adjudicator: Adjudicator, question: Question) -> list[str]:
    """Return what a question is about: its sentence, the place marked, and the neighbours."""
    texts = adjudicator.texts
    text, rows = texts.texts[question.article_id], texts.sentences[question.article_id]
    if question.layer == "article_stance":
        titles = [row for row in rows if row.zone == "title"] or rows[:1]
        return [f"{row.zone}: {one_line(texts.text_of(row))}" for row in titles]
    here = texts.holding(question.article_id, question.start, question.start + 1)
    if here is None:
        return [f"text: {one_line(text[question.start : question.end])}"]
    words = texts.text_of(here)
    if question.task[0] == "spans":
        before, after = text[here.start : question.start], text[question.end : here.end]
        words = f"{before}[[{text[question.start : question.end]}]]{after}"
    number = rows.index(here)
    lines = [
        *(f"before: {one_line(texts.text_of(row))}" for row in rows[max(0, number - 1) : number]),
        f"{here.zone}: {one_line(words)}",
        *(f"after: {one_line(texts.text_of(row))}" for row in rows[number + 1 : number + 2]),
    ]
    if question.layer == "role":
        # The decided actors of the event's sentence, or the three nearest to it.
        actors = [actor for actor in question.actors if here.start <= actor.start < here.end]
        by_distance = sorted(question.actors, key=lambda actor: abs(actor.start - question.start))
        shown = [
            f'{actor.start}-{actor.end} "{one_line(text[actor.start : actor.end])}"'
            for actor in actors or by_distance[:3]
        ]
        lines.append(f"actors: {'; '.join(shown) or 'none'}")
    return lines


def shown(adjudicator: Adjudicator, question: Question, *, numbered: bool = False) -> list[str]:
    """Return a question as lines: context, then each distinct answer with its letters."""
    lines = _context(adjudicator, question)
    for number, (letters, labels) in enumerate(options(adjudicator, question), start=1):
        head = f"{number}  {letters}" if numbered else letters
        lines.append(f"  {head}: {one_line(adjudicator.answer(question, labels))}")
    lines += [
        f"  note {letter}: {one_line(note)}" for letter, note in notes_on(adjudicator, question)
    ]
    decision, head = adjudicator.decision_on(question), "decided"
    if decision is None:
        stale = adjudicator.state.articles[question.article_id].stale
        decision, head = stale.get(question.id), "decided before the labels changed"
    if decision is not None:
        reason = f"({one_line(decision.reason)}, {decision.decided_by})"
        lines.append(f"{head}: {one_line(decision.answer)} {reason}")
    return [part for line in lines for part in _wrapped(line)]


def notes_on(adjudicator: Adjudicator, question: Question) -> list[tuple[str, str]]:
    """Return what annotators wrote on a question's task and place, with their letters."""
    project, unit = question.task
    notes = []
    for annotator, task in adjudicator.annotations.units(project).get(unit, {}).items():
        spans = task.annotation.of(question.layer)
        own = [span.note for span in spans if overlaps(span, question.place)]
        own.append(task.annotation.remarks.get(NOTES))
        notes += [(adjudicator.letters[annotator], note) for note in own if note]
    return notes


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    parts = textwrap.wrap(
        line, WIDTH - 4, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return parts or [""]


def as_text(adjudicator: Adjudicator, questions: Sequence[Question]) -> str:
    """Return questions for a reader."""
    parts = []
    for number, question in enumerate(questions, start=1):
        lines = [f"[{number}/{len(questions)}] {question.id}", *shown(adjudicator, question)]
        parts.append("\n    ".join(lines) + "\n")
    return "\n".join(parts)


def as_json(
    adjudicator: Adjudicator,
    questions: Iterable[Question],
    answers: Answers = None,
    reasons: Answers = None,
) -> list[dict[str, object]]:
    """Return questions as JSON objects, each with its answer and reason where they are known."""
    objects: list[dict[str, object]] = []
    for question in questions:
        by_letter = {
            adjudicator.letters[annotator]: labels
            if labels is None
            else adjudicator.answer(question, labels)
            for annotator, labels in question.labels.items()
        }
        names = ("id", "seen", "layer", "article_id", "unit_id", "start", "end")
        shown = {name: getattr(question, name) for name in names} | {"answers": by_letter}
        known = {"answer": answers, "reason": reasons}
        answer = {name: of.get(question.id) for name, of in known.items() if of is not None}
        if decision := adjudicator.decision_on(question):
            of_decision = ("answer", "reason", "decided_by", "decided_at")
            shown["decision"] = {name: getattr(decision, name) for name in of_decision}
        if notes := notes_on(adjudicator, question):
            shown["notes"] = dict(notes)
        objects.append(shown | answer)
    return objects


def as_sheet(
    adjudicator: Adjudicator,
    questions: Iterable[Question],
    answers: Answers = None,
    reasons: Answers = None,
) -> str:
    """Return the sheet to decide questions on, with the answers and reasons that are known."""
    entries = []
    for question in questions:
        answer, reason = ((known or {}).get(question.id, "") for known in (answers, reasons))
        lines = ["[[decisions]]", *(f"# {line}" for line in shown(adjudicator, question))]
        lines += [f'id = "{question.id}"', f'seen = "{question.seen}"']
        lines += [f"answer = {_quoted(answer)}", f"reason = {_quoted(reason)}"]
        entries.append("\n".join(lines) + "\n")
    first, second = adjudicator.scheme.contest.sides
    stance = f"'{first.stance} {first.favourable} {second.unfavourable}'"
    return "\n".join([_HEAD.format(stance=stance), *entries])


def _quoted(text: str) -> str:
    """Return a text for TOML: what a literal one cannot hold, one with escapes can."""
    literal = text.isprintable() and "'" not in text
    return f"'{text}'" if literal else plain_json(json.dumps(text, ensure_ascii=False))


def read_sheet(
    path: Path, adjudicator: Adjudicator, *, by: str, redo: Sequence[str] = ()
) -> SheetDecisions:
    """Read a filled sheet; nothing is saved yet."""
    name = adjudicator.corpus.name_of(path)
    adjudicator.check_adjudicator(by)
    entries = _entries(path, name)
    filled = [entry for entry in entries if entry.answer.strip()]
    # All entries are read before any is refused: a sheet is mended in one go.
    findings = [
        Finding(name, id, "id", f"{count} answers", "one answer", "delete all but one entry")
        for id, count in Counter(entry.id for entry in filled).items()
        if count > 1
    ]
    answered: list[tuple[_Entry, Question, Labels]] = []
    for entry in filled:
        with _collecting(findings, name, entry):
            answered.append((entry, *_answer(entry, adjudicator, name)))
    # Spans of one sheet may change places: each is checked together with all the others.
    pending = {question.id: labels for _, question, labels in answered}
    decisions: list[Decision | None] = []
    for entry, question, labels in answered:
        with _collecting(findings, name, entry):
            adjudicator.check_overlap(question, labels, file=name, pending=pending)
            decisions.append(
                adjudicator.decision(
                    question, labels, reason=entry.reason, by=by, redo=redo, file=name
                )
            )
    refuse(findings)
    new = tuple(decision for decision in decisions if decision is not None)
    return SheetDecisions(new, len(filled) - len(new), len(entries) - len(filled))


def _entries(path: Path, name: str) -> list[_Entry]:
    try:
        return msgspec.convert(read_toml(path), _Sheet).decisions
    except msgspec.ValidationError as error:
        allowed = "[[decisions]], each with id, seen, answer and reason as texts"
        raise FileError(name, shorten(error, 160), allowed, "correct the named key") from None


@contextmanager
def _collecting(findings: list[Finding], file: str, entry: _Entry) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        findings += [replace(found, file=file, record=entry.id) for found in error.findings]


def _answer(entry: _Entry, adjudicator: Adjudicator, name: str) -> tuple[Question, Labels]:
    question = adjudicator.question(entry.id)
    # A letter on an old sheet may stand for other labels by now.
    if entry.seen != question.seen:
        allowed = f"{question.seen}: the annotators' labels have changed"
        fix = "print the sheet again and decide on the present labels"
        raise InputError([Finding(name, entry.id, "seen", entry.seen, allowed, fix)])
    return question, adjudicator.read(question, entry.answer, file=name)
