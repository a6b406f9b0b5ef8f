"""Hand-written word lists: the cue-lexicon control, and features of the span tagger.

An entry is a word or phrase. A trailing ``*`` stands for any ending. Entries in lower
case match any case; an entry with a capital matches as written.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from usiran.models.base import SentenceClassifier, Spans, SpanTagger
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects
from usiran.text.spans import Span, overlaps

Words = Mapping[str, Sequence[str]]
LETTERS, ANYWHERE = 3, ""
_WORDS = re.compile(r"\w+")
# The lists of attitude words; every other list beside them holds the names of a side.
ATTITUDES = ("favourable", "unfavourable")


class Judgement(NamedTuple):
    """An attitude word, the side it is charged to, and 1 where it speaks for the first side."""

    cue: Span
    side: Span
    sign: int


def judgements(spans: Sequence[Span], words: Words) -> list[Judgement]:
    """Return the attitude words among the entries found in a text, each with its side.

    That is the side which is named nearest to it, the first one where two are. Where no side is
    named the words count for nothing.

    Examples
    --------
    >>> words = {"us": [], "iran": [], "favourable": [], "unfavourable": []}
    >>> spans = [Span(0, 2, "us"), Span(9, 12, "unfavourable"), Span(15, 19, "iran")]
    >>> [(judgement.side.label, judgement.sign) for judgement in judgements(spans, words)]
    [('iran', 1)]
    """
    first = next((label for label in words if label not in ATTITUDES), "")
    sides = [span for span in spans if span.label not in ATTITUDES]
    judged = []
    for cue in spans if sides else ():
        if cue.label in ATTITUDES:
            side = min(sides, key=lambda side: abs(side.start - cue.start))
            sign = 1 if (cue.label == "favourable") == (side.label == first) else -1
            judged.append(Judgement(cue, side, sign))
    return judged


class Lexicon:
    """Word lists compiled to one pattern a label.

    Examples
    --------
    >>> Lexicon({"ASSAULT": ["attack*", "US air strike"]}).find("Attacks, us air strikes")
    [Span(start=0, end=7, label='ASSAULT')]
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.patterns = {label: _pattern(entries) for label, entries in words.items() if entries}
        self._order = {label: place for place, label in enumerate(self.patterns)}
        # From the first letters of a word to the lists with an entry that may begin there.
        self._at: dict[str, set[str]] = {}
        for label in self.patterns:
            for entry in words[label]:
                self._at.setdefault(_beginning(entry), set()).add(label)

    def __getstate__(self) -> dict[str, dict[str, list[str]]]:
        # A stored model holds the words: patterns are made from them again, never read.
        return {"words": {label: list(entries) for label, entries in self.words.items()}}

    def __setstate__(self, state: Mapping[str, Words]) -> None:
        self.__init__(state["words"])  # type: ignore[misc]  # a fresh object is made ready

    def find(self, text: str) -> list[Span]:
        """Return the entries found, left to right: the longest one where several begin."""
        order = self._order
        longest: list[Span] = []
        for span in sorted(
            self._matches(text), key=lambda span: (span.start, -span.end, order[span.label])
        ):
            if not longest or span.start >= longest[-1].end:
                longest.append(span)
        return longest

    def _matches(self, text: str) -> Iterator[Span]:
        """Yield the matches of each list; those of one do not overlap."""
        anywhere = self._at.get(ANYWHERE, set())
        for label in anywhere:
            for match in self.patterns[label].finditer(text):
                yield Span(match.start(), match.end(), label)
        # The others are tried where a word begins as one of their entries does.
        ends = dict.fromkeys(self.patterns, 0)
        for letters, start in _beginnings(text):
            known = self._at.get(letters) if letters.isascii() else self.patterns
            for label in known or ():
                if start < ends[label] or label in anywhere:
                    continue
                if begun := self.patterns[label].match(text, start):
                    ends[label] = begun.end()
                    yield Span(start, begun.end(), label)


@lru_cache(maxsize=2**14)  # a batch of texts is asked about by one list after the other
def _beginnings(text: str) -> list[tuple[str, int]]:
    """Return how each word begins, in lower case, and where."""
    return [(word[0][:LETTERS].lower(), word.start()) for word in _WORDS.finditer(text)]


def _beginning(entry: str) -> str:
    """Return how a word begins, in lower case, at which an entry may: "" where that is unsure."""
    first = _WORDS.match(entry)
    letters = first[0] if first else ""
    # A stem of few letters is the beginning of words that have others behind it.
    short = len(letters) < LETTERS and entry[len(letters) :] == "*"
    return letters[:LETTERS].lower() if letters.isascii() and not short else ANYWHERE


def _pattern(entries: Sequence[str]) -> re.Pattern[str]:
    parts = []
    for entry in sorted(entries, key=len, reverse=True):
        escaped = re.escape(entry.removesuffix("*")) + (r"\w*" if entry.endswith("*") else "")
        parts.append(f"(?i:{escaped})" if entry == entry.lower() else escaped)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


