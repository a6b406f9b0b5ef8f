"""What is kept of a text that is not here: its hashes and offsets, and no words.

There is one form of it: of a withdrawn article in the corpus, and of every article of a
text-free edition. In the place of the text stands its *template*: every word is underscores,
marks, blanks and possessive endings are as they were. `tokenize` gives the same offsets on it
as on the text, so that everything but the words can still be checked.
"""

import hashlib
from typing import Any

import msgspec
import regex

from usiran.corpus import Corpus
from usiran.errors import FileError, shorten
from usiran.files import BAD_JSON, read_bytes
from usiran.text.tokens import WORD

MASK = "_"
Piece = str | tuple[int, int]
"""Part of an edited text: new words, or half-open offsets in the text it was made from."""

# Columns, also of nested entries, that hold words of a text.
_TEXTS = ("text", "tokens", "sentence", "trigger", "agent_texts", "recipient_texts")
# A possessive ending stays: masked, it would be two tokens.
_MASKED = regex.compile(rf"(['’]s(?!{WORD}))|{WORD}+")


class Fingerprint(msgspec.Struct, frozen=True):
    """What is known of a sentence: its place, how many words it has, and SHA-256 hashes.

    `sha256` is that of its text; `normal` of its words in normal form, `first` of the first
    three of them (`usiran.dataset.withheld.fingerprints`).
    """

    start: int
    end: int
    words: int
    sha256: str
    normal: str
    first: str


class Edit(msgspec.Struct, frozen=True):
    """How a text is made from another one, and the SHA-256 of the result."""

    pieces: tuple[Piece, ...]
    sha256: str


class Standoff(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stand-off file.

    `fields` says how each published field that quotes the text (its headline) is made from it,
    `contrast` how an item is made from its sentence, `withdrawn` the day of a withdrawal
    (ISO 8601); `checksum` is the SHA-256 of everything else in the file.
    """

    article_id: str
    text_sha256: str
    template: str
    sentences: dict[str, Fingerprint]
    fields: dict[str, Edit] = {}
    contrast: dict[str, Edit] = {}
    withdrawn: str = ""
    reason: str = ""
    checksum: str = ""

    def content(self) -> bytes:
        """Return the file's bytes, with the checksum."""
        sealed = msgspec.structs.replace(self, checksum=_checksum(self))
        return msgspec.json.format(msgspec.json.encode(sealed), indent=1) + b"\n"


def _checksum(standoff: Standoff) -> str:
    bare = msgspec.structs.replace(standoff, checksum="")
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()


def template(text: str) -> str:
    """Return a text with underscores in place of its words.

    >>> template("“No”, said the envoy’s U.S. aide.")
    '“__”, ____ ___ _____’s _._. ____.'
    """
    return _MASKED.sub(lambda match: match[1] or MASK * len(match[0]), text)


def read_standoff(content: bytes, article_id: str, *, file: str, fix: str) -> Standoff:
    """Return what a stand-off file holds; an error calls it `file` and says `fix`."""
    try:
        standoff = msgspec.json.decode(content, type=Standoff)
    except BAD_JSON as error:
        raise FileError(file, shorten(error, 120), "a stand-off file", fix) from None
    if standoff.checksum != _checksum(standoff) or standoff.article_id != article_id:
        value = "other content than its checksum says"
        raise FileError(file, value, f"the stand-off file of {article_id}", fix)
    return standoff


def withdrawn_standoff(corpus: Corpus, article_id: str) -> Standoff | None:
    """Read what a corpus keeps of a withdrawn article; None where its text was not withdrawn."""
    path = corpus.withdrawn / f"{article_id}.json"
    file, fix = corpus.name_of(path), "put the file back as `usiran articles withdraw` wrote it"
    try:
        content = read_bytes(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError.of(error, file, "a stand-off file", fix) from None
    return read_standoff(content, article_id, file=file, fix=fix)


def masked(value: Any) -> Any:
    """Return published rows, or one, with underscores of equal length in place of their texts.

    >>> masked({"start": 3, "text": "the US", "actors": [{"text": "US", "type": "GOVERNMENT"}]})
    {'start': 3, 'text': '______', 'actors': [{'text': '__', 'type': 'GOVERNMENT'}]}
    """
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        return {
            key: _hidden(item) if key in _TEXTS else masked(item) for key, item in value.items()
        }
    return value


def _hidden(value: Any) -> Any:
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return MASK * len(value) if isinstance(value, str) else value
