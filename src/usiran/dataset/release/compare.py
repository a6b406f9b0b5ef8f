"""Comparing two states of a corpus: releases, the working tree, folders."""

from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.release.diff import Changes, bump, diff
from usiran.dataset.release.snapshot import Snapshot, snapshot_of
from usiran.dataset.release.stored import MANIFEST, Release, read_release, release_of
from usiran.dataset.release.version import Bump, is_version, next_version, parse_version
from usiran.errors import InputError

_WORKING = (".", "working")


class State(NamedTuple):
    """One state of a corpus: what it is called, its version, its records."""

    name: str
    version: Version
    snapshot: Snapshot


class Comparison(NamedTuple):
    """What changed from one state to another, and the step of the version it demands."""

    old: State
    new: State
    changes: Changes
    bump: Bump

    @property
    def least(self) -> Version:
        """The least version that the new state could be released as, after the old one."""
        return next_version(self.old.version, self.bump)


def compare(old: str, new: str, *, start: Path | None = None) -> Comparison:
    """Compare two states, each named by a word.

    It is a release's version (``1.0.0`` or ``v1.0.0``), ``.`` or ``working`` for the working
    tree, or a folder: a corpus or a release. `start` is where the corpus of a version and of the
    working tree is looked for (default: here).
    """
    before, after = _read_state(old, start), _read_state(new, start)
    changes = diff(before.snapshot, after.snapshot)
    return Comparison(before, after, changes, bump(changes))


def _read_state(word: str, start: Path | None) -> State:
    if word in _WORKING:
        return _of_corpus("the working tree", Corpus.find(start))
    if is_version(word):
        return _of_release(release_of(Corpus.find(start), word))
    folder = Path(word)
    if (folder / MANIFEST).is_file():
        return _of_release(read_release(folder))
    if (folder / "dataset" / "corpus.toml").is_file():
        return _of_corpus(word, Corpus.find(folder))
    allowed = "a release's version, '.' for the working tree, a corpus folder or a release's folder"
    fix = "name one of these; the releases stand in dataset/releases"
    raise InputError.of("diff", word, allowed, fix)


def _of_release(release: Release) -> State:
    return State(str(release.version), release.version, release.snapshot)


def _of_corpus(name: str, corpus: Corpus) -> State:
    # Not validated: two states can be compared while one is still being worked on.
    opened = loading.open(corpus).refuse_findings()
    version = parse_version(corpus.manifest.version)
    return State(name, version, snapshot_of(opened.tables, opened.scheme))
