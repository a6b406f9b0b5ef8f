"""The published configs: views of the tables, as rows with Hugging Face features.

========== ============================================ =========================
config     one row is                                   key
========== ============================================ =========================
stance     a scored sentence and its stance             sentence_id
spans      a scored sentence, its tokens and spans      sentence_id
articles   an article with everything nested            article_id
contrast   an edited sentence and its stance (test)     contrast_id
annotations one annotator's one label on one unit       annotation_id
========== ============================================ =========================

Offsets are half-open, in code points of the article's text, in every config: subtract the
row's ``start`` to index a sentence's own text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from datasets import ClassLabel, Features, List, Value

from usiran.schemas.contrast import EDITS
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.names import LAYERS, SCORED_ZONES, TEXT_STATUS, ZONES
from usiran.schemas.tables import MODELS, Frames, rows_of
from usiran.text.masking import masked
from usiran.text.spans import Span
from usiran.text.tokens import to_bio, tokenize

Row = dict[str, Any]
_TEXT, _INT = Value("string"), Value("int32")
_VOTED = ("stance", "holder")


# What the published columns hold, where no table's model says it.
FIELDS = {
    "text_status": TEXT_STATUS,
    "tokens": "the sentence's tokens, every non-blank character in exactly one",
    "token_starts": "offset of each token's first character",
    "token_ends": "offset after each token's last character",
    "actor_tags": "BIO tags of the actor spans, one a token",
    "event_tags": "BIO tags of the event spans, one a token",
    "actors": "span_id, start, end, text, type, actor_id (registry) and votes of each actor span",
    "events": "span_id, start, end, text, type, quad, mode, agents and recipients (span_ids of "
    "actors) and votes of each event span",
    "sentences": "id, offsets, zone, stance, grounds and holder of each sentence; boilerplate has "
    "no labels",
    "source_text": "the sentence that was edited",
    "source_stance": "the gold stance of the sentence that was edited",
    "article_stance": "the side the article as a whole favours; never scored",
    "article_stance_votes": "annotators for each article stance",
}


@dataclass
class View:
    """One published config: what one row is, its columns, its rows, its only split.

    `tables` are those whose models describe the columns.
    """

    name: str
    about: str
    features: Features
    rows: list[Row]
    tables: tuple[str, ...]
    split: str = "train"

    @property
    def file(self) -> str:
        """Where the rows are published, relative to the dataset."""
        return f"data/{self.name}/{self.split}-00000-of-00001.parquet"

    def fields(self) -> dict[str, str]:
        """Return what each column holds, in the order of the columns."""
        descriptions: dict[str, str] = {}
        for table in reversed(self.tables):
            columns = MODELS[table].columns.items()
            descriptions |= {name: str(column.description) for name, column in columns}
        descriptions |= FIELDS
        return {name: descriptions[name] for name in self.features}


def views(frames: Frames, scheme: Scheme, *, names: Collection[str] = ()) -> tuple[View, ...]:
    """Return the published configs (or those of these names), the default one first.

    A new config is a function that returns its `View`, and a line here.
    """
    build: dict[str, Callable[[], View]] = {
        "stance": lambda: _stance(frames, scheme),
        "spans": lambda: _spans(frames, scheme),
        "articles": lambda: _articles(frames, scheme),
        "annotations": lambda: _annotations(frames),
    }
    # A corpus may have no contrast set; a config without rows would only confuse.
    if len(frames["contrast"]):
        build["contrast"] = lambda: _contrast(frames, scheme)
    # Each is made when it is asked for: an export of spans need not wait for the annotations.
    configs = tuple(make() for name, make in build.items() if not names or name in names)
    status = _mapping(frames["articles"], "article_id", "text_status")
    for view in configs:
        for row in view.rows:
            text_status = status[article_of(row)]
            if "text_status" in view.features:
                row["text_status"] = text_status
            # After everything else: whatever a config quotes is masked in one place.
            if text_status != "present":
                row.update(masked(row))
    return configs


def article_of(row: Row) -> str:
    """Return the article that a published row is about."""
    return str(row.get("article_id") or row["sentence_id"].partition("#")[0])


def label(scheme: Scheme, field: str) -> ClassLabel:
    """Return the feature of one field's labels, in the scheme's order."""
    return ClassLabel(names=list(scheme[field].names))


def bio_names(scheme: Scheme, field: str) -> list[str]:
    """Return the BIO tags of a span field: O, then B-X and I-X for each label."""
    return ["O", *(f"{mark}-{name}" for name in scheme[field].names for mark in "BI")]


def _mapping(frame: pd.DataFrame, key: str, value: str) -> dict[Any, Any]:
    return dict(zip(frame[key], frame[value], strict=True))


def _votes(scheme: Scheme, field: str, counts: Iterable[int]) -> dict[str, int]:
    return dict(zip(scheme[field].names, counts, strict=True))


def _sentence_features() -> dict[str, Any]:
    """Return the columns that tell a scored sentence and its place."""
    return {
        "sentence_id": _TEXT,
        "article_id": _TEXT,
        "fold": _INT,
        "start": _INT,
        "end": _INT,
        "zone": ClassLabel(names=list(SCORED_ZONES)),
        "text": _TEXT,
        "text_status": _TEXT,
    }


def _label_features(scheme: Scheme) -> dict[str, Any]:
    return {
        "stance": label(scheme, "stance"),
        "grounds": List(label(scheme, "grounds")),
        "holder": label(scheme, "holder"),
    }


def _stance(frames: Frames, scheme: Scheme) -> View:
    features = Features(
        _sentence_features()
        | _label_features(scheme)
        | {
            f"{field}_votes": dict.fromkeys(scheme[field].names, _INT)
            for field in ("stance", "holder")
        }
    )
    rows = []
    for row in rows_of(frames["stance"]):
        entry = row._asdict() | {"grounds": list(row.grounds)}
        for field in _VOTED:
            entry[f"{field}_votes"] = _votes(scheme, field, entry[f"{field}_votes"])
        rows.append(entry)
    return View("stance", "a scored sentence and its stance", features, rows, ("stance",))


def _span_features(scheme: Scheme) -> dict[str, Any]:
    place = {"span_id": _TEXT, "start": _INT, "end": _INT, "text": _TEXT}
    actor = {**place, "type": label(scheme, "actor"), "actor_id": _TEXT, "votes": _INT}
    event = {
        **place,
        "type": label(scheme, "event"),
        "quad": _TEXT,
        "mode": label(scheme, "mode"),
        **{f"{role}s": List(_TEXT) for role in scheme["role"].names},
        "votes": _INT,
    }
    return {"actors": List(actor), "events": List(event)}


def _nested_spans(frames: Frames, scheme: Scheme, by: str) -> Mapping[str, dict[str, list[Row]]]:
    """Return the actor and event entries of each sentence or article, as `by` names its id."""
    targets: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows_of(frames["roles"]):
        targets[row.event_id, row.role].append(row.actor_span_id)
    nested: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {"actors": [], "events": []})
    for name in ("actors", "events"):
        for row in rows_of(frames[name]):
            entry = {key: _plain(value) for key, value in row._asdict().items()}
            if name == "events":
                for role in scheme["role"].names:
                    entry[f"{role}s"] = targets[row.span_id, role]
            ids = {key: entry.pop(key) for key in ("sentence_id", "article_id")}
            nested[ids[by]][name].append(entry)
    return nested


def _spans(frames: Frames, scheme: Scheme) -> View:
    sentence = _sentence_features()
    tags = {
        f"{field}_tags": List(ClassLabel(names=bio_names(scheme, field)))
        for field in ("actor", "event")
    }
    offsets = {"token_starts": List(_INT), "token_ends": List(_INT)}
    features = Features(
        {**sentence, "tokens": List(_TEXT), **offsets, **tags, **_span_features(scheme)}
    )
    nested = _nested_spans(frames, scheme, "sentence_id")
    rows = []
    for row in rows_of(frames["stance"]):
        # Offsets of the article, not of the sentence: one count in every config.
        tokens = tokenize(row.text, row.start)
        entry = {name: getattr(row, name) for name in sentence if name != "text_status"}
        entry |= nested[row.sentence_id]
        entry["tokens"] = [token.text for token in tokens]
        entry["token_starts"] = [token.start for token in tokens]
        entry["token_ends"] = [token.end for token in tokens]
        for field in ("actor", "event"):
            spans = [Span(span["start"], span["end"], span["type"]) for span in entry[f"{field}s"]]
            entry[f"{field}_tags"] = to_bio(tokens, spans)
        rows.append(entry)
    about = "a scored sentence, its tokens, actors and events"
    return View("spans", about, features, rows, ("stance",))


def _articles(frames: Frames, scheme: Scheme) -> View:
    facts = [name for name in frames["articles"].columns if name != "text"]
    place = {
        "sentence_id": _TEXT,
        "start": _INT,
        "end": _INT,
        "zone": ClassLabel(names=list(ZONES)),
    }
    features = Features(
        {
            **dict.fromkeys(facts, _TEXT),
            "fold": _INT,
            "text": _TEXT,
            "article_stance": label(scheme, "stance"),
            "article_stance_votes": dict.fromkeys(scheme["stance"].names, _INT),
            "sentences": List(place | _label_features(scheme)),
            **_span_features(scheme),
        }
    )
    folds = _mapping(frames["folds"], "article_id", "fold")
    stances = {row.article_id: row for row in rows_of(frames["article_stance"])}
    spans = _nested_spans(frames, scheme, "article_id")
    sentences = _nested_sentences(frames)
    rows = []
    for row in rows_of(frames["articles"]):
        article_id = row.article_id
        entry = {name: _plain(value) for name, value in row._asdict().items()}
        entry |= {"fold": folds[article_id], "sentences": sentences[article_id]}
        entry |= spans[article_id]
        gold = stances[article_id]
        entry["article_stance"] = gold.article_stance
        entry["article_stance_votes"] = _votes(scheme, "stance", gold.votes)
        rows.append(entry)
    about = "an article with everything nested"
    return View("articles", about, features, rows, ("articles", "folds"))


def _nested_sentences(frames: Frames) -> Mapping[str, list[Row]]:
    labels = {row.sentence_id: row for row in rows_of(frames["stance"])}
    nested: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(frames["sentences"]):
        gold = labels.get(row.sentence_id)
        entry = row._asdict() | {
            "stance": gold.stance if gold else None,
            "grounds": list(gold.grounds) if gold else [],
            "holder": gold.holder if gold else None,
        }
        nested[entry.pop("article_id")].append(entry)
    return nested


def _annotations(frames: Frames) -> View:
    frame = frames["annotations"]
    columns = dict.fromkeys(frame.columns, _TEXT)
    columns |= {"layer": ClassLabel(names=list(LAYERS)), "start": _INT, "end": _INT}
    rows = [
        {name: _plain(value) for name, value in row._asdict().items()} for row in rows_of(frame)
    ]
    about = "one annotator's one label on one unit"
    return View("annotations", about, Features(columns), rows, ("annotations",))


def _contrast(frames: Frames, scheme: Scheme) -> View:
    features = Features(
        {
            "contrast_id": _TEXT,
            "sentence_id": _TEXT,
            "article_id": _TEXT,
            "fold": _INT,
            "edit": ClassLabel(names=list(EDITS)),
            "text": _TEXT,
            "source_text": _TEXT,
            "text_status": _TEXT,
            "stance": label(scheme, "stance"),
            "source_stance": label(scheme, "stance"),
            "holder": label(scheme, "holder"),
        }
    )
    sources = {row.sentence_id: row for row in rows_of(frames["stance"])}
    rows = []
    for row in rows_of(frames["contrast"]):
        source = sources[row.sentence_id]
        entry = row._asdict() | {"article_id": source.article_id, "fold": source.fold}
        rows.append(entry | {"source_text": source.text, "source_stance": source.stance})
    about = "a minimal edit of a sentence and its stance, for evaluation only"
    # Its split is called test so that nobody trains on it by taking every split of the dataset.
    return View("contrast", about, features, rows, ("contrast", "folds"), split="test")


def _plain(value: Any) -> Any:
    """Return None for pandas' missing values, anything else as it is."""
    return None if value is None or value != value else value  # noqa: PLR0124 - NaN
