"""What changed between two sets of records, and the step of the version it demands."""

from __future__ import annotations

import pytest

from tests.support.records import actor, actors, sentence, stance
from usiran.dataset.release.diff import Change, bump, diff


def test_equal_records_give_no_change_and_a_patch() -> None:
    found = diff(stance(), stance())
    assert not found
    assert found.counts() == {}
    assert bump(found) == "PATCH"


def test_a_new_record_is_added_and_demands_a_minor_step() -> None:
    found = diff({}, stance())
    assert found.rows == (Change("stance", "a#001", "added", None, None, sentence()),)
    assert bump(found) == "MINOR"


def test_a_record_that_is_gone_is_removed_and_demands_a_major_step() -> None:
    found = diff(stance(), {"stance": {}})
    assert found.rows == (Change("stance", "a#001", "removed", None, sentence(), None),)
    assert bump(found) == "MAJOR"


def test_an_edit_names_the_field_and_both_values() -> None:
    found = diff(stance(), stance(stance="pro-US"))
    assert found.rows == (Change("stance", "a#001", "edited", "stance", "neutral", "pro-US"),)
    assert bump(found) == "MAJOR"


def test_a_value_where_there_was_none_is_an_edit() -> None:
    (row,) = diff(stance(), stance(note="x")).rows
    assert (row.kind, row.field, row.old, row.new) == ("edited", "note", None, "x")


@pytest.mark.parametrize("field", ["start", "end", "zone", "fold"])
def test_another_place_is_a_move(field: str) -> None:
    found = diff(stance(**{field: 1}), stance(**{field: 2}))
    assert [(row.kind, row.field) for row in found.rows] == [("moved", field)]
    assert bump(found) == "MAJOR"


def test_a_record_moved_and_edited_counts_as_both() -> None:
    found = diff(stance(start=0), stance(start=1, stance="pro-US"))
    assert [(row.kind, row.field) for row in found.rows] == [
        ("edited", "stance"), ("moved", "start"),
    ]  # fmt: skip
    assert found.counts() == {"stance": {"added": 0, "removed": 0, "edited": 1, "moved": 1}}


def test_a_span_with_other_offsets_is_one_record_moved() -> None:
    found = diff(actors(actor(4, 9)), actors(actor(0, 9)))
    assert found.rows == (
        Change("actors", "a@actor:4-9", "moved", "span_id", "a@actor:4-9", "a@actor:0-9"),
        Change("actors", "a@actor:4-9", "moved", "start", 4, 0),
    )
    assert found.counts()["actors"] == {"added": 0, "removed": 0, "edited": 0, "moved": 1}


def test_a_span_moved_and_given_another_type_is_both() -> None:
    found = diff(actors(actor(4, 9)), actors(actor(4, 8, type="COALITION")))
    assert {(row.kind, row.field) for row in found.rows} == {
        ("moved", "span_id"), ("moved", "end"), ("edited", "type"),
    }  # fmt: skip


def test_a_span_that_touches_or_lies_in_another_article_is_another_one() -> None:
    other = actor(4, 9, article_id="b")
    for new in (actor(9, 12), ("b@actor:4-9", other[1])):
        found = diff(actors(actor(4, 9)), actors(new))
        assert [row.kind for row in found.rows] == ["removed", "added"]


def test_each_span_is_paired_once_and_with_the_one_it_overlaps_most() -> None:
    found = diff(actors(actor(0, 10)), actors(actor(0, 3), actor(3, 10)))
    assert [(row.kind, row.key) for row in found.rows if row.field in (None, "span_id")] == [
        ("moved", "a@actor:0-10"), ("added", "a@actor:0-3"),
    ]  # fmt: skip
    assert found.of("moved")[0].new == "a@actor:3-10"


def test_a_span_that_stays_is_no_partner_of_one_that_is_gone() -> None:
    found = diff(actors(actor(0, 10), actor(2, 5)), actors(actor(0, 10)))
    assert [(row.kind, row.key) for row in found.rows] == [("removed", "a@actor:2-5")]
