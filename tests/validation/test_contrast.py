"""The contrast set: what is published was agreed on by blind annotators."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from usiran.corpus import Corpus
from usiran.loading import Opened
from usiran.schemas.label_scheme import read_scheme
from usiran.text.articles import Texts
from usiran.validation.contrast import agreed, groups, left_out

CORPUS = Corpus.find(Path(__file__).parent)
TEXT = "Tehran rejected the tariff."
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
ITEM = {
    "contrast_id": "a#001~1", "sentence_id": "a#001", "edit": "swap-sides", "text": TEXT,
    "stance": "neutral", "holder": "author",
}  # fmt: skip


def label(who: str, **changes: Any) -> dict[str, Any]:
    return {
        "contrast_id": "a#001~1", "annotator_id": who, "given": "blind", "stance": "neutral",
        "holder": "author", "text_sha256": HASH, **changes,
    }  # fmt: skip


def edited(*labels: dict[str, Any], dropped: tuple[str, ...] = (), **item: Any) -> Opened:
    tables = {
        "sentences": pd.DataFrame([{"sentence_id": "a#001", "zone": "body"},
                                   {"sentence_id": "a#002", "zone": "boilerplate"}]),
        "contrast": pd.DataFrame([{**ITEM, **item}]),
        "contrast_labels": pd.DataFrame(labels or [label("x"), label("y")]),
        "contrast_dropped": pd.DataFrame({"contrast_id": pd.Series(dropped, dtype=object)}),
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
