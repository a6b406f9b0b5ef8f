"""Why records changed: decisions on them say it, or the releaser."""

from __future__ import annotations

import pytest

from tests.support.records import Tables, actor, actors, decision, stance
from usiran.dataset.release.change_reasons import explain
from usiran.dataset.release.diff import diff
from usiran.dataset.release.snapshot import Record
from usiran.errors import InputError


def reasons(old: Tables, new: Tables, reason: str | None = None) -> list[str | None]:
    return list(explain(diff(old, new), old, new, reason=reason))


def test_a_new_decision_explains_the_change_of_its_label() -> None:
    new = stance(stance="pro-US") | decision("pro-US")
    assert reasons(stance(), new) == ["S4: a demand", "S4: a demand"]


def test_a_decision_that_was_there_before_explains_nothing() -> None:
    old, new = stance() | decision("pro-US"), stance(stance="pro-US") | decision("pro-US")
    with pytest.raises(InputError, match=r"stance a#001 edited: stance neutral -> pro-US"):
        reasons(old, new)
    assert reasons(old, new, "a slip") == ["a slip"]


def test_a_decision_on_the_stance_does_not_explain_another_field() -> None:
    new = stance(stance="pro-US", holder="source") | decision("pro-US")
    with pytest.raises(
        InputError, match=r"no reason for 1 changes.*stance a#001 edited: holder nothing"
    ):
        reasons(stance(), new)


def test_a_decision_against_a_span_explains_that_it_is_gone() -> None:
    gone = decision(None, unit="a@actor:4-9", layer="actor")
    assert reasons(actors(actor(4, 9)), actors() | gone) == ["S4: a demand", "S4: a demand"]


def test_a_decision_for_the_new_offsets_explains_a_moved_span() -> None:
    there = decision("MILITARY", unit="a@actor:0-9", layer="actor")
    told = reasons(actors(actor(4, 9)), actors(actor(0, 9)) | there)
    assert told == ["S4: a demand"] * 3


def test_a_link_made_by_hand_explains_the_actor_it_gives() -> None:
    link: Record = {"span_id": "a@actor:4-9", "actor_id": "nato", "reason": "named before"}
    new = {**actors(actor(4, 9, actor_id="nato")), "actor_links": {"a@actor:4-9": link}}
    assert reasons(actors(actor(4, 9)), new) == ["named before", "named before"]


def test_what_is_only_added_needs_no_reason_and_takes_one() -> None:
    assert reasons({}, stance()) == [None]
    assert reasons({}, stance(), "a new article") == ["a new article"]