class CueClassifier(SentenceClassifier):
    """Labels that word lists give: they are learned from nothing.

    What is stated of a label is learned: how often the labels are found in training where the lists
    give the same one, each label counted once more than it is found.
    """

    def __init__(self, words: Words, labels: Sequence[str] = ()) -> None:
        self.words = words
        self.labels = labels

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Compile the lists, and count the labels where they give each."""
        self.lexicon_ = Lexicon(self.words)
        self.classes_ = np.array(self.labels, dtype=object)
        counts = np.ones((len(self.classes_), len(self.classes_)))
        places = {label: place for place, label in enumerate(self.labels)}
        np.add.at(counts, (self.cued(X), [places[label] for label in y]), 1.0)
        self.shares_ = counts / counts.sum(axis=1, keepdims=True)
        return self

    def cued(self, X: pd.DataFrame) -> list[int]:
        """Return the place in `classes_` of the label that the lists give each sentence."""
        raise NotImplementedError

    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return the label of each sentence, and one row a sentence, one column a class."""
        cued = self.cued(X)
        # Models that were stored before the labels were counted are sure of theirs.
        shares = getattr(self, "shares_", np.eye(len(self.classes_)))
        return self.classes_[cued], shares[cued]


class SideCues(CueClassifier):
    """Stance from attitude words and the side that is named nearest to each.

    Every favourable word counts +1 and every unfavourable one -1 for the side whose name
    stands nearest. The side that comes off better wins; neutral where neither does. The labels
    are the stances: for the first side, for the second, for neither. Where a side is named, only
    what is said of it counts, and the labels are for it, against it, neither.
    """

    def __init__(self, words: Words, labels: Sequence[str] = (), side: str = "") -> None:
        super().__init__(words, labels)
        self.side = side

    def __setstate__(self, state: dict[str, object]) -> None:
        # Models of version 1 know no side.
        super().__setstate__({"side": ""} | state)

    def balance(self, text: str) -> int:
        """Return how much better the first side, or the one named, comes off."""
        judged = judgements(self.lexicon_.find(text), self.words)
        if not self.side:
            return sum(judgement.sign for judgement in judged)
        return sum(
            1 if judgement.cue.label == "favourable" else -1
            for judgement in judged
            if judgement.side.label == self.side
        )

    def cued(self, X: pd.DataFrame) -> list[int]:
        """Return the place in `classes_` of the label that the cues speak for."""
        balances = [self.balance(text) for text in X["text"]]
        return [0 if n > 0 else 1 if n < 0 else 2 for n in balances]


class AttributionCues(CueClassifier):
    """Holder from attribution words: a source where one is found, else the other label.

    There is one list, of reporting verbs, under the label that its words speak for.
    """

    def cued(self, X: pd.DataFrame) -> list[int]:
        """Return the place in `classes_` of the label that the cues speak for."""
        (label,) = self.words
        cued = list(self.classes_).index(label)
        return [cued if self.lexicon_.find(text) else 1 - cued for text in X["text"]]


class SpanCues(SpanTagger):
    """Every entry of the word lists, wherever it stands; a list's name is the span's type."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn nothing."""
        self.lexicon_ = Lexicon(self.words)
        return self

    def spans_of(self, text: str) -> Spans:
        """Return the entries found in the text."""
        return self.lexicon_.find(text)


class FilteredCues(SpanCues):
    """The entries of the word lists that are precise enough in the training sentences.

    Of m places where an entry is found h overlap a span of its class: it stays where its precision
    after Laplace's rule of succession, (h + 1) / (m + 2), is at least `least_precision`. An entry
    that is never found has one half.

    Parameters
    ----------
    words : mapping
        Word lists, from label to entries.
    groups : mapping
        From label to class; empty where labels are classes themselves.
    least_precision : float
        From 0, which keeps all, to 1.

    References
    ----------
    P.-S. Laplace (1774), Memoire sur la probabilite des causes par les evenements.
    """

    def __init__(
        self,
        words: Words,
        groups: Mapping[str, str] | None = None,
        least_precision: float = 0.5,
    ) -> None:
        super().__init__(words)
        self.groups = groups
        self.least_precision = least_precision

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Drop the entries that mostly mean something else."""
        entries = [(label, entry) for label, listed in self.words.items() for entry in listed]
        # Every entry under a name of its own, so that a match tells which it is of.
        single = Lexicon({str(number): [entry] for number, (_, entry) in enumerate(entries)})
        right, matches = np.zeros(len(entries)), np.zeros(len(entries))
        for text, spans in zip(X["text"], y, strict=True):
            for match in single.find(text):
                number = int(match.label)
                matches[number] += 1
                wanted = self._class(entries[number][0])
                right[number] += any(
                    overlaps(match, span) and self._class(span.label) == wanted for span in spans
                )
        precise = (right + 1) / (matches + 2) >= self.least_precision
        kept: dict[str, list[str]] = {label: [] for label in self.words}
        for (label, entry), keep in zip(entries, precise, strict=True):
            if keep:
                kept[label].append(entry)
        self.lexicon_ = Lexicon(kept)
        # How often the entries of a list are right that are left in it, by the same rule.
        of_list = np.array([list(self.words).index(label) for label, _ in entries], dtype=np.intp)
        counts = [np.bincount(of_list[precise], n[precise], len(kept)) for n in (right, matches)]
        self.shares_ = dict(zip(kept, ((counts[0] + 1) / (counts[1] + 2)).tolist(), strict=True))
        return self

    def stated_items(self, X: pd.DataFrame) -> tuple[Objects, Objects]:
        """Return the spans of each sentence, and how often those of their list are right.

        That is counted in the training sentences, which also chose the entries: it is too high.
        """
        values = self.predict(X)
        # Models that were stored before this was counted state nothing.
        shares = getattr(self, "shares_", {})
        stated = (tuple(shares.get(span.label, np.nan) for span in row) for row in values)
        return values, objects(stated)

    def _class(self, label: str) -> str:
        return (self.groups or {}).get(label, label)
