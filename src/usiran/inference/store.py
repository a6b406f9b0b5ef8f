"""Trained systems on disk: a folder with model.skops, model.json and a card.

Never pickle: skops builds only the types it is allowed to, and refuses a file that names
any other. Which of our own types may be built is the literal list `TRUSTED`.
"""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import skops.io
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning
from skops.io.exceptions import UntrustedTypesFoundException

from usiran.errors import FileError, shorten
from usiran.inference.stored_types import STORED_TYPES, with_present_names, with_stored_names
from usiran.models.base import Estimator
from usiran.models.tagger import LinearTagger
from usiran.tasks.base import Unit

MODEL, INFO, CARD = "model.skops", "model.json", "README.md"
FORMAT = 1
PACKAGES = ("usiran", "scikit-learn", "skops", "numpy")
ORDER = ("stance", "holder", "actors", "events")  # of columns and tables
UNITS: tuple[Unit, ...] = ("sentence", "spans")

# Everything a model file may hold beyond what skops trusts of scikit-learn and numpy. None
# of these does more, when built from a file, than take in its own attributes.
TRUSTED = ("scipy.sparse._csr.csr_matrix", *sorted(set(STORED_TYPES.values())))

# What building a damaged file may raise; the file is refused whichever it is.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, IndexError, ValueError, TypeError,
    AttributeError, ImportError, NotImplementedError, RecursionError,
)  # fmt: skip
_TRAIN = "train it again: `usiran train TASK SYSTEM --output DIR`"


class ModelInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What model.json says of a trained system.

    Parameters
    ----------
    format : int
        Of the folder; another one is refused.
    groups : dict
        From label to the broader class (quad class of an event); empty where there is none.
    data_version, gold_sha256 : str
        What it was trained on, all articles of it.
    versions : dict
        Of the packages it was trained with.
    model_sha256 : str
        Of model.skops.
    """

    format: int
    task: str
    unit: Unit
    system: str
    title: str
    labels: tuple[str, ...]
    groups: dict[str, str]
    settings: dict[str, Any]
    settings_sha256: str
    seed: int
    hub_id: str
    data_version: str
    gold_sha256: str
    articles: int
    sentences: int
    versions: dict[str, str]
    model_sha256: str


@dataclass(frozen=True)
class Model:
    """A trained system that was read from its folder."""

    info: ModelInfo
    estimator: Estimator


def dumps(estimator: Estimator) -> bytes:
    """Return a fitted system as the content of a skops file."""
    buffer = io.BytesIO()
    with _cut(estimator):
        skops.io.dump(estimator, buffer, compression=zipfile.ZIP_DEFLATED)
    return with_stored_names(buffer.getvalue())


def info_bytes(info: ModelInfo) -> bytes:
    """Return the content of model.json."""
    return msgspec.json.format(msgspec.json.encode(info), indent=1) + b"\n"


def present_versions() -> dict[str, str]:
    """Return the versions of the packages that a model depends on."""
    return {name: version(name) for name in PACKAGES}


def load(folder: Path) -> Model:
    """Read a trained system.

    Raises
    ------
    FileError
        A file is missing, broken or changed, was made by other versions, or holds a type
        that is not trusted. Nothing of such a file is built.
    """
    info = _read_info(folder / INFO)
    path = folder / MODEL
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != info.model_sha256:
        raise FileError(path, "another content than was trained", f"SHA-256 {info.model_sha256}",
                        _TRAIN)  # fmt: skip
    estimator = build(path)
    _check_kind(path, estimator, info)
    return Model(info, estimator)


def folders_in(path: Path) -> list[Path]:
    """Return the trained folders that a path names: itself, or those directly inside it.

    Raises
    ------
    FileError
        There is none.
    """
    if (path / INFO).is_file():
        return [path]
    inside = sorted(one.parent for one in path.glob(f"*/{INFO}"))
    if not inside:
        found = f"no {INFO}" if path.is_dir() else "no such folder"
        raise FileError(path, found, "a folder that `usiran train` wrote, or one of several",
                        _TRAIN)  # fmt: skip
    return inside


def load_all(paths: Sequence[Path], data_version: str | None = None) -> tuple[Model, ...]:
    """Read the trained systems that the paths name, at most one a task.

    Parameters
    ----------
    data_version : str, optional
        Of the corpus that they are used with; models of other data are refused.

    Raises
    ------
    FileError
        One cannot be read, two label the same, or they were trained on different data.
    """
    models: dict[str, Model] = {}
    wanted = data_version
    for folder in dict.fromkeys(one.resolve() for path in paths for one in folders_in(path)):
        model = load(folder)
        info = model.info
        wanted = info.data_version if wanted is None else wanted
        if info.task in models:
            raise FileError(folder, f"a second model of {info.task}", "one model a task",
                            "leave out one of the two")  # fmt: skip
        if info.data_version != wanted:
            raise FileError(folder / INFO, f"data version {info.data_version}", wanted, _TRAIN)
        models[info.task] = model
    return tuple(sorted(models.values(), key=_rank))


def _rank(model: Model) -> tuple[int, str]:
    task = model.info.task
    return (ORDER.index(task) if task in ORDER else len(ORDER)), task


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise FileError(path, found, "a file that `usiran train` wrote", _TRAIN) from None


def _read_info(path: Path) -> ModelInfo:
    try:
        info = msgspec.json.decode(_content(path), type=ModelInfo)
    except msgspec.DecodeError as error:
        raise FileError(path, shorten(error), "what `usiran train` writes", _TRAIN) from None
    if info.format != FORMAT:
        raise FileError(path, f"format {info.format}", f"format {FORMAT}", _TRAIN)
    now = present_versions()
    for name in PACKAGES[:3]:
        stated = info.versions.get(name, "none")
        if _series(stated) != _series(now[name]):
            raise FileError(path, f"{name} {stated}", f"{name} {_series(now[name])}.*, as is "
                            "installed", _TRAIN)  # fmt: skip
    return info


def _series(release: str) -> str:
    """Return the first two numbers of a version: what is kept compatible."""
    return ".".join(release.split(".")[:2])


def build(path: Path) -> Estimator:
    """Build the system that a skops file holds, of trusted types only.

    Raises
    ------
    FileError
        It names another type, or is broken.
    """
    try:
        with warnings.catch_warnings():
            # A patch release apart is fine; further apart was refused before.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            estimator: Estimator = skops.io.loads(
                with_present_names(_content(path)), trusted=list(TRUSTED)
            )
            _join(estimator)
    except UntrustedTypesFoundException as error:
        # It derives from TypeError, so it is told before the damaged files.
        raise FileError(path, shorten(error), "types of scikit-learn, numpy and usiran's list",
                        "do not use this file; " + _TRAIN) from None  # fmt: skip
    except _BROKEN as error:
        found = shorten(f"{type(error).__name__}: {error}")
        raise FileError(path, found, "a model in the skops format", _TRAIN) from None
    return estimator


def _check_kind(path: Path, estimator: Estimator, info: ModelInfo) -> None:
    allowed = f"a fitted system for {info.task}"
    if not isinstance(estimator, BaseEstimator) or not hasattr(estimator, "predict"):
        raise FileError(path, f"a {type(estimator).__name__}", allowed, _TRAIN)
    extra = set(map(str, getattr(estimator, "classes_", ()))) - set(info.labels)
    if extra:
        raise FileError(path, f"labels {', '.join(sorted(extra))}", ", ".join(info.labels), _TRAIN)


# skops cannot write a circle, and a tagger's token model points back at its tagger. The
# pointer is taken away while the file is written, and given back to what was read.


@contextmanager
def _cut(estimator: object) -> Iterator[None]:
    taggers = list(_taggers(estimator))
    for tagger in taggers:
        tagger.model_.tagger = None
    try:
        yield
    finally:
        _join(estimator)


def _join(estimator: object) -> None:
    for tagger in _taggers(estimator):
        tagger.model_.tagger = tagger


def _taggers(part: object) -> Iterator[Any]:
    """Yield every fitted tagger in a system, the outermost first."""
    if isinstance(part, LinearTagger) and hasattr(part, "model_"):
        yield part
    for inner in _parts(part):
        yield from _taggers(inner)


def _parts(part: object) -> Sequence[object]:
    """Return what is directly inside a system; word lists and vocabularies hold no taggers."""
    if isinstance(part, dict):
        part = tuple(part.values())
    if isinstance(part, list | tuple):
        return part if any(isinstance(one, BaseEstimator | tuple) for one in part) else ()
    return list(vars(part).values()) if isinstance(part, BaseEstimator) else ()
