"""Agreement between annotators, from their raw exports.

Krippendorff's alpha (`usiran.stats.alpha`) for labels, F1 of every pair of annotators for
spans (`usiran.annotation.agreement.spans`). Each annotator against the rest is the mean over
the pairs it is in; *without* it is what the others reach alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from usiran.annotation import annotator_labels
from usiran.annotation.agreement.spans import Pair, SpanMeasure, span_scores
from usiran.annotation.agreement.units import YES_NO, Ratings, all_ratings, matched_spans
from usiran.annotation.annotator_labels import AnnotatorLabels
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.label_studio.control_map import NO_RENAMING, Renaming
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.stats import DRAWS
from usiran.stats.ac1 import ac1
from usiran.stats.alpha import (
    against_rest,
    alpha,
    alpha_interval,
    bootstrap_coincidences,
    coincidences,
    coincidences_between,
)
from usiran.stats.scores import Floats
from usiran.text.articles import Texts, read_texts

if TYPE_CHECKING:
    from usiran.loading import Opened

SOFT = 0.40
"""Below this alpha a layer is published as soft labels only."""

# What the corpus aims at; a first double annotation under the rules reached .91, .98, .95.
ALPHA_AIMS = {"stance": 0.80}
F1_AIMS = {
    SpanMeasure("actor", "strict", "type"): 0.90,
    SpanMeasure("event", "overlap", "type"): 0.85,
}
# The last bits of a sum differ from processor to processor, published figures must not.
_PLACES = 6


@dataclass(frozen=True)
class Alpha:
    """An alpha; None where undefined.

    `interval` is 95 % by two-stage bootstrap, None where it was not asked for or never defined;
    it leaves out `undefined_draws`, those without variation. Only `units` that two annotators
    or more labelled count, and the `labels` on them.
    """

    value: float | None
    interval: tuple[float, float] | None
    units: int
    labels: int
    undefined_draws: int = 0


@dataclass(frozen=True)
class PairFigure:
    """A figure of two annotators; None where undefined."""

    one: str
    other: str
    value: float | None


@dataclass(frozen=True)
class Confusion:
    """How often two annotators gave two labels to one unit, counted over all pairs.

    ``cells[i][j]`` is symmetric: one of the pair gave label i and the other label j.
    """

    labels: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class LabelAgreement:
    """Agreement on one kind of label, `name`; `about` says what a unit is.

    `per_label` sets each label against all others (empty for a yes or no), `per_article` has no
    intervals. `rest` is each annotator's mean over its pairs, `without` the alpha of all others.
    """

    name: str
    about: str
    alpha: Alpha
    ac1: float | None
    aim: float | None
    per_label: dict[str, Alpha]
    per_label_ac1: dict[str, float | None]
    per_article: dict[str, Alpha]
    pairs: tuple[PairFigure, ...]
    rest: dict[str, float | None]
    without: dict[str, float | None]
    confusion: Confusion


@dataclass(frozen=True)
class WaysAgreement:
    """Agreement on one kind of label within each round, and between annotators of two rounds.

    A round is a way of reading: what its annotators had before them. `between` counts no pair of
    annotators of one round.
    """

    name: str
    within: dict[str, Alpha]
    between: Alpha


@dataclass(frozen=True)
class SpanAgreement:
    """F1 of spans or role links by one measure: the mean over pairs, and each pair."""

    name: str
    layer: str
    scheme: str
    level: str
    mean: float | None
    aim: float | None
    pairs: tuple[PairFigure, ...]
    rest: dict[str, float | None]


@dataclass(frozen=True)
class Agreement:
    """Everything that is measured.

    `source` names the rounds or files, `units` counts the sentences and articles that two
    annotators or more labelled, `repaired` the `repairs` made while reading, `left_out` what was
    read and not used. `rounds` are the annotators of each round, and `ways` compares them where
    there are several.
    """

    source: str
    annotators: tuple[str, ...]
    kinds: dict[str, str]
    units: dict[str, int]
    draws: int
    seed: int
    labels: tuple[LabelAgreement, ...]
    spans: tuple[SpanAgreement, ...]
    repaired: int
    repairs: tuple[str, ...]
    left_out: dict[str, int]
    rounds: dict[str, tuple[str, ...]]
    ways: tuple[WaysAgreement, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """The annotators that are known to be language models."""
        return tuple(who for who in self.annotators if self.kinds.get(who) == "language-model")

    @property
    def shared_model(self) -> bool:
        """Whether more than one annotator is known to be a language model."""
        return len(self.models) > 1

    def __getitem__(self, name: str) -> LabelAgreement:
        return next(one for one in self.labels if one.name == name)


def measure(
    annotations: AnnotatorLabels,
    *,
    scheme: Scheme,
    texts: Texts,
    draws: int = DRAWS,
    seed: int = 0,
) -> Agreement:
    """Return the agreement of all annotators; equal seeds give equal intervals."""
    units, annotators = _shared_units(annotations), annotations.annotators
    actors, events = matched_spans(annotations, "actor"), matched_spans(annotations, "event")
    ratings = all_ratings(annotations, scheme, texts, actors, events)
    pairable = [_Pairable.of(one, coincidences(one.counts(*annotators))) for one in ratings]
    labels = (
        _label_agreement(one, paired, draw, annotators)
        for one, paired, draw in zip(ratings, pairable, _drawn(pairable, draws, seed), strict=True)
    )
    rounds = annotations.by_round
    scores = span_scores(annotations, scheme, actors, events)
    return Agreement(
        source=annotations.source,
        annotators=annotators,
        kinds=annotations.kinds,
        units=units,
        draws=draws,
        seed=seed,
        labels=tuple(labels),
        spans=tuple(_span_agreement(one, pairs, annotators) for one, pairs in scores.items()),
        repaired=len(annotations.repairs),
        repairs=tuple(map(str, annotations.repairs)),
        left_out=annotations.left_out,
        rounds=rounds,
        ways=_ways(ratings, rounds, draws, seed) if len(rounds) > 1 else (),
    )


def measure_corpus(
    corpus: Corpus,
    *,
    rounds: Sequence[str] | None = None,
    exports: Sequence[str] = (),
    renaming: Renaming = NO_RENAMING,
    draws: int = DRAWS,
    seed: int = 0,
) -> Agreement:
    """Return the agreement in stored rounds (default: the gold rounds), or in exports.

    `exports` are ``FILE`` or ``NAME=FILE``, of whatever texts; `renaming` says what controls and
    labels that are not the label scheme's are called in it.
    """
    if exports and rounds:
        value = f"--round {' '.join(rounds)} beside {', '.join(exports)}"
        allowed = "either stored rounds or exports"
        raise InputError.of("--round", value, allowed, "leave one of them out")
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    if exports:
        files = [annotator_labels.Export.of(word) for word in exports]
        annotations = annotator_labels.read_exports(
            files, corpus, scheme=scheme, texts=texts, renaming=renaming
        )
    else:
        names = tuple(rounds or corpus.manifest.gold_rounds)
        annotations = annotator_labels.read_rounds(corpus, names, scheme=scheme, texts=texts)
    return measure(annotations, scheme=scheme, texts=texts, draws=draws, seed=seed)


def measure_opened(opened: Opened, *, draws: int) -> Agreement:
    """Return the agreement in the gold rounds of a corpus that was opened."""
    return measure(
        annotator_labels.labels_of(opened),
        scheme=opened.scheme,
        texts=opened.texts,
        draws=draws,
        seed=0,
    )


def _shared_units(annotations: AnnotatorLabels) -> dict[str, int]:
    """Count the units that two annotators or more labelled; refuse where there are none."""
    names = ", ".join(annotations.annotators)
    if len(annotations.annotators) < 2:
        value = f"labels of {names} alone" if names else "no labels"
        fix = "take in a second annotator's labels, or name more rounds or files"
        allowed = "labels of two annotators or more"
        raise InputError.of(annotations.source, value, allowed, fix)
    shared = {
        "sentences": sum(len(tasks) > 1 for tasks in annotations.units("stance").values()),
        "articles": sum(len(tasks) > 1 for tasks in annotations.units("spans").values()),
    }
    if not any(shared.values()):
        value = f"no unit that two of {names} labelled"
        fix = "compare exports of the same texts; tasks are told by article_id and sentence_id"
        allowed = "units with two annotators"
        raise InputError.of(annotations.source, value, allowed, fix)
    return shared


class _Pairable(NamedTuple):
    """The coincidences of the units that two annotators or more labelled, and their places.

    `sums` are those of each sentence, whose units are drawn together.
    """

    o: Floats
    articles: tuple[str, ...]
    sums: Floats
    sentences: tuple[str, ...]
    drawn_articles: tuple[str, ...]

    @classmethod
    def of(cls, ratings: Ratings, tables: Floats) -> _Pairable:
        # Units on which nobody could be compared have no table, and are not drawn.
        paired = np.flatnonzero(tables.sum(axis=(1, 2)) > 0)
        units = [ratings.units[i] for i in paired]
        articles = tuple(unit.article for unit in units)
        o = tables[paired]
        names = [unit.sentence for unit in units]
        sentences, first, sentence = np.unique(names, return_index=True, return_inverse=True)
        sums = np.zeros((len(first), *o.shape[1:]))
        np.add.at(sums, sentence, o)
        drawn_articles = tuple(articles[i] for i in first)
        return cls(o, articles, sums, tuple(sentences.tolist()), drawn_articles)


def _drawn(pairable: Sequence[_Pairable], draws: int, seed: int) -> list[Floats]:
    """Return the summed coincidences of every bootstrap draw, for each of several ratings."""
    # Drawing costs far more than summing, and equal seeds draw equally many sentences of the
    # same articles alike: such ratings are summed over one and the same draws.
    drawn_alike: dict[tuple[str, ...], list[int]] = {}
    for i, own in enumerate(pairable):
        drawn_alike.setdefault(own.drawn_articles, []).append(i)
    sums = [np.zeros((0, *own.o.shape[1:])) for own in pairable]
    for articles, places in drawn_alike.items():
        if articles:
            cells = [pairable[i].sums.reshape(len(articles), -1) for i in places]
            joined = np.concatenate(cells, axis=1)
            sentences = pairable[places[0]].sentences
            drawn = bootstrap_coincidences(joined, articles, sentences, draws=draws, seed=seed)
            ends = np.cumsum([part.shape[1] for part in cells])
            for i, part in zip(places, np.split(drawn, ends[:-1], axis=1), strict=True):
                sums[i] = part.reshape(draws, *pairable[i].o.shape[1:])
    return sums


def _label_agreement(
    ratings: Ratings, pairable: _Pairable, draw: Floats, annotators: Sequence[str]
) -> LabelAgreement:
    o, counts = pairable.o, ratings.counts(*annotators)
    in_article: dict[str, list[int]] = {}
    for i, article in enumerate(pairable.articles):
        in_article.setdefault(article, []).append(i)
    pairs = tuple(PairFigure(*pair, _of(ratings, pair)) for pair in combinations(annotators, 2))
    rest_of = {who: [name for name in annotators if name != who] for who in annotators}
    return LabelAgreement(
        name=ratings.name,
        about=ratings.about,
        alpha=_alpha(o, draw),
        ac1=_rounded(ac1(counts)),
        aim=ALPHA_AIMS.get(ratings.name),
        # Of a yes or no, either label has the alpha of both.
        per_label={
            label: _alpha(against_rest(o, k), against_rest(draw, k))
            for k, label in enumerate(ratings.labels)
            if ratings.labels != YES_NO
        },
        per_label_ac1={
            label: _rounded(
                ac1(np.stack([counts[:, k], counts.sum(axis=1) - counts[:, k]], axis=1))
            )
            for k, label in enumerate(ratings.labels)
            if ratings.labels != YES_NO
        },
        per_article={article: _alpha(o[places]) for article, places in in_article.items()},
        pairs=pairs,
        rest=_rest(pairs, annotators),
        without={
            who: _of(ratings, rest) if len(rest) > 1 else None for who, rest in rest_of.items()
        },
        confusion=Confusion(ratings.labels, _cells(counts)),
    )


def _ways(
    ratings: Sequence[Ratings], rounds: Mapping[str, Sequence[str]], draws: int, seed: int
) -> tuple[WaysAgreement, ...]:
    """Return the agreement within and between the rounds, on every kind of label."""
    tables = []
    for one in ratings:
        counts = [one.counts(*annotators) for annotators in rounds.values()]
        tables.append(_Pairable.of(one, coincidences_between(*counts)))
        tables += [_Pairable.of(one, coincidences(own)) for own in counts]
    drawn = _drawn(tables, draws, seed)
    alphas = iter([_alpha(table.o, draw) for table, draw in zip(tables, drawn, strict=True)])
    ways = []
    for one in ratings:
        between = next(alphas)
        ways.append(WaysAgreement(one.name, {round: next(alphas) for round in rounds}, between))
    return tuple(ways)


def _alpha(o: Floats, draw: Floats | None = None) -> Alpha:
    values = alpha(draw) if draw is not None and len(draw) else np.empty(0)
    bounds = alpha_interval(values)
    return Alpha(
        value=_rounded(float(alpha(o.sum(axis=0)))),
        interval=None if bounds is None else (round(bounds[0], _PLACES), round(bounds[1], _PLACES)),
        units=len(o),
        labels=round(float(o.sum())),
        undefined_draws=int(np.isnan(values).sum()),
    )


def _rounded(value: float | None) -> float | None:
    # Adding 0 turns the -0.0 of 1 - 1.0000000000000002 into 0.0.
    return None if value is None or np.isnan(value) else round(value, _PLACES) + 0.0


def _of(ratings: Ratings, annotators: Iterable[str]) -> float | None:
    return _rounded(float(alpha(coincidences(ratings.counts(*annotators)).sum(axis=0))))


def _rest(pairs: Sequence[PairFigure], annotators: Iterable[str]) -> dict[str, float | None]:
    return {
        who: _mean(pair.value for pair in pairs if who in (pair.one, pair.other))
        for who in annotators
    }


def _mean(values: Iterable[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return _rounded(float(np.mean(defined))) if defined else None


def _cells(counts: Floats) -> tuple[tuple[int, ...], ...]:
    """Count pairs of annotators on each unit by the two labels they gave."""
    pairs = counts.T @ counts - np.diag(counts.sum(axis=0))
    # Two annotators of one label are found from both sides.
    pairs[np.diag_indices_from(pairs)] /= 2
    return tuple(tuple(round(cell) for cell in row) for row in pairs.tolist())


def _span_agreement(
    measure: SpanMeasure, scores: Mapping[Pair, float | None], annotators: Sequence[str]
) -> SpanAgreement:
    pairs = tuple(PairFigure(*pair, _rounded(score)) for pair, score in scores.items())
    return SpanAgreement(
        name=measure.name,
        layer=measure.layer,
        scheme=measure.scheme,
        level=measure.level,
        mean=_mean(pair.value for pair in pairs),
        aim=F1_AIMS.get(measure),
        pairs=pairs,
        rest=_rest(pairs, annotators),
    )
