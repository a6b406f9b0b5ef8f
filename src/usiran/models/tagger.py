"""A linear token tagger: logistic regression on each token, constrained BIO decoding.

Three sources tell a token's tag: its own form and neighbours, the hand-written word
lists, and a gazetteer of training spans. While training, an article's gazetteer features
come from the training articles of the *other* inner folds only: a gazetteer that has seen
the article is always right about it and would be trusted too much.

Where labels fall into groups, the groups are tagged, because they have enough examples;
a second model, which sees the whole span, then picks the type inside the group. Events
are grouped by quad class, which is scored first; actors can be one group.
"""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from usiran.models import token_counts
from usiran.models.base import Indices, Spans, SpanTagger, learn_features, ready_made
from usiran.models.bio_decoding import bio_tags, decode
from usiran.models.gazetteer import Gazetteer
from usiran.models.lexicon import Lexicon, Words
from usiran.models.logistic import TrainingRows
from usiran.models.token_counts import Sentence
from usiran.models.token_features import marks, tokens_of
from usiran.models.token_table import TokenTable
from usiran.models.tuning import inner_folds, inner_splits
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, objects, of_companion
from usiran.text.spans import Span, matched
from usiran.text.tokens import from_bio, to_bio


@dataclass(frozen=True)
class Sentences:
    """Sentences in a row, with the features of all their tokens as one matrix."""

    rows: Sequence[Sentence]
    own: sparse.csr_matrix  # (tokens, vocabulary), computed once whatever parts are taken

    @cached_property
    def _ends(self) -> NDArray[np.intp]:
        return np.cumsum([0, *(len(row.tokens) for row in self.rows)])

    def part(self, places: Indices) -> Sentences:
        """Return some of the sentences."""
        tokens = [np.arange(self._ends[place], self._ends[place + 1]) for place in places]
        own = self.own[np.concatenate([np.array([], dtype=np.intp), *tokens])]
        return Sentences([self.rows[place] for place in places], own)

    @property
    def articles(self) -> list[str]:
        """The article of each sentence."""
        return [row.article for row in self.rows]

    @property
    def of_companion(self) -> NDArray[np.bool_]:
        """Whether each sentence is a companion's."""
        return np.array([row.of_companion for row in self.rows], dtype=bool)


class TokenTagger(SpanTagger):
    """What taggers of tokens have in common: how a sentence is read, and what is tagged in it."""

    groups: Mapping[str, str] | None
    fold_case: bool
    lexicon_: Lexicon
    span_vocabulary_: CountVectorizer

    def read(self, X: pd.DataFrame, y: Iterable[Spans]) -> list[Sentence]:
        """Return the sentences as tokens, with what the word lists find and with their spans."""
        columns = X["article_id"], tokens_of(X), X["zone"], map(self._entries, X["text"]), y
        rows = zip(*columns, of_companion(X).tolist(), strict=True)
        return [Sentence(article, tuple(tokens), *rest) for article, tokens, *rest in rows]

    def _entries(self, text: str) -> tuple[tuple[Span, ...], ...]:
        entries = self.lexicon_.find(text)
        levels = (entries, self.grouped(entries)) if self.groups else (entries,)
        return tuple(map(tuple, levels))

    def grouped(self, spans: Spans) -> list[Span]:
        """Return the spans labelled with what is tagged for them."""
        if not self.groups:
            return list(spans)
        return [span._replace(label=self.groups[span.label]) for span in spans]

    def learn_gazetteer(self, rows: Sequence[Sentence]) -> Gazetteer:
        """Return the gazetteer of labelled sentences."""
        read = ((row.tokens, row.spans) for row in rows)
        return Gazetteer.learn(read, fold_case=self.fold_case)

    def hints_of_others(self, rows: Sequence[Sentence]) -> list[list[str]]:
        """Return what each token is told by a gazetteer of the other inner folds."""
        folds = inner_folds([row.article for row in rows]).tolist()
        others = {
            fold: self.learn_gazetteer(
                [row for row, own in zip(rows, folds, strict=True) if own != fold]
            )
            for fold in set(folds)
        }
        return [
            hint for row, fold in zip(rows, folds, strict=True) for hint in hints(row, others[fold])
        ]


