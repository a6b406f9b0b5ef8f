"""Which actor each given mention is: remembered surfaces, and a model of what else tells it.

All that is known of actors is read from training articles: how they are called there, the name
that the registry gives them, their side. Who no training article names is never proposed.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from usiran.models.gazetteer import commonest
from usiran.models.tuning import inner_folds
from usiran.models.who_to_whom import surface
from usiran.models.with_spans import need_columns
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects
from usiran.tasks.metrics.linking import UNLINKED
from usiran.text.tokens import tokenize

_SMALL = frozenset(["the", "of", "a", "an", "and", "in", "for", "’s", "'s", "-", ".", ","])


class Mention(NamedTuple):
    """A mention and its sentence's other words; of those asked about the actor is not known."""

    article: str
    words: str
    type: str
    around: frozenset[str]
    actor: str = ""
    name: str = ""
    side: str = ""


def _mentions(X: pd.DataFrame, y: Objects | None = None) -> Iterator[Mention]:
    """Yield the mentions, in order; with their actors where labels are given."""
    need_columns(X, "actors", *(("sides", "names") if y is not None else ()))
    known = (X["sides"], X["names"], y) if y is not None else (X["actors"],) * 3
    columns = (X["article_id"], X["text"], X["actors"], *known)
    for article, text, spans, sides, names, labels in zip(*columns, strict=True):
        for span, side, name, label in zip(spans, sides, names, labels, strict=True):
            rest = f"{text[: span.start]} {text[span.end :]}"
            told = (label.label, name, side) if y is not None else ()
            words = text[span.start : span.end]
            yield Mention(article, surface(words), span.label, _words(rest), *told)


@lru_cache(maxsize=2**14)  # every candidate asks for the words of the mention again
def _words(text: str) -> frozenset[str]:
    return frozenset(token.text.casefold() for token in tokenize(text)) - _SMALL


class Memory:
    """What training mentions tell of the actors."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.surfaces: dict[str, Counter[str]] = defaultdict(Counter)
        self.by_word: dict[str, set[str]] = defaultdict(set)
        self.types: dict[str, Counter[str]] = defaultdict(Counter)
        self.around: dict[str, Counter[str]] = defaultdict(Counter)
        self.sides: dict[str, Counter[str]] = defaultdict(Counter)
        self.side_of: dict[str, str] = {}
        self.called: dict[str, set[str]] = defaultdict(set)
        for mention in mentions:
            self._take(mention)
        # Once for all mentions that are asked about.
        self.words_of = {actor: [*map(_words, names)] for actor, names in self.called.items()}
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for actor, names in self.called.items():
            for name in names:
                self.by_name[name].append(actor)
        self.counts = {actor: types.total() for actor, types in self.types.items()}

    def _take(self, mention: Mention) -> None:
        self.surfaces[mention.words][mention.actor] += 1
        if mention.actor == UNLINKED:
            return
        names = {mention.words, surface(mention.name)} - {""}
        self.called[mention.actor] |= names
        for word in set().union(*map(_words, names)):
            self.by_word[word].add(mention.actor)
        for word in _words(mention.words):
            self.sides[word][mention.side] += 1
        self.types[mention.actor][mention.type] += 1
        self.around[mention.actor].update(mention.around)
        self.side_of[mention.actor] = mention.side

    def named(self, words: str) -> Counter[str]:
        """Return how often the words are each actor, or none; a name counts once besides."""
        counts = Counter(self.surfaces.get(words, {}))
        counts.update(self.by_name.get(words, ()))
        return counts

    def candidates(self, mention: Mention) -> list[str]:
        """Return the actors that have a word in common with the mention, by name."""
        return sorted(set().union(*(self.by_word.get(w, set()) for w in _words(mention.words))))

    def features(self, mention: Mention, actor: str) -> list[float]:
        """Return how well a mention and an actor fit, each from 0 to 1 but for the last."""
        words, named = _words(mention.words), self.named(mention.words)
        total = max(named.total(), 1)
        sides = [self.sides[w] for w in sorted(words) if w in self.sides]
        sided = [counts[self.side_of[actor]] / counts.total() for counts in sides]
        around = self.around[actor]
        shared = sum(min(around[w], 1) for w in mention.around)
        return [
            float(named[actor] > 0),
            named[actor] / total,
            named[UNLINKED] / total,
            max(len(words & own) / len(words | own) for own in self.words_of[actor]),
            self.types[actor][mention.type] / self.counts[actor],
            sum(sided) / max(len(sided), 1),
            shared / max(len(mention.around), 1),
            float(np.log(self.counts[actor])),
        ]


class MentionLinker(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Links given mentions; `affiliations_` has the side of every actor that it knows."""

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Remember the mentions of the training articles."""
        mentions = list(_mentions(X, y))
        # Lists of texts alone: model files hold them as they are.
        self.mentions_ = [[*m[:3], " ".join(sorted(m.around)), *m[4:]] for m in mentions]
        self.affiliations_ = {m.actor: m.side for m in mentions if m.actor != UNLINKED}
        return self

    def _memory(self) -> Memory:
        return Memory(
            [
                Mention(article, words, kind, frozenset(around.split(" ")), *told)
                for article, words, kind, around, *told in self.mentions_
            ]
        )

    def linked(self, mentions: Sequence[Mention]) -> list[tuple[str, float]]:
        """Return the actor of each mention, or UNLINKED, and how likely it is."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return the mentions of each sentence, labelled with their actors."""
        return self.stated_items(X)[0]

    def stated_items(self, X: pd.DataFrame) -> tuple[Objects, Objects]:
        """Return the mentions of each sentence with their actors, and how likely each is."""
        found = iter(self.linked(list(_mentions(X))))
        rows = [[(span, *next(found)) for span in spans] for spans in X["actors"]]
        values = [tuple(span._replace(label=actor) for span, actor, _ in row) for row in rows]
        return objects(values), objects(tuple(chance for *_, chance in row) for row in rows)


