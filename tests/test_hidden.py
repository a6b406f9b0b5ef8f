"""Characters that a reader does not see are told, and nothing that is read is touched."""

from __future__ import annotations

import json
import sys

import pytest
import regex

from usiran.errors import Finding, shorten
from usiran.hidden import plain, plain_json, plain_line, spelled, unspelled
from usiran.schemas.names import ZONES
from usiran.text.outline import outline, read_outline
from usiran.text.quoting import escape, split_words
from usiran.text.segmentation import Proposal

# What Unicode says of them; the module has its own list, without a large library.
_UNSEEN = regex.compile(r"(?V1)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}--[\n\t]]")
_READ = ["می‌خواهم", "❤️‍🔥", "👨‍👩‍👧", "1️⃣", "“Maliki’s”", "كتب", "a\tb\nc", "日本"]  # fmt: skip
HIDDEN = ["\x00", "\x1b[31m", "\x07", "\r", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff",
          "\u2028", "a\u200d", "\u200c", "\U000e0041", "\U000e0100", "\xad", "\u3164"]  # fmt: skip


def test_every_character_that_unicode_calls_invisible_is_told() -> None:
    told = {c for c in map(chr, range(sys.maxunicode + 1)) if plain(c) != c}
    assert told == {c for c in map(chr, range(sys.maxunicode + 1)) if _UNSEEN.match(c)} | {
        *"\ufff9\ufffa\ufffb"
    }


@pytest.mark.parametrize("text", _READ)
def test_joiners_inside_words_and_emoji_stay(text: str) -> None:
    assert plain(text) == spelled(text) == plain_json(text) == text


@pytest.mark.parametrize("text", HIDDEN)
def test_hidden_characters_are_told_and_come_back(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)
    assert unspelled(spelled(text)) == text
    assert spelled(text).isprintable()
    shown = plain_json(json.dumps([text], ensure_ascii=False))
    assert shown.isprintable()
    assert json.loads(shown) == [text]


def test_a_line_stays_one_line() -> None:
    assert plain_line("a\nb\tc") == "a⟨U+000A⟩b⟨U+0009⟩c"


def test_a_finding_has_nothing_hidden_in_any_part() -> None:
    parts = ("f\u202e", "r\x1b", "c\x07", "v\u200b", "a\x9b", "m\x00")
    assert str(Finding(*parts)).isprintable()
    assert shorten("a\tb\x1b]0;x\x07").isprintable()


@pytest.mark.parametrize("text", [*HIDDEN, r"a\u{200b}", r"\\u{41}", '"\\u200b'])
def test_sheets_and_outlines_spell_them_and_read_them_again(text: str) -> None:
    quote = f"a{text}b"
    written = f'"{escape(quote)}"'
    assert written.isprintable()
    assert [word.text for word in split_words(written) or []] == [quote]
    shown = outline(quote, [Proposal(0, len(quote), ZONES[0])])
    assert shown.rstrip("\n").isprintable()
    assert read_outline(shown, quote, file="o") == [Proposal(0, len(quote), ZONES[0])]
