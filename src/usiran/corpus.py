"""A corpus folder: where everything in it lies, and what corpus.toml says of it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from packaging.version import InvalidVersion, Version

from usiran.errors import CorpusNotFound, FileError, shorten
from usiran.files import read_bytes

SWAP, LOCK = ".swap.new", ".usiran.lock"
"""In a folder of files that are replaced at once: where they lie ready, and who writes there."""

_BASES = ("first-pass", "adjudicated")
_LARGEST_TOML = 1 << 22  # 4 MiB, of which a parser in Python takes seconds


@dataclass(frozen=True)
class Round:
    """What the annotators of a round had: a version of the guidelines, and all they were given."""

    guidelines: str
    given: str


@dataclass(frozen=True)
class Manifest:
    """What dataset/corpus.toml says: names, data version, licences.

    `gold_basis` is ``first-pass`` while one annotator's labels stand in as gold and
    ``adjudicated`` once independent annotators and an adjudicated pass replaced them.
    `gold_rounds` are the annotation rounds whose labels are the votes behind the gold; where
    an annotator labelled a task in several of them, the last one listed counts. `rounds` says
    what is told of any round, behind the gold or not, the earliest first. `scores` is the sentence
    that every page with scores ends with: what they are good for.
    """

    name: str
    title: str
    version: str
    hub_id: str
    language: str
    annotation_license: str
    text_rights: str
    gold_basis: str
    gold_rounds: tuple[str, ...]
    scores: str = "Read every score with its interval, and with how many articles it rests on."
    rounds: Mapping[str, Round] = field(default_factory=dict)


# Nothing that Markdown, YAML or TeX would take for a mark of its own.
ADDRESS = r"^(https://[\w.~/:@%?&=+-]+)?$"
"""What the address of a corpus' repository may be; empty where it has none."""
# The texts that must be there.
_KEYS = tuple(key.name for key in fields(Manifest) if key.type == "str" and key.default is MISSING)
_OF_ROUND = {key.name for key in fields(Round)}


class _Part:
    """A path in a corpus folder, told by its place there."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __get__(self, corpus: Corpus, owner: type[Corpus]) -> Path:
        return corpus.root / self._place


@dataclass(frozen=True)
class Corpus:
    """A folder that holds a corpus, and the paths of its parts."""

    root: Path

    dataset = _Part("dataset")  # what is published, and what it is made from
    description = _Part("dataset/description.toml")  # what the corpus says of itself, if anything
    source = _Part("dataset/source")  # articles, sentences and folds
    articles = _Part("dataset/source/articles")  # the verbatim texts, one file an article
    withdrawn = _Part("dataset/source/withdrawn")  # what is kept of each text that was withdrawn
    data = _Part("dataset/data")  # the generated Parquet files, one folder a config
    # Where files lie ready while many are replaced at once; else it is not there.
    swap = _Part(f"dataset/{SWAP}")
    # Who is writing; it is not there while nobody is. Not in `dataset`: that folder changes with
    # a swap alone, which tells whoever reads.
    lock = _Part(LOCK)
    # Where a copy of the corpus lies while a change is tried on it; else it is not there.
    rehearsal = _Part(".rehearsal.new")
    schemas = _Part("schemas")  # the generated JSON Schemas
    annotation = _Part("annotation")  # guidelines, labels, registries, submissions, gold
    labels = _Part("annotation/labels.toml")  # the one source of every label
    submissions = _Part("annotation/submissions")  # <round>/<annotator_id>/{stance,spans}.json
    gold = _Part("annotation/gold")  # the gold exports, the votes and the decisions
    baselines = _Part("baselines")  # settings, results and the leaderboard

    @classmethod
    def find(cls, start: Path | str | None = None, option: str = "--corpus DIR") -> Corpus:
        """Return the nearest corpus at or above `start` (default: the working directory).

        `option` is what the error of there being none says that names one.
        """
        here = Path(start) if start is not None else Path.cwd()
        for folder in (here.resolve(), *here.resolve().parents):
            if (folder / "dataset" / "corpus.toml").is_file():
                return cls(folder)
        raise CorpusNotFound(here, option)

    @cached_property
    def manifest(self) -> Manifest:
        """What corpus.toml says; where it is none, reading it is a `FileError`."""
        path = self.dataset / "corpus.toml"
        return _manifest(read_toml(path), self.name_of(path))

    def name_of(self, path: Path) -> str:
        """Return `path` relative to the corpus where it lies inside it."""
        # Not `Path.resolve`, which raises where symbolic links lead in a circle.
        resolved = Path(os.path.realpath(path))
        if resolved.is_relative_to(self.root):
            return resolved.relative_to(self.root).as_posix()
        return str(path)

    def article(self, article_id: str) -> Path:
        """Return the path of one article's text."""
        return self.articles / f"{article_id}.txt"

    @property
    def companion(self) -> Corpus | None:
        """The corpus of invented sentences that systems may be trained on besides, if any."""
        companion = Corpus(self.annotation / "synthetic")
        return companion if (companion.dataset / "corpus.toml").is_file() else None


