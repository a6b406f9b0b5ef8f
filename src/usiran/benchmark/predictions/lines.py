"""Predictions as files hold them: JSON lines, read whole, with every fault in them told.

One line is one sentence: its id and a ``label`` (with ``probabilities`` in the order of the
task's labels, if the system states them) or its ``spans``, each [start, end, type] with
offsets in the article's text (links as `usiran.tasks.links` codes them). Lines may stand in
any order; a system that was run several times numbers its lines with ``replicate``, from 0.
A control whose labels were rearranged on purpose states the ``reference`` that each line was
scored against. `usiran benchmark run` writes this form, anybody's file is read in it, and
schemas/predictions.schema.json describes it.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from usiran.benchmark.predictions.rules import (
    RULES,
    Decoded,
    Fault,
    Form,
    Frame,
    Line,
    Value,
)
from usiran.benchmark.protocol import Outcome
from usiran.errors import (
    FileError,
    Finding,
    first_of_each_kind,
    nearest,
    refuse,
    shorten,
)
from usiran.files import BAD_JSON, read_bytes
from usiran.tasks.base import Gold, Predictions, Task, objects
from usiran.tasks.links import Link, decode, in_article
from usiran.text.spans import Span

_MOST_SUGGESTIONS = 20  # looking for the nearest id is slow, and a wrong file has no right ids
# Four places are what a score can show; what is stored is what is scored.
PROBABILITY_PLACES = 4
_WRITE = "write one JSON object a line, as baselines/README.md shows"


class SentenceKey(msgspec.Struct, frozen=True):
    """What is read of a line that may be no prediction: which sentence it was meant for."""

    sentence_id: str
    replicate: int = 0


_DECODER = msgspec.json.Decoder(Line)


def _of_prediction(raw: bytes, _: Frame) -> Decoded:
    return _DECODER.decode(raw), ()


PREDICTIONS = Form(_of_prediction, "sentence_id and {field}", _WRITE)


def lines_of(outcomes: Sequence[Outcome], *, relabelled: bool) -> Iterator[Line]:
    """Yield the prediction lines of every replicate."""
    for replicate, outcome in enumerate(outcomes):
        gold, predictions = outcome.gold, outcome.predictions
        starts, stated = gold.records["start"].tolist(), predictions.probabilities
        stated = None if stated is None else stated.round(PROBABILITY_PLACES)
        for row, sentence_id in enumerate(gold.records["sentence_id"]):
            value = _to_file(predictions.values[row], starts[row])
            yield Line(
                sentence_id,
                replicate=replicate,
                reference=_to_file(gold.values[row], starts[row]) if relabelled else None,
                label=value if isinstance(value, str) else None,
                probabilities=None if stated is None else tuple(stated[row].tolist()),
                spans=None if isinstance(value, str) else value,
            )


def _to_file(value: str | tuple[Span | Link, ...], start: int) -> Value:
    return value if isinstance(value, str) else in_article(value, start)


def _from_file(task: Task, value: Value, start: int) -> str | tuple[Span, ...] | tuple[Link, ...]:
    if isinstance(value, str):
        return value
    spans = tuple(Span(first - start, last - start, label) for first, last, label in value)
    return tuple(decode(span, start) for span in spans) if task.unit == "links" else spans


def refuse_faults(
    lines: Sequence[Line], gold: Gold, source: str, *, relabelled: bool = False
) -> None:
    """Check lines by the rules of files; `source` is who wrote them, for messages.

    Raises
    ------
    InputError
        The first fault of each kind, located, and how many more there are.
    """
    frame = Frame(gold, relabelled)
    findings = (
        Finding(source, line.sentence_id, fault.column, shorten(fault.value), *fault[2:])
        for line in lines
        for rule in RULES[gold.task.unit]
        for fault in rule(line, frame)
    )
    refuse(first_of_each_kind(findings))


def prediction_bytes(lines: Iterable[Line]) -> bytes:
    """Return a predictions file's content."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def outcomes_of(lines: Sequence[Line], gold: Gold) -> list[Outcome]:
    """Return the outcomes in the lines of `read_lines`, one a replicate."""
    size = len(gold.values)
    return [_outcome(lines[i : i + size], gold) for i in range(0, len(lines), size)]


def _outcome(lines: Sequence[Line], gold: Gold) -> Outcome:
    starts = gold.records["start"].tolist()
    values, references, probabilities = [], [], []
    for line, start in zip(lines, starts, strict=True):
        value = line.spans if line.label is None else line.label
        assert value is not None  # the rules ask for one of the two
        values.append(_from_file(gold.task, value, start))
        if line.reference is not None:
            references.append(_from_file(gold.task, line.reference, start))
        if line.probabilities is not None:
            probabilities.append(line.probabilities)
    stated = np.array(probabilities, dtype=float) if probabilities else None
    # Rearranged labels have no votes: those were given to the true ones.
    scored = Gold(gold.task, gold.records, objects(references), gold.folds) if references else gold
    return Outcome(scored, Predictions(objects(values), stated))


