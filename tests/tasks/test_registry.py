"""Claims about tasks, gold and what five articles can tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.support import synthetic
from usiran.errors import InputError
from usiran.schemas.label_scheme import QUADS
from usiran.tasks.base import METRICS, Gold, Predictions, objects
from usiran.tasks.inputs import RECORD_COLUMNS, records_of


def test_tasks_take_their_labels_from_the_scheme_in_order() -> None:
    tasks = synthetic.tasks()
    assert list(tasks) == [
        "stance", "toward_us", "toward_iran", "holder", "actors", "affiliation", "events", "roles",
        "roles_end_to_end", "linking", "contrast", "article_stance",
    ]  # fmt: skip
    assert tasks["stance"].labels == ("pro-US", "pro-Iran", "neutral")
    assert tasks["events"].levels == {"quad": QUADS, "type": tasks["events"].labels}
    assert tasks["events"].at("quad", "SANCTION") == "material conflict"
    assert tasks["actors"].at("type", "MILITARY") == "MILITARY"


def test_a_system_reads_the_sentence_and_its_neighbours_and_never_a_label() -> None:
    records = synthetic.gold("stance").records
    assert tuple(records.columns) == RECORD_COLUMNS
    assert records["before"][0] == ""
    assert records["before"][1] == records["text"][0]
    assert records["after"][23] == ""
    assert records["before"][24] == ""


def test_neighbours_come_from_the_same_article_only() -> None:
    frame = pd.DataFrame(
        {
            "sentence_id": ["a#001", "b#001"], "article_id": ["a", "b"], "start": [0, 0],
            "end": [1, 1], "zone": ["body", "body"], "text": ["x", "y"],
        }
    )  # fmt: skip
    assert records_of(frame)[["before", "after"]].to_numpy().tolist() == [["", ""], ["", ""]]


def test_span_offsets_count_from_the_start_of_the_sentence() -> None:
    gold = synthetic.gold("actors")
    assert len(gold.values) == 120
    for text, (span,) in zip(gold.records["text"], gold.values, strict=True):
        assert synthetic.ACTORS[text[span.start : span.end]] == span.label


def test_the_attitude_to_a_side_follows_from_the_grounds() -> None:
    tables = dict(synthetic.tables(articles=2, sentences=2))
    grounds = objects([("us+",), ("us-", "iran+"), (), ("us+", "us-", "iran-")])
    tables["stance"] = tables["stance"].assign(grounds=grounds)
    tasks = synthetic.tasks()
    assert tasks["toward_us"].gold(tables).values.tolist() == ["1", "-1", "0", "0"]
    assert tasks["toward_iran"].gold(tables).values.tolist() == ["0", "1", "0", "-1"]


def test_an_actor_whose_side_is_not_known_is_none_of_the_task_of_sides() -> None:
    tables = dict(synthetic.tables(articles=2, sentences=2))
    sides = pd.Series(["US", None, "IRAN", "US"])
    tables["actors"] = tables["actors"].assign(affiliation=sides)
    found = synthetic.tasks()["affiliation"].gold(tables).values
    assert [[span.label for span in spans] for spans in found] == [["US"], [], ["IRAN"], ["US"]]


def test_a_gold_span_outside_the_scored_sentences_is_refused() -> None:
    tables = dict(synthetic.tables())
    tables["actors"] = tables["actors"].assign(sentence_id="article-9#001")
    with pytest.raises(InputError, match=r"actors: actors:0:0: sentence_id: found 'article-9#001'"):
        synthetic.tasks()["actors"].gold(tables)


def test_article_stance_is_not_evaluable_and_the_sentence_tasks_are() -> None:
    assert "constant inside each of the 5 articles" in synthetic.gold("article_stance").verdict
    assert [synthetic.gold(name).verdict for name in ("stance", "holder", "actors")] == ["", "", ""]


def test_a_sentence_label_that_never_changes_inside_an_article_is_not_evaluable() -> None:
    gold = synthetic.gold("stance")
    constant = objects([synthetic.STANCES[int(fold) % 3] for fold in gold.folds])
    frozen = Gold(gold.task, gold.records, constant, gold.folds)
    assert "constant inside each" in frozen.verdict


def test_one_article_cannot_be_evaluated() -> None:
    assert "fewer than two articles" in synthetic.gold("holder", articles=1).verdict


def test_a_class_in_fewer_than_two_articles_is_listed_with_the_reason() -> None:
    gold = synthetic.gold("stance")
    values = np.where(gold.values == "pro-Iran", "neutral", gold.values)
    values[0] = "pro-Iran"
    rare = Gold(gold.task, gold.records, objects(values), gold.folds)
    assert rare.unevaluable_classes() == {"pro-Iran": "found in one article only"}
    assert rare.verdict == ""
    events = synthetic.gold("events")
    assert events.unevaluable_classes("quad") == {}
    assert events.unevaluable_classes("type")["PROTEST"] == "found in no article"
    assert len(events.unevaluable_classes("type")) == 12


def test_the_hash_changes_with_a_label_a_vote_or_a_letter_and_not_otherwise() -> None:
    tables, task = dict(synthetic.tables()), synthetic.tasks()["stance"]
    first = task.gold(tables).sha256
    assert first == task.gold(dict(synthetic.tables())).sha256
    stance = tables["stance"]
    changes = {"stance": "neutral", "stance_votes": (0, 0, 3), "text": "x"}
    hashes = {first}
    for column, value in changes.items():
        changed = stance.copy()
        changed[column] = [value, *changed[column][1:]]
        hashes.add(task.gold({**tables, "stance": changed}).sha256)
    assert len(hashes) == 4
    other = stance.assign(holder="author")
    assert task.gold({**tables, "stance": other}).sha256 == first


def test_every_task_says_what_it_asks_how_it_is_scored_and_how_to_read_it() -> None:
    for name, task in synthetic.tasks().items():
        assert task.name == name
        assert task.title.endswith("?")
        assert task.card.endswith(".")
        assert METRICS[task.headline]
        gold = task.gold(synthetic.tables())
        if len(gold.values):
            scorer = gold.scorer
            keys = scorer.scores(scorer.counts(gold, Predictions(gold.values)).sum(axis=0))
            assert {task.headline, *(key for key, _ in task.columns)} <= set(keys)


def test_roles_give_the_spans_and_keep_the_links_as_the_answer() -> None:
    gold = synthetic.gold("roles")
    assert tuple(gold.records.columns) == (*RECORD_COLUMNS, "actors", "events")
    record, (link,) = gold.records.iloc[1], gold.values[1]
    (actor,), (event,) = record["actors"], record["events"]
    assert link.actor[:2] == actor[:2]
    assert link.event == event
    assert gold.hidden == ()
    assert synthetic.gold("roles_end_to_end").hidden == ("actors", "events")


def test_a_corpus_without_roles_or_edits_has_no_items_there() -> None:
    tables = {k: v for k, v in synthetic.tables().items() if k != "roles"}
    for name in ("roles", "roles_end_to_end", "contrast"):
        assert synthetic.tasks()[name].gold(tables).verdict == "no items"


def test_a_role_of_an_unknown_span_is_refused() -> None:
    tables = dict(synthetic.tables())
    tables["roles"] = tables["roles"].assign(actor_span_id="actors:9:9")
    with pytest.raises(InputError, match="actor_span_id: found 'actors:9:9'; allowed: a span of"):
        synthetic.tasks()["roles"].gold(tables)
