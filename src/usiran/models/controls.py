"""Controls: what a score is worth is told by what scores without understanding.

Majority and stratified guessing of sentence labels rest on scikit-learn's DummyClassifier.
Two controls are a model trained on labels that were rearranged on purpose.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer

from usiran.models.base import SentenceClassifier, Spans, SpanTagger
from usiran.models.calibration import calibrate, calibrated, floored
from usiran.stats.bootstrap import rows_of
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Objects, labels_of, objects
from usiran.tasks.links import Link
from usiran.text.spans import Span
from usiran.text.tokens import tokenize


class NoSpans(SpanTagger):
    """The majority control of span tasks: most tokens are in no span, so none is marked."""

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn nothing."""
        return self

    def spans_of(self, text: str) -> Spans:
        """Return no span."""
        return ()


class RandomSpans(SpanTagger):
    """Spans at random places, as many, as long and of such types as in training."""

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn how often spans begin, and their lengths in tokens and types."""
        tokens = sum(len(tokenize(text)) for text in X["text"])
        self.shapes_ = [
            (len(tokenize(text[span.start : span.end])), span.label)
            for text, spans in zip(X["text"], y, strict=True)
            for span in spans
        ]
        self.rate_ = len(self.shapes_) / max(tokens, 1)
        return self

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return random spans for each sentence."""
        rng = np.random.default_rng(self.random_state)
        return objects([self._draw(text, rng) for text in X["text"]])

    def _draw(self, text: str, rng: np.random.Generator) -> tuple[Span, ...]:
        tokens, spans, at = tokenize(text), [], 0
        while at < len(tokens):
            if rng.random() >= self.rate_:
                at += 1
                continue
            length, label = self.shapes_[rng.integers(len(self.shapes_))]
            last = min(at + length, len(tokens)) - 1
            spans.append(Span(tokens[at].start, tokens[last].end, label))
            at = last + 1
        return tuple(spans)


class RandomLabels(DummyClassifier):  # type: ignore[misc]  # sklearn is untyped
    """Labels guessed with the frequencies of training, which are the probabilities it states."""

    def __init__(self, random_state: int | None = None) -> None:
        super().__init__(strategy="stratified", random_state=random_state)

    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return a guess for each sentence, and the same row of frequencies for all."""
        return self.predict(X), np.tile(self.class_prior_, (len(X), 1))


class ArticlePrior(SentenceClassifier):
    """The labels of the most similar training article, whatever the sentence says.

    Similarity is the cosine of the articles' TF-IDF vectors. A system that is no better
    has learned which article it reads, not what the sentence says. The shares are calibrated on
    those that each training article's nearest other one would give it.
    """

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn the words and the label shares of each training article."""
        self.classes_ = np.unique(y.astype(str)).astype(object)
        texts = _whole_texts(X)
        self.vectorizer_ = TfidfVectorizer(sublinear_tf=True)
        self.vectors_ = self.vectorizer_.fit_transform(texts)
        labels = pd.Series(y).groupby(X["article_id"].to_numpy(), sort=False)
        counts = [Counter(values) for _, values in labels]
        self.shares_ = np.array(
            [[count[label] / count.total() for label in self.classes_] for count in counts]
        )
        alike = (self.vectors_ @ self.vectors_.T).toarray()
        np.fill_diagonal(alike, -1.0)
        others = self._shares(X, texts.index, alike.argmax(axis=1))
        # An article alone has no other one.
        scores = floored(others) if len(texts) > 1 else np.full(others.shape, np.nan)
        self.calibration_ = calibrate(scores, np.searchsorted(self.classes_, y.astype(str)))
        return self

    def _shares(
        self, X: pd.DataFrame, articles: pd.Index[str], nearest: NDArray[np.intp]
    ) -> Floats:
        """Return for each sentence the shares of the article that is nearest to its own."""
        place = dict(zip(articles, nearest.tolist(), strict=True))
        return np.asarray(self.shares_[[place[article] for article in X["article_id"]]])

    def stated(self, X: pd.DataFrame) -> tuple[Objects, Floats]:
        """Return what the nearest training article mostly says, and calibrated shares."""
        texts = _whole_texts(X)
        alike = self.vectorizer_.transform(texts) @ self.vectors_.T
        shares = self._shares(X, texts.index, np.asarray(alike.argmax(axis=1)).ravel())
        labels = self.classes_[shares.argmax(axis=1)]
        # Models that were stored before they were calibrated state the shares themselves.
        known = hasattr(self, "calibration_")
        return labels, calibrated(floored(shares), self.calibration_) if known else shares


def _whole_texts(X: pd.DataFrame) -> pd.Series[str]:
    return X.groupby("article_id", sort=False)["text"].agg(" ".join)


def relabel_within(gold: Gold, seed: int) -> Gold:
    """Return the gold with its labels shuffled inside every article.

    Sentence labels move between sentences; spans keep their place and their types move.
    """
    return _relabelled(gold, seed, _shuffled)


def relabel_between(gold: Gold, seed: int) -> Gold:
    """Return the gold with every article's labels drawn from those of another article.

    Which other article is a seeded derangement: none keeps its own. Labels are drawn with
    replacement; spans keep their place and their types are drawn.
    """
    names = gold.article_ids
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(names))
    # Along a random cycle through all articles nobody is followed by themselves.
    source = {names[i]: names[j] for i, j in zip(order, np.roll(order, 1), strict=True)}

    def draw(
        article: str, pools: dict[str, Objects], rng: np.random.Generator
    ) -> NDArray[np.object_]:
        pool = pools[source[article]]
        pool = pool if len(pool) else np.concatenate(list(pools.values()))
        return rng.choice(pool, size=len(pools[article]))

    return _relabelled(gold, seed + 1, draw)


Draw = Callable[[str, dict[str, Objects], np.random.Generator], Objects]


def relabel_sources(gold: Gold, seed: int) -> Gold:
    """Return the gold as it is, to be learned from labels shuffled within each source.

    The sources are the articles and the companion. Sentence labels move between sentences;
    spans keep their place and their types move.
    """
    sources = np.where(gold.source.of_companion, "companion", "articles")
    return replace(gold, training=_relabelled(gold.source, seed, _shuffled, sources))


def _shuffled(group: str, pools: dict[str, Objects], rng: np.random.Generator) -> Objects:
    return rng.permutation(pools[group])


def _relabelled(gold: Gold, seed: int, draw: Draw, groups: NDArray[np.str_] | None = None) -> Gold:
    """Return a gold with labels drawn group by group, by default article by article."""
    rng = np.random.default_rng(seed)
    values = gold.values.copy()
    rows_by_group = rows_of(gold.articles if groups is None else groups)
    pools = {
        name: objects(label for value in gold.values[rows] for label in labels_of(value))
        for name, rows in rows_by_group.items()
    }
    for name, rows in rows_by_group.items():
        labels = iter(draw(name, pools, rng).tolist())
        for row in rows:
            if isinstance(values[row], str):
                values[row] = next(labels)
            else:
                values[row] = tuple(_with_label(item, next(labels)) for item in gold.values[row])
    # The annotators voted on the true labels: there are no votes on rearranged ones.
    return replace(gold, values=values, votes=None)


def _with_label(item: Span | Link, label: str) -> Span | Link:
    return item._replace(role=label) if isinstance(item, Link) else item._replace(label=label)
