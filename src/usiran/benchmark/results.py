"""The benchmark's exchange formats: a result, and the predictions it was made from.

``results/<system>/<task>.json`` is one result; ``<task>.predictions.jsonl`` beside it has
one line a sentence: its id and a label (with probabilities where the system gives them)
or spans as [start, end, type], offsets in the article's text. A control that was repeated
has one line a sentence and replicate; one whose labels were rearranged on purpose states
the reference that each line was scored against.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from usiran.benchmark.protocol import Outcome
from usiran.corpus import Corpus
from usiran.errors import FileError, shorten
from usiran.schemas.results import Kind
from usiran.tasks.base import Gold, Predictions, Task, objects
from usiran.tasks.links import Link, decode, encode
from usiran.text.spans import Span

PLACES = 6
DRAWS = (100, 1_000_000)  # fewer give no interval, more take hours and change nothing
SUBMITTED: Literal["submitted"] = "submitted"
SpanRow = tuple[int, int, str]
Said = str | tuple[SpanRow, ...]


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One sentence's prediction; `label` or `spans`, as the task asks."""

    sentence_id: str
    replicate: int = 0
    reference: Said | None = None
    label: str | None = None
    probabilities: tuple[float, ...] | None = None
    spans: tuple[SpanRow, ...] | None = None


class Confusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows are gold labels, columns predicted ones, both in the order of `labels`."""

    labels: tuple[str, ...]
    cells: tuple[tuple[float, ...], ...]


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a submitted system's makers say of it; `url` may be empty."""

    description: str
    url: str = ""


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One system's scores on one task.

    Parameters
    ----------
    kind : str
        The kind in the system's settings, or "submitted" for predictions made elsewhere.
    relabelled : bool
        Whether the labels were rearranged on purpose: such a control is compared with
        chance, never with systems that were scored on the true labels.
    headline : str
        The key in `scores` that systems are ranked by; `score` is its value.
    interval : tuple of float
        95 % interval of the headline, two-stage bootstrap.
    chance : float
        The headline expected of random labels with the same totals.
    per_article : dict
        The headline of each article alone.
    per_class : dict
        For each level (quad, type) and class: precision, recall, F1, support.
    not_evaluable : dict
        For each level the classes left out of the macro mean, with the reason.
    submission : Submission, optional
        Of submitted predictions only.
    environment : dict, optional
        Where predictions made elsewhere were scored: for the reader, never compared. Own
        systems have none, so that their results are the same bytes on every machine.
    """

    system: str
    title: str
    kind: Kind | Literal["submitted"]
    task: str
    protocol: str
    relabelled: bool
    replicates: int
    seed: Annotated[int, msgspec.Meta(ge=0)]
    draws: Annotated[int, msgspec.Meta(ge=DRAWS[0], le=DRAWS[1])]
    data_version: str
    gold_sha256: str
    folds_sha256: str
    predictions_sha256: str
    settings_sha256: str
    settings: dict[str, Any]
    sentences: int
    articles: int
    headline: str
    score: float
    interval: tuple[float, float]
    chance: float
    scores: dict[str, float]
    per_article: dict[str, float]
    per_class: dict[str, dict[str, dict[str, float]]]
    not_evaluable: dict[str, dict[str, str]]
    confusion: Confusion | None = None
    submission: Submission | msgspec.UnsetType = msgspec.UNSET
    environment: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


class Stored(msgspec.Struct, frozen=True):
    """A result and the bytes of its predictions file."""

    result: Result
    predictions: bytes


Results = Mapping[tuple[str, str], Stored]


def rounded(value: Any) -> Any:
    """Return the value with every float in it rounded, so that files do not flicker."""
    if isinstance(value, float):
        return round(value, PLACES) + 0.0
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(rounded(item) for item in value)
    return value


def result_bytes(result: Result) -> bytes:
    """Return the result file's content."""
    return msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"


def lines_of(outcomes: Sequence[Outcome], *, relabelled: bool) -> Iterator[Line]:
    """Yield the prediction lines of every replicate."""
    for number, outcome in enumerate(outcomes):
        gold, said = outcome.gold, outcome.predictions
        starts = gold.records["start"].tolist()
        for row, sentence_id in enumerate(gold.records["sentence_id"]):
            value = _said(said.values[row], starts[row])
            stated = None if said.probabilities is None else said.probabilities[row].tolist()
            yield Line(
                sentence_id,
                replicate=number,
                reference=_said(gold.values[row], starts[row]) if relabelled else None,
                label=value if isinstance(value, str) else None,
                probabilities=None if stated is None else tuple(stated),
                spans=None if isinstance(value, str) else value,
            )


