"""Who does what to whom, given the spans: links from a sentence's events to its actors.

Every model here proposes actors of the event's own sentence only. The few links that reach
another sentence are never found, and count as missed.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from usiran.models.base import Indices, learn_features
from usiran.models.logistic import TrainingRows
from usiran.models.pair_features import MarkedSentence, pair_features
from usiran.models.prepared import without_unseen
from usiran.models.token_features import tokens_of
from usiran.models.tuning import inner_splits
from usiran.models.with_spans import need_columns
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects, of_companion
from usiran.tasks.links import Link, link_set
from usiran.text.spans import Span

NONE = ""
# Every fold and system learns from the same pairs.
_features = lru_cache(maxsize=2**12)(pair_features)


class LinkFinder(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Links between the spans of a sentence."""

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn nothing."""
        return self

    def links_of(self, sentence: MarkedSentence) -> Sequence[Link]:
        """Return the links of one sentence."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the links of each sentence."""
        rows = _marked_sentences(X)
        return objects([link_set(self.links_of(sentence), start) for sentence, start in rows])


def _marked_sentences(X: pd.DataFrame) -> Iterator[tuple[MarkedSentence, int]]:
    """Yield each sentence with its marks, and its place in the article."""
    need_columns(X, "actors", "events")
    columns = (X[name] for name in ("text", "actors", "events", "start"))
    for text, actors, events, start, tokens in zip(*columns, tokens_of(X), strict=True):
        marked = MarkedSentence(text, tuple(actors), tuple(events), tuple(tokens))
        yield marked, int(start)


