"""A reader's own copies of the articles, and where in them the sentences stand."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from usiran.dataset.withheld.fingerprints import FIRST, Word, fill, normal, words
from usiran.errors import FileError
from usiran.text.standoffs import Fingerprint, Standoff

TELLING = 5
"""Words of a sentence from which on finding it says that a file is a copy of its article."""


@dataclass(frozen=True)
class Copy:
    """One file of the reader's: its path within the folder, the hash of its bytes, its text."""

    name: str
    sha256: str
    text: str

    @cached_property
    def words(self) -> list[Word]:
        """Its words."""
        return words(self.text)

    @cached_property
    def _beginnings(self) -> Mapping[str, list[int]]:
        """From the hash of one to three words to where they stand."""
        places: dict[str, list[int]] = defaultdict(list)
        for size in range(1, FIRST + 1):
            for at in range(len(self.words) - size + 1):
                places[normal(self.words[at : at + size])].append(at)
        return places

    def places(self, sentence: Fingerprint) -> Iterator[int]:
        """Yield where a sentence's words stand, as the number of its first word."""
        for at in self._beginnings.get(sentence.first, ()) if sentence.words else ():
            parts = self.words[at : at + sentence.words]
            if len(parts) == sentence.words and normal(parts) == sentence.normal:
                yield at


class Found(NamedTuple):
    """A sentence that a copy proves: its text, and the number of its first word in the copy."""

    text: str
    first: int


class Match(NamedTuple):
    """What one copy gives of one article: the sentences found in it, by sentence_id."""

    copy: Copy
    sentences: Mapping[str, Found]


def read_copies(folder: Path) -> tuple[list[Copy], list[str]]:
    """Read the .txt files of a folder, at any depth; return them, and the names not in UTF-8."""
    paths = sorted(path for path in folder.rglob("*.txt") if path.is_file())
    if not paths:
        value = "no .txt file in it" if folder.is_dir() else "no such folder"
        raise FileError(folder, value, "a folder with the articles as .txt files", "name it")
    copies, unread = [], []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            content = path.read_bytes()
            copies.append(Copy(name, hashlib.sha256(content).hexdigest(), content.decode("utf-8")))
        except UnicodeDecodeError:
            unread.append(name)
        except OSError as error:
            allowed, fix = "a file that can be read", "check its rights"
            raise FileError.of(error, path, allowed, fix) from None
    return copies, unread


def best_match(standoff: Standoff, copies: Sequence[Copy]) -> Match | None:
    """Return what the best of the copies gives of an article; None where none is a copy of it."""
    # The very file needs no search, and none of the others can be better.
    for copy in copies:
        if copy.sha256 == standoff.text_sha256:
            return find_sentences(standoff, copy)
    # A short sentence ("Share this story.") stands in files that have nothing to do with it.
    telling = {key for key, known in standoff.sentences.items() if known.words >= TELLING}
    matches = (find_sentences(standoff, copy) for copy in copies)
    worthwhile = (match for match in matches if telling & match.sentences.keys())
    return max(worthwhile, key=_worth, default=None)


def _worth(match: Match) -> tuple[int, bool]:
    """Order matches: the more sentences the better, then those that stand in the text's order."""
    firsts = [found.first for found in match.sentences.values()]
    return len(firsts), firsts == sorted(firsts)


def find_sentences(standoff: Standoff, copy: Copy) -> Match:
    """Look for every sentence of an article in a copy."""
    sentences: dict[str, Found] = {}
    at = 0
    for key, sentence in standoff.sentences.items():
        places = list(copy.places(sentence))
        if sentence.words and not places:
            continue
        # A sentence that stands several times in the text takes one place after the other.
        first = next((place for place in places if place >= at), places[0] if places else at)
        gap = standoff.template[sentence.start : sentence.end]
        text = fill(gap, copy.words[first : first + sentence.words], sentence.sha256)
        if text is not None:
            sentences[key] = Found(text, first)
            at = first + sentence.words
    return Match(copy, sentences)
