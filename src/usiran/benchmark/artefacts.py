"""Whether the stances of a contrast set can be guessed without understanding its sentences.

Two kinds of guesser are tried, each on the edits of one source sentence after it has seen those
of all the others:

- a *rule* looks up the commonest stance among the edits that have the same values in up to three
  of the columns that a reader gets: `SEEN`;
- a *bag of words* counts the words of the edited sentence, and knows neither their order (bigrams
  apart) nor the sentence that was edited.

Edits are made so that such a guess fails: where one is right more often than `LIMIT`, a system's
score on the set may say the same of it.

References
----------
S. Gururangan et al. (2018), Annotation Artifacts in Natural Language Inference Data,
doi:10.18653/v1/N18-2017.
"""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

import msgspec
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.naive_bayes import MultinomialNB

from usiran.errors import InputError
from usiran.progress import steps
from usiran.schemas.tables import FILES, Frames
from usiran.tasks.inputs import with_texts

LIMIT = 0.50
"""The greatest accuracy that a guesser may have."""

SEEN = ("holder", "article", "source stance", "source holder", "number", "length")
"""What rules look at; `number` is what stands behind ``~``, `length` a quartile of characters."""
_COLUMNS = 3  # that one rule looks at, at most

_BAGS = {
    "counts": CountVectorizer,
    "binary": partial(CountVectorizer, binary=True),
    "tf-idf": TfidfVectorizer,
    "bigrams": partial(CountVectorizer, ngram_range=(1, 2)),
}
_CLASSIFIERS = {
    # The solver is ten times as fast here as the default one, and finds the same weights.
    "logistic regression": partial(LogisticRegression, solver="newton-cg"),
    "naive Bayes": MultinomialNB,
}


class Guesser(msgspec.Struct, frozen=True):
    """How often one way of guessing is right; `looks_at` is ``columns`` or ``words``."""

    looks_at: str
    name: str
    accuracy: float

    @property
    def leaks(self) -> bool:
        """Whether it is right too often."""
        return self.accuracy > LIMIT


class Artefacts(msgspec.Struct, frozen=True):
    """What every guesser scores on a contrast set, the best first; none on an empty set."""

    edits: int
    sentences: int
    limit: float
    guessers: tuple[Guesser, ...]

    @property
    def leaks(self) -> tuple[Guesser, ...]:
        """The guessers that are right too often."""
        return tuple(guesser for guesser in self.guessers if guesser.leaks)


def artefacts(tables: Frames) -> Artefacts:
    """Measure how well each guesser does on a corpus's contrast set, withdrawn texts aside.

    Raises
    ------
    InputError
        Where all edits but those of one sentence have the same stance: nothing can be learned.
    """
    edits = seen_of(with_texts(tables))
    sentences = edits["sentence_id"]
    if edits.empty:
        return Artefacts(0, 0, LIMIT, ())
    if any(edits["stance"][sentences != left_out].nunique() < 2 for left_out in set(sentences)):
        allowed = "two stances or more, without any one sentence's edits"
        fix = "write edits with other stances"
        raise InputError.of(FILES["contrast"], "one stance", allowed, fix)
    guessers = sorted([*_rules(edits), *_bags(edits)], key=lambda one: (-one.accuracy, one.name))
    return Artefacts(len(edits), sentences.nunique(), LIMIT, tuple(guessers))


def seen_of(tables: Frames) -> pd.DataFrame:
    """Return the edits with what a reader of the published config can see, or join to it."""
    edits, sources = tables["contrast"].copy(), tables["stance"].set_index("sentence_id")
    for column in ("stance", "holder"):
        edits[f"source {column}"] = edits["sentence_id"].map(sources[column])
    edits["article"] = [key.partition("#")[0] for key in edits["sentence_id"]]
    edits["number"] = [key.partition("~")[2] for key in edits["contrast_id"]]
    length = edits["text"].str.len()
    quartiles = np.quantile(length, (0.25, 0.5, 0.75)) if len(edits) else np.array([])
    edits["length"] = np.searchsorted(quartiles, length)
    return edits


def _rules(edits: pd.DataFrame) -> Iterator[Guesser]:
    for size in range(1, _COLUMNS + 1):
        for columns in combinations(SEEN, size):
            yield Guesser("columns", ", ".join(columns), rule_accuracy(edits, columns))


def rule_accuracy(edits: pd.DataFrame, columns: tuple[str, ...]) -> float:
    """Return how often the commonest stance of edits with the same values is the right one.

    Edits of the same sentence do not count; where no other has the values, all others do. Of
    equally common stances the first in the alphabet is taken.
    """
    others = _others(edits, list(columns))
    alone = others.sum(axis=1) == 0
    others[alone] = _others(edits, [])[alone]
    return float((others.idxmax(axis=1) == edits["stance"]).mean())


def _others(edits: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Count each stance among the edits of other sentences with an edit's values: a row an edit."""
    stances = pd.get_dummies(edits["stance"], dtype=int)
    keys = [edits[name] for name in columns] or [pd.Series("", index=edits.index)]
    groups = (keys, [*keys, edits["sentence_id"]])
    alike, own = (stances.groupby(by, dropna=False).transform("sum") for by in groups)
    return alike - own


def _bags(edits: pd.DataFrame) -> Iterator[Guesser]:
    texts, stances = (edits[name].to_numpy(dtype=object) for name in ("text", "stance"))
    folds = list(LeaveOneGroupOut().split(texts, groups=edits["sentence_id"]))
    for bag, vectorizer in steps("bags of words", _BAGS.items()):
        right = dict.fromkeys(_CLASSIFIERS, 0)
        for train, test in folds:
            # Only words of the others are known, as of any text that is labelled later.
            words = vectorizer().fit(texts[train])
            learned, asked = (words.transform(texts[part]) for part in (train, test))
            for name, classifier in _CLASSIFIERS.items():
                guessed = classifier().fit(learned, stances[train]).predict(asked)
                right[name] += int((guessed == stances[test]).sum())
        for name, count in right.items():
            yield Guesser("words", f"{bag}, {name}", count / len(edits))
