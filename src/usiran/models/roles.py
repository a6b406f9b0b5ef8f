"""Who does what to whom, given the spans: links from a sentence's events to its actors.

Every model here proposes actors of the event's own sentence only. The few links that reach
another sentence are never found, and count as missed.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from usiran.models.pair_features import Marks, itself, pair_features
from usiran.models.with_spans import need_marks
from usiran.tasks.base import Objects, objects
from usiran.tasks.links import Link, read, written_all
from usiran.text.spans import Span

NONE = ""


class LinkFinder(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Links between the spans of a sentence."""

    def fit(self, X: pd.DataFrame, y: Objects) -> LinkFinder:
        """Learn nothing."""
        return self

    def links_of(self, sentence: Marks) -> Sequence[Link]:
        """Return the links of one sentence."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the links of each sentence, written as spans."""
        need_marks(X)
        return objects([written_all(self.links_of(row), start) for row, start in sentences_of(X)])


def sentences_of(X: pd.DataFrame) -> Iterator[tuple[Marks, int]]:
    """Yield each sentence with its marks, and its place in the article."""
    rows = zip(X["text"], X["actors"], X["events"], X["start"], strict=True)
    for text, actors, events, start in rows:
        yield Marks(text, actors, events), int(start)


class NoLinks(LinkFinder):
    """The majority control: most pairs of an event and an actor are no link."""

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return no link for each sentence."""
        return objects([()] * len(X))


class RandomLinks(LinkFinder):
    """Links between random pairs, as often and in such roles as in training.

    Parameters
    ----------
    random_state : int
        Seed. Equal seeds and sentences give equal links.
    """

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: Objects) -> RandomLinks:
        """Learn which share of all pairs has which role."""
        need_marks(X)
        self.roles_ = [pair.role for pair in pairs_of(X, y)] or [NONE]
        return self

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return random links for each sentence."""
        self.rng_ = np.random.default_rng(self.random_state)
        return super().predict(X)

    def links_of(self, sentence: Marks) -> Sequence[Link]:
        """Return the links that the dice give."""
        drawn = [(pair, self.rng_.choice(self.roles_)) for pair in sentence.pairs()]
        return [Link(str(role), event, actor) for (event, actor), role in drawn if role != NONE]


class NearestActor(LinkFinder):
    """The nearest actor before an event is its agent, the nearest one after it the recipient.

    Nothing is learned, and passives are read the wrong way round.
    """

    def links_of(self, sentence: Marks) -> Sequence[Link]:
        """Return at most one agent and one recipient for each event."""
        links = []
        for event in sentence.events:
            before = [actor for actor in sentence.actors if actor.end <= event.start]
            after = [actor for actor in sentence.actors if actor.start >= event.end]
            links += [Link("agent", event, max(before, key=_end))] if before else []
            links += [Link("recipient", event, min(after, key=_start))] if after else []
        return links


def _end(span: Span) -> int:
    return span.end


def _start(span: Span) -> int:
    return span.start


class Pair(NamedTuple):
    """An event and an actor of one sentence; role is empty where there is no link."""

    article: str
    sentence: Marks
    event: Span
    actor: Span
    role: str


def pairs_of(X: pd.DataFrame, y: Objects) -> Iterator[Pair]:
    """Yield every pair of an event and an actor of one sentence with its role."""
    rows = zip(X["article_id"], sentences_of(X), y, strict=True)
    for article, (sentence, start), spans in rows:
        roles = {_places(link.event, link.actor): link.role
                 for link in (read(span, start) for span in spans)}  # fmt: skip
        for event, actor in sentence.pairs():
            yield Pair(article, sentence, event, actor, roles.get(_places(event, actor), NONE))


def _places(event: Span, actor: Span) -> tuple[int, int, int, int]:
    return event.start, event.end, actor.start, actor.end


class PairModel(LinkFinder):
    """Logistic regression over pairs of an event and an actor: agent, recipient or neither.

    Parameters
    ----------
    regularisation : sequence of float
        Candidates for C. Where there is more than one, each training article is left out
        once and the one with the best F1 of links on those articles is kept, the first one
        where they tie.
    none : sequence of float
        Candidates for the constant added to the log-probability of no link: a negative one
        links more. Chosen together with C.
    """

    def __init__(
        self, regularisation: Sequence[float] = (1.0,), none: Sequence[float] = (0.0,)
    ) -> None:
        self.regularisation = regularisation
        self.none = none

    def fit(self, X: pd.DataFrame, y: Objects) -> PairModel:
        """Choose among the candidates, then learn from all pairs."""
        need_marks(X)
        pairs = list(pairs_of(X, y))
        features = [pair_features(pair.sentence, pair.event, pair.actor) for pair in pairs]
        self.vocabulary_ = CountVectorizer(analyzer=itself, binary=True, dtype=float)
        matrix = self.vocabulary_.fit_transform([["none"], *features])[1:]
        roles = np.array([pair.role for pair in pairs], dtype=object)
        articles = np.array([pair.article for pair in pairs], dtype=object)
        pairs_tried = list(itertools.product(self.regularisation, self.none))
        tried = [self._inner(matrix, roles, articles, value) for value in self.regularisation]
        scores = [score for row in tried for score in row]
        self.chosen_ = pairs_tried[int(np.argmax(scores))]
        self.model_ = _learn(matrix, roles, self.chosen_[0])
        return self

    def _inner(
        self, matrix: sparse.csr_matrix, roles: Objects, articles: Objects, value: float
    ) -> list[float]:
        """Return the pooled F1 of links of one C on the articles left out, by constant."""
        names = np.unique(articles.astype(str))
        if len(self.regularisation) * len(self.none) == 1 or len(names) < 2:
            return [0.0] * len(self.none)
        said = np.full((len(self.none), len(roles)), NONE, dtype=object)
        for name in names:
            train, held = articles != name, articles == name
            model = _learn(matrix[train], roles[train], value)
            said[:, held] = [_say(model, matrix[held], constant) for constant in self.none]
        right = ((said == roles) & (roles != NONE)).sum(axis=1)
        both = (said != NONE).sum(axis=1) + (roles != NONE).sum()
        return [float(2 * a / max(b, 1)) for a, b in zip(right, both, strict=True)]

    def links_of(self, sentence: Marks) -> Sequence[Link]:
        """Return the links that the model finds likelier than none."""
        pairs = sentence.pairs()
        if not pairs:
            return ()
        rows = self.vocabulary_.transform([pair_features(sentence, *pair) for pair in pairs])
        said = zip(pairs, _say(self.model_, rows, self.chosen_[1]), strict=True)
        return [Link(str(role), *pair) for pair, role in said if role != NONE]


def _learn(matrix: sparse.csr_matrix, roles: Objects, strength: float) -> LogisticRegression | str:
    """Return a fitted model, or the one role there is to learn."""
    known = set(roles)
    if len(known) < 2:
        return str(next(iter(known), NONE))
    model = LogisticRegression(C=strength, max_iter=1000)
    return model.fit(matrix, roles.astype(str))


def _say(
    model: LogisticRegression | str, matrix: sparse.csr_matrix, constant: float = 0.0
) -> Objects:
    if isinstance(model, str):
        return np.full(matrix.shape[0], model, dtype=object)
    chances = model.predict_log_proba(matrix) + constant * (model.classes_ == NONE)
    return np.asarray(model.classes_[chances.argmax(axis=1)], dtype=object)
