"""What changed between two sets of records, and the step of the version it demands."""

from __future__ import annotations

import pytest

from usiran.dataset.release.change_reasons import explain
from usiran.dataset.release.diff import Change, Changes, bump, diff
from usiran.dataset.release.snapshot import Record
from usiran.dataset.release.version import Version, is_version
from usiran.errors import InputError

Tables = dict[str, dict[str, Record]]


def sentence(**values: str | int) -> Record:
    return {"sentence_id": "a#001", "start": 0, "end": 9, "stance": "neutral", **values}


def actor(start: int, end: int, **values: str) -> tuple[str, Record]:
    key = f"a@actor:{start}-{end}"
    place: Record = {"span_id": key, "article_id": "a", "start": start, "end": end}
    return key, {**place, "type": "MILITARY", **values}


def stance(**values: str | int) -> Tables:
    return {"stance": {"a#001": sentence(**values)}}


def actors(*rows: tuple[str, Record]) -> Tables:
    return {"actors": dict(rows)}


def decision(label: str | None, *, unit: str = "a#001", layer: str = "stance") -> Tables:
    row: Record = {"layer": layer, "unit_id": unit, "reason": "S4: a demand"}
    row |= {} if label is None else {"label": label}
    return {"decisions": {" ".join(part for part in (layer, unit, label) if part): row}}


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


@pytest.mark.parametrize(
    ("bumped", "least"), [("MAJOR", "2.0.0"), ("MINOR", "1.3.0"), ("PATCH", "1.2.4")]
)
def test_the_least_version_after_a_step(bumped: str, least: str) -> None:
    assert str(Version(1, 2, 3).after(bumped)) == least  # type: ignore[arg-type] # of the three


@pytest.mark.parametrize("text", ["1.0", "01.0.0", "1.0.0-rc1", "latest", "1.0.0 ", "١.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    assert not is_version(text)
    with pytest.raises(InputError, match="three whole numbers with dots between"):
        Version.of(text)


def reasons(old: Tables, new: Tables, reason: str | None = None) -> list[str | None]:
    found: Changes = diff(old, new)
    return list(explain(found, old, new, reason=reason))


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
