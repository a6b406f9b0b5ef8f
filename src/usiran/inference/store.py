"""Trained systems on disk: a folder with model.skops, model.json and a card.

Never pickle: skops builds only the types it is allowed to, and refuses a file that names
any other. Which of our own types may be built is the literal list `TRUSTED`.
"""

import hashlib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tokenize import TokenError
from typing import Any

import msgspec
import skops.io
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning
from skops.io.exceptions import UntrustedTypesFoundException

from usiran.errors import FileError, shorten
from usiran.files import BAD_JSON, read_bytes
from usiran.inference.stored_types import STORED_TYPES, with_present_names, with_stored_names
from usiran.models.base import Estimator
from usiran.tasks.base import Unit

MODEL, INFO, CARD = "model.skops", "model.json", "README.md"
FORMAT = 1
PACKAGES = ("usiran", "scikit-learn", "skops", "numpy")
UNITS: tuple[Unit, ...] = ("sentence", "spans", "links")
# Of columns and tables.
ORDER = ("stance", "holder", "actors", "events", "roles", "linking", "affiliation")
_UNIT_OF: dict[str, Unit] = dict.fromkeys(ORDER, "spans")
_UNIT_OF |= {"stance": "sentence", "holder": "sentence", "roles": "links"}
# A task becomes a column or a folder of what is labelled, which has others of its own.
_TASK = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_TAKEN = {
    *("articles", "sentences", "rejected", "dyads", "parts"),
    *("sentence_id", "article_id", "start", "end", "zone", "text"),
}

# Everything a model file may hold beyond what skops trusts of scikit-learn and numpy. None
# of these does more, when built from a file, than take in its own attributes.
TRUSTED = ("scipy.sparse._csr.csr_matrix", *sorted(set(STORED_TYPES.values())))

# What building a damaged file may raise; the file is refused whichever it is.
# The last two are what NumPy makes of the head of a damaged array.
_BAD_FILE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, TokenError, SyntaxError)
_BAD_CONTENT = (
    *(LookupError, ValueError, TypeError, AttributeError, ImportError, RuntimeError),
    *(ArithmeticError, AssertionError, MemoryError),
)
LARGEST_MODEL = 1 << 30
"""Bytes that a model file may hold unpacked: 1 GiB."""
_TRAIN = "train it again: `usiran train TASK SYSTEM --output DIR`"
_DO_NOT_USE = f"do not use this file; {_TRAIN}"


class ModelInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What model.json says of a trained system."""

    format: int  # of the folder; another one is refused
    task: str
    unit: Unit
    system: str
    title: str
    labels: tuple[str, ...]
    groups: dict[str, str]  # from label to quad class of an event; empty elsewhere
    settings: dict[str, Any]
    settings_sha256: str
    seed: int
    hub_id: str
    data_version: str
    gold_sha256: str
    articles: int
    sentences: int
    versions: dict[str, str]  # of the packages it was trained with
    model_sha256: str
    # What it is given besides the text, such as actors: models of these tasks find it first.
    given: tuple[str, ...] = ()
    language: str = "en"  # ISO 639-1, of its articles; older folders do not state it
    # Of a model that learned from the training companion besides: its track, how many invented
    # sentences, and their SHA-256.
    track: str | msgspec.UnsetType = msgspec.UNSET
    companion_sentences: int | msgspec.UnsetType = msgspec.UNSET
    companion_sha256: str | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class Model:
    """A trained system that was read from its folder."""

    info: ModelInfo
    estimator: Estimator
    folder: Path

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Refuse the model's file where labelling with it fails: its parts do not fit together."""
        try:
            yield
        except _BAD_CONTENT as error:
            value = shorten(f"{type(error).__name__}: {error}")
            allowed = f"a fitted system for {self.info.task}"
            raise FileError(self.folder / MODEL, value, allowed, _DO_NOT_USE) from error


def dumps(estimator: Estimator) -> bytes:
    """Return a fitted system as the content of a skops file."""
    buffer = io.BytesIO()
    skops.io.dump(estimator, buffer, compression=zipfile.ZIP_DEFLATED)
    return with_stored_names(buffer.getvalue())


def untrusted(content: bytes) -> list[str]:
    """Return the types in a skops file that `load` would refuse to build."""
    types = skops.io.get_untrusted_types(data=with_present_names(content))
    return sorted(set(types) - set(TRUSTED))


def present_versions() -> dict[str, str]:
    """Return the versions of the packages that a model depends on."""
    return {name: version(name) for name in PACKAGES}


def load(folder: Path) -> Model:
    """Read a trained system; nothing of a broken, changed or untrusted file is built."""
    info = _read_info(folder / INFO)
    path = folder / MODEL
    if hashlib.sha256(_content(path)).hexdigest() != info.model_sha256:
        allowed = f"SHA-256 {info.model_sha256}"
        raise FileError(path, "another content than was trained", allowed, _TRAIN)
    estimator = build(path)
    # The types are trusted, but model.json may belong to another file's system.
    allowed = f"a fitted system for {info.task}"
    if not isinstance(estimator, BaseEstimator) or not hasattr(estimator, "predict"):
        raise FileError(path, f"a {type(estimator).__name__}", allowed, _TRAIN)
    unknown = sorted(set(map(str, getattr(estimator, "classes_", ()))) - set(info.labels))
    if unknown:
        raise FileError(path, f"labels {', '.join(unknown)}", ", ".join(info.labels), _TRAIN)
    return Model(info, estimator, folder)


