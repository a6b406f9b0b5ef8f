"""Labels: on the right sentences, on whole tokens, without overlap, and at one with grounds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from usiran.errors import Finding
from usiran.label_studio.check_config import check_config
from usiran.loading import Opened
from usiran.schemas.contest import Contest
from usiran.schemas.names import SENTENCE_LAYERS
from usiran.schemas.tables import FILES
from usiran.text.tokens import tokenize

_SPAN_LAYERS = ("actor", "event")
# Table, layer, and the columns of the unit's id and of its label.
_GOLD_UNITS = (
    ("stance", "stance", "sentence_id", "stance"),
    ("actors", "actor", "span_id", "type"),
    ("events", "event", "span_id", "type"),
)
# Needs no name: whoever else holds a position is a source.
_AUTHOR = "author"
_FIX_OFFSETS = "correct the offsets, or draw the span again and import it"
_FIX_UNLABELLED = "label it and decide it: `usiran status` says which step comes next"
_FIX_ZONE = f"correct the zone in {FILES['sentences']}"


class Unit(NamedTuple):
    """A labelled unit of some export: where it stands and what it carries."""

    file: str
    layer: str
    unit_id: str
    article_id: str
    start: int
    end: int
    label: str

    def finding(self, value: str, allowed: str, fix: str) -> Finding:
        """Return a finding about this unit."""
        return Finding(self.file, self.unit_id, self.layer, value, allowed, fix)


@cache
def file_of(round_name: str, annotator_id: str, layer: str) -> str:
    """Return the export that holds an annotator's labels of one layer."""
    return f"{FILES['annotations']}/{round_name}/{annotator_id}/{project_of(layer)}.json"


def project_of(layer: str) -> str:
    """Return the project of Label Studio in which a layer is labelled."""
    return "stance" if layer in SENTENCE_LAYERS else "spans"


def _units(opened: Opened, layers: Collection[str]) -> Iterator[Unit]:
    """Yield every labelled unit of these layers, of the gold and of the submissions."""
    for table, layer, key, label in _GOLD_UNITS:
        for row in opened.rows(table) if layer in layers else ():
            place = (getattr(row, key), row.article_id, row.start, row.end)
            yield Unit(FILES[table], layer, *place, getattr(row, label))
    for row in opened.rows("annotations"):
        if row.layer in layers:
            file = file_of(row.round, row.annotator_id, row.layer)
            place = (row.unit_id, row.article_id, row.start, row.end)
            yield Unit(file, row.layer, *place, row.label)


def config_valid(opened: Opened) -> Iterator[Finding]:
    """Find what Label Studio would refuse in the configs that labels.toml gives."""
    yield from check_config(opened.scheme, file="annotation/labels.toml")


def signs(opened: Opened) -> Iterator[Finding]:
    """Find sentences whose stance is not the sign of their grounds, gold and submissions."""
    contest = opened.scheme.contest
    for row in opened.rows("stance"):
        yield from _sign(contest, FILES["stance"], row.sentence_id, row.stance, row.grounds)
    stances: dict[tuple[str, str], str] = {}
    grounds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in opened.rows("annotations"):
        if row.layer in ("stance", "grounds"):
            key = (file_of(row.round, row.annotator_id, row.layer), row.unit_id)
            if row.layer == "stance":
                stances[key] = row.label
            else:
                grounds[key].append(row.label)
    for key, stance in stances.items():
        yield from _sign(contest, *key, stance, grounds[key])


def _sign(
    contest: Contest, file: str, record: str, stance: str, grounds: Iterable[str]
) -> Iterator[Finding]:
    expected = contest.stance_of(grounds)
    if stance != expected:
        value = f"{stance} with grounds {', '.join(grounds) or 'none'}"
        allowed = f"{expected}, {contest.rule}"
        yield Finding(file, record, "stance", value, allowed, "correct the stance or its grounds")


def on_sentences(opened: Opened) -> Iterator[Finding]:
    """Find labels on boilerplate, on no sentence, across two, or on none there is."""
    for unit in _units(opened, SENTENCE_LAYERS):
        sentence = opened.texts.by_id.get(unit.unit_id)
        if sentence is None:
            allowed, fix = f"a sentence of {FILES['sentences']}", "put the sentence back"
            yield unit.finding(unit.unit_id, allowed, f"take the label out, or {fix}")
        elif not sentence.scored:
            allowed = "no label: the sentence is boilerplate"
            yield unit.finding(unit.label, allowed, f"take the label out, or {_FIX_ZONE}")
    for unit in _units(opened, _SPAN_LAYERS):
        sentence = opened.texts.holding(unit.article_id, unit.start, unit.end)
        span = f"{unit.start}-{unit.end}"
        if sentence is None:
            yield unit.finding(span, "offsets inside one sentence of the article", _FIX_OFFSETS)
        elif not sentence.scored:
            allowed = f"no label: {sentence.sentence_id} is boilerplate"
            yield unit.finding(span, allowed, f"take the span out, or {_FIX_ZONE}")


