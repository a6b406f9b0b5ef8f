"""The published configs: views of the tables, as rows with Hugging Face features.

Offsets are half-open, in code points of the article's text, in every config: subtract the
row's ``start`` to index a sentence's own text.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import pandas as pd
from datasets import ClassLabel, Features, List, Value

from usiran.dataset import prompts
from usiran.dataset.view import Row, View, article_of
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.names import LAYERS, SCORED_ZONES, UNNAMED, ZONES
from usiran.schemas.registry import split_aliases
from usiran.schemas.tables import Frames, rows_of
from usiran.text.spans import Span
from usiran.text.standoffs import masked
from usiran.text.tokens import to_bio, tokenize

_TEXT, _INT, _BOOL = Value("string"), Value("int32"), Value("bool")
_VOTED = ("stance", "holder")
_OF_MENTION = ("texts", "span_ids", "ids", "affiliations", "evidence")
_VOICED = ("voiced_by", "voiced_by_id", "voiced_by_affiliation")


def views(frames: Frames, scheme: Scheme, *, names: Collection[str] = ()) -> tuple[View, ...]:
    """Return the published configs (or those of these names), the default one first.

    A new config is a function that returns its `View`, and a line here. A config of several
    splits has its views side by side.
    """
    makers: dict[str, tuple[str, Callable[[Frames, Scheme], View]]] = {
        "stance": ("stance", _stance),
        "spans": ("stance", _spans),
        "articles": ("articles", _articles),
        "annotations": ("annotations", _annotations),
        "actors": ("registry", _actors),
        "events": ("events", _events),
        "contrast": ("contrast", _contrast),
    }
    # A corpus may have no contrast set, or nobody in its registry yet; a config without rows
    # would only confuse, and `datasets` cannot load one. Only what is asked for is made: an
    # export of spans need not wait for the annotations.
    configs = [
        make(frames, scheme)
        for name, (table, make) in makers.items()
        if len(frames[table]) and (not names or name in names)
    ]
    if not names or prompts.NAME in names:
        configs += prompts.prompts(frames, scheme)
    status = _mapping(frames["articles"], "article_id", "text_status")
    for view in configs:
        # The registry is of no one article: no text of it is ever taken out.
        for row in view.rows if view.name != "actors" else ():
            text_status = status[article_of(row)]
            if "text_status" in view.features:
                row["text_status"] = text_status
            # After everything else: whatever a config quotes is masked in one place.
            if text_status != "present":
                row.update(masked(row))
    return tuple(configs)


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
        **dict.fromkeys(("sentence_id", "article_id"), _TEXT),
        **dict.fromkeys(("fold", "start", "end"), _INT),
        "zone": ClassLabel(names=list(SCORED_ZONES)),
        **dict.fromkeys(("text", "text_status"), _TEXT),
    }


def _label_features(scheme: Scheme) -> dict[str, Any]:
    return {
        "stance": label(scheme, "stance"),
        "grounds": List(label(scheme, "grounds")),
        **{f"toward_{side.name}": _INT for side in scheme.contest.sides},
        "holder": label(scheme, "holder"),
        **dict.fromkeys(_VOICED, _TEXT),
        "contested": _BOOL,
        "garbled": _BOOL,
    }


def _labels(row: Any, scheme: Scheme) -> Row:
    """Return the labels of a row of the sentence layer, as they are published."""
    sides = scheme.contest.sides
    toward = {f"toward_{side.name}": at for side, at in zip(sides, row.toward, strict=True)}
    labels = {"stance": row.stance, "grounds": list(row.grounds), "holder": row.holder}
    return (
        labels | toward | {name: getattr(row, name) for name in (*_VOICED, "contested", "garbled")}
    )


def _stance(frames: Frames, scheme: Scheme) -> View:
    features = Features(
        _sentence_features()
        | _label_features(scheme)
        | {f"{field}_votes": dict.fromkeys(scheme[field].names, _INT) for field in _VOTED}
    )
    rows = [
        row._asdict()
        | _labels(row, scheme)
        | {
            f"{field}_votes": _votes(scheme, field, getattr(row, f"{field}_votes"))
            for field in _VOTED
        }
        for row in rows_of(frames["stance"])
    ]
    return View("stance", "a scored sentence and its stance", features, rows, ("stance",))


def _span_features(scheme: Scheme) -> dict[str, Any]:
    place = {"span_id": _TEXT, "start": _INT, "end": _INT, "text": _TEXT}
    support = {"votes": _INT, "contested": _BOOL}
    linked = dict.fromkeys(("actor_id", "affiliation"), _TEXT)
    actor = {**place, "type": label(scheme, "actor"), **linked, **support}
    event = {
        **place,
        "type": label(scheme, "event"),
        "quad": _TEXT,
        "mode": label(scheme, "mode"),
        "event_group": _TEXT,
        **{f"{role}s": List(_TEXT) for role in scheme["role"].names},
        **support,
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
            entry = row._asdict()
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
        "flag": _TEXT,
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
    sentences = _nested_sentences(frames, scheme)
    rows = []
    for row in rows_of(frames["articles"]):
        article_id = row.article_id
        entry = row._asdict() | {"fold": folds[article_id], "sentences": sentences[article_id]}
        entry |= spans[article_id]
        gold = stances[article_id]
        entry["article_stance"] = gold.article_stance
        entry["article_stance_votes"] = _votes(scheme, "stance", gold.votes)
        rows.append(entry)
    about = "an article with everything nested"
    return View("articles", about, features, rows, ("articles", "folds"))


def _nested_sentences(frames: Frames, scheme: Scheme) -> Mapping[str, list[Row]]:
    labels = {row.sentence_id: _labels(row, scheme) for row in rows_of(frames["stance"])}
    unlabelled = dict.fromkeys(_label_features(scheme)) | {"grounds": []}
    nested: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(frames["sentences"]):
        entry = row._asdict() | labels.get(row.sentence_id, unlabelled)
        nested[entry.pop("article_id")].append(entry)
    return nested


def _actors(frames: Frames, scheme: Scheme) -> View:
    """Return the registry; its aliases as lists."""
    types = {
        "type": label(scheme, "actor"),
        "affiliation": ClassLabel(names=list(scheme.affiliations)),
    }
    columns = dict.fromkeys(frames["registry"].columns, _TEXT) | types
    rows = [
        row._asdict() | {"aliases": split_aliases(row.aliases)}
        for row in rows_of(frames["registry"])
    ]
    features = Features(columns | {"aliases": List(_TEXT)})
    return View("actors", "an actor of the registry", features, rows, ("registry",))


def _events(frames: Frames, scheme: Scheme) -> View:
    """Return the events flat: one row each, with who does it to whom and in what sentence."""
    features, links = _event_features(scheme), _linked_mentions(frames)
    articles = {row.article_id: row for row in rows_of(frames["articles"])}
    sentences = {row.sentence_id: row for row in rows_of(frames["stance"])}
    rows = []
    for row in rows_of(frames["events"]):
        article, sentence = articles[row.article_id], sentences[row.sentence_id]
        entry = row._asdict() | {
            "event_id": row.span_id,
            "trigger": row.text,
            "sentence": sentence.text,
        }
        entry |= {name: getattr(sentence, name) for name in ("fold", "stance", "holder")}
        entry |= {name: getattr(article, name) for name in ("published", "published_basis")}
        for role in scheme["role"].names:
            linked = links[row.span_id, role]
            entry |= {f"{role}_{name}": [link[name] for link in linked] for name in _OF_MENTION}
        rows.append(entry)
    about = "an event with who does it to whom"
    return View("events", about, features, rows, ("events", "stance", "articles"))


def _event_features(scheme: Scheme) -> Features:
    texts = ("event_id", "sentence_id", "article_id", "published", "published_basis", "sentence")
    roles = scheme["role"].names
    return Features(
        {
            **dict.fromkeys((*texts, "text_status", "trigger"), _TEXT),
            **dict.fromkeys(("start", "end", "fold"), _INT),
            "type": label(scheme, "event"),
            "quad": ClassLabel(names=list(scheme.allowed["quad"])),
            "mode": label(scheme, "mode"),
            "event_group": _TEXT,
            **{f"{role}_{column}": List(_TEXT) for role in roles for column in _OF_MENTION},
            **{field: label(scheme, field) for field in _VOTED},
            "votes": _INT,
            "contested": _BOOL,
        }
    )


def _linked_mentions(frames: Frames) -> Mapping[tuple[str, str], list[Row]]:
    """From event and role to the mentions linked to it, with the columns of `_OF_MENTION`."""
    mentions = {row.span_id: row for row in rows_of(frames["actors"])}
    links: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows_of(frames["roles"]):
        mention = mentions[row.actor_span_id]
        ids = (mention.span_id, mention.actor_id, mention.affiliation)
        values = (mention.text, *ids, row.evidence)
        links[row.event_id, row.role].append(dict(zip(_OF_MENTION, values, strict=True)))
    return links


def _annotations(frames: Frames, _: Scheme) -> View:
    frame = frames["annotations"]
    columns = dict.fromkeys(frame.columns, _TEXT)
    columns |= {"layer": ClassLabel(names=list(LAYERS)), "start": _INT, "end": _INT}
    sentences = {row.sentence_id: row for row in rows_of(frames["stance"])}
    rows = []
    for row in rows_of(frame):
        entry = row._asdict()
        if row.layer == "voiced_by" and not row.label.startswith(UNNAMED):
            entry["label"] = _place(row.label, sentences[row.unit_id])
        rows.append(entry)
    about = "one annotator's one label on one unit"
    return View("annotations", about, Features(columns), rows, ("annotations",))


def _place(words: str, sentence: Any) -> str:
    """Return where words stand in a sentence: offsets can be published without the text."""
    at = sentence.text.find(words)
    if at < 0:
        return "elsewhere"
    start = sentence.start + at
    return f"{start}-{start + len(words)}"


def _contrast(frames: Frames, scheme: Scheme) -> View:
    """Return the edits alone: kind and source stance, which give labels away, stay in the key."""
    features = Features(
        {
            **dict.fromkeys(("contrast_id", "sentence_id", "article_id"), _TEXT),
            "fold": _INT,
            **dict.fromkeys(("text", "text_status"), _TEXT),
            **{field: label(scheme, field) for field in _VOTED},
        }
    )
    sources = {row.sentence_id: row for row in rows_of(frames["stance"])}
    rows = []
    for row in rows_of(frames["contrast"]):
        source = sources[row.sentence_id]
        rows.append(row._asdict() | {"article_id": source.article_id, "fold": source.fold})
    about = "a minimal edit of a sentence and its stance, for evaluation only"
    # Its split is called test so that nobody trains on it by taking every split of the dataset.
    return View("contrast", about, features, rows, ("contrast", "folds"), split="test")
