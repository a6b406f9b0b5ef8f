"""Adjudication: from the annotators' labels, by decisions with reasons, to the gold.

`Adjudicator` knows what is open, takes decisions one by one, each saved before the next, and
writes the gold once nothing is open. What all annotators agree on is adopted as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from usiran.annotation.adjudication.decisions import append, ledger_file, read_ledger
from usiran.annotation.adjudication.gold_export import DecisionRow, decision_rows, gold_tasks
from usiran.annotation.adjudication.question_labels import (
    SPAN_LAYERS,
    Answer,
    Question,
    letters_of,
    parse,
    tell,
)
from usiran.annotation.adjudication.questions import Decision, State, place_question, settle
from usiran.annotation.annotator_labels import AnnotatorLabels, read_rounds
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.io.atomic import holds, replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.label_studio.annotation_records import TaskReading
from usiran.label_studio.check import check_task
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.schemas.votes import Decisions, Votes
from usiran.text.articles import Texts, read_texts
from usiran.text.spans import overlaps
from usiran.validation.votes import count_votes, vote_rows

_SHOWN = 3


@dataclass(frozen=True)
class Written:
    """What the adjudication wrote as gold.

    Parameters
    ----------
    files : tuple of str
        Relative to the corpus.
    questions, decided : int
        How many questions there were, and how many of them were decided; all others were
        answered alike by everybody.
    rows, overruled : int
        Rows of decisions.csv, and those that overrule a majority.
    dangling : tuple of str
        Spans that actor_links.csv names and the gold no longer has.
    """

    files: tuple[str, ...]
    questions: int
    decided: int
    rows: int
    overruled: int
    dangling: tuple[str, ...]


class Adjudicator:
    """The adjudication of a corpus.

    Parameters
    ----------
    corpus : Corpus
        Whose gold.
    rounds : sequence of str, optional
        The rounds to compare (default: ``gold_rounds`` of corpus.toml, which alone can
        become gold).

    Raises
    ------
    UsiranError
        A submission cannot be read or has faults, or there are fewer than two annotators.
    """

    def __init__(self, corpus: Corpus, rounds: Sequence[str] | None = None) -> None:
        self.corpus = corpus
        self.rounds = tuple(rounds or corpus.manifest.gold_rounds)
        self.scheme: Scheme = read_scheme(corpus.labels)
        self.texts: Texts = read_texts(corpus)
        self.annotations: AnnotatorLabels = read_rounds(
            corpus, self.rounds, scheme=self.scheme, texts=self.texts
        )
        if len(self.annotations.annotators) < 2:
            found = f"labels of {', '.join(self.annotations.annotators) or 'nobody'} alone"
            fix = "take in more annotations, or make one pass the gold with `usiran annotate adopt`"
            allowed = "labels of two annotators or more"
            raise InputError([Finding(self.annotations.source, "", "", found, allowed, fix)])
        self._settle()

    def _settle(self) -> None:
        self.history: list[Decision] = read_ledger(self.corpus)
        self.state: State = settle(
            self.annotations, self._last(), scheme=self.scheme, texts=self.texts
        )

    def _last(self) -> dict[str, Decision]:
        return {one.id: one for one in self.history}

    @property
    def letters(self) -> dict[str, str]:
        """From annotator to the letter it is shown as."""
        return letters_of(self.annotations.annotators)

    def question(self, id: str) -> Question:
        """Return a question by its id, also one that all agree on, or an unmarked place.

        Raises
        ------
        InputError
            There is no such question.
        """
        found = place_question(self.annotations, self.state, id, self.texts)
        if found is None:
            layer, _, unit = id.partition("/")
            near = [one for one in self.state.questions if one.startswith(id.partition("@")[0])]
            shown = ", ".join(near[:_SHOWN]) + (" and so on" if len(near) > _SHOWN else "")
            waits = layer == "role" and unit.partition("@")[0] in self.state.waiting
            fix = "roles come once the article's spans are decided" if waits else "use such an id"
            allowed = shown or "an id that `usiran annotate adjudicate --list` shows"
            raise InputError([Finding(self.annotations.source, id, "id", id, allowed, fix)])
        return found

    def tell(self, question: Question, answer: Answer | None) -> str:
        """Return an answer as one line."""
        return tell(question, answer, self.texts, self.scheme)

    def standing(self, question: Question) -> Decision | None:
        """Return the decision that answers a question, if there is one."""
        settled = self.state.settled.get(question.id)
        return settled.decision if settled else None

    def read(self, question: Question, line: str, *, file: str) -> Answer:
        """Return the answer that a line gives: an annotator's letter, or a label.

        Raises
        ------
        InputError
            It is no answer to the question.
        """
        line = line.strip()
        by_letter = {letter: who for who, letter in self.letters.items()}
        if line not in by_letter:
            return parse(question, line, texts=self.texts, scheme=self.scheme, file=file)
        answer = question.answers.get(by_letter[line])
        if answer is None:
            found = f"{line}, who gave no answer"
            raise _refused(file, question.id, "answer", found, "an answer", "give a label")
        return answer

    def check_overlap(
        self,
        question: Question,
        answer: Answer,
        *,
        file: str,
        pending: Mapping[str, Answer] | None = None,
    ) -> None:
        """Refuse spans over those of another place, as it is settled or about to be.

        Parameters
        ----------
        question, answer, file
            What is decided, and how the finding calls its source.
        pending : mapping, optional
            Answers by id that will be saved together with this one.
        """
        if question.layer not in SPAN_LAYERS:
            return
        spans = {one.question.id: one.answer for one in self.state.settled.values()}
        for id, theirs in (spans | dict(pending or {})).items():
            if id == question.id or not id.startswith(f"{question.layer}/{question.article_id}@"):
                continue
            for one, item in ((o, i) for o in theirs for i in answer if overlaps(o, i)):
                found = f"{item.start}-{item.end}, over {one.start}-{one.end}"
                fix = f"first decide {id} as none (with --redo if it is settled)"
                allowed = f"{question.layer} spans side by side"
                raise _refused(file, question.id, "answer", found, allowed, fix)

    def decision(
        self,
        question: Question,
        answer: Answer,
        *,
        reason: str,
        by: str,
        redo: Collection[str] = (),
        file: str = "the decision",
        now: datetime | None = None,
    ) -> Decision | None:
        """Return a checked decision, not yet saved; None where it stands already.

        Raises
        ------
        InputError
            There is no reason, the adjudicator is unknown, or the question has another
            decision and is not in `redo`.
        """
        reason = " ".join(reason.split())
        self.check_adjudicator(by)
        if not reason:
            fix = "say which rule decides, such as S4"
            raise _refused(file, question.id, "reason", "", "a reason for every decision", fix)
        line = self.tell(question, answer)
        old = self.standing(question)
        if old is not None:
            if (old.answer, old.reason, old.decided_by) == (line, reason, by):
                return None
            if question.id not in redo:
                found = f"{line} ({reason})"
                allowed = f"the decision that stands: {old.answer} ({old.reason}, {old.decided_by})"
                fix = f"keep it, or decide again with --redo {question.id}"
                raise _refused(file, question.id, "answer", found, allowed, fix)
        at = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Decision(question.id, question.seen, line, reason, by, at)

    def save(self, *decisions: Decision) -> None:
        """Add decisions to the ledger and settle again; roles may come up by it."""
        if decisions:
            append(self.corpus, decisions)
            self._settle()

    def check_adjudicator(self, by: str) -> None:
        """Refuse an adjudicator who does not stand in annotators.csv."""
        path = self.corpus.annotation / "annotators.csv"
        known = self._column(path, "annotator_id")
        if by not in known:
            allowed = f"one of {', '.join(known)}"
            fix = f"add a row for {by or 'the adjudicator'} to {self.corpus.name_of(path)}"
            raise _refused("--adjudicator", "", "", by, allowed, fix)

    def check_rounds(self) -> None:
        """Refuse to decide on other rounds than those that the gold rests on."""
        wanted = self.corpus.manifest.gold_rounds
        if self.rounds != wanted:
            fix = "set gold_rounds in dataset/corpus.toml to the rounds that become gold"
            allowed = f"the gold rounds: {', '.join(wanted)}"
            raise _refused("--round", "", "", ", ".join(self.rounds), allowed, fix)

    def write(self) -> Written:
        """Write the gold exports, votes.csv and decisions.csv, all of them or none.

        Raises
        ------
        FileError
            A file cannot be written; the old ones are in place.
        InputError
            A question is open, a unit has no labels, decisions.csv has decisions that the
            ledger does not, or what was decided breaks a rule; nothing is written.
        """
        self._refuse_foreign()
        tasks, rows, files = self._made()
        replace_files(files, self.corpus.swap)
        return Written(
            files=tuple(self.corpus.name_of(path) for path in files),
            questions=len(self.state.questions),
            decided=sum(one.decision is not None for one in self.state.settled.values()),
            rows=len(rows),
            overruled=sum(row.overrules == "true" for row in rows),
            dangling=self._dangling(tasks),
        )

    def drift(self) -> list[Finding]:
        """Find gold files that are not what labels and decisions give.

        Raises
        ------
        InputError
            The gold cannot be made: see `write`.
        """
        _, _, files = self._made()
        return [
            Finding(
                self.corpus.name_of(path), "", "",
                "another content" if path.is_file() else "no file",
                "what the submissions and the ledger give",
                "run `usiran annotate adjudicate`",
            )
            for path, content in files.items()
            if not holds(path, content)
        ]  # fmt: skip

    def _made(self) -> tuple[list[TaskReading], list[DecisionRow], dict[Path, bytes]]:
        """Return the gold's tasks, the decisions' rows and all files, checked."""
        self.check_rounds()
        self._refuse_unfinished()
        votes = count_votes(self.annotations.rows, self.rounds)
        rows = decision_rows(self.state, self.annotations, votes)
        tasks = gold_tasks(self.state, self.annotations, self.texts)
        scheme, texts, file = self.scheme, self.texts, "the decided gold"
        _refuse(f for one in tasks for f in check_task(one, scheme=scheme, texts=texts, file=file))
        told = [row._asdict() for row in rows]
        files = {
            "stance.json": export_bytes(_of(tasks, "stance"), scheme),
            "spans.json": export_bytes(_of(tasks, "spans"), scheme),
            "votes.csv": csv_bytes(vote_rows(votes), list(Votes.to_schema().columns)),
            "decisions.csv": csv_bytes(told, list(Decisions.to_schema().columns)),
        }
        return tasks, rows, {self.corpus.gold / name: content for name, content in files.items()}

    def _refuse_unfinished(self) -> None:
        if self.state.open:
            ids = [question.id for question in self.state.open]
            more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
            found = f"{len(ids)} open: {', '.join(ids[:_SHOWN])}{more}"
            fix = "decide them; `usiran annotate adjudicate --list` shows them"
            raise _refused(self.annotations.source, "", "", found, "nothing open", fix)
        if self.state.unlabelled:
            allowed = f"labels of every scored sentence and article in {self.annotations.source}"
            fix = "label it, or add the round that has it to gold_rounds"
            _refuse(
                Finding("annotation/submissions", unit, "", "", allowed, fix)
                for unit in self.state.unlabelled
            )

    def _refuse_foreign(self) -> None:
        """Keep decisions that were not made here: they would be lost."""
        path = self.corpus.gold / "decisions.csv"
        if not path.exists():
            return
        made = {(one.decided_by, one.decided_at) for one in self.history}
        name, ledger = self.corpus.name_of(path), self.corpus.name_of(ledger_file(self.corpus))
        _refuse(
            Finding(
                name, f"{row.get('layer')} {row.get('unit_id')}", "", str(row.get("reason")),
                f"decisions of {ledger}", "decide it here too (--redo ID), then delete the row",
            )
            for row in read_rows(path, name=name)
            if (row.get("decided_by"), row.get("decided_at")) not in made
        )  # fmt: skip

    def _dangling(self, tasks: Iterable[TaskReading]) -> tuple[str, ...]:
        path = self.corpus.annotation / "actor_links.csv"
        linked = self._column(path, "span_id") if path.exists() else []
        there = {
            f"{task.article_id}@actor:{span.start}-{span.end}"
            for task in tasks
            for span in task.annotation.spans
            if span.layer == "actor"
        }
        return tuple(span for span in linked if span not in there)

    def _column(self, path: Path, column: str) -> list[str]:
        rows = read_rows(path, name=self.corpus.name_of(path), columns=(column,))
        return [row[column] for row in rows]


def _of(tasks: Iterable[TaskReading], project: str) -> list[TaskReading]:
    return [task for task in tasks if task.project == project]


def _refused(*finding: str) -> InputError:
    """Return the error of one finding, given in the order of its fields."""
    return InputError([Finding(*finding)])


def _refuse(findings: Iterable[Finding]) -> None:
    collected = list(findings)
    if collected:
        raise InputError(collected)
