"""Article texts and their curated sentences: what labels are placed on."""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.errors import FileFault, shorten


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

    Parameters
    ----------
    texts : mapping
        From article_id to the text exactly as stored.
    sentences : mapping
        From article_id to its sentences in order.
    """

    texts: Mapping[str, str]
    sentences: Mapping[str, tuple[Sentence, ...]]

    @cached_property
    def by_id(self) -> dict[str, Sentence]:
        """From sentence_id to sentence."""
        return {row.sentence_id: row for rows in self.sentences.values() for row in rows}

    @cached_property
    def _starts(self) -> dict[str, list[int]]:
        return {key: [row.start for row in rows] for key, rows in self.sentences.items()}

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


def read_text(path: Path) -> str:
    """Read an article's text exactly as stored (no newline translation).

    Raises
    ------
    FileFault
        The file is missing or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise FileFault(path, "no such file", "the article's text", "put it back") from None
    except UnicodeDecodeError as fault:
        raise FileFault(path, shorten(fault), "UTF-8 text", "store the text as UTF-8") from None


def read_texts(corpus: Corpus) -> Texts:
    """Read every text that sentences.csv names, and its sentences.

    Raises
    ------
    FileFault
        A text or sentences.csv cannot be read, or a row of it is not a sentence.
    """
    path = corpus.source / "sentences.csv"
    sentences: dict[str, list[Sentence]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            try:
                start, end = int(row["start"]), int(row["end"])
                sentence = Sentence(row["sentence_id"], row["article_id"], start, end, row["zone"])
            except (KeyError, ValueError, TypeError) as fault:
                raise FileFault(
                    corpus.name_of(path),
                    shorten(f"{row.get('sentence_id')}: {fault}"),
                    "the columns sentence_id, article_id, start, end (whole numbers), zone",
                    "correct the row",
                ) from None
            sentences.setdefault(sentence.article_id, []).append(sentence)
    return Texts(
        texts={key: read_text(corpus.article(key)) for key in sentences},
        sentences={
            key: tuple(sorted(rows, key=lambda r: r.start)) for key, rows in sentences.items()
        },
    )
