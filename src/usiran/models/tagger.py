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

from usiran.models.base import Spans, SpanTagger, learn_features, ready_made
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
    tokens: list[Token]
    features: list[list[str]]
    text: str
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
        # What stands once in all training articles cannot be weighed: it is left out.
        self.vocabulary_ = CountVectorizer(analyzer=ready_made, min_df=2, binary=True)
        self.vocabulary_.fit([row for sentence in sentences for row in sentence.features])
        self.span_vocabulary_, _ = learn_features(
            span_features(sentence, span) for sentence in sentences for span in sentence.spans
        )
        self.chosen_ = self._tune(sentences)
        self.model_ = TokenModel(self)
        self.model_.fit_tags(*self.model_.read(sentences), self.chosen_[0]).fit_types(sentences)
        return self

    def _read(self, X: pd.DataFrame, y: Iterable[Spans]) -> list[Sentence]:
        rows = zip(X["article_id"], X["text"], X["zone"], y, strict=True)
        return [self._sentence(*row) for row in rows]

    def _sentence(self, article: str, text: str, zone: str, spans: Spans) -> Sentence:
        tokens = tokenize(text)
        entries = self.lexicon_.find(text)
        levels = [entries, self.grouped(entries)] if self.groups else [entries]
        return Sentence(article, tokens, token_features(tokens, zone, levels), text, spans)

    def grouped(self, spans: Spans) -> list[Span]:
        """Return the spans labelled with what is tagged for them."""
        if not self.groups:
            return list(spans)
        return [span._replace(label=self.groups[span.label]) for span in spans]

    def _tune(self, sentences: Sequence[Sentence]) -> tuple[float, float]:
        """Leave out each training article once; return the candidates with the best F1."""
        pairs = list(itertools.product(self.regularisation, self.outside))
        articles = dict.fromkeys(sentence.article for sentence in sentences)
        if len(pairs) == 1 or len(articles) < 2:
            return pairs[0]
        tally = {pair: np.zeros(2) for pair in pairs}
        for article in articles:
            test = [sentence for sentence in sentences if sentence.article == article]
            model = TokenModel(self)
            matrix, tags = model.read([row for row in sentences if row.article != article])
            for strength in self.regularisation:
                scores = model.fit_tags(matrix, tags, strength).scores(test)
                for constant in self.outside:
                    predicted = model.decode(test, scores, constant)
                    for sentence, spans in zip(test, predicted, strict=True):
                        tally[strength, constant] += self._agreement(sentence.spans, spans)
        return max(pairs, key=lambda pair: tally[pair][0] / max(tally[pair][1], 1.0))

    def _agreement(self, true: Spans, predicted: Spans) -> Floats:
        """Return pairs of the same group, and the mean number of spans on both sides."""
        gold = self.grouped(true)
        if self.strict:
            pairs = len(set(gold) & set(predicted))
        else:
            pairs = sum(
                matched(
                    [span for span in gold if span.label == group],
                    [span for span in predicted if span.label == group],
                )
                for group in {span.label for span in predicted}
            )
        return np.array([pairs, (len(true) + len(predicted)) / 2])

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return a tuple of spans for each sentence."""
        sentences = self._read(X, [()] * len(X))
        model = self.model_
        grouped = model.decode(sentences, model.scores(sentences), self.chosen_[1])
        return objects(model.typed(sentences, grouped))


class TokenModel:
    """What one training set teaches: a tag model, a type model and a gazetteer.

    The tagger that it belongs to has the settings, the vocabulary and the word lists.
    """

    def __init__(self, tagger: LinearTagger) -> None:
        self.tagger = tagger
        self.strength = 1.0
        self.tags: list[str] = ["O"]
        self.gazetteer = Gazetteer({})
        self.listed = CountVectorizer(analyzer=ready_made, binary=True)
        self.tag_model: LogisticRegression | None = None
        self.type_model: LogisticRegression | None = None

    def read(self, sentences: Sequence[Sentence]) -> tuple[sparse.csr_matrix, list[str]]:
        """Learn tags and gazetteer of labelled sentences; return their tokens' features and tags.

        None of it depends on the strength: it is read once for all candidates.
        """
        grouped = [self.tagger.grouped(sentence.spans) for sentence in sentences]
        self.tags = bio_tags(sorted({span.label for spans in grouped for span in spans}))
        self.gazetteer = self._gazetteer(sentences)
        others = {
            article: self._gazetteer([row for row in sentences if row.article != article])
            for article in {sentence.article for sentence in sentences}
        }
        hints = [_hints(row, others[row.article]) for row in sentences]
        self.listed.fit([hint for rows in hints for hint in rows])
        tags = [
            tag
            for sentence, spans in zip(sentences, grouped, strict=True)
            for tag in to_bio(sentence.tokens, spans)
        ]
        return self._matrix(sentences, hints), tags

    def _gazetteer(self, sentences: Sequence[Sentence]) -> Gazetteer:
        rows = ((sentence.text, sentence.spans) for sentence in sentences)
        return Gazetteer.learn(rows, fold_case=self.tagger.fold_case)

    def _matrix(
        self, sentences: Sequence[Sentence], hints: Sequence[list[list[str]]]
    ) -> sparse.csr_matrix:
        own = [row for sentence in sentences for row in sentence.features]
        listed = [row for rows in hints for row in rows]
        blocks = (self.tagger.vocabulary_.transform(own), self.listed.transform(listed))
        return sparse.hstack(blocks, format="csr", dtype=float)

    def fit_tags(
        self, matrix: sparse.csr_matrix, tags: Sequence[str], strength: float
    ) -> TokenModel:
        """Learn the tags with one C; what `read` returned is its training set."""
        self.strength = strength
        # No span in training: there is nothing to learn, and none will be marked.
        self.tag_model = self._regression(matrix, tags) if len(self.tags) > 1 else None
        return self

    def _regression(self, matrix: sparse.csr_matrix, labels: Sequence[str]) -> LogisticRegression:
        return LogisticRegression(C=self.strength, max_iter=1000, tol=1e-3).fit(matrix, labels)

    def fit_types(self, sentences: Sequence[Sentence]) -> None:
        """Learn which type a span has, where types fall into groups."""
        pairs = [(sentence, span) for sentence in sentences for span in sentence.spans]
        labels = [span.label for _, span in pairs]
        if self.tagger.groups and len(set(labels)) > 1:
            self.type_model = self._regression(self._span_matrix(pairs), labels)

    def scores(self, sentences: Sequence[Sentence]) -> list[Floats]:
        """Return log-probabilities, one array (tokens, tags) a sentence."""
        if self.tag_model is None:
            return [np.zeros((len(sentence.tokens), 1)) for sentence in sentences]
        hints = [_hints(sentence, self.gazetteer) for sentence in sentences]
        stated = self.tag_model.predict_log_proba(self._matrix(sentences, hints))
        # A tag that training never showed (I-X of a one-word type) cannot be chosen.
        full = np.full((len(stated), len(self.tags)), -1e9)
        full[:, [self.tags.index(tag) for tag in self.tag_model.classes_]] = stated
        ends = np.cumsum([len(sentence.tokens) for sentence in sentences])
        return np.split(full, ends[:-1])

    def decode(
        self, sentences: Sequence[Sentence], scores: Sequence[Floats], outside: float
    ) -> list[list[Span]]:
        """Return the best spans, labelled with groups."""
        shift = np.eye(len(self.tags))[0] * outside
        tags = decode([rows + shift for rows in scores], self.tags)
        return [
            from_bio(sentence.tokens, row) for sentence, row in zip(sentences, tags, strict=True)
        ]

    def _span_matrix(self, pairs: Sequence[tuple[Sentence, Span]]) -> sparse.csr_matrix:
        rows = [span_features(sentence, span) for sentence, span in pairs]
        return self.tagger.span_vocabulary_.transform(rows).astype(float)

    def typed(
        self, sentences: Sequence[Sentence], grouped: Sequence[Spans]
    ) -> list[tuple[Span, ...]]:
        """Return the spans of each sentence with the likeliest type of their group."""
        if not self.tagger.groups:
            return [tuple(spans) for spans in grouped]
        # All spans at once: a call of scikit-learn costs more than what it computes for one.
        pairs = [
            (sentence, span)
            for sentence, spans in zip(sentences, grouped, strict=True)
            for span in spans
        ]
        types = iter(self._types(pairs))
        return [tuple(span._replace(label=next(types)) for span in spans) for spans in grouped]

    def _types(self, pairs: Sequence[tuple[Sentence, Span]]) -> list[str]:
        members: dict[str, list[str]] = {}
        for label, group in (self.tagger.groups or {}).items():
            members.setdefault(group, []).append(label)
        if self.type_model is None or not pairs:
            return [members[span.label][0] for _, span in pairs]
        stated = self.type_model.predict_proba(self._span_matrix(pairs))
        return [
            _likeliest(members[span.label], dict(zip(self.type_model.classes_, row, strict=True)))
            for (_, span), row in zip(pairs, stated, strict=True)
        ]


def _likeliest(labels: Sequence[str], probabilities: Mapping[str, float]) -> str:
    # A type that training never showed is chosen only where its group has no other.
    return max(labels, key=lambda label: probabilities.get(label, -1.0))


def span_features(sentence: Sentence, span: Span) -> list[str]:
    """Return what tells a span's type: all its tokens, and its first and last one."""
    inside = [
        features
        for token, features in zip(sentence.tokens, sentence.features, strict=True)
        if span.start <= token.start < span.end
    ]
    return [
        *itertools.chain.from_iterable(inside),
        *(f"first|{feature}" for feature in inside[0]),
        *(f"last|{feature}" for feature in inside[-1]),
        f"length={len(inside)}",
    ]


def _hints(sentence: Sentence, gazetteer: Gazetteer) -> list[list[str]]:
    """Return what the gazetteer says of each token and its two neighbours.

    A token inside a longest match is `known`; one that is a part of some surface, such as
    a surname, is at least `part` of it.
    """
    spans = [span for span, _ in gazetteer.search(sentence.tokens)]
    tags = ["O", *(tag or "O" for tag in marks(sentence.tokens, spans)), "O"]
    return [
        [
            f"known[-1]={tags[i]}",
            f"known[0]={tags[i + 1]}",
            f"known[1]={tags[i + 2]}",
            f"part={gazetteer.part(token)}",
        ]
        for i, token in enumerate(sentence.tokens)
    ]
