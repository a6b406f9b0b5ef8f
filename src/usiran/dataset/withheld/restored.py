"""What is known again of an article whose words an edition lacks.

Nothing is known that is not proven: a sentence by the SHA-256 of its text, an article by that
of its whole text. Marks, blanks and offsets are those of the edition, so that spans stand
where they stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from usiran.dataset.withheld.copies import Copy, Found, Match, match
from usiran.dataset.withheld.edition import RESTORE
from usiran.dataset.withheld.fingerprints import Anchors
from usiran.errors import FileError, shorten
from usiran.text.articles import sha256
from usiran.text.edits import apply
from usiran.text.standoffs import MASK, Edited

State = Literal["exact", "normalised", "re-anchored", "lost"]
STATES: tuple[State, ...] = ("exact", "normalised", "re-anchored", "lost")
_ALLOWED = "a text-free edition: data/ and restore/ beside the card"
_FIX = "name the folder that `usiran build --text withhold` wrote, or a download of it"


@dataclass(frozen=True)
class Restored:
    """What is known of an article again.

    Parameters
    ----------
    anchors : Anchors
        Its restore data.
    state : {"exact", "normalised", "re-anchored", "lost"}
        The copy is the text; it has the same words in the same order; some or all sentences
        were found in it one by one; or nothing was.
    match : Match or None
        The copy used.
    text : str
        The text, with underscores for what is not proven.
    """

    anchors: Anchors
    state: State
    match: Match | None
    text: str

    @classmethod
    def of(cls, anchors: Anchors, copies: Sequence[Copy]) -> Restored:
        """Return what the copies give of one article."""
        found = match(anchors, copies)
        if found is None:
            return cls(anchors, "lost", None, MASK * len(anchors.template))
        text = found.copy.text if found.exact else _assembled(anchors, found.sentences)
        if found.exact:
            return cls(anchors, "exact", found, text)
        whole = sha256(text) == anchors.text_sha256
        state: State = "normalised" if whole and found.in_order else "re-anchored"
        return cls(anchors, state, found, text)

    @cached_property
    def whole(self) -> bool:
        """Whether the article's whole text is proven."""
        return sha256(self.text) == self.anchors.text_sha256

    @property
    def sentences(self) -> Mapping[str, Found]:
        """What was found, by sentence_id."""
        return self.match.sentences if self.match else {}

    def at(self, start: int, end: int) -> str | None:
        """Return the text between two offsets, where all of it is proven."""
        if self.whole:
            return self.text[start:end]
        places = (self.anchors.sentences[key] for key in self.sentences)
        inside = any(one.start <= start <= end <= one.end for one in places)
        return self.text[start:end] if inside else None

    def field(self, name: str) -> str | None:
        """Return a field that is made of the text's words, where they are known."""
        return _made(self.text, self.anchors.fields.get(name))

    def item(self, contrast_id: str) -> str | None:
        """Return a contrast item, where its sentence is known."""
        sentence = self.sentences.get(contrast_id.partition("~")[0])
        return _made(sentence.text, self.anchors.contrast.get(contrast_id)) if sentence else None


def _made(source: str, edit: Edited | None) -> str | None:
    text = apply(source, edit.pieces) if edit else None
    return text if edit and text is not None and sha256(text) == edit.sha256 else None


def _assembled(anchors: Anchors, sentences: Mapping[str, Found]) -> str:
    """Return the text of the sentences that were found, and underscores for the others."""
    whole = len(sentences) == len(anchors.sentences)
    # What stands between sentences that are not all there is not proven either.
    marks = list(anchors.template if whole else MASK * len(anchors.template))
    for key, found in sentences.items():
        one = anchors.sentences[key]
        marks[one.start : one.end] = found.text
    return "".join(marks)


def read_anchors(edition: Path) -> list[Anchors]:
    """Read an edition's restore data, in the order of its articles.

    Raises
    ------
    FileError
        There is none, or a file of it is damaged.
    """
    paths = sorted((edition / RESTORE).glob("*.json"))
    if not paths:
        raise FileError(edition, f"no {RESTORE}/ in it", _ALLOWED, _FIX)
    known = []
    for path in paths:
        try:
            known.append(msgspec.json.decode(path.read_bytes(), type=Anchors))
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            found = shorten(error, 120)
            raise FileError(path, found, "restore data", "fetch the edition again") from None
    return known
