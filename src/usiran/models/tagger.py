"""A linear token tagger: logistic regression on each token, constrained BIO decoding.

Three sources tell a token's tag: its own form and neighbours, the hand-written word
lists, and a gazetteer of training spans. While training, an article's gazetteer features
come from the *other* training articles only: a gazetteer that has seen the article is
always right about it and would be trusted too much.

Where labels fall into groups, the groups are tagged, because they have enough examples;
a second model, which sees the whole span, then picks the type inside the group. Events
are grouped by quad class, which is scored first; actors can be one group.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from usiran.models.base import Spans, SpanTagger
from usiran.models.bio_decoding import bio_tags, decode
from usiran.models.gazetteer import Gazetteer
from usiran.models.lexicon import Lexicon, Words
from usiran.models.token_features import marks, token_features
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects
from usiran.text.spans import Span, matched
from usiran.text.tokens import Token, from_bio, to_bio, tokenize


class Sentence(NamedTuple):
    """A sentence as the tagger sees it; spans are empty while predicting."""

    article: str
    text: str
    tokens: list[Token]
    features: list[list[str]]
    spans: Spans


class LinearTagger(SpanTagger):
    """Typed spans from a linear model over token features.

    Parameters
    ----------
    groups : mapping
        From label to group; empty where labels are tagged themselves.
    words : mapping
        Word lists, from label to entries; may be empty.
    regularisation : tuple of float
        Candidates for C of both logistic regressions: larger trusts the data more.
    outside : tuple of float
        Candidates for the constant added to the log-probability of O: a negative one
        marks more spans. Where there is more than one candidate of either, each training
        article is left out once and the best pair on those articles is kept.
    strict : bool
        Whether tuning counts spans with equal offsets only, or any overlap.
    fold_case : bool
        Whether the gazetteer ignores capitals.
    """

    def __init__(
        self,
        *,
        groups: Mapping[str, str] | None = None,
        words: Words | None = None,
        regularisation: Sequence[float] = (1.0,),
        outside: Sequence[float] = (0.0,),
        strict: bool = True,
        fold_case: bool = False,
    ) -> None:
        self.groups = groups
        self.words = words
        self.regularisation = regularisation
        self.outside = outside
        self.strict = strict
        self.fold_case = fold_case

    def fit(self, X: pd.DataFrame, y: Objects) -> LinearTagger:
        """Choose among the candidates, then learn tags and types from all sentences."""
        self.lexicon_ = Lexicon(self.words or {})
        sentences = self._read(X, y)
        self.vocabulary_ = CountVectorizer(analyzer=_itself, min_df=2, binary=True)
        self.vocabulary_.fit([row for sentence in sentences for row in sentence.features])
        self.span_vocabulary_ = CountVectorizer(analyzer=_itself, binary=True)
        self.span_vocabulary_.fit(
            [["none"], *(span_features(row, span) for row in sentences for span in row.spans)]
        )
        pairs = list(itertools.product(self.regularisation, self.outside))
        self.chosen_ = self._tuned(sentences, pairs) if len(pairs) > 1 else pairs[0]
        self.model_ = TokenModel(self, self.chosen_[0]).learn(sentences).learn_types(sentences)
        return self

    def _read(self, X: pd.DataFrame, y: Iterable[Spans]) -> list[Sentence]:
        rows = zip(X["article_id"], X["text"], X["zone"], y, strict=True)
        return [self._sentence(*row) for row in rows]

    def _sentence(self, article: str, text: str, zone: str, spans: Spans) -> Sentence:
        tokens = tokenize(text)
        known = self.lexicon_.find(text)
        levels = [known]
        if self.groups:
            levels.append([span._replace(label=self.group(span.label)) for span in known])
        features = token_features(tokens, zone, levels)
        return Sentence(article, text, tokens, features, spans)

    def _tuned(
        self, sentences: Sequence[Sentence], pairs: Sequence[tuple[float, float]]
    ) -> tuple[float, float]:
        """Leave out each training article once; keep the candidates with the best F1."""
        tally = {pair: np.zeros(2) for pair in pairs}
        for article in dict.fromkeys(sentence.article for sentence in sentences):
            held = [sentence for sentence in sentences if sentence.article == article]
            rest = [sentence for sentence in sentences if sentence.article != article]
            for strength in self.regularisation if rest else ():
                model = TokenModel(self, strength).learn(rest)
                scores = model.scores(held)
                for constant in self.outside:
                    said = model.groups(held, scores, constant)
                    tally[strength, constant] += self._total_agreement(held, said)
        return max(pairs, key=lambda pair: tally[pair][0] / max(tally[pair][1], 1.0))

    def _total_agreement(self, held: Sequence[Sentence], said: Sequence[Spans]) -> Floats:
        rows = [self._agreement(row.spans, spans) for row, spans in zip(held, said, strict=True)]
        return np.asarray(np.sum(rows, axis=0, dtype=float))

    def _agreement(self, true: Spans, said: Spans) -> Floats:
        """Return pairs of the same group, and the mean number of spans on both sides."""
        grouped = [span._replace(label=self.group(span.label)) for span in true]
        if self.strict:
            pairs = len(set(grouped) & set(said))
        else:
            pairs = sum(
                matched([s for s in grouped if s.label == g], [s for s in said if s.label == g])
                for g in {span.label for span in said}
            )
        return np.array([pairs, (len(true) + len(said)) / 2])

    def group(self, label: str) -> str:
        """Return the class that is tagged for a label."""
        return self.groups[label] if self.groups else label

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        sentences = self._read(X, [()] * len(X))
        model = self.model_
        grouped = model.groups(sentences, model.scores(sentences), self.chosen_[1])
        return objects([model.typed(s, spans) for s, spans in zip(sentences, grouped, strict=True)])


class TokenModel:
    """What one training set teaches: a tag model, a type model and a gazetteer.

    Parameters
    ----------
    tagger : LinearTagger
        Its settings, vocabulary and word lists.
    strength : float
        C of both regressions.
    """

    def __init__(self, tagger: LinearTagger, strength: float) -> None:
        self.tagger = tagger
        self.strength = strength
        self.tags: list[str] = ["O"]
        self.gazetteer = Gazetteer({})
        self.listed = CountVectorizer(analyzer=_itself, binary=True)
        self.tag_model: LogisticRegression | None = None
        self.type_model: LogisticRegression | None = None

    def learn(self, sentences: Sequence[Sentence]) -> TokenModel:
        """Learn tags and gazetteer from labelled sentences of several articles."""
        labels = sorted({self.tagger.group(s.label) for row in sentences for s in row.spans})
        self.tags = bio_tags(labels)
        self.gazetteer = self._gazetteer(sentences)
        others = {
            article: self._gazetteer([row for row in sentences if row.article != article])
            for article in {sentence.article for sentence in sentences}
        }
        hints = [_hints(row, others[row.article]) for row in sentences]
        self.listed.fit([hint for rows in hints for hint in rows])
        tags = [tag for row in sentences for tag in self._gold_tags(row)]
        # No span in training: there is nothing to learn, and none will be marked.
        self.tag_model = self._regression(self._matrix(sentences, hints), tags) if labels else None
        return self

    def _gazetteer(self, sentences: Sequence[Sentence]) -> Gazetteer:
        rows = ((sentence.text, sentence.spans) for sentence in sentences)
        return Gazetteer.learn(rows, fold_case=self.tagger.fold_case)

    def _gold_tags(self, sentence: Sentence) -> list[str]:
        grouped = (s._replace(label=self.tagger.group(s.label)) for s in sentence.spans)
        return to_bio(sentence.tokens, grouped)

    def _matrix(
        self, sentences: Sequence[Sentence], hints: Sequence[list[list[str]]]
    ) -> sparse.csr_matrix:
        own = [row for sentence in sentences for row in sentence.features]
        listed = [row for rows in hints for row in rows]
        blocks = (self.tagger.vocabulary_.transform(own), self.listed.transform(listed))
        return sparse.hstack(blocks, format="csr", dtype=float)

    def _regression(self, matrix: sparse.csr_matrix, labels: Sequence[str]) -> LogisticRegression:
        model = LogisticRegression(C=self.strength, max_iter=1000, tol=1e-3)
        return model.fit(matrix, labels)

    def scores(self, sentences: Sequence[Sentence]) -> list[Floats]:
        """Return log-probabilities, one array (tokens, tags) a sentence."""
        if self.tag_model is None:
            return [np.zeros((len(sentence.tokens), 1)) for sentence in sentences]
        hints = [_hints(sentence, self.gazetteer) for sentence in sentences]
        known = self.tag_model.predict_log_proba(self._matrix(sentences, hints))
        # A tag that training never showed (I-X of a one-word type) cannot be chosen.
        full = np.full((len(known), len(self.tags)), -1e9)
        full[:, [self.tags.index(tag) for tag in self.tag_model.classes_]] = known
        ends = np.cumsum([len(sentence.tokens) for sentence in sentences])
        return np.split(full, ends[:-1])

    def groups(
        self, sentences: Sequence[Sentence], scores: Sequence[Floats], outside: float
    ) -> list[list[Span]]:
        """Return the best spans, labelled with groups."""
        shift = np.eye(len(self.tags))[0] * outside
        tags = decode([rows + shift for rows in scores], self.tags)
        return [from_bio(s.tokens, row) for s, row in zip(sentences, tags, strict=True)]

    def learn_types(self, sentences: Sequence[Sentence]) -> TokenModel:
        """Learn which type a span has, where types fall into groups."""
        pairs = [(row, span) for row in sentences for span in row.spans]
        labels = [span.label for _, span in pairs]
        if self.tagger.groups and len(set(labels)) > 1:
            self.type_model = self._regression(self._span_matrix(pairs), labels)
        return self

    def _span_matrix(self, pairs: Sequence[tuple[Sentence, Span]]) -> sparse.csr_matrix:
        rows = [span_features(sentence, span) for sentence, span in pairs]
        return self.tagger.span_vocabulary_.transform(rows).astype(float)

    def typed(self, sentence: Sentence, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return the spans with the likeliest type of their group."""
        if not self.tagger.groups or not spans:
            return tuple(spans)
        return tuple(span._replace(label=self._type(sentence, span)) for span in spans)

    def _type(self, sentence: Sentence, span: Span) -> str:
        fitting = [t for t, group in (self.tagger.groups or {}).items() if group == span.label]
        if self.type_model is None:
            return fitting[0]
        stated = self.type_model.predict_proba(self._span_matrix([(sentence, span)]))[0]
        chances = dict(zip(self.type_model.classes_, stated, strict=True))
        return max(fitting, key=lambda label: chances.get(label, -1.0))


def span_features(sentence: Sentence, span: Span) -> list[str]:
    """Return what tells a span's type: all its tokens, and its first and last one."""
    inside = [i for i, t in enumerate(sentence.tokens) if span.start <= t.start < span.end]
    features = [feature for i in inside for feature in sentence.features[i]]
    last = [f"last|{feature}" for feature in sentence.features[inside[-1]]]
    first = [f"first|{feature}" for feature in sentence.features[inside[0]]]
    return [*features, *first, *last, f"length={len(inside)}"]


def _hints(sentence: Sentence, gazetteer: Gazetteer) -> list[list[str]]:
    """Return what the gazetteer says of each token and its two neighbours.

    A token inside a longest match is `known`; one that is a part of some surface, such as
    a surname, is at least `part` of it.
    """
    found = marks(sentence.tokens, gazetteer.find(sentence.text))
    padded = ["", *found, ""]
    parts = [gazetteer.part(token) for token in sentence.tokens]
    return [
        [*(f"known[{d}]={padded[i + 1 + d] or 'O'}" for d in (-1, 0, 1)), f"part={parts[i]}"]
        for i in range(len(found))
    ]


def _itself(features: list[str]) -> list[str]:
    return features
