"""Claims about the linear tagger and what it looks at."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.base import clone

from tests.support import synthetic
from tests.support.synthetic import spans
from usiran.benchmark.protocol import run
from usiran.models.tagger import LinearTagger
from usiran.models.token_features import marks, token_features
from usiran.tasks.base import objects
from usiran.text.spans import Span
from usiran.text.tokens import tokenize

GROUPS = {"SUPPORT": "cooperation", "COOPERATE": "cooperation", "ACCUSE": "conflict",
          "ASSAULT": "conflict"}  # fmt: skip


def _records(texts: list[str], articles: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"article_id": articles, "text": texts, "zone": "body"})


def test_marks_are_bio_and_empty_outside() -> None:
    assert marks(tokenize("the Iraqi army left"), [Span(4, 14, "X")]) == ["", "B-X", "I-X", ""]


def test_features_name_form_neighbours_shape_and_word_lists() -> None:
    first, second = token_features(tokenize("Troops attacked"), "body", [[Span(7, 15, "ASSAULT")]])
    assert {"form=Troops", "lower=troops", "shape=Xx|first=True", "list[1]=B-ASSAULT"} <= set(first)
    assert {"stem=attack", "lower[-1]=troops", "lower[1]=<edge>", "suffix=ked"} <= set(second)


@pytest.mark.parametrize("task", ["actors", "events"])
def test_the_tagger_finds_a_planted_signal_in_articles_it_never_saw(task: str) -> None:
    gold = synthetic.gold(task, sentences=12)
    groups = GROUPS if task == "events" else {}
    said = run(LinearTagger(groups=groups), gold).predictions
    assert said.values.tolist() == gold.values.tolist()


def test_tuning_picks_the_constant_that_finds_more_of_the_training_articles() -> None:
    gold = synthetic.gold("actors", sentences=12)
    tagger = LinearTagger(outside=(50.0, 0.0)).fit(gold.records, gold.values)
    assert tagger.chosen_ == (1.0, 0.0)
    fixed = LinearTagger(outside=(50.0,), regularisation=(2.0,)).fit(gold.records, gold.values)
    assert fixed.chosen_ == (2.0, 50.0)


def test_a_type_is_chosen_inside_the_group_that_was_tagged() -> None:
    gold = synthetic.gold("events", sentences=12)
    tagger = LinearTagger(groups=GROUPS).fit(gold.records, gold.values)
    records = _records(["Someone bombed the bridge ."], ["new"])
    (row,) = tagger.predict(records)
    assert row == spans((8, 14, "ASSAULT"))


def test_one_training_article_and_no_training_span_are_no_fault() -> None:
    records = _records(["Colonel Hassan left", "Nobody left"], ["a", "a"])
    tagger = LinearTagger(outside=(0.0, -1.0)).fit(records, objects([(), ()]))
    assert tagger.predict(records).tolist() == [(), ()]
    one = LinearTagger(outside=(0.0, -1.0), regularisation=(100.0,))
    found = one.fit(records, objects([spans((0, 14, "MILITARY")), ()])).predict(records)
    assert found[0] == spans((0, 14, "MILITARY"))


def test_a_type_of_single_words_only_has_no_inside_tag_to_choose() -> None:
    records = _records(["Troops left", "Troops came"] * 3, ["a", "b"] * 3)
    tagger = LinearTagger(regularisation=(100.0,)).fit(
        records, objects([spans((0, 6, "MILITARY"))] * 6)
    )
    assert tagger.predict(records).tolist() == [spans((0, 6, "MILITARY"))] * 6


def test_the_tagger_is_a_scikit_learn_estimator_that_can_be_cloned() -> None:
    tagger = LinearTagger(groups=GROUPS, regularisation=(3.0, 1.0), outside=(0.0, -1.0))
    assert clone(tagger).get_params() == tagger.get_params()
    assert list(tagger.get_params()) == [
        "fold_case", "groups", "outside", "regularisation", "strict", "words",
    ]  # fmt: skip
