"""Claims about links from events to actors, and their scores."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import synthetic
from tests.support.synthetic import spans
from usiran.models.controls import relabel_between, relabel_within
from usiran.tasks.base import Gold, Predictions, objects
from usiran.tasks.links import Link, decode, encode, link_set
from usiran.text.spans import Span

Rows = list[tuple[Span, ...]]


def _scores(true: Rows, said: Rows, task: str = "roles") -> dict[str, float]:
    source = synthetic.gold(task)
    size = len(true)
    records = source.records.iloc[:size].assign(start=0)
    rows = [objects([tuple(decode(span, 0) for span in row) for row in side])
            for side in (true, said)]  # fmt: skip
    gold = Gold(source.task, records, rows[0], source.folds[:size])
    scorer = gold.scorer
    return scorer.scores(scorer.counts(gold, Predictions(rows[1])).sum(axis=0))


def test_a_link_is_written_and_read_back_wherever_its_sentence_stands() -> None:
    link = Link("recipient", Span(8, 14, "AID"), Span(-20, -12, ""))
    assert encode(link, 100) == Span(-20, -12, "recipient@AID:108-114")
    assert decode(encode(link, 100), 100) == link


def test_links_stand_once_in_the_order_of_a_file_and_without_the_actors_type() -> None:
    event, actor = Span(8, 14, "AID"), Span(0, 4, "MILITARY")
    first, second = Link("agent", event, actor), Link("recipient", event, actor)
    plain = [link._replace(actor=Span(0, 4, "")) for link in (first, second)]
    assert list(link_set([second, first, second], 7)) == plain


@pytest.mark.parametrize("kind", ["agent", "agent@AID", "agent@AID:1", "agent@aid:1-2", "@AID:1-2"])
def test_what_is_no_link_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="allowed is <role>@<event type>:<start>-<end>"):
        decode(Span(0, 4, kind), 0)


def test_given_the_spans_a_link_needs_event_actor_and_role() -> None:
    true = [spans((0, 4, "agent@AID:8-12"), (20, 24, "recipient@AID:8-12"))]
    said = [spans((0, 4, "agent@AID:8-12"), (20, 24, "agent@AID:8-12"), (0, 4, "agent@AID:8-11"))]
    scores = _scores(true, said)
    assert scores["link_precision"] == pytest.approx(1 / 3)
    assert scores["link_recall"] == 1 / 2
    assert scores["link_f1"] == pytest.approx(2 / 5)
    assert scores["pair_f1"] == pytest.approx(4 / 5)
    assert scores["agent_f1"] == pytest.approx(2 / 4)
    assert scores["recipient_f1"] == 0.0


def test_end_to_end_the_event_may_overlap_in_its_quad_class_and_the_actor_may_not() -> None:
    true = [spans((0, 4, "agent@ACCUSE:8-12"))]
    for said, score in (
        ("agent@REJECT:10-15", 1.0),  # verbal conflict too, and it overlaps
        ("agent@AID:8-12", 0.0),
        ("agent@ACCUSE:12-15", 0.0),
        ("recipient@ACCUSE:8-12", 0.0),
    ):
        assert _scores(true, [spans((0, 4, said))], "roles_end_to_end")["link_f1"] == score
    assert _scores(true, [spans((1, 4, "agent@ACCUSE:8-12"))], "roles_end_to_end")["link_f1"] == 0.0


def test_a_gold_link_is_found_once() -> None:
    true = [spans((0, 4, "agent@ASSAULT:8-20"))]
    said = [spans((0, 4, "agent@ASSAULT:8-12"), (0, 4, "agent@ASSAULT:13-20"))]
    scores = _scores(true, said, "roles_end_to_end")
    assert (scores["link_recall"], scores["link_precision"]) == (1.0, 0.5)


def test_links_are_pooled_over_sentences_not_averaged() -> None:
    one = spans((0, 4, "agent@AID:8-12"))
    three = spans(*((i, i + 4, "agent@AID:8-12") for i in (0, 20, 30)))
    assert _scores([one, three], [one, ()])["link_f1"] == pytest.approx(2 * 1 / (4 + 1))


def test_the_gold_itself_scores_1_and_nothing_scores_0() -> None:
    gold = synthetic.gold("roles")
    scorer = gold.scorer
    full = scorer.counts(gold, Predictions(gold.values)).sum(axis=0)
    assert scorer.headline(full) == 1.0
    assert scorer.classes(full)["type"]["agent"]["support"] == full[2] > 0
    empty = scorer.counts(gold, Predictions(objects([()] * len(gold.values)))).sum(axis=0)
    assert set(scorer.scores(empty).values()) == {0.0}


def test_an_unknown_role_or_event_type_is_refused() -> None:
    with pytest.raises(ValueError, match=r"roles \['victim'\]: allowed are \['agent', 'recip"):
        _scores([()], [spans((0, 4, "victim@AID:8-12"))])
    with pytest.raises(ValueError, match=r"event types \['PICNIC'\]"):
        _scores([()], [spans((0, 4, "agent@PICNIC:8-12"))], "roles_end_to_end")


def test_chance_is_what_right_pairs_with_random_roles_score() -> None:
    gold = synthetic.gold("roles")
    scorer = gold.scorer
    sums = [
        scorer.counts(gold, Predictions(relabel_within(gold, seed).values)).sum(axis=0)
        for seed in range(40)
    ]
    assert scorer.chance(sums[0]) == pytest.approx(
        float(np.mean([scorer.headline(one) for one in sums])), abs=0.03
    )


@pytest.mark.parametrize("relabel", [relabel_within, relabel_between])
def test_rearranged_roles_keep_their_events_and_actors(relabel: object) -> None:
    gold = synthetic.gold("roles")
    moved = relabel(gold, 1)  # type: ignore[operator]  # one of two functions
    assert [[(s.event, s.actor) for s in row] for row in moved.values] == [
        [(s.event, s.actor) for s in row] for row in gold.values
    ]
    assert moved.values.tolist() != gold.values.tolist()
