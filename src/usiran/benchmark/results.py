"""A result: one system's scores on one task, with everything needed to compute them again.

``results/<system>/<task>.json`` is one result; ``<task>.predictions.jsonl`` beside it holds
the predictions it was made from (`usiran.benchmark.predictions`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from usiran.benchmark.protocol import PROTOCOL, Outcome
from usiran.corpus import Corpus
from usiran.errors import FileError, shorten
from usiran.schemas.results import Kind
from usiran.stats.bootstrap import BootstrapScore, interval
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Scorer
from usiran.tasks.metrics.labels import LabelScorer

PLACES = 6
DRAWS = (100, 1_000_000)  # fewer give no interval, more take hours and change nothing
SUBMITTED: Literal["submitted"] = "submitted"
_RUN = "run the system again: `usiran benchmark run --system NAME --task NAME`"


class Confusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows are gold labels, columns predicted ones, both in the order of `labels`."""

    labels: tuple[str, ...]
    cells: tuple[tuple[float, ...], ...]


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a submitted system's makers say of it; `url` may be empty."""

    description: str
    url: str = ""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a result says of its system, which no score follows from.

    Parameters
    ----------
    kind : str
        The kind in the system's settings, or "submitted" for predictions made elsewhere.
    relabelled : bool
        Whether the labels were rearranged on purpose: such a control is compared with
        chance, never with systems that were scored on the true labels.
    submission : Submission, optional
        Of submitted predictions only.
    environment : dict, optional
        Where predictions made elsewhere were scored: for the reader, never compared. Own
        systems have none, so that their results are the same bytes on every machine.
    """

    system: str
    title: str
    kind: Kind | Literal["submitted"]
    relabelled: bool
    settings: dict[str, Any]
    settings_sha256: str
    submission: Submission | msgspec.UnsetType = msgspec.UNSET
    environment: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One system's scores on one task.

    Parameters
    ----------
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

    The other fields are those of `Origin`, and what `make_result` is given.
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

    @property
    def origin(self) -> Origin:
        """What it says of its system."""
        fields = {name: getattr(self, name) for name in Origin.__struct_fields__}
        return Origin(**fields)


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


def make_result(
    origin: Origin,
    gold: Gold,
    outcomes: Sequence[Outcome],
    *,
    predictions_sha256: str,
    folds_sha256: str,
    data_version: str,
    seed: int,
    draws: int,
) -> Result:
    """Score outcomes on a task's gold.

    Parameters
    ----------
    origin : Origin
        What is said of the system.
    gold : Gold
        Its own hash, and what cannot be evaluated in it, go into the result. Outcomes of
        rearranged labels bring the gold that they are scored against.
    outcomes : sequence of Outcome
        One a replicate; their counts are averaged.
    seed, draws : int
        Of the bootstrap.
    """
    scorer = gold.scorer
    counts = counts_of(outcomes, scorer)
    sums = counts.sum(axis=0)
    bootstrap = BootstrapScore.of(counts, gold.articles, scorer, draws=draws, seed=seed)
    return Result(
        **{name: getattr(origin, name) for name in origin.__struct_fields__},
        task=gold.task.name,
        protocol=PROTOCOL,
        replicates=len(outcomes),
        seed=seed,
        draws=draws,
        data_version=data_version,
        gold_sha256=gold.sha256,
        folds_sha256=folds_sha256,
        predictions_sha256=predictions_sha256,
        sentences=len(counts),
        articles=len(gold.article_ids),
        headline=gold.task.headline,
        score=rounded(float(scorer.headline(sums))),
        interval=rounded(interval(bootstrap.draws)),
        chance=rounded(scorer.chance(sums)),
        scores=rounded(scorer.scores(sums)),
        per_article=rounded(bootstrap.per_article),
        per_class=rounded(scorer.classes(sums)),
        not_evaluable={level: gold.unevaluable_classes(level) for level in gold.task.levels},
        confusion=_confusion(scorer, sums),
    )


def counts_of(outcomes: Sequence[Outcome], scorer: Scorer) -> Floats:
    """Return the counts of each sentence, the mean over replicates."""
    rows = [scorer.counts(outcome.gold, outcome.predictions) for outcome in outcomes]
    return np.asarray(np.mean(rows, axis=0))


def _confusion(scorer: Scorer, sums: Floats) -> Confusion | None:
    if not isinstance(scorer, LabelScorer):
        return None
    return Confusion(scorer.labels, rounded(tuple(map(tuple, scorer.confusion(sums).tolist()))))


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


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
        file = corpus.name_of(path)
        result = read_result(path, file)
        if (result.system, result.task) != (path.parent.name, path.stem):
            found = f"a result of {result.system}/{result.task}"
            raise FileError(file, found, f"{path.parent.name}/{path.stem}", "move the file back")
        predictions = path.with_name(f"{path.stem}.predictions.jsonl")
        content = predictions.read_bytes() if predictions.is_file() else b""
        if sha256(content) != result.predictions_sha256:
            found = "other content than was scored" if content else "no predictions"
            allowed = f"the file with SHA-256 {result.predictions_sha256}"
            raise FileError(corpus.name_of(predictions), found, allowed, _RUN)
        stored[result.system, result.task] = Stored(result, content)
    return stored


def read_result(path: Path, file: str) -> Result:
    """Read one result file; `file` is its name in messages.

    Raises
    ------
    FileError
        It is missing or not a result, or its seed or draws are out of range.
    """
    allowed = "a result of the benchmark"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except OSError as error:
        raise FileError(file, error.strerror or str(error), allowed, "name its file") from None
    except msgspec.DecodeError as error:
        raise FileError(file, shorten(error, 160), allowed, _RUN) from None
