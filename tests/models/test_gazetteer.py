"""Claims about the gazetteer, alone and in the gaps of another tagger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from tests.support import synthetic
from tests.support.synthetic import spans
from usiran.models.base import Spans
from usiran.models.gazetteer import CombinedTagger, Gazetteer, GazetteerTagger, merged
from usiran.models.lexicon import SpanCues
from usiran.tasks.base import objects
from usiran.text.spans import Span
from usiran.text.tokens import tokenize


def _records(texts: list[str], articles: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"article_id": articles, "text": texts, "zone": "body"})


def _learn(rows: Iterable[tuple[str, Spans]], **options: Any) -> Gazetteer:
    return Gazetteer.learn([(tokenize(text), found) for text, found in rows], **options)


def _find(gazetteer: Gazetteer, text: str) -> list[Span]:
    return [span for span, _ in gazetteer.search(tokenize(text))]


def test_the_longest_surface_wins_and_takes_its_commonest_type() -> None:
    gazetteer = _learn(
        [
            ("Iraqi army", spans((0, 10, "MILITARY"))),
            ("Iraqi", spans((0, 5, "GOVERNMENT"))),
            ("Iraqi", spans((0, 5, "GOVERNMENT"))),
            ("Iraqi", spans((0, 5, "CIVILIAN"))),
        ]
    )
    assert _find(gazetteer, "Iraqi  army, Iraqi") == [
        Span(0, 11, "MILITARY"), Span(13, 18, "GOVERNMENT"),
    ]  # fmt: skip


def test_matches_begin_and_end_at_token_boundaries() -> None:
    gazetteer = _learn([("Iran", spans((0, 4, "GOVERNMENT")))])
    assert _find(gazetteer, "Iranian Iran's") == [Span(8, 12, "GOVERNMENT")]


def test_a_surface_that_is_mostly_no_span_is_dropped() -> None:
    rows = [("forces left", spans((0, 6, "MILITARY"))), ("it forces them", ()), ("forces", ())]
    assert _find(_learn(rows), "forces") == []
    assert _find(_learn(rows, least_precision=0.3), "forces") == [Span(0, 6, "MILITARY")]


def test_exactly_half_is_precise_enough() -> None:
    rows = [("forces", spans((0, 6, "MILITARY"))), ("forces", ())]
    assert _find(_learn(rows), "forces") == [Span(0, 6, "MILITARY")]


def test_capitals_are_ignored_where_asked() -> None:
    rows = [("Attacked", spans((0, 8, "ASSAULT")))]
    assert _find(_learn(rows), "attacked") == []
    assert _find(_learn(rows, fold_case=True), "ATTACKED") == [Span(0, 8, "ASSAULT")]


def test_an_empty_gazetteer_finds_nothing() -> None:
    nothing = GazetteerTagger().fit(_records(["a"], ["x"]), objects([()]))
    assert nothing.predict(_records(["a b"], ["y"])).tolist() == [()]


def test_the_combination_keeps_the_first_and_fills_its_gaps() -> None:
    gold = synthetic.gold("actors", sentences=6)
    first = SpanCues({"MILITARY": ["Colonel"]})
    both = CombinedTagger(first, GazetteerTagger()).fit(gold.records, gold.values)
    for text, said, true in zip(
        gold.records["text"], both.predict(gold.records), gold.values, strict=True
    ):
        if text.startswith("Colonel Hassan"):
            assert [text[span.start : span.end] for span in said] == ["Colonel"]
        else:
            assert said == true
    assert merged([], []) == ()
