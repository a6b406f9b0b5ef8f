"""Claims about the flat tables of who does what to whom."""

from __future__ import annotations

from typing import Any

from usiran.inference.flat_tables import add_affiliations, dyads


def event(key: str, agents: list[str | None], recipients: list[str | None]) -> dict[str, Any]:
    parties = {"agent": agents, "recipient": recipients}
    return {
        "event_id": f"a@event:{key}", "article_id": "a", "quad": "material conflict",
        "probability": 0.5,
        **{f"{role}_affiliations": sides for role, sides in parties.items()},
        **{f"{role}_probabilities": [0.5] * len(sides) for role, sides in parties.items()},
    }  # fmt: skip


def test_a_dyad_counts_its_events_once_and_adds_up_how_likely_they_are() -> None:
    rows = dyads(
        [event("0-3", ["US", "US"], ["IRAN"]), event("5-9", ["US"], ["IRAN", None]),
         event("9-12", ["US"], [])]
    )  # fmt: skip
    assert [
        (row["agent_affiliation"], row["recipient_affiliation"], row["events"], row["expected"])
        for row in rows
    ] == [("US", "IRAN", 2, 0.25), ("US", "", 1, 0.125)]
    assert {row["articles"] for row in rows} == {1}


def test_what_nothing_is_stated_of_has_no_expected_count() -> None:
    (row,) = dyads([event("0-3", ["US"], ["IRAN"]) | {"probability": None}])
    assert (row["events"], row["expected"]) == (1, None)


def test_a_mention_without_a_side_has_that_of_the_span_it_overlaps() -> None:
    place = {"sentence_id": "a#001", "start": 0, "end": 9, "type": "MILITARY"}
    mentions = [{**place, "affiliation": None}, {**place, "start": 20, "end": 25},
                {**place, "start": 30, "end": 35, "affiliation": "US"}]  # fmt: skip
    sided = [{**place, "start": 4, "type": "IRAN"}, {**place, "start": 30, "end": 35,
                                                     "type": "IRAN"}]  # fmt: skip
    add_affiliations(mentions, sided)
    assert [row.get("affiliation") for row in mentions] == ["IRAN", None, "US"]