def as_version(text: str) -> Version | None:
    """Return a version of the data: three whole numbers with dots between; None if it is none.

    Examples
    --------
    >>> str(as_version("1.10.0")), as_version("1.0"), as_version("1.0.0rc1")
    ('1.10.0', None, None)
    """
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    # PEP 440 knows more forms (01.0, 1.0.0rc1, 1!1.0.0): a version of the data has one.
    numbers = ".".join(map(str, version.release))
    return version if text == numbers and len(version.release) == 3 else None


def _manifest(table: Mapping[str, object], file: str) -> Manifest:
    for value, allowed, fix in _faults(table):
        raise FileError(file, value, allowed, fix)
    texts = {key: str(table[key]) for key in (*_KEYS, "scores") if key in table}
    rounds = tuple(cast("list[str]", table["gold_rounds"]))
    described = {name: Round(**row) for name, row in _rounds(table).items()}
    return Manifest(**texts, gold_rounds=rounds, rounds=described)


def _faults(table: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield for each broken rule what was found, what is allowed, how to mend it."""
    if missing := [key for key in _KEYS if not isinstance(table.get(key), str)]:
        allowed = f"a text for each of {', '.join(_KEYS)}"
        yield f"no text under {', '.join(missing)}", allowed, "add the keys"
    if not isinstance(table.get("scores", "a text"), str):
        fix = "put it in quotation marks, or leave the key out"
        yield f"scores = {shorten(table['scores'])}", "a text", fix
    rounds = table.get("gold_rounds")
    value = f"gold_rounds = {shorten(rounds)}"
    if not isinstance(rounds, list) or not all(isinstance(name, str) for name in rounds):
        fix = "name the rounds under annotation/submissions that the gold rests on"
        yield value, "a list of round names", fix
    elif len(set(rounds)) < len(rounds):
        yield value, "each round once", "leave the second out"
    known = (*_KEYS, "scores", "gold_rounds", "rounds")
    if others := [shorten(key) for key in table if key not in known]:
        allowed = f"the keys {', '.join(known)}"
        yield f"the key {', '.join(others)}", allowed, "correct its name, or take it out"
    if (basis := table.get("gold_basis")) not in _BASES:
        allowed = f"one of {', '.join(_BASES)}"
        yield f"gold_basis = {shorten(basis)}", allowed, "say what the gold labels are"
    if as_version(str(version := table.get("version"))) is None:
        allowed = "three whole numbers with dots between, such as 1.0.0"
        yield f"version = {shorten(version)}", allowed, "give the data's version"
    if unclear := [
        f"[rounds.{name}]" for name, row in _rounds(table).items() if not _is_round(row)
    ]:
        allowed = f"{' and '.join(sorted(_OF_ROUND))} of a round, each a text"
        fix = "say what the annotators of the round had before them"
        yield f"not two texts under {', '.join(unclear)}", allowed, fix


def _rounds(table: Mapping[str, object]) -> dict[str, Any]:
    given = table.get("rounds", {})
    return given if isinstance(given, dict) else {"": given}


def _is_round(row: object) -> bool:
    """Return whether a table says all of a round, in texts."""
    return (
        isinstance(row, dict)
        and set(row) == _OF_ROUND
        and all(isinstance(value, str) and value.strip() for value in row.values())
    )


def read_toml(path: Path) -> dict[str, object]:
    """Read one TOML file."""
    try:
        return tomllib.loads(read_bytes(path, most=_LARGEST_TOML).decode("utf-8-sig"))
    except OSError as error:
        raise FileError.of(error, path, "a TOML file", "put it there") from None
    # Among them numbers of more digits than Python reads, and lists nested too deeply.
    except (ValueError, RecursionError) as error:
        fix = "correct that line: texts stand in quotation marks, lists in square brackets"
        raise FileError(path, shorten(error), "TOML 1.0 in UTF-8", fix) from None