def _folders_in(path: Path) -> list[Path]:
    """Return the trained folders that a path names: itself, or those directly inside it."""
    if (path / INFO).is_file():
        return [path]
    inside = sorted(info.parent for info in path.glob(f"*/{INFO}"))
    if not inside:
        value = f"no {INFO}" if path.is_dir() else "no such folder"
        allowed = "a folder that `usiran train` wrote, or one of several"
        raise FileError(path, value, allowed, _TRAIN)
    return inside


def load_all(paths: Sequence[Path], data_version: str | None = None) -> tuple[Model, ...]:
    """Read the trained systems that the paths name, at most one a task.

    Models of other data than `data_version`, if it is given, are refused.
    """
    models: dict[str, Model] = {}
    folders = [folder.resolve() for path in paths for folder in _folders_in(path)]
    for folder in dict.fromkeys(folders):
        model = load(folder)
        info = model.info
        # Labels of one text by models of different data would not be one annotation.
        data_version = data_version or info.data_version
        if info.task in models:
            value, fix = f"a second model of {info.task}", "leave out one of the two"
            raise FileError(folder, value, "one model a task", fix)
        if any(info.language != other.info.language for other in models.values()):
            fix = "leave out the models of the other language"
            value = f"a model of the language {info.language}"
            raise FileError(folder / INFO, value, "models of one language", fix)
        if info.data_version != data_version:
            value = f"data version {info.data_version}"
            raise FileError(folder / INFO, value, data_version, _TRAIN)
        models[info.task] = model
    for info in (model.info for model in models.values()):
        if missing := [task for task in info.given if task not in models]:
            value = f"no model of {' and '.join(missing)}"
            allowed = f"models of {', '.join(info.given)}"
            fix = "name them with --with: it labels what they find"
            raise FileError(f"the model of {info.task}", value, allowed, fix)
    others = sorted(set(models) - set(ORDER))
    return tuple(models[task] for task in (*ORDER, *others) if task in models)


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path)
    except OSError as error:
        allowed = "a file that `usiran train` wrote"
        raise FileError.of(error, path, allowed, _TRAIN) from None


def _read_info(path: Path) -> ModelInfo:
    try:
        info = msgspec.json.decode(_content(path), type=ModelInfo)
    except BAD_JSON as error:
        raise FileError(path, shorten(error), "what `usiran train` writes", _TRAIN) from None
    if info.format != FORMAT:
        raise FileError(path, f"format {info.format}", f"format {FORMAT}", _TRAIN)
    # NumPy is left out: its arrays have been read across all versions.
    for name in PACKAGES[:3]:
        stated, installed = info.versions.get(name, "none"), _series(version(name))
        if _series(stated) != installed:
            allowed = f"{name} {installed}.*, as is installed"
            raise FileError(path, f"{name} {stated}", allowed, _TRAIN)
    units = (_UNIT_OF[info.task],) if info.task in _UNIT_OF else UNITS
    if not _TASK.fullmatch(info.task) or info.task in _TAKEN or info.unit not in units:
        value = f"the task {info.task}, of the unit {info.unit}"
        raise FileError(path, value, "a task that can be trained, and its unit", _TRAIN)
    return info


def _series(release: str) -> str:
    """Return the first two numbers of a version: what is kept compatible."""
    return ".".join(release.split(".")[:2])


def build(path: Path) -> Estimator:
    """Build the system that a skops file holds, of trusted types only."""
    try:
        with warnings.catch_warnings():
            # A patch release apart is fine; further apart was refused before.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            content = _content(path)
            _check_size(content)
            content = with_present_names(content)
            estimator: Estimator = skops.io.loads(content, trusted=list(TRUSTED))
    # It derives from TypeError, so it comes before the damaged files.
    except UntrustedTypesFoundException as error:
        allowed = "types of scikit-learn, numpy and usiran's list"
        raise FileError(path, shorten(error), allowed, _DO_NOT_USE) from None
    except (*_BAD_FILE, *_BAD_CONTENT) as error:
        value = shorten(f"{type(error).__name__}: {error}")
        raise FileError(path, value, "a model in the skops format", _TRAIN) from None
    return estimator


def _check_size(archive: bytes) -> None:
    """Raise ValueError where an archive unpacks to more than a model may hold."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        if sum(entry.file_size for entry in file.infolist()) > LARGEST_MODEL:
            raise ValueError(f"more than {LARGEST_MODEL:,} bytes, unpacked")
        # A sparse matrix is an archive in the archive.
        for name in file.namelist():
            if name.endswith(".npz"):
                _check_size(file.read(name))
