"""What language models answered, as predictions: plain JSON lines, and logs of lm-eval.

An answer is the name of a label, as the config `prompts` has it in `choices`. The forms are

- ``answers``: a line has ``sentence_id`` (or ``id``) and ``answer``; whatever else stands there
  is passed over.
- ``lm-eval``: ``samples_*.jsonl``, which lm-evaluation-harness writes with ``--log_samples`` for
  a task over the config `prompts`. The likeliest choice is the answer, and the likelihoods of
  all choices, made to sum to 1, are the probabilities; a generated answer is taken as it is.

References
----------
The harness: https://github.com/EleutherAI/lm-evaluation-harness, version 0.4.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from scipy.special import softmax

from usiran.benchmark.predictions.lines import PREDICTIONS, PROBABILITY_PLACES
from usiran.benchmark.predictions.rules import Decoded, Fault, Form, Frame, Line
from usiran.errors import nearest

FormName = Literal["predictions", "answers", "lm-eval"]


class _Answer(msgspec.Struct):
    """A line of a plain log."""

    answer: Any
    sentence_id: str | None = None
    id: str | None = None
    task: str | None = None


class _Doc(msgspec.Struct):
    """The row of the config `prompts` that was asked."""

    sentence_id: str
    task: str
    choices: tuple[str, ...]
    text: str


class _Sample(msgspec.Struct):
    """A line of the harness's log: its answer for each choice, or the one that was generated."""

    doc: _Doc
    filtered_resps: list[Any]


def _of_answer(raw: bytes, frame: Frame) -> Decoded:
    row = msgspec.json.decode(raw, type=_Answer)
    names = {name for name in (row.sentence_id, row.id) if name is not None}
    if len(names) != 1:
        found = f"sentence_id {row.sentence_id}, id {row.id}" if names else "neither"
        raise msgspec.ValidationError(f"Expected one of `sentence_id` and `id`, got {found}")
    answer = row.answer.strip() if isinstance(row.answer, str) else row.answer
    faults = [*_other_task(row.task, frame), *_unknown(answer, frame)]
    return Line(names.pop(), label=None if faults else answer), faults


def _of_sample(raw: bytes, frame: Frame) -> Decoded:
    sample = msgspec.json.decode(raw, type=_Sample)
    doc, line = sample.doc, Line(sample.doc.sentence_id)
    if faults := [*_other_task(doc.task, frame), *_other_doc(doc, frame)]:
        return line, faults
    answers = sample.filtered_resps
    if len(answers) == 1 and isinstance(answers[0], str):
        answer = answers[0].strip()
        return msgspec.structs.replace(line, label=answer), list(_unknown(answer, frame))
    likelihoods = _likelihoods(answers, doc.choices)
    if likelihoods is None:
        allowed = f"an answer, or a log-likelihood for each of {', '.join(doc.choices)}"
        return line, [Fault("filtered_resps", answers, allowed, "run the harness again")]
    shares = softmax(likelihoods).round(PROBABILITY_PLACES).tolist()
    stated = dict(zip(doc.choices, shares, strict=True))
    # Of equal ones the first, as the harness counts them.
    best = doc.choices[int(np.argmax(likelihoods))]
    probabilities = tuple(stated[label] for label in frame.labels)
    return msgspec.structs.replace(line, label=best, probabilities=probabilities), []


def _likelihoods(answers: Sequence[Any], choices: Sequence[str]) -> list[float] | None:
    """Return the log-likelihood of each choice; None where these are not what the log holds."""
    try:
        # Each stands beside whether it was the greedy continuation; the harness writes text.
        values = [float(likelihood) for likelihood, _ in answers]
    except (TypeError, ValueError, OverflowError):
        return None
    sound = len(values) == len(choices) and not any(map(math.isnan, values))
    return values if sound and -math.inf < max(values) < math.inf else None


def _other_task(task: str | None, frame: Frame) -> Iterator[Fault]:
    own = frame.gold.task.name
    if task not in (None, own):
        yield Fault("task", task, own, "name the task that was asked, or leave out its lines")


def _other_doc(doc: _Doc, frame: Frame) -> Iterator[Fault]:
    """Find whether something else was asked than the present data holds."""
    if sorted(doc.choices) != sorted(frame.labels):
        allowed = f"the labels {', '.join(frame.labels)}"
        yield Fault("choices", ", ".join(doc.choices), allowed, "ask with the present data")
    text = frame.texts.get(doc.sentence_id, doc.text)
    if doc.text != text:
        fix = "ask with the present data; an edition without texts has to be restored first"
        yield Fault("text", doc.text, f"the sentence's words: {text}", fix)


def _unknown(answer: object, frame: Frame) -> Iterator[Fault]:
    if answer not in frame.labels:
        allowed = f"one of {', '.join(frame.labels)}, as text"
        yield Fault("answer", answer, allowed, nearest(str(answer), frame.labels))


FORMS: dict[FormName, Form] = {
    "predictions": PREDICTIONS,
    "answers": Form(
        _of_answer, "sentence_id and answer", "write one JSON object a line: sentence_id, answer"
    ),
    "lm-eval": Form(
        _of_sample,
        "doc (a row of the config prompts) and filtered_resps",
        "give the samples file that the harness writes with --log_samples",
    ),
}