class NoLinks(LinkFinder):
    """The majority control: most pairs of an event and an actor are no link."""

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return no link for each sentence."""
        return objects([()] * len(X))


class RandomLinks(LinkFinder):
    """Links between random pairs, as often and in such roles as in training."""

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn which share of all pairs has which role."""
        self.roles_ = np.array([pair.role for pair in _pairs(X, y)] or [NONE])
        return self

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return random links for each sentence."""
        self.rng_ = np.random.default_rng(self.random_state)
        return super().predict(X)

    def links_of(self, sentence: MarkedSentence) -> Sequence[Link]:
        """Return the links that the dice give."""
        draws = [(str(self.rng_.choice(self.roles_)), *pair) for pair in sentence.pairs()]
        return [Link(role, event, actor) for role, event, actor in draws if role != NONE]


class NearestActor(LinkFinder):
    """The nearest actor before an event is its agent, the nearest one after it the recipient.

    Nothing is learned, and passives are read the wrong way round.
    """

    def links_of(self, sentence: MarkedSentence) -> Sequence[Link]:
        """Return at most one agent and one recipient for each event."""
        links = []
        for event in sentence.events:
            before = [actor for actor in sentence.actors if actor.end <= event.start]
            after = [actor for actor in sentence.actors if actor.start >= event.end]
            if before:
                links.append(Link("agent", event, max(before, key=lambda actor: actor.end)))
            if after:
                links.append(Link("recipient", event, min(after, key=lambda actor: actor.start)))
        return links


class _Pair(NamedTuple):
    """An event and an actor of one sentence; role is empty where there is no link."""

    article: str
    of_companion: bool
    sentence: MarkedSentence
    event: Span
    actor: Span
    role: str


def _pairs(X: pd.DataFrame, y: Objects) -> Iterator[_Pair]:
    rows = zip(X["article_id"], of_companion(X).tolist(), _marked_sentences(X), y, strict=True)
    for article, own, (sentence, _), links in rows:
        # Offsets alone tell the actor of a link: it has no type there.
        roles = {link.place: link.role for link in links}
        for event, actor in sentence.pairs():
            role = roles.get((*event[:2], *actor[:2]), NONE)
            yield _Pair(article, own, sentence, event, actor, role)


class _Split(NamedTuple):
    """The pairs to learn from and those to try, where an inner fold is held out."""

    rows: TrainingRows
    roles: Objects
    asked: sparse.csr_matrix
    true: Objects

    @classmethod
    def of(cls, matrix: sparse.csr_matrix, roles: Objects, train: Indices, test: Indices) -> Self:
        """Return an inner fold."""
        learned, asked = without_unseen(matrix[train], matrix[test])
        return cls(TrainingRows(learned), roles[train], asked, roles[test])


class PairModel(LinkFinder):
    """Logistic regression over pairs of an event and an actor: agent, recipient or neither.

    Parameters
    ----------
    regularisation : sequence of float
        Candidates for C. Where there is more than one, the one with the best F1 of links on
        the inner folds held out (`usiran.models.tuning`) is kept, the first one where they tie.
    none : sequence of float
        Candidates for the constant added to the log-probability of no link: a negative one
        links more. Chosen together with C.
    """

    reads = ("article_id", "text", "start", "actors", "events")

    def __init__(
        self, regularisation: Sequence[float] = (1.0,), none: Sequence[float] = (0.0,)
    ) -> None:
        self.regularisation = regularisation
        self.none = none

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Choose among the candidates, then learn from all pairs."""
        pairs = list(_pairs(X, y))
        self.vocabulary_, matrix = learn_features(
            (_features(pair.sentence, pair.event, pair.actor) for pair in pairs), dtype=float
        )
        roles = np.array([pair.role for pair in pairs], dtype=object)
        articles = [pair.article for pair in pairs]
        companion = np.array([pair.of_companion for pair in pairs], dtype=bool)
        several = len(self.regularisation) * len(self.none) > 1
        splits = [
            _Split.of(matrix, roles, *split)
            for split in (inner_splits(articles, companion) if several else ())
        ]
        candidates = list(itertools.product(self.regularisation, self.none))
        scores = [
            score for strength in self.regularisation for score in self._inner_f1(splits, strength)
        ]
        self.chosen_ = candidates[int(np.argmax(scores))]
        self.model_ = _fit(TrainingRows(matrix), roles, self.chosen_[0])
        return self

    def _inner_f1(self, splits: Sequence[_Split], strength: float) -> list[float]:
        """Return the pooled F1 of links of one C on the inner folds held out, by constant."""
        hits, totals = np.zeros((2, len(self.none)), dtype=int)
        for rows, roles, asked, true in splits:
            model = _fit(rows, roles, strength)
            predicted = np.array(
                [_stated(model, asked, constant)[0] for constant in self.none], dtype=object
            )
            hits += ((predicted == true) & (true != NONE)).sum(axis=1)
            totals += (predicted != NONE).sum(axis=1) + (true != NONE).sum()
        return [float(2 * hit / max(total, 1)) for hit, total in zip(hits, totals, strict=True)]

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the links that the model finds likelier than none, for each sentence."""
        return self.stated_items(X)[0]

    def stated_items(self, X: pd.DataFrame) -> tuple[Objects, Objects]:
        """Return the links of each sentence, and how likely the model finds the role of each."""
        sentences = list(_marked_sentences(X))
        # All pairs at once: a call of scikit-learn costs more than what it computes for one.
        pairs = [(i, *pair) for i, (row, _) in enumerate(sentences) for pair in row.pairs()]
        found: list[dict[Link, float]] = [{} for _ in sentences]
        if pairs:
            rows = (pair_features(sentences[i][0], event, actor) for i, event, actor in pairs)
            matrix = self.vocabulary_.transform(rows)
            roles, chances = _stated(self.model_, matrix, self.chosen_[1])
            for (i, event, actor), role, chance in zip(pairs, roles, chances, strict=True):
                if role != NONE:
                    link = Link(str(role), event, actor._replace(label=""))
                    found[i][link] = float(chance)
        links = [link_set(own, start) for own, (_, start) in zip(found, sentences, strict=True)]
        stated = [tuple(own[link] for link in row) for row, own in zip(links, found, strict=True)]
        return objects(links), objects(stated)


def _fit(rows: TrainingRows, roles: Objects, strength: float) -> LogisticRegression | str:
    """Return a fitted model, or the one role there is to learn."""
    distinct = set(roles)
    if len(distinct) < 2:
        return str(next(iter(distinct), NONE))
    fitted: LogisticRegression = rows.fit(
        LogisticRegression(C=strength, max_iter=1000), roles.astype(str)
    )
    return fitted


def _stated(
    model: LogisticRegression | str, matrix: sparse.csr_matrix, constant: float
) -> tuple[Objects, Floats]:
    """Return the likeliest role of each pair, and how likely it is once the constant is added."""
    if isinstance(model, str):
        return np.full(matrix.shape[0], model, dtype=object), np.ones(matrix.shape[0])
    scores = model.predict_log_proba(matrix) + constant * (model.classes_ == NONE)
    roles = np.asarray(model.classes_[scores.argmax(axis=1)], dtype=object)
    return roles, softmax(scores, axis=1).max(axis=1)
