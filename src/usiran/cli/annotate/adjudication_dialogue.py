"""The adjudication in the terminal: one question after another, each decision saved at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from usiran.annotation.adjudication import sheet as sheets
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.question_labels import Labels, Question
from usiran.annotation.adjudication.questions import Decision
from usiran.cli.output import say, show, show_json
from usiran.cli.session import holding
from usiran.errors import InputError, counted

if TYPE_CHECKING:
    from usiran.annotation.server.client import Connection

_OPEN_THERE = (
    "open each task from the project's list: there all answers are shown (A, B, C). A task\n"
    "begins with one of them taken over: look at the others, correct it, submit. Then:\n"
    "usiran annotate adjudicate --pull --adjudicator ID > sheet.toml"
)
_PROMPT = "answer (number, letter or label; s skips, q quits)"


def show_open(
    adjudicator: Adjudicator,
    redo: Sequence[str],
    *,
    decided: bool,
    as_sheet: bool,
    as_json: bool,
) -> None:
    """Print what is open, and the questions of `redo`, as text, as a sheet or as JSON.

    With `decided` what an adjudicator decided is printed as well, in the order of the corpus.
    """
    questions = [adjudicator.question(id) for id in redo]
    questions += [question for question in adjudicator.state.open if question.id not in redo]
    if decided:
        shown = {question.id for question in questions}
        questions = [
            question
            for question in adjudicator.state.questions.values()
            if question.id in shown or adjudicator.decision_on(question)
        ]
    if as_json:
        show_json(sheets.as_json(adjudicator, questions))
        return
    write = sheets.as_sheet if as_sheet else sheets.as_text
    # A sheet goes to standard output alone, to be sent to a file; the rest is said beside it.
    show(write(adjudicator, questions), end="")
    for line in _remaining(adjudicator):
        say(line)


def through_studio(
    adjudicator: Adjudicator,
    by: str | None,
    *,
    push: bool,
    data: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Send what is open to Label Studio, or print a sheet with what was labelled there."""
    # Here, not above: deciding in the terminal needs no server, whose SDK is slow to import.
    from usiran.annotation.server import adjudication as adjudicate
    from usiran.cli.annotate.server import connect

    if by is None:
        message = "name who decides, as in annotators.csv"
        raise typer.BadParameter(message, param_hint="--adjudicator")
    connection = connect(adjudicator.corpus, data, url)
    if not push:
        _show_pulled(adjudicator, by, connection, as_json=as_json)
        return
    projects = adjudicate.push_open(adjudicator, connection, adjudicator_id=by)
    if as_json:
        show_json({"projects": [asdict(project) for project in projects]})
        return
    for project in projects:
        show(project.text(adjudicator.corpus.name_of(connection.data_dir.credentials)))
    say(_OPEN_THERE if projects else "nothing is open")


def _show_pulled(
    adjudicator: Adjudicator, by: str, connection: Connection, *, as_json: bool
) -> None:
    from usiran.annotation.server.adjudication import pull_answers

    pulled = pull_answers(adjudicator, connection, adjudicator_id=by)
    known = (pulled.questions, pulled.answers, pulled.reasons)
    if as_json:
        questions = sheets.as_json(adjudicator, *known)
        show_json({"questions": questions, "otherwise": pulled.otherwise})
    else:
        show(sheets.as_sheet(adjudicator, *known), end="")
    counts = f"{len(pulled.answers)} of {len(pulled.questions)} answered"
    missing = len(pulled.answers) - len(pulled.reasons)
    say(f"{counts}; fill in the {missing} missing reasons" if missing else counts)
    if pulled.otherwise:
        say(f"labelled otherwise than settled, left out: {', '.join(pulled.otherwise)}")
        say("to decide one of these too, name it with --list --as-sheet --redo ID")


