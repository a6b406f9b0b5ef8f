"""The releases of a corpus, as their folders hold them.

``dataset/releases/<version>/`` has three parts: ``manifest.json`` (what was released: counts,
the hash of every published file, hashes of the content and of what it is made from, the
annotators' agreement), ``records/<table>.jsonl`` (a stand-off snapshot of every record, without
the articles' text) and ``changes.json`` (every change since the release before, with reasons).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PureWindowsPath
from typing import Any

import msgspec
from packaging.version import Version

from usiran.corpus import Corpus
from usiran.dataset.release.snapshot import TABLES, Snapshot, Table, content_hash, from_lines
from usiran.dataset.release.version import is_version, parse_version
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.files import BAD_JSON, read_bytes

MANIFEST = "manifest.json"
CHANGES = "changes.json"
RECORDS = "records"
_FIX = "put the release's folder back as it was committed"


class PublishedFile(msgspec.Struct, frozen=True):
    """One published file: the SHA-256 of its bytes (64 hex digits) and its size in bytes."""

    sha256: str
    size: int


class _Content(msgspec.Struct):
    all: str


class _Manifest(msgspec.Struct):
    """What is read of manifest.json."""

    version: str
    previous: str | None
    created: date
    files: dict[str, PublishedFile]
    content: _Content
    configs: dict[str, Any] = {}  # a manifest of another hand may tell none


@dataclass(frozen=True)
class Release:
    """One release, `created` on a day (YYYY-MM-DD).

    `files` is exactly what is published, by its path below dataset/; `content` is the content
    hash of the snapshot; `configs` are the keys of the views that were published.
    """

    folder: Path
    version: Version
    created: str
    files: dict[str, PublishedFile]
    content: str
    configs: frozenset[str]

    @property
    def tag(self) -> str:
        """The tag of this release, in git and on the Hub."""
        return f"v{self.version}"

    @cached_property
    def snapshot(self) -> Snapshot:
        """The released records, checked against the manifest's content hash."""
        folder = self.folder / RECORDS
        tables = {name: _read_table(folder / f"{name}.jsonl", name) for name in TABLES}
        snapshot = {name: table for name, table in tables.items() if table is not None}
        try:
            digest = content_hash(snapshot)
        except UnicodeEncodeError:
            digest = "with half a character"  # JSON's escapes can hold one, no file in UTF-8
        if digest != self.content:
            raise FileError(folder, f"content {digest}", f"content {self.content}", _FIX)
        return snapshot


def folder_of(corpus: Corpus, version: Version) -> Path:
    """Return where a release stands, or will stand."""
    return corpus.dataset / "releases" / str(version)


def releases(corpus: Corpus) -> tuple[Release, ...]:
    """Return the releases of a corpus, the oldest first."""
    manifests = (corpus.dataset / "releases").glob(f"*/{MANIFEST}")
    names = (path.parent.name for path in manifests)
    # As versions: as texts 1.10.0 would come before 1.9.0.
    versions = sorted(parse_version(name) for name in names if is_version(name))
    return tuple(read_release(folder_of(corpus, version)) for version in versions)


def latest(corpus: Corpus) -> Release | None:
    """Return the release with the greatest version, None before the first."""
    return next(reversed(releases(corpus)), None)


def release_of(corpus: Corpus, version: str) -> Release:
    """Return one release by its version, with or without a leading ``v``."""
    folder = folder_of(corpus, parse_version(version))
    if (folder / MANIFEST).is_file():
        return read_release(folder)
    known = ", ".join(str(release.version) for release in releases(corpus)) or "none yet"
    allowed = f"a release of this corpus: {known}"
    fix = "name one of these, or make it with `usiran release`"
    raise InputError([Finding("dataset/releases", folder.name, "", version, allowed, fix)])


def read_release(folder: Path) -> Release:
    """Read a release's manifest; its snapshot is read when it is asked for."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(read_bytes(path), type=_Manifest)
        return Release(
            folder=folder,
            version=_version(manifest, folder.name),
            created=manifest.created.isoformat(),
            files={_below(name): file for name, file in manifest.files.items()},
            content=manifest.content.all,
            configs=frozenset(manifest.configs),
        )
    except OSError as error:
        raise FileError.of(error, path, "the manifest of a release", _FIX) from None
    # A manifest edited by hand can be wrong in each of these ways.
    except (*BAD_JSON, ValueError, InputError) as error:
        raise FileError(path, shorten(error), "the manifest of a release", _FIX) from None


def _version(manifest: _Manifest, folder: str) -> Version:
    """Return the version; ValueError if it is not the folder's, or not after the one before."""
    version = parse_version(manifest.version)
    if is_version(folder) and parse_version(folder) != version:
        raise ValueError(f"version {version} in the folder of {folder}")
    if manifest.previous and parse_version(manifest.previous) >= version:
        raise ValueError(f"previous {manifest.previous} is not before {version}")
    return version


def _below(name: str) -> str:
    """Return a file's name if it leads to a place below the dataset; else raise ValueError."""
    # Taken as a path of either system: the manifest may have been written on the other one.
    inside = not any(part in ("", ".", "..") for part in re.split(r"[/\\]", name))
    if not inside or not name.isprintable() or PureWindowsPath(name).drive:
        raise ValueError(f"the file {name!r} is not below dataset/")
    return name


def _read_table(path: Path, name: str) -> Table | None:
    try:
        return from_lines(name, read_bytes(path), file=str(path))
    except FileNotFoundError:
        # A table that came to be later; one that was lost shows in the content hash.
        return None
    except OSError as error:
        raise FileError.of(error, path, "the records of a release", _FIX) from None
