"""Claims about hand-written word lists, and the controls that count them."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.support.synthetic import spans
from usiran.models.lexicon import AttributionCues, FilteredCues, Lexicon, SideCues, SpanCues
from usiran.tasks.base import objects
from usiran.text.spans import Span

CUES = {
    "us": ["U.S.", "Washington"],
    "iran": ["Iran*"],
    "favourable": ["praise*", "welcome"],
    "unfavourable": ["blame*", "condemn*"],
}


def _stance(text: str) -> str:
    frame = pd.DataFrame({"text": [text]})
    return str(
        SideCues(CUES, ("pro-US", "pro-Iran", "neutral"))
        .fit(frame, objects(["neutral"]))
        .predict(frame)[0]
    )


def test_the_attitude_to_one_side_counts_what_is_said_of_it_alone() -> None:
    frame = pd.DataFrame({"text": ["They praised the U.S. troops and blamed Iran", "Rain fell"]})
    for side, label in (("us", "1"), ("iran", "-1")):
        cues = SideCues(CUES, ("1", "-1", "0"), side).fit(frame, objects(["0", "0"]))
        assert cues.predict(frame).tolist() == [label, "0"]


def test_what_is_stated_of_a_label_is_how_often_it_is_found_where_the_lists_give_the_same() -> None:
    texts = ["They praised the U.S. troops", "He blamed Iran", "Rain fell", "Snow fell"]
    labels = objects(["pro-US", "neutral", "neutral", "neutral"])
    frame = pd.DataFrame({"text": texts})
    cues = SideCues(CUES, ("pro-US", "pro-Iran", "neutral")).fit(frame, labels)
    given, stated = cues.stated(frame)
    assert given.tolist() == ["pro-US", "pro-US", "neutral", "neutral"]
    # One label each is added: (1 + 1, 0 + 1, 1 + 1) of 2 + 3.
    assert stated[0] == pytest.approx([2 / 5, 1 / 5, 2 / 5])
    assert stated[2] == pytest.approx([1 / 5, 1 / 5, 3 / 5])


def test_an_entry_matches_whole_words_in_any_case_unless_it_has_a_capital() -> None:
    lexicon = Lexicon({"A": ["attack*", "us"], "B": ["US"]})
    found = lexicon.find("ATTACKING us, the US counterattack")
    assert found == [Span(0, 9, "A"), Span(10, 12, "A"), Span(18, 20, "A")]
    assert Lexicon({"B": ["US"]}).find("us US") == [Span(3, 5, "B")]


def test_the_longest_entry_wins_and_an_abbreviation_keeps_its_stops() -> None:
    lexicon = Lexicon({"A": ["U.S."], "B": ["prime minister"], "C": ["minister"]})
    assert lexicon.find("U.S. prime minister, minister") == [
        Span(0, 4, "A"), Span(5, 19, "B"), Span(21, 29, "C"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("They praised the U.S. troops", "pro-US"),
        ("Iranian officials were condemned", "pro-US"),
        ("They welcome Iran", "pro-Iran"),
        ("He blamed Washington", "pro-Iran"),
        ("He blamed Washington and condemned Iran", "neutral"),
        ("He blamed the weather", "neutral"),
        ("Washington and Iran", "neutral"),
    ],
)
def test_an_attitude_word_counts_for_the_side_named_nearest(text: str, stance: str) -> None:
    assert _stance(text) == stance


def test_attribution_words_make_a_source() -> None:
    frame = pd.DataFrame({"text": ["It rained", "It rained, he said"]})
    labels = ("author", "source")
    cues = AttributionCues({"source": ["said"]}, labels).fit(frame, objects(labels))
    assert cues.predict(frame).tolist() == ["author", "source"]


def test_span_cues_mark_every_entry_and_nothing_else() -> None:
    frame = pd.DataFrame({"text": ["Police arrested rebels", "Nothing"]})
    cues = SpanCues({"COERCE": ["arrest*"]}).fit(frame, objects([(), ()]))
    assert cues.predict(frame).tolist() == [spans((7, 15, "COERCE")), ()]


def test_entries_that_mostly_mean_something_else_are_dropped() -> None:
    words = {"ASSAULT": ["hit", "struck", "raid"], "COERCE": ["seiz*"], "AID": ["help"]}
    groups = {"ASSAULT": "material conflict", "COERCE": "material conflict", "AID": "cooperation"}
    frame = pd.DataFrame({"text": ["they hit", "a hit song", "struck by it", "seized", "help"]})
    gold = objects(
        [
            spans((5, 8, "ASSAULT")),  # of two places of "hit" one is right: (1 + 1) / (2 + 2)
            (),
            (),  # "struck" is wrong in its only place: (0 + 1) / (1 + 2)
            spans((0, 6, "ASSAULT")),  # another type of the same class is right
            spans((0, 4, "ASSAULT")),  # another class is wrong
        ]
    )
    kept = FilteredCues(words, groups).fit(frame, gold).lexicon_.words
    # What training never shows stays: (0 + 1) / (0 + 2).
    assert kept == {"ASSAULT": ["hit", "raid"], "COERCE": ["seiz*"], "AID": []}
    alone = FilteredCues(words).fit(frame, gold).lexicon_.words
    assert alone == {"ASSAULT": ["hit", "raid"], "COERCE": [], "AID": []}
    assert FilteredCues(words, least_precision=0).fit(frame, gold).lexicon_.words == words


ODD = {
    "A": ["air-strike*", "at*", "US", "'s"],
    "B": ["in", "Ünal", "strike*", "air strike"],
    "C": ["strikes", "us air*"],
}


@pytest.mark.parametrize(
    "text",
    ["US air strikes in Iraq's air-strikes", "ATTACK at at_ a", "ſtrike İn ünal ÜNAL", "",
     "-strike", "strikes_ strikes. US-US us"],
)  # fmt: skip
def test_looking_where_an_entry_may_begin_finds_what_looking_everywhere_does(text: str) -> None:
    lexicon = Lexicon(ODD)
    everywhere = [
        Span(match.start(), match.end(), label)
        for label, pattern in lexicon.patterns.items()
        for match in pattern.finditer(text)
    ]
    assert sorted(lexicon._matches(text)) == sorted(everywhere)


def test_what_is_stated_of_a_span_is_how_often_its_list_is_right() -> None:
    frame = pd.DataFrame({"text": ["they attack", "they attack", "an attack", "rain"]})
    true = objects([(Span(5, 11, "A"),), (Span(5, 11, "A"),), (), ()])
    tagger = FilteredCues({"A": ["attack"], "B": ["bomb"]}).fit(frame, true)
    values, stated = tagger.stated_items(frame)
    assert values[2] == (Span(3, 9, "A"),)
    assert stated.tolist() == [(3 / 5,), (3 / 5,), (3 / 5,), ()]
