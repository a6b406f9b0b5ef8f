"""Claims about finding who does what to whom."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import pandas as pd
import pytest

from tests.support import synthetic
from tests.support.synthetic import spans
from usiran.benchmark.protocol import run
from usiran.errors import FileError
from usiran.models.gazetteer import GazetteerTagger
from usiran.models.pair_features import MarkedSentence, pair_features
from usiran.models.roles import NearestActor, NoLinks, PairModel, RandomLinks
from usiran.models.with_spans import WithPredictedSpans
from usiran.tasks.base import Gold, Objects, objects
from usiran.tasks.links import Link
from usiran.text.spans import Span
from usiran.text.tokens import tokenize

#       0         1         2         3
#       0123456789012345678901234567890123456
TEXT = "Rebels and troops were hit by drones."
RECORDS = pd.DataFrame(
    {
        "article_id": ["a"], "text": [TEXT], "start": [100],
        "actors": [spans((0, 6, "ARMED_GROUP"), (11, 17, "MILITARY"), (30, 36, "MILITARY"))],
        "events": [spans((23, 26, "ASSAULT"))],
    }
)  # fmt: skip


def _f1(gold: Gold, model: object) -> float:
    scorer = gold.scorer
    said = run(model, gold).predictions  # type: ignore[arg-type]  # an estimator
    return float(scorer.headline(scorer.counts(gold, said).sum(axis=0)))


def test_the_nearest_actors_on_either_side_have_the_roles() -> None:
    (links,) = NearestActor().fit(RECORDS, objects([()])).predict(RECORDS)
    event = Span(23, 26, "ASSAULT")
    assert links == (
        Link("agent", event, Span(11, 17, "")),
        Link("recipient", event, Span(30, 36, "")),
    )


def test_the_majority_control_links_nothing() -> None:
    assert NoLinks().fit(RECORDS, objects([()])).predict(RECORDS).tolist() == [()]


def test_random_links_keep_the_training_rates_and_repeat_with_their_seed() -> None:
    gold = synthetic.gold("roles")
    made = [RandomLinks(seed).fit(gold.records, gold.values).predict(gold.records)
            for seed in (1, 1, 2)]  # fmt: skip
    assert made[0].tolist() == made[1].tolist() != made[2].tolist()
    # Every pair of the invented corpus is a link, so every pair is drawn as one.
    assert [len(row) for row in made[0]] == [1] * 120
    agents = [sum(s.label.startswith("agent") for row in rows for s in row)
              for rows in (gold.values, made[0])]  # fmt: skip
    assert agents[1] == pytest.approx(agents[0], abs=20)


def test_features_tell_order_distance_rank_and_voice() -> None:
    row = RECORDS.iloc[0]
    sentence = MarkedSentence(row["text"], row["actors"], row["events"], tokenize(row["text"]))
    near, far = (pair_features(sentence, row["events"][0], row["actors"][i]) for i in (1, 0))
    assert {"side=before", "rank=0", "voice=beby", "distance=1", "actors=0", "between=were",
            "stem=hit", "before|rank=0"} <= set(near)  # fmt: skip
    assert {"rank=1", "actors=1"} <= set(far)
    after = pair_features(sentence, row["events"][0], row["actors"][2])
    assert {"side=after", "rank=0", "word=by"} <= set(after)


def test_the_pair_model_learns_that_some_verbs_turn_the_roles_round() -> None:
    gold = synthetic.gold("roles")
    assert _f1(gold, PairModel((0.1, 1.0))) == 1.0
    assert _f1(gold, NearestActor()) < 0.9


def test_the_pair_model_chooses_inside_the_training_articles() -> None:
    gold = synthetic.gold("roles", sentences=10)
    assert PairModel((1e-6, 1.0)).fit(gold.records, gold.values).chosen_ == (1.0, 0.0)
    one = gold.records["article_id"] == "article-0"
    assert PairModel((2.0, 1.0)).fit(gold.records[one], gold.values[one]).chosen_ == (2.0, 0.0)


def test_the_constant_for_no_link_is_chosen_too_and_a_negative_one_links_more() -> None:
    gold = synthetic.gold("roles", sentences=10)
    # A second actor in every sentence, the last one of its text, has no role.
    actors = [
        (*mine, Span(len(text) - 1, len(text), "CIVILIAN"))
        for mine, text in zip(gold.records["actors"], gold.records["text"], strict=True)
    ]
    records = gold.records.assign(actors=objects(actors))
    few, many = (PairModel((1.0,), (none,)).fit(records, gold.values) for none in (99.0, -99.0))
    assert [sum(map(len, model.predict(records))) for model in (few, many)] == [0, 100]
    assert PairModel((1.0,), (99.0, 0.0)).fit(records, gold.values).chosen_ == (1.0, 0.0)


def test_one_role_or_no_pair_in_training_is_no_fault() -> None:
    assert PairModel().fit(RECORDS, objects([()])).predict(RECORDS).tolist() == [()]
    bare = RECORDS.assign(events=objects([()]))
    assert PairModel((1.0, 2.0)).fit(bare, objects([()])).predict(RECORDS).tolist() == [()]


def test_end_to_end_the_spans_of_the_held_out_article_are_hidden_and_found() -> None:
    gold = synthetic.gold("roles_end_to_end", sentences=12)
    asked: list[set[str]] = []

    class Spy(NearestActor):
        def predict(self, X: pd.DataFrame) -> Objects:
            asked.append(set(X.columns))
            return objects([()] * len(X))

    run(Spy(), gold)
    assert all(not {"actors", "events", "roles", "sides"} & columns for columns in asked)
    taggers = (GazetteerTagger(), GazetteerTagger(fold_case=True))
    assert _f1(gold, WithPredictedSpans(PairModel(), *taggers)) == 1.0


def test_a_model_without_taggers_says_that_it_needs_marks() -> None:
    bare = RECORDS.drop(columns=["actors", "events"])
    with pytest.raises(FileError, match="no actors and no events"):
        NearestActor().predict(bare)


def test_an_actor_of_another_sentence_is_never_found_and_counts_as_missed() -> None:
    gold = synthetic.gold("roles")
    far = gold.values.copy()
    far[1] = (far[1][0]._replace(actor=Span(-9, -2, "")),)
    moved = Gold(gold.task, gold.records, far, gold.folds)
    assert _f1(moved, PairModel()) == pytest.approx(2 * 119 / 240)
