"""Labels: on the right sentences, on whole tokens, without overlap, and at one with grounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from usiran.errors import Finding
from usiran.schemas.contest import Contest
from usiran.schemas.names import SENTENCE_LAYERS
from usiran.schemas.tables import FILES, Frames, rows_of


class Unit(NamedTuple):
    """A labelled unit of some export: where it stands and what it carries."""

    file: str
    record: str
    layer: str
    unit_id: str
    article_id: str
    start: int
    end: int
    label: str


def file_of(round_name: str, annotator_id: str, layer: str) -> str:
    """Return the export that holds an annotator's labels of one layer."""
    project = "stance" if layer in SENTENCE_LAYERS else "spans"
    return f"annotation/submissions/{round_name}/{annotator_id}/{project}.json"


def units(frames: Frames) -> Iterator[Unit]:
    """Yield every labelled unit of the gold and of the submissions."""
    for name, layer, column in _GOLD_UNITS:
        if name in frames:
            frame = frames[name]
            for row in rows_of(frame):
                key = str(row.sentence_id if layer in SENTENCE_LAYERS else row.span_id)
                label = str(getattr(row, column))
                yield Unit(FILES[name], key, layer, key, row.article_id, row.start, row.end, label)
    if "annotations" in frames:
        for row in rows_of(frames["annotations"]):
            file = file_of(row.round, row.annotator_id, row.layer)
            yield Unit(
                file, row.unit_id, row.layer, row.unit_id, row.article_id, row.start, row.end,
                row.label,
            )  # fmt: skip


_GOLD_UNITS = (
    ("stance", "stance", "stance"),
    ("actors", "actor", "type"),
    ("events", "event", "type"),
)


def signs(frames: Frames, *, contest: Contest) -> Iterator[Finding]:
    """Find sentences whose stance is not the sign of their grounds, gold and submissions."""
    for row in rows_of(frames["stance"]):
        yield from _sign(contest, FILES["stance"], row.sentence_id, row.stance, row.grounds)
    stance: dict[tuple[str, str], tuple[str, str]] = {}
    grounds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows_of(frames["annotations"]):
        key = (file_of(row.round, row.annotator_id, row.layer), row.unit_id)
        if row.layer == "stance":
            stance[key] = (row.unit_id, row.label)
        elif row.layer == "grounds":
            grounds[key].append(row.label)
    for key, (unit_id, label) in stance.items():
        yield from _sign(contest, key[0], unit_id, label, grounds[key])


def _sign(
    contest: Contest, file: str, record: str, stance: str, grounds: Iterable[str]
) -> Iterator[Finding]:
    expected = contest.stance_of(grounds)
    if stance != expected:
        shown = f"{stance} with grounds {', '.join(grounds) or 'none'}"
        allowed = f"{expected}, {contest.rule}"
        yield Finding(file, record, "stance", shown, allowed, "correct the stance or its grounds")


def on_sentences(frames: Frames) -> Iterator[Finding]:
    """Find labels on boilerplate, on no sentence, across two, or on none there is."""
    by_id = {row.sentence_id: row for row in rows_of(frames["sentences"])}
    holders = _holders(frames["sentences"])
    for unit in units(frames):
        if unit.layer in SENTENCE_LAYERS:
            yield from _sentence_unit(unit, by_id.get(unit.unit_id))
        elif unit.layer in ("actor", "event"):
            inside = [
                row
                for row in holders[unit.article_id]
                if row.start <= unit.start < unit.end <= row.end
            ]
            yield from _span_unit(unit, inside)


def _holders(sentences: pd.DataFrame) -> Mapping[str, list[Any]]:
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in rows_of(sentences):
        holders[str(row.article_id)].append(row)
    return holders


def _sentence_unit(unit: Unit, sentence: Any) -> Iterator[Finding]:
    if sentence is None:
        allowed = f"a sentence of {FILES['sentences']}"
        fix = "take the label out, or put the sentence back"
        yield Finding(unit.file, unit.record, unit.layer, unit.unit_id, allowed, fix)
    elif sentence.zone == "boilerplate":
        allowed = "no label: the sentence is boilerplate"
        fix = f"take the label out, or correct the zone in {FILES['sentences']}"
        yield Finding(unit.file, unit.record, unit.layer, unit.label, allowed, fix)


def _span_unit(unit: Unit, inside: list[Any]) -> Iterator[Finding]:
    span = f"{unit.start}-{unit.end}"
    if not inside:
        allowed = "offsets inside one sentence of the article"
        yield Finding(unit.file, unit.record, unit.layer, span, allowed, "correct the offsets")
    elif inside[0].zone == "boilerplate":
        allowed = f"no label: {inside[0].sentence_id} is boilerplate"
        fix = f"take the span out, or correct the zone in {FILES['sentences']}"
        yield Finding(unit.file, unit.record, unit.layer, span, allowed, fix)


def overlaps(frames: Frames) -> Iterator[Finding]:
    """Find spans of one layer that overlap, in the gold and in each submission."""
    groups: dict[tuple[str, str, str], list[Unit]] = defaultdict(list)
    for unit in units(frames):
        if unit.layer in ("actor", "event"):
            groups[unit.file, unit.article_id, unit.layer].append(unit)
    for group in groups.values():
        group.sort(key=lambda unit: (unit.start, unit.end))
        for one, other in pairwise(group):
            if other.start < one.end:
                allowed = f"a span apart from {one.record}: {one.layer} spans do not overlap"
                fix = "keep the outermost mention, or correct the offsets"
                span = f"{other.start}-{other.end}"
                yield Finding(other.file, other.record, other.layer, span, allowed, fix)


def surfaces(frames: Frames) -> Iterator[Finding]:
    """Find gold rows whose text is not the article's text between their offsets."""
    texts = dict(zip(frames["articles"]["article_id"], frames["articles"]["text"], strict=True))
    for name, key in (("stance", "sentence_id"), ("actors", "span_id"), ("events", "span_id")):
        for row in rows_of(frames[name]) if name in frames else ():
            there = str(texts.get(row.article_id, ""))[row.start : row.end]
            if row.text != there:
                record, allowed = str(getattr(row, key)), f"'{there}', the article's text there"
                yield Finding(FILES[name], record, "text", row.text, allowed, "correct the offsets")


def all_labelled(frames: Frames) -> Iterator[Finding]:
    """Find scored sentences without gold stance, and articles without gold article stance."""
    labelled = set(frames["stance"]["sentence_id"])
    for row in rows_of(frames["sentences"]):
        if row.zone != "boilerplate" and row.sentence_id not in labelled:
            allowed = "stance and holder for every sentence that is not boilerplate"
            yield Finding(FILES["stance"], row.sentence_id, "stance", "", allowed, "label it")
    judged = set(frames["article_stance"]["article_id"])
    for article_id in frames["articles"]["article_id"]:
        if article_id not in judged:
            allowed = "an article_stance for every article"
            file = FILES["article_stance"]
            yield Finding(file, str(article_id), "article_stance", "", allowed, "label it")