class CommonestActor(MentionLinker):
    """The majority control: every mention is who most training mentions are."""

    def linked(self, mentions: Sequence[Mention]) -> list[tuple[str, float]]:
        """Return the commonest actor, or that there is none."""
        counts = Counter(row[4] for row in self.mentions_)
        actor = commonest(counts) if counts else UNLINKED
        return [(actor, float("nan"))] * len(mentions)


class ExactAlias(MentionLinker):
    """A mention is who the same words were in training, or whose name they are; else nobody."""

    def linked(self, mentions: Sequence[Mention]) -> list[tuple[str, float]]:
        """Return the actor that the words mostly are."""
        memory = self._memory()
        counts = [memory.named(mention.words) for mention in mentions]
        return [(commonest(named) if named else UNLINKED, float("nan")) for named in counts]


class AliasInContext(MentionLinker):
    """Logistic regression over a mention and each actor that has a word in common with it.

    It learns from training mentions as the other inner folds know them: how often words that were
    met before are right, and what else tells an actor. The likeliest actor is given where it is
    likelier than a threshold; the one with which most training mentions are right, linked or
    not, when folds are held out, is kept: the lowest where several are.

    Parameters
    ----------
    regularisation : float
        C of the logistic regression.
    thresholds : sequence of float
        Candidates, from 0 to 1, in rising order.
    """

    def __init__(self, regularisation: float = 1.0, thresholds: Sequence[float] = (0.5,)) -> None:
        self.regularisation = regularisation
        self.thresholds = thresholds

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn the weights and the threshold, and remember the mentions."""
        super().fit(X, y)
        mentions = list(_mentions(X, y))
        folds = inner_folds([mention.article for mention in mentions])
        asked = [
            (mention, memory, int(fold))
            for fold in np.unique(folds)
            for memory in [Memory([m for m, f in zip(mentions, folds, strict=True) if f != fold])]
            for mention in (m for m, f in zip(mentions, folds, strict=True) if f == fold)
        ]
        pairs = [
            (memory.features(mention, actor), float(actor == mention.actor), fold)
            for mention, memory, fold in asked
            for actor in memory.candidates(mention)
        ]
        rows = np.array([row for row, *_ in pairs])
        right, of_fold = (np.array([pair[i] for pair in pairs]) for i in (1, 2))
        self.weights_ = self._weights(rows, right)
        by_fold = {
            fold: self._weights(rows[of_fold != fold], right[of_fold != fold])
            for fold in np.unique(folds).tolist()
        }
        best = [_likeliest(memory, mention, by_fold[fold]) for mention, memory, fold in asked]
        self.threshold_ = max(
            self.thresholds,
            key=lambda least: sum(
                _actor(*found, least) == mention.actor
                for found, (mention, *_) in zip(best, asked, strict=True)
            ),
        )
        return self

    def _weights(self, rows: Floats, right: Floats) -> list[float]:
        """Return a weight a feature, then the constant; nothing where there is nothing to learn."""
        if not len(right):
            return []
        if len(set(right.tolist())) < 2:
            # All are right or all are wrong: so will others be, by the rule of succession.
            odds = (right.sum() + 1) / (len(right) - right.sum() + 1)
            return [*[0.0] * rows.shape[1], float(np.log(odds))]
        model = LogisticRegression(C=self.regularisation, max_iter=1000).fit(rows, right)
        return [*model.coef_[0].tolist(), float(model.intercept_[0])]

    def linked(self, mentions: Sequence[Mention]) -> list[tuple[str, float]]:
        """Return the likeliest actor, where it is likely enough."""
        memory = self._memory()
        known: dict[Mention, tuple[str, float]] = {}
        for mention in mentions:
            if mention not in known:
                actor, chance = _likeliest(memory, mention, self.weights_)
                given = _actor(actor, chance, self.threshold_)
                known[mention] = given, chance if given == actor else 1 - chance
        return [known[mention] for mention in mentions]


def _likeliest(memory: Memory, mention: Mention, weights: Sequence[float]) -> tuple[str, float]:
    """Return the likeliest actor, the first by name where several are; "" where there is none."""
    best, chance = "", 0.0
    for actor in memory.candidates(mention) if weights else ():
        features = [*memory.features(mention, actor), 1.0]
        # Added up in their order, not by a library: the same everywhere.
        score = sum(weight * value for weight, value in zip(weights, features, strict=True))
        likely = float(1 / (1 + np.exp(-score)))
        if likely > chance:
            best, chance = actor, likely
    return best, chance


def _actor(actor: str, chance: float, least: float) -> str:
    return actor if actor and chance >= least else UNLINKED
