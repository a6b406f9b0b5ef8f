"""The contrast set: what is published was agreed on by blind annotators."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from usiran.corpus import Corpus
from usiran.loading import Opened
from usiran.schemas.label_scheme import read_scheme
from usiran.text.articles import Sentence, Texts
from usiran.validation.contrast import (
    agreed,
    crossed,
    groups,
    left_out,
    minimal,
    similarity,
    sources,
)
from usiran.validation.keys import references

CORPUS = Corpus.find(Path(__file__).parent)
TEXT = "Tehran rejected the tariff."
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
ITEM = {
    "contrast_id": "a#001~1", "sentence_id": "a#001", "text": TEXT,
    "stance": "neutral", "holder": "author",
}  # fmt: skip


def label(who: str, **changes: Any) -> dict[str, Any]:
    return {
        "contrast_id": "a#001~1", "annotator_id": who, "given": "blind", "stance": "neutral",
        "holder": "author", "text_sha256": HASH, **changes,
    }  # fmt: skip


def key(contrast_id: str, kind: str = "swap-sides", source: str = "pro-US") -> dict[str, str]:
    return {"contrast_id": contrast_id, "kind": kind, "source_stance": source}


def edited(*labels: dict[str, Any], dropped: tuple[str, ...] = (), **item: Any) -> Opened:
    tables = {
        "sentences": pd.DataFrame([{"sentence_id": "a#001", "zone": "body"},
                                   {"sentence_id": "a#002", "zone": "boilerplate"}]),
        "contrast": pd.DataFrame([{**ITEM, **item}]),
        "contrast_key": pd.DataFrame([key("a#001~1")]),
        "stance": pd.DataFrame([{"sentence_id": "a#001", "stance": "pro-US"}]),
        "contrast_labels": pd.DataFrame(labels or [label("x"), label("y")]),
        "contrast_dropped": pd.DataFrame(
            {name: pd.Series(dropped, dtype=object) for name in ("contrast_id", "sentence_id")}
        ),
    }  # fmt: skip
    return Opened(CORPUS, read_scheme(CORPUS.labels), tables, Texts({}, {}), {}, {}, (), ())


def test_an_edit_that_two_labelled_alike_has_no_finding() -> None:
    good = edited()
    assert [*groups(good), *agreed(good), *left_out(good)] == []


@pytest.mark.parametrize(
    "labels",
    [
        (label("x"),),
        (label("x"), label("writer", given="intended")),
        (label("x"), label("y", text_sha256="0" * 64)),
    ],
)
def test_one_blind_label_of_the_very_text_is_too_few(labels: tuple[dict[str, Any], ...]) -> None:
    (found,) = agreed(edited(*labels))
    assert (found.record, found.value) == ("a#001~1", "1 blind labels")


def test_a_blind_label_that_differs_is_found_and_an_intended_one_is_not() -> None:
    intended = label("writer", given="intended", stance="pro-US")
    assert list(agreed(edited(label("x"), label("y"), intended))) == []
    (found,) = agreed(edited(label("x"), label("y", stance="pro-US")))
    assert (found.column, found.value) == ("stance", "neutral")
    assert "pro-US was said too" in found.allowed


def test_an_edit_of_boilerplate_or_under_another_sentences_id_is_found() -> None:
    found = groups(edited(sentence_id="a#002"))
    assert [one.column for one in found] == ["contrast_id", "sentence_id"]


def test_an_edit_cannot_be_published_and_left_out() -> None:
    (found,) = left_out(edited(dropped=("a#001~1",)))
    assert found.record == "a#001~1"


def test_every_edit_has_a_key_and_every_key_an_edit() -> None:
    assert list(references(edited())) == []
    opened = edited(dropped=("a#001~3",))
    opened.tables["contrast_key"] = pd.DataFrame([key("a#001~2")])
    found = [(one.file, one.record) for one in references(opened) if one.column == "contrast_id"]
    assert sorted(found) == [
        ("annotation/contrast/dropped.csv", "a#001~3"),
        ("annotation/contrast/key.csv", "a#001~2"),
        ("dataset/source/contrast.csv", "a#001~1"),
    ]


def test_a_source_stance_is_the_golds() -> None:
    assert list(sources(edited())) == []
    opened = edited()
    opened.tables["contrast_key"] = pd.DataFrame([key("a#001~1", source="neutral")])
    (found,) = sources(opened)
    assert (found.record, found.value) == ("a#001~1", "neutral")
    assert found.allowed.startswith("pro-US")


def test_a_kind_of_edit_without_an_outcome_that_another_has_is_found() -> None:
    assert list(crossed(edited())) == []
    opened = edited()
    rows = [("~1", "swap-sides", "pro-US"), ("~2", "swap-sides", "neutral"),
            ("~3", "negate-event", "neutral")]  # fmt: skip
    edits = [{**ITEM, "contrast_id": f"a#001{end}", "stance": stance} for end, _, stance in rows]
    opened.tables["contrast"] = pd.DataFrame(edits)
    opened.tables["contrast_key"] = pd.DataFrame(
        [key(f"a#001{end}", kind) for end, kind, _ in rows]
    )
    (found,) = crossed(opened)
    assert (found.record, found.value) == ("negate-event", "no pro-US")


def test_a_set_without_edits_is_crossed() -> None:
    opened = edited()
    opened.tables["contrast"] = opened.tables["contrast"].head(0)
    assert list(crossed(opened)) == []


def test_similarity_is_the_share_of_tokens_that_two_texts_have_in_one_order() -> None:
    # Tokens a b c d against a c d e: three match, 2 * 3 / (4 + 4).
    assert similarity("a b c d", "a c d e") == 0.75
    assert similarity("a b", "a b") == 1.0
    assert similarity("a", "b") == 0.0
    # Letters are not compared: a word is the same or another.
    assert similarity("accuse", "accused") == 0.0


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("Tehran praised the tariff.", None),  # one of five tokens
        ("Tehran rejected the tariff.", "1.00"),
        ("Envoys from Oslo rejected it.", "0.36"),
    ],
)
def test_an_edit_is_another_text_that_keeps_most_of_its_sentence(
    source: str, value: str | None
) -> None:
    sentence = Sentence("a#001", "a", 0, len(source), "body")
    opened = replace(edited(), texts=Texts({"a": source}, {"a": (sentence,)}))
    assert [one.value for one in minimal(opened)] == ([value] if value else [])
