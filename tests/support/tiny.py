"""A corpus of two short invented articles, and the parts of exports about it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from usiran.corpus import Corpus
from usiran.schemas.label_scheme import read_scheme
from usiran.text.articles import Sentence, Texts

LABELS = Path(__file__).parents[2] / "annotation" / "labels.toml"
GAS = "2031-05-gas-waiver-ends"
PORT = "2032-port-patrol"
Json = dict[str, object]

# Between two sentences stands a blank line; one sentence has a line break inside.
ARTICLES: dict[str, Sequence[tuple[str, str]]] = {
    GAS: (
        ("Gas waiver ends 🔥 as talks stall", "title"),
        ("Washington accused Tehran of stalling, and Tehran blamed Washington.", "body"),
        ("Share this story", "boilerplate"),
        ("The ministry’s envoy, a cafe\u0301 owner, will meet Tehran’s envoy\nin Basra.", "body"),
        ('A clerk said: "No deal 🤝🏽, no gas."', "caption"),
    ),
    PORT: (
        ("The US patrol protects Basra, the mayor said.", "body"),
        ("Iranian boats seized a tanker.", "body"),
    ),
}

MANIFEST = """\
name = "tiny"
title = "A tiny corpus"
version = "0.1.0"
hub_id = "nobody/tiny"
language = "en"
annotation_license = "CC-BY-4.0"
text_rights = "Invented for a test."
gold_basis = "first-pass"
gold_rounds = ["r1"]
"""


def _lay_out() -> Texts:
    texts: dict[str, str] = {}
    sentences: dict[str, tuple[Sentence, ...]] = {}
    for article_id, parts in ARTICLES.items():
        text, rows = "", []
        for number, (part, zone) in enumerate(parts, start=1):
            text += "\n\n" if text else ""
            unit = f"{article_id}#{number:03d}"
            rows.append(Sentence(unit, article_id, len(text), len(text + part), zone))
            text += part
        texts[article_id], sentences[article_id] = text, tuple(rows)
    return Texts(texts, sentences)


TEXTS = _lay_out()
SCHEME = read_scheme(LABELS)


def build_tiny(root: Path) -> Corpus:
    """Write the corpus into `root`."""
    corpus = Corpus(root.resolve())
    corpus.articles.mkdir(parents=True)
    corpus.annotation.mkdir()
    (corpus.dataset / "corpus.toml").write_text(MANIFEST, encoding="utf-8")
    shutil.copy(LABELS, corpus.labels)
    for article_id, text in TEXTS.texts.items():
        corpus.article(article_id).write_bytes(text.encode("utf-8"))
    # No sentence has a flag.
    rows = ((*row, "") for row in TEXTS.by_id.values())
    write_csv(corpus.source / "sentences.csv", (*Sentence._fields, "flag"), rows)
    write_csv(corpus.source / "folds.csv", ("article_id", "fold"), [(GAS, 0), (PORT, 1)])
    write_csv(
        corpus.annotation / "annotators.csv",
        ("annotator_id", "kind", "name", "note"),
        [("ann", "human", "Ann", ""), ("bob", "human", "Bob", ""), ("cy", "human", "Cy", "")],
    )
    return corpus


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file with LF ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


@pytest.fixture
def tiny_corpus(tmp_path: Path) -> Corpus:
    """Return the tiny corpus in a folder of its own."""
    return build_tiny(tmp_path / "tiny")


def choice(field: str, *labels: str, region: str | None = None) -> Json:
    """Return a result of a choice control."""
    name = region or f"c-{field}"
    return {
        "id": name,
        "from_name": field,
        "to_name": "text",
        "type": "choices",
        "value": {"choices": list(labels)},
    }


def span(region: str, label: str, start: int, end: int, text: str | None) -> Json:
    """Return a result of a labels control: `region` begins with its layer."""
    layer = region.rstrip("0123456789")
    value: Json = {"start": start, "end": end, "labels": [label]}
    if text is not None:
        value["text"] = text
    return {"id": region, "from_name": layer, "to_name": "text", "type": "labels", "value": value}


def quoted(region: str, label: str, quote: str) -> Json:
    """Return a span over the first place of `quote` in the gas article."""
    start = TEXTS.texts[GAS].index(quote)
    return span(region, label, start, start + len(quote), quote)


def relation(first: str, second: str, *labels: str, direction: str = "right") -> Json:
    """Return a relation between two regions."""
    return {
        "from_id": first,
        "to_id": second,
        "type": "relation",
        "direction": direction,
        "labels": list(labels),
    }


def annotation(*results: Json, number: int = 34, by: object = 1, **more: object) -> Json:
    """Return an annotation as an export holds it."""
    made: Json = {"id": number, "completed_by": by, "result": list(results)}
    made |= {"was_cancelled": False, "created_at": "2031-06-01T08:00:00.5Z"}
    return made | {"updated_at": "2031-06-01T09:00:00Z", "lead_time": 2.5} | more


def article_task(*annotations: Json, number: int = 12, article: str = GAS, **data: object) -> Json:
    """Return a task of the spans project."""
    return {
        "id": number,
        "data": {"article_id": article} | data,
        "annotations": list(annotations),
    }


def sentence_task(unit: str, *annotations: Json, number: int = 7, **data: object) -> Json:
    """Return a task of the stance project; `unit` is a sentence_id."""
    article = unit.partition("#")[0]
    made: Json = {"article_id": article, "sentence_id": unit}
    return {"id": number, "data": made | data, "annotations": list(annotations)}


def write_json(path: Path, content: object) -> Path:
    """Write a JSON file and return its path."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path