def read_content(path: Path, file: str) -> bytes:
    """Return the content of a predictions file; `file` is its name in messages."""
    # Found here, where the whole file can be named: line by line each would be a hundred faults.
    allowed = "predictions, one JSON object a line, in UTF-8"
    try:
        content = read_bytes(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(file, reason, allowed, "name the predictions file") from None
    if not content.strip():
        raise FileError(file, "an empty file", allowed, _WRITE)
    if b"\0" in content:
        raise FileError(file, "a binary file", allowed, _WRITE)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(file, shorten(error), allowed, "save it as UTF-8") from None
    return content


def read_lines(
    content: bytes,
    gold: Gold,
    file: str,
    *,
    relabelled: bool = False,
    form: Form = PREDICTIONS,
) -> list[Line]:
    """Return the predictions in a file's content, in corpus order, replicate by replicate.

    `file` is its name in findings; `relabelled` says whether every line states the reference
    that it was scored against; `form` is how the lines are read. Blank lines are skipped.

    Raises
    ------
    FileError
        The task takes no predictions.
    InputError
        Every fault of the file: its line, the sentence, what was found, what is allowed.
    """
    refused = f"predictions of {gold.task.name}"
    if gold.verdict:
        fix = f"choose another task: {gold.verdict}"
        raise FileError(file, refused, "a task that can be evaluated", fix)
    if gold.task.unit not in RULES:
        fix = "this task takes no predictions from files"
        raise FileError(file, refused, "a sentence or span task", fix)
    reader = _Reader(Frame(gold, relabelled), file, content.split(b"\n"), form)
    lines = reader.read()
    refuse(reader.findings)
    return lines


class _Reader:
    """Decodes and checks line by line, then the file as a whole; collects the findings."""

    def __init__(self, frame: Frame, file: str, raw: Sequence[bytes], form: Form) -> None:
        self.frame = frame
        self.file = file
        self.raw = raw
        self.form = form
        self.width = len(str(len(raw)))
        self.findings: list[Finding] = []
        self.line_of: dict[tuple[str, int], int] = {}
        self.unknown_ids = 0
        self.unplaced = 0  # lines of which nobody knows what sentence they were meant for

    def read(self) -> list[Line]:
        lines: list[Line] = []
        for number, raw in enumerate(self.raw, start=1):
            if raw.strip():
                lines += self._line(number, raw)
        sound = not self.findings
        if not self.unplaced:  # a sentence with such a line would be told as missing besides
            self._check_complete()
        # Counting them over the lines that could be read would find a fault that is none.
        if sound:
            self._check_probabilities(lines)
        order = self.frame.order
        return sorted(lines, key=lambda line: (line.replicate, order[line.sentence_id]))

    def _line(self, number: int, raw: bytes) -> list[Line]:
        try:
            line, faults = self.form.decode(raw, self.frame)
        except BAD_JSON as error:
            field = "label" if self.frame.gold.task.unit == "sentence" else "spans"
            allowed = f"one JSON object with {self.form.holds.format(field=field)}"
            self._add(number, "", Fault("", shorten(error, 160), allowed, self.form.fix))
            self._note_undecoded(number, raw)
            return []
        fault = self._place(number, line)
        if fault is not None:
            self._add(number, "", fault)
            self.unplaced += 1
            return []
        rules = RULES[self.frame.gold.task.unit]
        for fault in faults or (fault for rule in rules for fault in rule(line, self.frame)):
            self._add(number, line.sentence_id, fault)
        return [line]

    def _note_undecoded(self, number: int, raw: bytes) -> None:
        """Note the sentence of a line that is no prediction, if it names one."""
        try:
            key = msgspec.structs.astuple(msgspec.json.decode(raw, type=SentenceKey))
        except BAD_JSON:
            self.unplaced += 1
            return
        # Neither is the sentence to be told as missing besides, nor its second line as new.
        self.unplaced += key[0] not in self.frame.order or key in self.line_of
        self.line_of.setdefault(key, number)

    def _place(self, number: int, line: Line) -> Fault | None:
        """Note the line's sentence; return a fault where it is unknown or was there before."""
        key = (line.sentence_id, line.replicate)
        if line.sentence_id not in self.frame.order:
            self.unknown_ids += 1
            names = tuple(self.frame.order) if self.unknown_ids < _MOST_SUGGESTIONS else ()
            fix = nearest(line.sentence_id, names, "name a scored sentence of the corpus")
            return Fault("sentence_id", line.sentence_id, "the id of a scored sentence", fix)
        if key in self.line_of:
            value = f"again, after line {self.line_of[key]}"
            return Fault("sentence_id", value, "every sentence once", "keep one of the lines")
        self.line_of[key] = number
        return None

    def _check_complete(self) -> None:
        replicates = sorted({replicate for _, replicate in self.line_of})
        if replicates != list(range(len(replicates))):
            allowed = f"0 to {len(replicates) - 1}, for {len(replicates)} replicates"
            fix = "number the replicates from 0"
            self._add_whole("", "replicate", shorten(replicates), allowed, fix)
            return
        for replicate in replicates:
            where = f" in replicate {replicate}" if len(replicates) > 1 else ""
            allowed, fix = "a line for every scored sentence", "add the sentence's line"
            for sentence_id in self.frame.order:
                if (sentence_id, replicate) not in self.line_of:
                    self._add_whole(sentence_id, "", f"no line{where}", allowed, fix)

    def _check_probabilities(self, lines: Sequence[Line]) -> None:
        stated = sum(line.probabilities is not None for line in lines)
        if 0 < stated < len(lines):
            value, fix = f"in {stated} of {len(lines)} lines", "add or leave out the others"
            self._add_whole("", "probabilities", value, "in every line or in none", fix)

    def _add_whole(self, record: str, column: str, value: str, allowed: str, fix: str) -> None:
        self.findings.append(Finding(self.file, record, column, value, allowed, fix))

    def _add(self, number: int, sentence_id: str, fault: Fault) -> None:
        # Padded, so that findings sorted as text stand in the order of the lines.
        where = f"line {number:>{self.width}}" + (f" ({sentence_id})" if sentence_id else "")
        value = shorten(fault.value)
        self._add_whole(where, fault.column, value, fault.allowed, fault.fix)
