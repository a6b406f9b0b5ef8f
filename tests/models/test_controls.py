"""Claims about the controls."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from tests.support import synthetic
from usiran.models.controls import (
    ArticlePrior,
    NoSpans,
    RandomLabels,
    RandomSpans,
    relabel_between,
    relabel_within,
)
from usiran.tasks.base import Gold, objects
from usiran.text.tokens import tokenize


def test_the_majority_control_of_spans_marks_nothing() -> None:
    gold = synthetic.gold("actors")
    said = NoSpans().fit(gold.records, gold.values).predict(gold.records)
    assert said.tolist() == [()] * 120


def test_random_spans_are_as_many_and_of_such_types_as_in_training() -> None:
    gold = synthetic.gold("actors", sentences=200)
    said = RandomSpans(1).fit(gold.records, gold.values).predict(gold.records)
    assert sum(map(len, said)) == pytest.approx(1000, rel=0.15)
    shares = pd.Series([span.label for row in said for span in row]).value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx(
        dict.fromkeys(synthetic.ACTORS.values(), 0.25), abs=0.05
    )


def test_random_spans_lie_on_tokens_inside_the_sentence_and_do_not_overlap() -> None:
    gold = synthetic.gold("events")
    said = RandomSpans(2).fit(gold.records, gold.values).predict(gold.records)
    for text, row in zip(gold.records["text"], said, strict=True):
        bounds = tokenize(text)
        assert {span.start for span in row} <= {token.start for token in bounds}
        assert {span.end for span in row} <= {token.end for token in bounds}
        assert all(a.end <= b.start for a, b in itertools.pairwise(row))


def test_equal_seeds_give_equal_random_spans() -> None:
    gold = synthetic.gold("actors")
    one, two = (RandomSpans(4).fit(gold.records, gold.values).predict(gold.records) for _ in "ab")
    assert one.tolist() == two.tolist()
    other = RandomSpans(5).fit(gold.records, gold.values).predict(gold.records)
    assert one.tolist() != other.tolist()


def test_article_prior_says_what_the_most_similar_article_mostly_says() -> None:
    records = pd.DataFrame(
        {
            "article_id": ["a", "a", "a", "b", "b"],
            "text": ["oil price", "oil market", "oil", "football game", "football team"],
        }
    )
    labels = objects(["pro-US", "neutral", "pro-US", "pro-Iran", "pro-Iran"])
    control = ArticlePrior().fit(records, labels)
    asked = pd.DataFrame(
        {"article_id": ["x", "y", "x"], "text": ["oil", "the football team", "nothing known"]}
    )
    assert control.predict(asked).tolist() == ["pro-US", "pro-Iran", "pro-US"]
    assert control.classes_.tolist() == ["neutral", "pro-Iran", "pro-US"]
    assert control.shares_[0] == pytest.approx([1 / 3, 0, 2 / 3])
    # Each article's nearest other one has none of its labels: its shares are not believed, and
    # all labels' are stated; two sentences count 3/5 for their label, one counts 1/2 for its own.
    one, two = 2 / 4, 3 / 5
    shares = [(one + 4 / 5) / 5, (2 * two + 2 / 5 + 1 / 4) / 5, (2 * two + 2 / 5 + 1 / 4) / 5]
    assert control.predict_proba(asked)[0] == pytest.approx(shares)


def test_a_random_guess_states_the_frequencies_of_the_labels_and_nothing_of_its_guess() -> None:
    gold = synthetic.gold("stance")
    guess = RandomLabels(3).fit(gold.records, gold.values.astype(str))
    labels, stated = guess.stated(gold.records)
    plain = DummyClassifier(strategy="stratified", random_state=3)
    drawn = plain.fit(gold.records, gold.values.astype(str)).predict(gold.records)
    assert labels.tolist() == drawn.tolist()
    shares = [float(np.mean(gold.values == label)) for label in guess.classes_]
    assert stated == pytest.approx(np.tile(shares, (len(labels), 1)))


def test_article_prior_says_one_thing_for_a_whole_article() -> None:
    gold = synthetic.gold("stance")
    control = ArticlePrior().fit(gold.records[:96], gold.values[:96])
    assert len(set(control.predict(gold.records[96:]))) == 1


def test_controls_do_not_see_a_labels_order_in_memory() -> None:
    gold = synthetic.gold("stance")
    turned = Gold(gold.task, gold.records, np.asarray(gold.values[::-1])[::-1], gold.folds)
    one, two = (ArticlePrior().fit(g.records, g.values) for g in (gold, turned))
    assert one.predict(gold.records).tolist() == two.predict(gold.records).tolist()


def test_shuffling_inside_articles_keeps_every_articles_labels() -> None:
    gold = synthetic.gold("stance")
    moved = relabel_within(gold, 3)
    assert (moved.values != gold.values).any()
    for name in gold.article_ids:
        here = gold.articles == name
        assert Counter(moved.values[here]) == Counter(gold.values[here])
    assert relabel_within(gold, 3).values.tolist() == moved.values.tolist()
    assert moved.votes is None


def test_permuting_articles_draws_each_articles_labels_from_another_one() -> None:
    gold = synthetic.gold("stance")
    own = objects([f"{name}" for name in gold.articles])
    marked = Gold(gold.task, gold.records, own, gold.folds)
    moved = relabel_between(marked, 5)
    sources = {name: set(moved.values[gold.articles == name]) for name in gold.article_ids}
    assert all(len(source) == 1 and name not in source for name, source in sources.items())
    assert len({source.pop() for source in sources.values()}) == 5


def test_relabelled_spans_keep_their_places() -> None:
    gold = synthetic.gold("actors")
    for relabel in (relabel_within, relabel_between):
        moved = relabel(gold, 1)
        places = [[span[:2] for span in row] for row in gold.values]
        assert [[span[:2] for span in row] for row in moved.values] == places
        assert moved.values.tolist() != gold.values.tolist()
