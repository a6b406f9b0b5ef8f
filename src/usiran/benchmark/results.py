"""A result: one system's scores on one task, with everything needed to compute them again.

``results/<system>/<task>.json`` is one result; ``<task>.predictions.jsonl`` beside it holds
the predictions it was made from (`usiran.benchmark.predictions`). The results of another track
than the official one stand in ``results-<track>``.
"""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from usiran.benchmark.protocol import Outcome
from usiran.corpus import Corpus
from usiran.errors import FileError, shorten
from usiran.files import BAD_JSON, content_of, read_bytes
from usiran.schemas.results import Kind
from usiran.stats.bootstrap import BootstrapScore, interval
from usiran.stats.scores import Floats
from usiran.tasks.base import Scorer
from usiran.tasks.metrics.labels import LabelScorer

PLACES = 6
_PACKAGES = ("usiran", "numpy", "scikit-learn")
DRAWS = (100, 1_000_000)  # fewer give no interval, more take hours and change nothing
SUBMITTED: Literal["submitted"] = "submitted"
_RUN = "run the system again: `usiran benchmark run --system NAME --task NAME`"


Mixtures = dict[str, list[dict[str, float]]]


class Confusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows are gold labels, columns predicted ones, both in the order of `labels`."""

    labels: tuple[str, ...]
    cells: tuple[tuple[float, ...], ...]


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a submitted system's makers say of it; `url` may be empty."""

    description: str
    url: str = ""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a result says of its system, which no score follows from."""

    system: str
    title: str
    kind: Kind | Literal["submitted"]
    # Whether the labels were rearranged on purpose: such a control is compared with chance,
    # never with systems that were scored on the true labels.
    relabelled: bool
    settings: dict[str, Any]
    settings_sha256: str
    submission: Submission | msgspec.UnsetType = msgspec.UNSET
    # Where predictions made elsewhere were scored: for the reader, never compared. Own systems
    # have none, so that their results are the same bytes on every machine.
    environment: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    # Of systems that learn from the companion besides: what each article's fold chose of the ways
    # to mix the two, by article; a system of several parts chose once for each.
    mixtures: Mixtures | msgspec.UnsetType = msgspec.UNSET


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One system's scores on one task; the first fields are those of `Origin`."""

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
    headline: str  # the key in `scores` that systems are ranked by; `score` is its value
    score: float
    interval: tuple[float, float]  # of the headline, 95 %, two-stage bootstrap
    chance: float  # the headline expected of random labels with the same totals
    scores: dict[str, float]
    per_article: dict[str, float]  # the headline of each article alone
    per_class: dict[str, dict[str, dict[str, float]]]  # by level, class and score
    not_evaluable: dict[str, dict[str, str]]  # by level and class, with the reason
    confusion: Confusion | None = None
    submission: Submission | msgspec.UnsetType = msgspec.UNSET
    environment: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    # Of systems trained with the companion alone: their track, and what they learned besides.
    track: str | msgspec.UnsetType = msgspec.UNSET
    companion_sha256: str | msgspec.UnsetType = msgspec.UNSET
    mixtures: Mixtures | msgspec.UnsetType = msgspec.UNSET

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
        # Adding 0 turns -0.0, which sums in another order may give, into 0.0.
        return round(value, PLACES) + 0.0
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(rounded(item) for item in value)
    return value


def json_bytes(document: object) -> bytes:
    """Return the content of a JSON file, laid out so that a difference shows line by line."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def counts_of(outcomes: Sequence[Outcome], scorer: Scorer) -> Floats:
    """Return the counts of each sentence, the mean over replicates."""
    rows = [scorer.counts(outcome.gold, outcome.predictions) for outcome in outcomes]
    return np.asarray(np.mean(rows, axis=0))


def figures_of(bootstrap: BootstrapScore, scorer: Scorer) -> dict[str, Any]:
    """Return the fields of a result that follow from the counts, by name."""
    sums = bootstrap.counts.sum(axis=0)
    return {
        "score": rounded(float(scorer.headline(sums))),
        "interval": rounded(interval(bootstrap.draws)),
        "chance": rounded(scorer.chance(sums)),
        "scores": rounded(scorer.scores(sums)),
        "per_article": rounded(bootstrap.per_article),
        "per_class": rounded(scorer.classes(sums)),
        "confusion": confusion(scorer, sums),
    }


def confusion(scorer: Scorer, sums: Floats) -> Confusion | None:
    """Return the confusions in summed counts, None where labels are not one a unit."""
    if not isinstance(scorer, LabelScorer):
        return None
    return Confusion(scorer.labels, rounded(tuple(map(tuple, scorer.confusion(sums).tolist()))))


def environment() -> dict[str, str]:
    """Return where scores are computed: sums may differ in the last place elsewhere."""
    packages = {name: version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), "platform": platform.platform(), **packages}


def parameters_sha256(parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a submitted system's parameters as canonical JSON."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


def submitted_origin(
    system: str, title: str, description: str, settings: Mapping[str, Any]
) -> Origin:
    """Return what a result says of a system that is not the toolkit's own."""
    return Origin(
        system=system,
        title=title,
        kind=SUBMITTED,
        relabelled=False,
        settings=dict(settings),
        settings_sha256=parameters_sha256(settings),
        submission=Submission(description),
        environment=environment(),
    )


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def results_folder(corpus: Corpus, track: str = "") -> Path:
    """Return where the results of a track stand; the official one has no name."""
    return corpus.baselines / (f"results-{track}" if track else "results")


def paths(corpus: Corpus, system: str, task: str, track: str = "") -> tuple[Path, Path]:
    """Return where a result and its predictions stand."""
    folder = results_folder(corpus, track) / system
    return folder / f"{task}.json", folder / f"{task}.predictions.jsonl"


def card_path(corpus: Corpus, system: str) -> Path:
    """Return where a submitted system's card stands."""
    return corpus.baselines / "results" / system / "README.md"


def read_results(corpus: Corpus, track: str = "") -> dict[tuple[str, str], Stored]:
    """Read every stored result of a track, sorted by system and task."""
    paths = sorted(results_folder(corpus, track).glob("*/*.json"))
    return {(path.parent.name, path.stem): read_stored(corpus, path) for path in paths}


def read_stored(corpus: Corpus, path: Path) -> Stored:
    """Read one stored result and its predictions; `path` is the result's file."""
    file = corpus.name_of(path)
    result = read_result(path, file)
    if (result.system, result.task) != (path.parent.name, path.stem):
        found = f"a result of {result.system}/{result.task}"
        raise FileError(file, found, f"{path.parent.name}/{path.stem}", "move the file back")
    predictions = path.with_name(f"{path.stem}.predictions.jsonl")
    content = content_of(predictions)
    if sha256(content) != result.predictions_sha256:
        found = "other content than was scored" if content else "no predictions"
        allowed = f"the file with SHA-256 {result.predictions_sha256}"
        raise FileError(corpus.name_of(predictions), found, allowed, _RUN)
    return Stored(result, content)


def read_result(path: Path, file: str) -> Result:
    """Read one result file; `file` is its name in messages."""
    allowed = "a result of the benchmark"
    try:
        return msgspec.json.decode(read_bytes(path), type=Result)
    except OSError as error:
        raise FileError(file, error.strerror or str(error), allowed, "name its file") from None
    except BAD_JSON as error:
        raise FileError(file, shorten(error, 160), allowed, _RUN) from None
