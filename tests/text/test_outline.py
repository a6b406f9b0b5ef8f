"""Outlines: a text editor moves boundaries and zones, never words."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.text.test_segmentation import TEXTS
from usiran.errors import InputError
from usiran.text.outline import outline, read_outline
from usiran.text.segmentation import Proposal, propose

TEXT = "The dam opened.  It\nheld. | Nobody was hurt."


def read(edited: str) -> list[Proposal]:
    return read_outline(edited, TEXT, file="outline.txt")


def test_an_unchanged_outline_gives_the_same_sentences_for_real_articles() -> None:
    rows = [Proposal(0, 15, "title"), Proposal(17, 25, "body"), Proposal(26, 44, "caption")]
    assert read(outline(TEXT, rows)) == rows


@given(TEXTS)
def test_reading_an_outline_undoes_writing_it(text: str) -> None:
    rows = propose(text)
    assert read_outline(outline(text, rows), text, file="outline.txt") == rows


def test_a_moved_line_break_moves_the_boundary() -> None:
    edited = (
        "# a comment\nbody | The dam opened. It\n\nbody | held.\nboilerplate | | Nobody was hurt."
    )
    assert read(edited) == [
        Proposal(0, 19, "body"), Proposal(20, 25, "body"), Proposal(26, 44, "boilerplate"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("edited", "told"),
    [
        ("body | The dam closed.", "line 1: found 'The dam closed.'; allowed: the article's next"),
        (
            "bdy | The dam opened.",
            "line 1: found 'bdy | The dam opened.'; allowed: <zone> | <text>",
        ),
        ("body The dam opened.", "line 1: .* allowed: <zone> | <text>"),
        ("body |", "line 1: .* allowed: <zone> | <text>"),
        ("body | The dam opened.", "the end: .* every word of the article in some line"),
        ("body | The dam opened. It held. | Nobody was hurt. More.", "line 1: .* none left"),
    ],
)
def test_changed_or_missing_words_are_refused_with_the_line(edited: str, told: str) -> None:
    with pytest.raises(InputError, match=told.replace("|", r"\|")):
        read(edited)