class LinearTagger(TokenTagger):
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
        marks more spans. Where there is more than one candidate of either, the pair with
        the best F1 on the inner folds held out (`usiran.models.tuning`) is kept.
    strict : bool
        Whether tuning counts spans with equal offsets only, or any overlap.
    fold_case : bool
        Whether the gazetteer ignores capitals.
    """

    reads = ("article_id", "zone", "text")

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
        rows = self.read(X, y)
        self.vocabulary_, own = token_counts.learn([row.seen for row in rows])
        pairs = [(row, span) for row in rows for span in row.spans]
        self.span_vocabulary_, types = learn_features(span_features(*pair) for pair in pairs)
        types.sort_indices()
        sentences = Sentences(rows, own)
        self.chosen_ = self._tune(sentences)
        self.model_ = TokenModel()
        self.model_.fit_tags(*self.model_.read(self, sentences), self.chosen_[0])
        if self.groups:
            self.model_.fit_types(types, [span.label for _, span in pairs])
        return self

    def _tune(self, sentences: Sentences) -> tuple[float, float]:
        """Return the candidates with the best F1 on the inner folds held out."""
        pairs = list(itertools.product(self.regularisation, self.outside))
        if len(pairs) == 1:
            return pairs[0]
        tally = {pair: np.zeros(2) for pair in pairs}
        for train, tried in inner_splits(sentences.articles, sentences.of_companion):
            test, model = sentences.part(tried), TokenModel()
            tokens, tags = model.read(self, sentences.part(train))
            for strength in self.regularisation:
                scores = model.fit_tags(tokens, tags, strength).scores(test)
                for constant in self.outside:
                    predicted = model.decode(test.rows, scores, constant)
                    for sentence, spans in zip(test.rows, predicted, strict=True):
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
        return self.stated_items(X)[0]

    def stated_items(self, X: pd.DataFrame) -> tuple[Objects, Objects]:
        """Return the spans of each sentence, and how likely each is.

        That is the probability that every token of it has its tag, and the span its type, as the
        model has it: it is not calibrated, and a long span's is smaller.
        """
        rows, model = self.read(X, [()] * len(X)), self.model_
        table = TokenTable(rows)
        own = table.matrix(self.vocabulary_.vocabulary_)
        scores = model.scores(Sentences(rows, own), table)
        grouped = model.decode(rows, scores, self.chosen_[1])
        return model.stated(self, table, grouped, scores)


class TokenModel:
    """What one training set teaches: a tag model, a type model and a gazetteer.

    The tagger that it belongs to has the settings, the vocabulary and the word lists. It is handed
    over where it is asked for: a stored model cannot hold a circle.
    """

    def __init__(self) -> None:
        self.strength = 1.0
        self.tags: list[str] = ["O"]
        self.gazetteer = Gazetteer({})
        self.listed = CountVectorizer(analyzer=ready_made, binary=True)
        self.tag_model: LogisticRegression | None = None
        self.type_model: LogisticRegression | None = None

    def read(self, tagger: TokenTagger, sentences: Sentences) -> tuple[TrainingRows, list[str]]:
        """Learn tags and gazetteer of labelled sentences; return their tokens' features and tags.

        None of it depends on the strength: it is read once for all candidates.
        """
        rows = sentences.rows
        grouped = [tagger.grouped(row.spans) for row in rows]
        self.tags = bio_tags(sorted({span.label for spans in grouped for span in spans}))
        self.gazetteer = tagger.learn_gazetteer(rows)
        listed = self.listed.fit_transform(tagger.hints_of_others(rows))
        listed.sort_indices()
        tags = [
            tag
            for row, spans in zip(rows, grouped, strict=True)
            for tag in to_bio(row.tokens, spans)
        ]
        return TrainingRows(_side_by_side(sentences.own, listed)), tags

    def fit_tags(self, tokens: TrainingRows, tags: Sequence[str], strength: float) -> TokenModel:
        """Learn the tags with one C; what `read` returned is its training set."""
        self.strength = strength
        # No span in training: there is nothing to learn, and none will be marked.
        self.tag_model = self._regression(tokens, tags) if len(self.tags) > 1 else None
        return self

    def _regression(self, rows: TrainingRows, labels: Sequence[str]) -> LogisticRegression:
        return rows.fit(LogisticRegression(C=self.strength, max_iter=1000, tol=1e-3), labels)

    def fit_types(self, matrix: sparse.csr_matrix, labels: Sequence[str]) -> None:
        """Learn which type inside its group a span has; a row is a span."""
        if len(set(labels)) > 1:
            self.type_model = self._regression(TrainingRows(matrix.astype(float)), labels)

    def scores(self, sentences: Sentences, table: TokenTable | None = None) -> list[Floats]:
        """Return log-probabilities, one array (tokens, tags) a sentence; `table` has its tokens."""
        rows = sentences.rows
        if self.tag_model is None:
            return [np.zeros((len(row.tokens), 1)) for row in rows]
        known = [[span for span, _ in self.gazetteer.search(row.tokens)] for row in rows]
        parts = (part for row in rows for part in self.gazetteer.parts(row.tokens))
        told = (table or TokenTable(rows)).hints(self.listed.vocabulary_, known, parts)
        stated = self.tag_model.predict_log_proba(_side_by_side(sentences.own, told))
        # A tag that training never showed (I-X of a one-word type) cannot be chosen.
        full = np.full((len(stated), len(self.tags)), -1e9)
        full[:, [self.tags.index(tag) for tag in self.tag_model.classes_]] = stated
        ends = np.cumsum([len(row.tokens) for row in rows])
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

    def typed(
        self, tagger: TokenTagger, table: TokenTable, grouped: Sequence[Spans]
    ) -> list[tuple[Span, ...]]:
        """Return the spans of each sentence with the likeliest type of their group."""
        types = iter(self._types(tagger, table, grouped)[0])
        return [tuple(span._replace(label=next(types)) for span in spans) for spans in grouped]

    def stated(
        self,
        tagger: TokenTagger,
        table: TokenTable,
        grouped: Sequence[Spans],
        scores: Sequence[Floats],
    ) -> tuple[Objects, Objects]:
        """Return the spans of each sentence with their types, and how likely each is."""
        labels, chances = self._types(tagger, table, grouped)
        types = iter(labels)
        pairs = zip(chances, self._of_tags(table, grouped, scores), strict=True)
        both = iter([of_type * of_tags for of_type, of_tags in pairs])
        values = [tuple(span._replace(label=next(types)) for span in spans) for spans in grouped]
        return objects(values), objects(tuple(next(both) for _ in spans) for spans in grouped)

    def _of_tags(
        self, table: TokenTable, grouped: Sequence[Spans], scores: Sequence[Floats]
    ) -> list[float]:
        """Return for each span how likely it is that all its tokens have their tags."""
        column = {tag: place for place, tag in enumerate(self.tags)}
        flat, labels = np.concatenate(scores), [span.label for spans in grouped for span in spans]
        chances = []
        for label, first, end in zip(labels, *table.bounds(grouped), strict=True):
            begun = flat[first, column[f"B-{label}"]]
            chances.append(float(np.exp(begun + flat[first + 1 : end, column[f"I-{label}"]].sum())))
        return chances

    def _types(
        self, tagger: TokenTagger, table: TokenTable, grouped: Sequence[Spans]
    ) -> tuple[list[str], list[float]]:
        """Return the type of each span, and how likely it is inside the span's group."""
        labels = [span.label for spans in grouped for span in spans]
        members: dict[str, list[str]] = {}
        for label, group in (tagger.groups or {}).items():
            members.setdefault(group, []).append(label)
        if self.type_model is None or not labels:
            return [members.get(label, [label])[0] for label in labels], [1.0] * len(labels)
        # All spans at once: a call of scikit-learn costs more than what it computes for one.
        matrix = table.spans(tagger.span_vocabulary_.vocabulary_, grouped)
        chosen = [
            _likeliest(members[label], dict(zip(self.type_model.classes_, row, strict=True)))
            for label, row in zip(
                labels, self.type_model.predict_proba(matrix).tolist(), strict=True
            )
        ]
        return [label for label, _ in chosen], [chance for _, chance in chosen]


def _side_by_side(*blocks: sparse.csr_matrix) -> sparse.csr_matrix:
    return sparse.hstack(blocks, format="csr", dtype=float)


def _likeliest(labels: Sequence[str], probabilities: Mapping[str, float]) -> tuple[str, float]:
    """Return the likeliest of some labels, and its share of their probability."""
    # A type that training never showed is chosen only where its group has no other.
    label = max(labels, key=lambda label: probabilities.get(label, -1.0))
    total = sum(probabilities.get(label, 0.0) for label in labels)
    return label, probabilities.get(label, 0.0) / total if total else 1.0


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


def hints(sentence: Sentence, gazetteer: Gazetteer) -> list[list[str]]:
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
            f"part={part}",
        ]
        for i, part in enumerate(gazetteer.parts(sentence.tokens))
    ]
