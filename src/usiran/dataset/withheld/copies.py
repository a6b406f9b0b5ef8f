"""A reader's own copies of the articles, and where in them the sentences stand."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from usiran.dataset.withheld.fingerprints import EDGE, Anchor, Anchors, Word, fill, normal, words
from usiran.errors import FileError

TELLING = 5
"""Words of a sentence from which on finding it says that a file is a copy of its article."""


@dataclass(frozen=True)
class Copy:
    """One file of the reader's.

    Parameters
    ----------
    name : str
        Its path within the folder.
    sha256 : str
        Of its bytes.
    text : str
        What it says.
    """

    name: str
    sha256: str
    text: str

    @cached_property
    def words(self) -> list[Word]:
        """Its words."""
        return words(self.text)

    @cached_property
    def _edges(self) -> Mapping[str, list[int]]:
        """From the hash of one to three words to where they stand."""
        found: dict[str, list[int]] = defaultdict(list)
        for size in range(1, EDGE + 1):
            for at in range(len(self.words) - size + 1):
                found[normal(self.words[at : at + size])].append(at)
        return found

    def places(self, anchor: Anchor) -> Iterator[int]:
        """Yield where a sentence's words stand, as the number of its first word."""
        for at in self._edges.get(anchor.first, ()) if anchor.words else ():
            parts = self.words[at : at + anchor.words]
            if len(parts) == anchor.words and normal(parts) == anchor.normal:
                yield at


class Found(NamedTuple):
    """A sentence that a copy proves: its text, and the copy's words it is made of."""

    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Match:
    """What one copy gives of one article.

    Parameters
    ----------
    copy : Copy
        The reader's file.
    exact : bool
        Whether it is the text, byte for byte.
    sentences : mapping
        From sentence_id to what was found of it.
    in_order : bool
        Whether the sentences are all of the copy's words, in the text's order.
    """

    copy: Copy
    exact: bool
    sentences: Mapping[str, Found] = field(default_factory=dict)
    in_order: bool = False

    def telling(self, anchors: Anchors) -> bool:
        """Whether the file is a copy of the article, whole or in part."""
        return self.exact or any(anchors.sentences[key].words >= TELLING for key in self.sentences)


def read_copies(folder: Path) -> tuple[list[Copy], list[str]]:
    """Read the .txt files of a folder, at any depth, in the order of their names.

    Returns
    -------
    copies : list of Copy
        Those in UTF-8.
    unread : list of str
        The names of the others.

    Raises
    ------
    FileError
        There is no such folder, a file cannot be read, or there is no .txt file.
    """
    paths = sorted(path for path in folder.rglob("*.txt") if path.is_file())
    if not paths:
        found = "no .txt file in it" if folder.is_dir() else "no such folder"
        raise FileError(folder, found, "a folder with the articles as .txt files", "name it")
    copies, unread = [], []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            content = path.read_bytes()
            copies.append(Copy(name, hashlib.sha256(content).hexdigest(), content.decode("utf-8")))
        except UnicodeDecodeError:
            unread.append(name)
        except OSError as error:
            told = (error.strerror or str(error)).lower()
            raise FileError(path, told, "a file that can be read", "check its rights") from None
    return copies, unread


def match(anchors: Anchors, copies: Sequence[Copy]) -> Match | None:
    """Return what the best of the copies gives of an article; None where none is a copy of it."""
    for copy in copies:
        if copy.sha256 == anchors.text_sha256:
            return _exact(anchors, copy)
    matches = [_found(anchors, copy) for copy in copies]
    telling = [one for one in matches if one.telling(anchors)]
    return max(telling, key=lambda one: (len(one.sentences), one.in_order), default=None)


def _exact(anchors: Anchors, copy: Copy) -> Match:
    sentences = {
        key: Found(copy.text[one.start : one.end], _between(copy, one.start, one.end))
        for key, one in anchors.sentences.items()
    }
    return Match(copy, True, sentences, True)


def _between(copy: Copy, start: int, end: int) -> tuple[Word, ...]:
    return tuple(word for word in copy.words if start <= word.start < end)


def _found(anchors: Anchors, copy: Copy) -> Match:
    """Look for every sentence; where it stands several times, the next place is taken."""
    sentences: dict[str, Found] = {}
    at, used, in_order = 0, 0, True
    for key, one in anchors.sentences.items():
        places = list(copy.places(one))
        first = next((place for place in places if place >= at), places[0] if places else at)
        parts = copy.words[first : first + one.words]
        text = fill(anchors.template[one.start : one.end], parts, one.sha256)
        if text is None or (one.words and not places):
            in_order = False
            continue
        sentences[key] = Found(text, tuple(parts))
        in_order = in_order and first == at
        at, used = first + one.words, used + one.words
    whole = in_order and used == len(copy.words)
    return Match(copy, False, sentences, whole)
