"""Article texts and their curated sentences: what labels are placed on."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.files import read_bytes
from usiran.io.csv import read_rows
from usiran.text.standoffs import withdrawn_standoff

LONGEST_TEXT = 1_000_000  # code points: beyond it there is no article, but a broken export


class Sentence(NamedTuple):
    """A stand-off sentence: half-open offsets in code points of its article's text."""

    sentence_id: str
    article_id: str
    start: int
    end: int
    zone: str

    @property
    def scored(self) -> bool:
        """Whether the sentence is labelled and scored: everything but boilerplate."""
        return self.zone != "boilerplate"


@dataclass(frozen=True)
class Texts:
    """The texts of a corpus and their sentences.

    By article_id: the text exactly as stored, its sentences in order, and, where the text was
    withdrawn, its SHA-256 (a template then stands among the texts).
    """

    texts: Mapping[str, str]
    sentences: Mapping[str, tuple[Sentence, ...]]
    withdrawn: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Sentence]:
        """From sentence_id to sentence."""
        return {row.sentence_id: row for rows in self.sentences.values() for row in rows}

    @cached_property
    def _starts(self) -> dict[str, list[int]]:
        return {key: [row.start for row in rows] for key, rows in self.sentences.items()}

    def digest(self, article_id: str) -> str:
        """Return the SHA-256 of an article's text, also where it is withdrawn."""
        return self.withdrawn.get(article_id) or sha256(self.texts[article_id])

    def text_of(self, sentence: Sentence) -> str:
        """Return the sentence's text."""
        return self.texts[sentence.article_id][sentence.start : sentence.end]

    def holding(self, article_id: str, start: int, end: int) -> Sentence | None:
        """Return the sentence that holds the whole span, or None."""
        index = bisect_right(self._starts.get(article_id, []), start) - 1
        if index < 0:
            return None
        sentence = self.sentences[article_id][index]
        return sentence if sentence.start <= start < end <= sentence.end else None


def sha256(text: str) -> str:
    """Return the SHA-256 of the UTF-8 bytes of `text`, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_text(path: Path, *, name: str | None = None, what: str = "the article's text") -> str:
    """Read a text exactly as stored (no newline translation).

    An error calls the file `name` (default: its path) and says that it should be `what`.
    """
    file = name or str(path)
    try:
        # As bytes: reading it as text would turn CRLF into LF, and move every offset behind it.
        return read_bytes(path).decode("utf-8")
    except OSError as error:
        raise FileError.of(error, file, what, "check the path") from None
    except UnicodeDecodeError as error:
        value = f"byte {error.start} is not UTF-8"
        raise FileError(file, value, "UTF-8 text", "save it as UTF-8") from None


class Stored(NamedTuple):
    """An article's text as the corpus holds it.

    `withdrawn` is the SHA-256 of the text where only its template is left, else None.
    """

    text: str
    withdrawn: str | None


def read_stored(corpus: Corpus, article_id: str) -> Stored:
    """Read an article's text, or the template of one that was withdrawn; not both may be there."""
    path = corpus.article(article_id)
    standoff = withdrawn_standoff(corpus, article_id)
    if standoff is None:
        return Stored(read_text(path, name=corpus.name_of(path)), None)
    if path.exists():
        # Published, the text would undo the withdrawal, so neither of the two is preferred.
        value, allowed = "a text that was withdrawn", "the text or its stand-off file, not both"
        fix = f"take the text out, or run `usiran articles restore-text {article_id} FILE`"
        raise FileError(corpus.name_of(path), value, allowed, fix)
    return Stored(standoff.template, standoff.text_sha256)


def read_texts(corpus: Corpus) -> Texts:
    """Read every text that sentences.csv names, and its sentences."""
    path = corpus.source / "sentences.csv"
    name = corpus.name_of(path)
    sentences: list[Sentence] = []
    for row in read_rows(path, name=name, columns=Sentence._fields):
        if not (row["start"].isdecimal() and row["end"].isdecimal()):
            value = f"{row['sentence_id']}: {row['start']}-{row['end']}"
            allowed = "whole numbers as start and end"
            raise FileError(name, value, allowed, "run `usiran validate`")
        start, end = int(row["start"]), int(row["end"])
        sentences.append(Sentence(row["sentence_id"], row["article_id"], start, end, row["zone"]))
    by_article = grouped(sentences)
    stored = {key: read_stored(corpus, key) for key in by_article}
    return Texts(
        texts={key: article.text for key, article in stored.items()},
        sentences=by_article,
        withdrawn={key: article.withdrawn for key, article in stored.items() if article.withdrawn},
    )


def grouped(sentences: Iterable[Sentence]) -> dict[str, tuple[Sentence, ...]]:
    """Return sentences by article, each article's from left to right."""
    by_article: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_article.setdefault(sentence.article_id, []).append(sentence)
    return {key: tuple(sorted(rows, key=lambda row: row.start)) for key, rows in by_article.items()}
