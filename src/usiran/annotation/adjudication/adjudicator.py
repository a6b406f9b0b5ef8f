"""Adjudication: from the annotators' labels, by decisions with reasons, to the gold.

`Adjudicator` knows what is open, takes decisions one by one, each saved before the next, and
writes the gold once nothing is open. What all annotators agree on is adopted as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path

from usiran.annotation.adjudication import question_labels, questions
from usiran.annotation.adjudication.gold_export import DecisionRow, decision_rows, gold_tasks
from usiran.annotation.adjudication.question_labels import SPAN_LAYERS, Labels, Question
from usiran.annotation.adjudication.questions import ArticleState, Decision
from usiran.annotation.annotator_labels import read_rounds
from usiran.annotation.submissions import PROJECTS, check_annotator
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError, counted, refuse
from usiran.io.atomic import drift, replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.label_studio.annotation_records import TaskReading, span_id
from usiran.label_studio.check import check_task
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.base import is_line
from usiran.schemas.label_scheme import read_scheme
from usiran.schemas.tables import MODELS
from usiran.text.articles import read_texts
from usiran.text.spans import overlaps
from usiran.validation.votes import count_votes, vote_rows

Answered = Mapping[str, Labels]  # by the question's id
_SHOWN = 3


@dataclass(frozen=True)
class Written:
    """What the adjudication wrote as gold; its text is for a reader.

    Questions that were not `decided` were answered alike by everybody; `overruled` counts rows
    against a majority, `dangling` are spans of actor_links.csv that are no longer gold.
    """

    files: tuple[str, ...]
    questions: int
    decided: int
    rows: int
    overruled: int
    dangling: tuple[str, ...]

    def __str__(self) -> str:
        alike = f"{self.questions - self.decided} answered alike by all"
        lines = [
            f"{counted(self.questions, 'question')}: {alike}, {self.decided} decided",
            f"{counted(self.rows, 'row')} in decisions.csv; against a majority: {self.overruled}",
            f"written: {', '.join(self.files)}",
        ]
        if self.dangling:
            spans = f"{counted(len(self.dangling), 'span')} no longer in the gold"
            lines.append(f"annotation/actor_links.csv names {spans}: {', '.join(self.dangling)}")
        return "\n".join(lines)


class Adjudicator:
    """The adjudication of a corpus's rounds (default: the gold rounds, which alone become gold)."""

    def __init__(self, corpus: Corpus, rounds: Sequence[str] | None = None) -> None:
        self.corpus = corpus
        self.rounds = tuple(rounds or corpus.manifest.gold_rounds)
        self.scheme, self.texts = read_scheme(corpus.labels), read_texts(corpus)
        self.annotations = read_rounds(corpus, self.rounds, scheme=self.scheme, texts=self.texts)
        if len(self.annotations.annotators) < 2:
            value = f"labels of {', '.join(self.annotations.annotators) or 'nobody'} alone"
            fix = "take in more passes, or make one pass the gold with `usiran annotate adopt`"
            allowed = "labels of two annotators or more"
            raise _error(self.annotations.source, "", "", value, allowed, fix)
        self.letters = question_labels.letters_of(self.annotations.annotators)
        self._resolver = questions.Resolver(self.annotations, self.scheme, self.texts)
        self.decisions = questions.read_decisions(corpus)
        self.state = self._resolver.resolve(self.decisions)
        self._taken: tuple[Decision, ...] = ()

    def _article_state(self, id: str) -> ArticleState:
        article = questions.article_of(id)
        return self.state.articles.get(article, ArticleState(article))

    def question(self, id: str) -> Question:
        """Return a question by its id, also one that all agree on, or an unmarked place."""
        state = self._article_state(id)
        question = state.questions.get(id) or self._resolver.unmarked_place(state, id)
        if question is None:
            start = id.partition("@")[0]
            near = [known for known in self.state.questions if known.startswith(start)]
            waits = id.startswith("role/") and state.waiting
            fix = "roles come once the article's spans are decided" if waits else "use such an id"
            allowed = _first(near) or "an id that `usiran annotate adjudicate --list` shows"
            raise _error(self.annotations.source, id, "id", id, allowed, fix)
        return question

    def named(self, word: str) -> Question:
        """Return a question by its id or by what is enough of it, such as ``2031#3``.

        The layer may be left out, and the end of the article's id. Where that names several,
        the one that was decided or is open is meant.
        """
        ids = [] if word in self.state.questions else list(self._like(word))
        waiting = {question.id for question in self.state.open}
        contested = [id for id in ids if id in waiting or self.decision_on(self.question(id))]
        ids = contested or ids
        if len(ids) > 1:
            raise _error("--redo", word, "", word, f"one of {_first(ids)}", "type more of its id")
        return self.question(ids[0] if ids else word)

    def _like(self, word: str) -> Iterator[str]:
        """Yield the questions of a layer, article and sentence of which a word has enough."""
        layer, _, unit = word.rpartition("/")
        article, hash_, number = unit.partition("#")
        known = [(id, *id.partition("/")[2].partition("#")) for id in self.state.questions]
        whole = any(name == article for _, name, _, _ in known)
        for id, name, _, ordinal in known:
            alike = name == article if whole else name.startswith(article)
            # By number, as `usiran show` takes it: 3 is 003.
            numbered = ordinal.lstrip("0") == number.lstrip("0") if hash_ else True
            if article and alike and numbered and layer in ("", id.partition("/")[0]):
                yield id

    def answer(self, question: Question, labels: Labels | None) -> str:
        """Return labels as one line."""
        return question_labels.format_answer(question, labels, self.texts, self.scheme)

    def decision_on(self, question: Question) -> Decision | None:
        """Return the decision that resolves a question, if there is one."""
        resolved = self._article_state(question.id).resolved.get(question.id)
        return resolved.decision if resolved else None

    def read(self, question: Question, line: str, *, file: str) -> Labels:
        """Return the labels that a line gives: those of an annotator's letter, or its own."""
        line = line.strip()
        by_letter = {letter: annotator for annotator, letter in self.letters.items()}
        if line not in by_letter:
            return question_labels.parse_answer(
                question, line, texts=self.texts, scheme=self.scheme, file=file
            )
        labels = question.labels.get(by_letter[line])
        if labels is None:
            value = f"{line}, who gave no answer"
            raise _error(file, question.id, "answer", value, "an answer", "give a label")
        return labels

    def check_overlap(
        self, question: Question, labels: Labels, *, file: str, pending: Answered | None = None
    ) -> None:
        """Refuse spans over those of another place, as it is resolved or about to be.

        `pending` are the labels by question id that will be saved together with these.
        """
        if question.layer not in SPAN_LAYERS:
            return
        resolved = self._article_state(question.id).of(question.layer)
        # What is pending goes before what it is about to replace.
        spans = {place.question.id: place.labels for place in resolved} | dict(pending or {})
        prefix = f"{question.layer}/{question.article_id}@"
        for id, neighbours in spans.items():
            if id == question.id or not id.startswith(prefix):
                continue
            for neighbour, item in product(neighbours, labels):
                if overlaps(neighbour, item):
                    value = f"{item.start}-{item.end}, over {neighbour.start}-{neighbour.end}"
                    fix = f"first decide {id} as none (with --redo if it is settled)"
                    allowed = f"{question.layer} spans side by side"
                    raise _error(file, question.id, "answer", value, allowed, fix)

    def decision(
        self,
        question: Question,
        labels: Labels,
        *,
        reason: str,
        by: str,
        redo: Collection[str] = (),
        file: str = "the decision",
        now: datetime | None = None,
    ) -> Decision | None:
        """Return a checked decision, not yet saved; None where it stands already."""
        reason = " ".join(reason.split())
        self.check_adjudicator(by)
        if not is_line(reason) or not any(map(str.isalpha, reason)):
            fix = "say which rule decides, such as 1.4"
            raise _error(file, question.id, "reason", reason, "a reason for every decision", fix)
        answer = self.answer(question, labels)
        old = self.decision_on(question)
        if old is not None:
            # A sheet that is read twice must not make the file grow.
            if (old.answer, old.reason, old.decided_by) == (answer, reason, by):
                return None
            if question.id not in redo:
                value = f"{answer} ({reason})"
                allowed = f"the decision that stands: {old.answer} ({old.reason}, {old.decided_by})"
                fix = f"keep it, or decide again with --redo {question.id}"
                raise _error(file, question.id, "answer", value, allowed, fix)
        at = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Decision(question.id, question.seen, answer, reason, by, at)

    def save(self, *decisions: Decision) -> None:
        """Store decisions and resolve their articles again; roles may come up by it."""
        self.take(*decisions)
        self.store_taken()

    def store_taken(self) -> None:
        """Store the decisions that were taken and not yet stored."""
        if self._taken:
            ledger = questions.with_decisions(self.corpus, self._taken)
            replace_files(ledger, self.corpus.swap)
            self._taken = ()

    def take(self, *decisions: Decision) -> None:
        """Resolve the articles of decisions again; `write` or `store_taken` stores them."""
        if not decisions:
            return
        self._taken += decisions
        self.decisions += decisions
        # The whole corpus would be resolved again for every keystroke of an adjudicator.
        last = questions.by_article(self.decisions)
        for article in {decision.article_id for decision in decisions}:
            self.state.articles[article] = self._resolver.resolve_article(article, last[article])

    def check_adjudicator(self, by: str) -> None:
        """Refuse an adjudicator who does not stand in annotators.csv."""
        check_annotator(self.corpus, by, option="--adjudicator")

    def check_rounds(self) -> None:
        """Refuse to decide on other rounds than those that the gold rests on."""
        wanted = self.corpus.manifest.gold_rounds
        # validate counts votes over the gold rounds: no other gold would pass.
        if self.rounds != wanted:
            fix = "set gold_rounds in dataset/corpus.toml to the rounds that become gold"
            allowed = f"the gold rounds: {', '.join(wanted)}"
            raise _error("--round", "", "", ", ".join(self.rounds), allowed, fix)

    def write(self) -> Written:
        """Write the gold exports, votes.csv and decisions.csv, all of them or none.

        Decisions that were taken are stored with them, or alone where the gold is refused.
        """
        try:
            self._refuse_foreign()
            tasks, rows, files = self._gold()
        except InputError:
            self.store_taken()
            raise
        ledger = questions.with_decisions(self.corpus, self._taken) if self._taken else {}
        replace_files(files | ledger, self.corpus.swap)
        self._taken = ()
        return Written(
            files=tuple(self.corpus.name_of(path) for path in files),
            questions=len(self.state.questions),
            decided=sum(one.decision is not None for one in self.state.resolved.values()),
            rows=len(rows),
            overruled=sum(row.overrules == "true" for row in rows),
            dangling=self._dangling(tasks),
        )

    def drift(self) -> list[Finding]:
        """Find gold files that are not what the labels and decisions give."""
        allowed = "what the submissions and the ledger give"
        fix = "run `usiran annotate adjudicate`"
        return drift(self.corpus, self._gold()[2], allowed=allowed, fix=fix)

    def _gold(self) -> tuple[list[TaskReading], list[DecisionRow], dict[Path, bytes]]:
        """Return the gold's tasks, the rows of decisions.csv and all files, checked."""
        self.check_rounds()
        self._refuse_unfinished()
        votes = count_votes(self.annotations.rows, self.rounds)
        rows = decision_rows(self.state, self.annotations, votes)
        tasks = gold_tasks(self.state, self.annotations, self.texts)
        # What holds for an annotator's labels holds for decided ones.
        check = partial(check_task, scheme=self.scheme, texts=self.texts, file="the decided gold")
        refuse(finding for task in tasks for finding in check(task))
        files = {}
        for project in PROJECTS:
            own = (task for task in tasks if task.project == project)
            files[self.corpus.gold / f"{project}.json"] = export_bytes(own, self.scheme)
        tables = {"votes": vote_rows(votes), "decisions": [row._asdict() for row in rows]}
        for table, dicts in tables.items():
            content = csv_bytes(dicts, list(MODELS[table].columns))
            files[self.corpus.gold / f"{table}.csv"] = content
        return tasks, rows, files

    def _refuse_unfinished(self) -> None:
        if ids := [question.id for question in self.state.open]:
            more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
            value = f"{len(ids)} open: {', '.join(ids[:_SHOWN])}{more}"
            fix = "decide them; `usiran annotate adjudicate --list` shows them"
            raise _error(self.annotations.source, "", "", value, "nothing open", fix)
        allowed = f"labels of every scored sentence and article in {self.annotations.source}"
        fix = "label it, or add the round that has it to gold_rounds"
        refuse(
            Finding("annotation/submissions", unit, "", "", allowed, fix)
            for unit in self.state.unlabelled
        )

    def _refuse_foreign(self) -> None:
        """Keep decisions that were not made here: they would be lost."""
        path = self.corpus.gold / "decisions.csv"
        if not path.exists():
            return
        own = {(decision.decided_by, decision.decided_at) for decision in self.decisions}
        name = self.corpus.name_of(path)
        allowed = f"decisions of {self.corpus.name_of(questions.decisions_file(self.corpus))}"
        fix = "decide it here too (--redo ID), then delete the row"
        refuse(
            Finding(name, f"{row['layer']} {row['unit_id']}", "", row["reason"], allowed, fix)
            for row in read_rows(path, name=name, columns=DecisionRow._fields)
            if (row["decided_by"], row["decided_at"]) not in own
        )

    def _dangling(self, tasks: Sequence[TaskReading]) -> tuple[str, ...]:
        path = self.corpus.annotation / "actor_links.csv"
        name = self.corpus.name_of(path)
        rows = read_rows(path, name=name, columns=("span_id",)) if path.exists() else []
        gold = {
            span_id(task.article_id, "actor", span.start, span.end)
            for task in tasks
            for span in task.annotation.of("actor")
        }
        return tuple(row["span_id"] for row in rows if row["span_id"] not in gold)


def _first(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (" and so on" if len(ids) > _SHOWN else "")


def _error(*finding: str) -> InputError:
    """Return the error of one finding, given in the order of its fields."""
    return InputError([Finding(*finding)])