def _remaining(adjudicator: Adjudicator) -> Iterator[str]:
    state = adjudicator.state
    resolved = state.resolved.values()
    decided = sum(one.decision is not None for one in resolved)
    alike = f"{len(resolved) - decided} answered alike by all"
    yield f"{len(state.open)} open, {decided} decided, {alike}"
    if waiting := state.waiting:
        yield f"roles come once the spans are decided: {', '.join(waiting)}"
    if stale := state.stale:
        yield f"{counted(len(stale), 'decision')} on labels that have changed since"


def decide(
    adjudicator: Adjudicator, by: str | None, *, sheet: Path | None, redo: Sequence[str]
) -> int:
    """Take decisions from a sheet or in the terminal; return how many were saved."""
    # Before the first question: nobody is to answer and then be refused.
    adjudicator.check_rounds()
    adjudicator.check_adjudicator(by or "")
    if sheet is None:
        return dialogue(adjudicator, by or "", redo)
    decisions, unchanged, empty = sheets.read_sheet(sheet, adjudicator, by=by or "", redo=redo)
    # Stored with the gold, if that is written: then both are one step.
    adjudicator.take(*decisions)
    if adjudicator.state.open:
        adjudicator.store_taken()
    stood = f"{unchanged} stood already, {empty} entries left empty"
    say(f"{counted(len(decisions), 'decision')} saved, {stood}")
    return len(decisions)


def finish(adjudicator: Adjudicator, saved: int, *, decided: bool, as_json: bool) -> None:
    """Write the gold where nothing is open; else say what is left, or refuse."""
    written = None
    # Somebody who has just decided a part is told how much is left; that is no error.
    if not (decided and adjudicator.state.open):
        written = adjudicator.write()
    if as_json:
        ids = [question.id for question in adjudicator.state.open]
        show_json({"saved": saved, "open": ids, "written": written and asdict(written)})
    elif written is not None:
        show(written)
        if adjudicator.corpus.manifest.gold_basis != "adjudicated":
            say('dataset/corpus.toml does not say gold_basis = "adjudicated" yet')
    else:
        for line in _remaining(adjudicator):
            say(line)
        say("the gold is written once nothing is open")


def dialogue(adjudicator: Adjudicator, by: str, redo: Sequence[str]) -> int:
    """Ask for decisions until nothing is open or the adjudicator quits; return how many."""
    again = list(redo)
    # Skipped for this run only: the question stays open.
    saved, skipped = 0, set[str]()
    while True:
        open_questions = [one for one in adjudicator.state.open if one.id not in skipped]
        if not again and not open_questions:
            return saved
        question = adjudicator.question(again.pop(0)) if again else open_questions[0]
        show(f"\n[{len(open_questions)} open] {question.id}")
        for line in sheets.shown(adjudicator, question, numbered=True):
            show(f"    {line}")
        try:
            decision = _ask(adjudicator, question, by, redo)
        except typer.Abort:
            say(f"\nstopped; {counted(saved, 'decision')} saved")
            raise typer.Exit(1) from None
        if decision == "q":
            return saved
        if decision == "s":
            skipped.add(question.id)
        elif isinstance(decision, Decision):
            with holding(adjudicator.corpus, wait=True):
                adjudicator.save(decision)
            saved += 1


def _ask(
    adjudicator: Adjudicator, question: Question, by: str, redo: Sequence[str]
) -> Decision | str | None:
    """Return a decision, None where it stands already, or the letter s or q."""
    while True:
        line = typer.prompt(_PROMPT).strip()
        if line in ("s", "q"):
            return str(line)
        try:
            labels = _labels(adjudicator, question, line)
            adjudicator.check_overlap(question, labels, file="answer")
            reason = typer.prompt("reason (such as 1.4: ...)")
            return adjudicator.decision(question, labels, reason=reason, by=by, redo=redo)
        except InputError as error:
            say(str(error))


def _labels(adjudicator: Adjudicator, question: Question, line: str) -> Labels:
    # A number stands for labels as they are shown, a letter for an annotator.
    options = [labels for _, labels in sheets.options(adjudicator, question)]
    if line.isascii() and line.isdecimal() and 1 <= int(line) <= len(options):
        labels = options[int(line) - 1]
        if labels is not None:
            return labels
    return adjudicator.read(question, line, file="answer")
