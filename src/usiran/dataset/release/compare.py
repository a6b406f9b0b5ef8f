"""Comparing two states of a corpus: releases, the working tree, folders."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.dataset.release.diff import Changes, bump, diff
from usiran.dataset.release.snapshot import Records, corpus_records
from usiran.dataset.release.stored import MANIFEST, Release, read_release, release_of
from usiran.dataset.release.version import Bump, Version, is_version
from usiran.errors import Finding, InputError

_WORKING = (".", "working")


class Side(NamedTuple):
    """One side of a comparison: what it is called, its version, its records."""

    name: str
    version: Version
    records: Records


class Comparison(NamedTuple):
    """What changed from one side to the other, and the step of the version it demands."""

    old: Side
    new: Side
    changes: Changes
    bump: Bump

    @property
    def least(self) -> Version:
        """The least version that the new side could be released as, after the old one."""
        return self.old.version.after(self.bump)


def compare(old: str, new: str, *, start: Path | None = None) -> Comparison:
    """Compare two states, each named by a word.

    Parameters
    ----------
    old, new : str
        A release's version (``1.0.0`` or ``v1.0.0``), ``.`` or ``working`` for the working
        tree, or a folder: a corpus or a release.
    start : Path, optional
        Where the corpus of a version and of the working tree is looked for (default: here).

    Raises
    ------
    InputError
        A word names no state, or a corpus has findings.
    """
    first, second = side(old, start=start), side(new, start=start)
    changes = diff(first.records, second.records)
    return Comparison(first, second, changes, bump(changes))


def side(word: str, *, start: Path | None = None) -> Side:
    """Return the state that a word names; see `compare`."""
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
    raise InputError([Finding("diff", "", "", word, allowed, fix)])


def _of_release(release: Release) -> Side:
    return Side(str(release.version), release.version, release.records)


def _of_corpus(name: str, corpus: Corpus) -> Side:
    return Side(name, Version.of(corpus.manifest.version), corpus_records(corpus))