def _said(value: object, start: int) -> Said:
    if isinstance(value, str):
        return value
    assert isinstance(value, tuple)
    spans = [encode(item, start) if isinstance(item, Link) else item for item in value]
    return tuple((span.start + start, span.end + start, span.label) for span in spans)


def prediction_bytes(lines: Iterable[Line]) -> bytes:
    """Return the predictions file's content."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def outcomes_of(stored: Stored, gold: Gold, file: str) -> list[Outcome]:
    """Return the outcomes that a stored predictions file holds, as `outcomes_in` does."""
    return outcomes_in(stored.predictions, gold, file)


def outcomes_in(content: bytes, gold: Gold, file: str) -> list[Outcome]:
    """Return the outcomes that a predictions file's content holds, one a replicate.

    Raises
    ------
    FileError
        A line is not a prediction of the task, or the sentences are not the gold's, each
        once a replicate.
    """
    lines = _decode(content, file)
    wanted = gold.records["sentence_id"].tolist()
    size = len(wanted)
    replicates = [lines[i : i + size] for i in range(0, len(lines), size)]
    for number, block in enumerate(replicates):
        if [(line.sentence_id, line.replicate) for line in block] != [(w, number) for w in wanted]:
            raise FileError(file, "sentences in another order, missing or twice",
                            "every scored sentence once, in corpus order", _FIX)  # fmt: skip
    return [_outcome(block, gold, file) for block in replicates]


_FIX = "run the system again: `usiran benchmark run --system NAME --task NAME`"


def _decode(content: bytes, file: str) -> list[Line]:
    decoder = msgspec.json.Decoder(Line)
    try:
        return decoder.decode_lines(content)
    except msgspec.DecodeError as error:
        raise FileError(file, shorten(error, 160), "one prediction a line", _FIX) from None


def _outcome(lines: Sequence[Line], gold: Gold, file: str) -> Outcome:
    starts = gold.records["start"].tolist()
    values, references = [], []
    for line, start in zip(lines, starts, strict=True):
        said = line.label if gold.task.unit == "sentence" else line.spans
        if said is None:
            allowed = "a label" if gold.task.unit == "sentence" else "spans"
            raise FileError(file, f"{line.sentence_id} without {allowed}", allowed, _FIX)
        values.append(_value(gold.task, said, start))
        reference = line.reference
        references.append(None if reference is None else _value(gold.task, reference, start))
    stated = [line.probabilities for line in lines if line.probabilities is not None]
    probabilities = np.array(stated, dtype=float) if len(stated) == len(lines) else None
    scored = gold
    if all(reference is not None for reference in references):
        scored = Gold(gold.task, gold.records, objects(references), gold.folds, None)
    return Outcome(scored, Predictions(objects(values), probabilities))


def _value(task: Task, said: Said, start: int) -> str | tuple[Span, ...] | tuple[Link, ...]:
    if isinstance(said, str):
        return said
    spans = tuple(Span(first - start, last - start, label) for first, last, label in said)
    return tuple(decode(span, start) for span in spans) if task.unit == "links" else spans


def paths(corpus: Corpus, system: str, task: str) -> tuple[Path, Path]:
    """Return where a result and its predictions stand."""
    folder = corpus.baselines / "results" / system
    return folder / f"{task}.json", folder / f"{task}.predictions.jsonl"


def read_results(corpus: Corpus) -> dict[tuple[str, str], Stored]:
    """Read every stored result, sorted by system and task.

    Raises
    ------
    FileError
        A result cannot be read, stands in another system's folder, or its predictions
        are missing or were changed since.
    """
    stored = {}
    for path in sorted((corpus.baselines / "results").glob("*/*.json")):
        result = read_result(path, corpus.name_of(path))
        if (result.system, result.task) != (path.parent.name, path.stem):
            raise FileError(corpus.name_of(path), f"a result of {result.system}/{result.task}",
                            f"{path.parent.name}/{path.stem}", "move the file back")  # fmt: skip
        predictions = path.with_name(f"{path.stem}.predictions.jsonl")
        content = predictions.read_bytes() if predictions.is_file() else b""
        if sha256(content) != result.predictions_sha256:
            found = "other content than was scored" if content else "no predictions"
            wanted = f"the file with SHA-256 {result.predictions_sha256}"
            raise FileError(corpus.name_of(predictions), found, wanted, _FIX)
        stored[result.system, result.task] = Stored(result, content)
    return stored


def read_result(path: Path, name: str) -> Result:
    """Read one result file; `name` is its name in messages.

    Raises
    ------
    FileError
        It is missing or not a result, or its seed or draws are out of range.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except OSError as error:
        found = error.strerror or str(error)
        raise FileError(name, found, "a result of the benchmark", "name its file") from None
    except msgspec.DecodeError as error:
        raise FileError(name, shorten(error, 160), "a result of the benchmark", _FIX) from None