def overlaps(opened: Opened) -> Iterator[Finding]:
    """Find spans of one layer that overlap, in the gold and in each submission."""
    groups: dict[tuple[str, str, str], list[Unit]] = defaultdict(list)
    for unit in _units(opened, _SPAN_LAYERS):
        groups[unit.file, unit.article_id, unit.layer].append(unit)
    for units in groups.values():
        # Sorted, only neighbours can overlap: comparing all pairs grows with the square.
        units.sort(key=lambda unit: (unit.start, unit.end))
        for left, right in pairwise(units):
            if right.start < left.end:
                allowed = f"a span apart from {left.unit_id}: {left.layer} spans do not overlap"
                fix = "keep the outermost mention, or correct the offsets"
                yield right.finding(f"{right.start}-{right.end}", allowed, fix)


def surfaces(opened: Opened) -> Iterator[Finding]:
    """Find gold rows whose text is not the article's text between their offsets."""
    for name, _, key, _ in _GOLD_UNITS:
        for row in opened.rows(name):
            expected = opened.texts.texts.get(row.article_id, "")[row.start : row.end]
            if row.text != expected:
                allowed = f"'{expected}', the article's text there"
                record = getattr(row, key)
                yield Finding(FILES[name], record, "text", row.text, allowed, _FIX_OFFSETS)


def whole_tokens(opened: Opened) -> Iterator[Finding]:
    """Find gold spans that begin or end inside a token."""
    edges = {
        article_id: {edge for token in tokenize(text) for edge in token[:2]}
        for article_id, text in opened.texts.texts.items()
    }
    for name in ("actors", "events"):
        for row in opened.rows(name):
            if not {row.start, row.end} <= edges.get(row.article_id, {row.start, row.end}):
                value = f"{row.start}-{row.end} '{row.text}'"
                allowed = "offsets where tokens begin and end"
                yield Finding(FILES[name], row.span_id, "start", value, allowed, _FIX_OFFSETS)


def all_labelled(opened: Opened) -> Iterator[Finding]:
    """Find scored sentences without gold stance, and articles without gold article stance."""
    labelled = set(opened.tables["stance"]["sentence_id"])
    for sentence in opened.texts.by_id.values():
        if sentence.scored and sentence.sentence_id not in labelled:
            allowed = "stance and holder for every sentence that is not boilerplate"
            where = (FILES["stance"], sentence.sentence_id, "stance")
            yield Finding(*where, "no stance", allowed, _FIX_UNLABELLED)
    labelled = set(opened.tables["article_stance"]["article_id"])
    for article_id in opened.tables["articles"]["article_id"]:
        if article_id not in labelled:
            where = (FILES["article_stance"], article_id, "article_stance")
            allowed = "an article_stance for every article"
            yield Finding(*where, "no article_stance", allowed, _FIX_UNLABELLED)


def sources_alone(opened: Opened) -> Iterator[Finding]:
    """Find sentences in which the author speaks and somebody is said to be the source."""
    named = {row.sentence_id for row in opened.rows("holders")}
    for row in opened.rows("stance"):
        if row.holder == _AUTHOR and row.sentence_id in named:
            allowed = f"a sentence whose holder is not {_AUTHOR}"
            fix = "take the row out, or correct the holder"
            value = row.sentence_id
            yield Finding(FILES["holders"], value, "sentence_id", value, allowed, fix)


def happenings(opened: Opened) -> Iterator[Finding]:
    """Find events that are grouped with an event of another article, or of another group."""
    group_of = {row.event_id: row.event_group for row in opened.rows("event_groups")}
    for row in opened.rows("event_groups"):
        article_id = row.event_id.partition("@")[0]
        if row.event_group.partition("@")[0] != article_id:
            allowed = f"an event of {article_id}: happenings are told apart by article"
            fix = "name the group for its first event in the same article"
        elif (named := group_of.get(row.event_group, row.event_group)) != row.event_group:
            allowed = f"an event that names its own group ({row.event_group} is of {named})"
            fix = "name the group for its first event in both rows"
        else:
            continue
        file = FILES["event_groups"]
        yield Finding(file, row.event_id, "event_group", row.event_group, allowed, fix)
