"""The review queue: which sentences are worth another look, and why.

Three kinds of reason, each with a score from 0 to 1:

- *disagreement*: the entropy of the annotators' votes on stance or holder, as a share of the
  largest that the field's labels allow: 0 where all agree, 1 where all labels are as frequent;
- *conflict*: a system that has not seen the article says another label than the gold. The
  score is 1 less the probability it gives to the gold label (that probability is cleanlab's
  self-confidence score). The probabilities are out of fold, by the official protocol;
- *findings*: `usiran validate` finds something on the sentence or on a span in it; score 1.

A sentence stands by its highest score; where those are equal, by how many reasons it has.

References
----------
C. Northcutt, L. Jiang, I. Chuang (2021), Confident Learning: Estimating Uncertainty in Dataset
Labels, doi:10.1613/jair.1.12125.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scipy import stats

from usiran import loading
from usiran.benchmark.protocol import run
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.models.registry import SYSTEMS
from usiran.schemas.tables import rows_of
from usiran.validation.validate import validate
from usiran.validation.votes import counted

KINDS = ("disagreement", "conflict", "findings")
FIELDS = ("stance", "holder")
SYSTEM = "tfidf-logreg"
_SENTENCE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)(?:#([0-9]{3,})|@(?:actor|event):([0-9]+)-)")


class Reason(NamedTuple):
    """Why a sentence is in the queue: the kind, its score, and in words."""

    kind: str
    score: float
    why: str


@dataclass(frozen=True)
class Queued:
    """A sentence to look at again: its reasons, the strongest first, and the score of that one."""

    sentence_id: str
    text: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Queue:
    """The queue, and what it could not look at, in words."""

    sentences: tuple[Queued, ...]
    notes: tuple[str, ...]


def review_queue(corpus: Corpus, kinds: Sequence[str] = KINDS, *, system: str = SYSTEM) -> Queue:
    """Rank the sentences of a corpus for review.

    Findings do not keep the other two kinds from being looked for, as long as the tables they
    need can be read. `system` is whose probabilities are compared with the gold.
    """
    finder = _ReasonFinder(corpus, system)
    finders = dict(zip(KINDS, (finder.disagreement, finder.conflict, finder.findings), strict=True))
    reasons: dict[str, list[Reason]] = defaultdict(list)
    for kind in kinds:
        for sentence_id, reason in finders[kind]():
            reasons[sentence_id].append(reason)
    queue = []
    # In the order of the corpus, and sorting keeps it: equal sentences stand as they are read.
    for sentence_id, sentence in finder.texts.by_id.items():
        if sentence_id in reasons:
            strongest = sorted(reasons[sentence_id], key=lambda reason: -reason.score)
            text = finder.texts.text_of(sentence)
            queue.append(Queued(sentence_id, text, strongest[0].score, tuple(strongest)))
    queue.sort(key=lambda queued: (-queued.score, -len(queued.reasons)))
    return Queue(tuple(queue), tuple(finder.notes))


class _ReasonFinder:
    """Finds (sentence_id, reason) of each kind, and notes what it could not look at."""

    def __init__(self, corpus: Corpus, system: str) -> None:
        self._corpus, self._system = corpus, system
        self._opened = loading.open(corpus)
        self._tables = self._opened.tables
        # Without them there is nothing to point at; any other table may be missing.
        if not {"articles", "sentences"} <= set(self._tables):
            raise InputError(self._opened.findings)
        self.texts = self._opened.texts
        self.notes: list[str] = []

    def _lacks(self, kind: str, *tables: str) -> bool:
        """Note where tables that are needed could not be read."""
        missing = [name for name in tables if name not in self._tables]
        if missing:
            note = f"{kind} left out: {', '.join(missing)} cannot be read"
            self.notes.append(f"{note}; `usiran validate` says why")
        return bool(missing)

    def disagreement(self) -> Iterator[tuple[str, Reason]]:
        if self._lacks("disagreement", "annotations"):
            return
        votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        rounds = self._corpus.manifest.gold_rounds
        for row in counted(rows_of(self._tables["annotations"]), rounds):
            if row.layer in FIELDS:
                votes[row.layer, row.unit_id][row.label] += 1
        if all(counts.total() < 2 for counts in votes.values()):
            self.notes.append("disagreement left out: no sentence has two annotators")
        for (layer, unit), counts in votes.items():
            labels = self._opened.scheme[layer].names
            score = entropy(counts.values(), len(labels))
            if score > 0:
                shares = ", ".join(f"{counts[name]} {name}" for name in labels if counts[name])
                yield unit, Reason("disagreement", score, f"{layer}: {shares}")

    def conflict(self) -> Iterator[tuple[str, Reason]]:
        if self._lacks("conflict", "stance", "folds", "actors", "events", "article_stance"):
            return
        if self._tables["stance"].empty:
            self.notes.append("conflict left out: there is no gold yet")
            return
        bench = Benchmark.of(self._corpus, self._tables, self._opened.scheme)
        bench.plan(systems=[self._system])
        # A control says nothing about the gold, whatever its probabilities.
        usable = [
            name
            for name, entry in SYSTEMS.items()
            if entry.relabel is None and bench.library[name].kind == "sentence model"
        ]
        if self._system not in usable:
            allowed = f"a sentence model: {', '.join(usable)}"
            raise InputError.of("--system", self._system, allowed, "name one of these")
        for task in FIELDS:
            yield from self._conflicts_of(bench, task)

    def _conflicts_of(self, bench: Benchmark, task: str) -> Iterator[tuple[str, Reason]]:
        gold = bench.golds[task]
        if gold.verdict:
            self.notes.append(f"conflict of {task} left out: {gold.verdict}")
            return
        system = SYSTEMS[self._system].build(bench.build_context(task, self._system, 0))
        predictions = run(system, gold).predictions
        assert predictions.probabilities is not None  # every sentence model states them
        columns = {label: i for i, label in enumerate(gold.task.labels)}
        rows = zip(
            gold.records["sentence_id"],
            gold.values,
            predictions.values,
            predictions.probabilities,
            strict=True,
        )
        for sentence_id, label, predicted, probabilities in rows:
            if predicted != label:
                confidence = float(probabilities[columns[label]])
                why = (
                    f"{task}: the gold says {label}, {self._system} says {predicted} "
                    f"({float(probabilities[columns[predicted]]):.2f} to {confidence:.2f})"
                )
                # Rounded: the last bits differ from machine to machine, and would change the order.
                yield str(sentence_id), Reason("conflict", round(1 - confidence, 6), why)

    def findings(self) -> Iterator[tuple[str, Reason]]:
        elsewhere = 0
        for finding in validate(self._opened).findings:
            sentence_ids = list(dict.fromkeys(self._sentences_in(finding.record)))
            elsewhere += not sentence_ids
            why = f"{finding.column or 'record'}: found '{finding.value}' ({finding.file})"
            for sentence_id in sentence_ids:
                yield sentence_id, Reason("findings", 1.0, why)
        if elsewhere:
            self.notes.append(f"findings that name no sentence: {elsewhere}; see `usiran validate`")

    def _sentences_in(self, record: str) -> Iterator[str]:
        """Yield the sentences that a finding's record names: itself, or where its span begins."""
        for match in _SENTENCE.finditer(record):
            article, ordinal, start = match.groups()
            if ordinal is not None:
                yield f"{article}#{ordinal}"
            elif sentence := self.texts.holding(article, int(start), int(start) + 1):
                yield sentence.sentence_id


def entropy(counts: Iterable[int], labels: int) -> float:
    """Return the entropy of votes as a share of the largest that so many labels allow.

    It is 0 where all votes are for one label, 1 where all labels have as many.

    >>> entropy([3], 3), round(entropy([2, 1], 3), 4), entropy([1, 1], 2)
    (0.0, 0.5794, 1.0)
    """
    votes = list(counts)
    # No votes have no shares; adding 0 turns the -0.0 of a single label into 0.0.
    return round(float(stats.entropy(votes, base=labels)), 6) + 0.0 if any(votes) else 0.0
