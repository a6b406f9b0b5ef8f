"""Records of invented snapshots, by hand: a sentence, spans, a decision."""

from __future__ import annotations

from usiran.dataset.release.snapshot import Record

Tables = dict[str, dict[str, Record]]


def sentence(**values: str | int) -> Record:
    """A record of the table stance."""
    return {"sentence_id": "a#001", "start": 0, "end": 9, "stance": "neutral", **values}


def actor(start: int, end: int, **values: str) -> tuple[str, Record]:
    """The id and the record of a span."""
    key = f"a@actor:{start}-{end}"
    place: Record = {"span_id": key, "article_id": "a", "start": start, "end": end}
    return key, {**place, "type": "MILITARY", **values}


def stance(**values: str | int) -> Tables:
    """A snapshot of one sentence."""
    return {"stance": {"a#001": sentence(**values)}}


def actors(*rows: tuple[str, Record]) -> Tables:
    """A snapshot of some spans."""
    return {"actors": dict(rows)}


def decision(label: str | None, *, unit: str = "a#001", layer: str = "stance") -> Tables:
    """A snapshot of one decision."""
    row: Record = {"layer": layer, "unit_id": unit, "reason": "S4: a demand"}
    row |= {} if label is None else {"label": label}
    return {"decisions": {" ".join(part for part in (layer, unit, label) if part): row}}
