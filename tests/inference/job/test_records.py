"""Claims about records: which are texts, and what is said of those that are not."""

from __future__ import annotations

import pytest

from usiran.inference.job.records import Document, Rejected, Row, record
from usiran.text.articles import LONGEST_TEXT


def judged(text: object, source_id: object = None) -> Document | Rejected:
    return record(Row(3, 9, source_id, text), "f.jsonl", "f", alone=False)


@pytest.mark.parametrize(
    ("source_id", "article_id"),
    [(None, "f-3"), ("", "f-3"), ("新聞", "f-3"), ("Ä 1", "a-1"), (7, "7"), (7.0, "7"),
     (float("nan"), "f-3")],
)  # fmt: skip
def test_an_id_is_the_records_own_or_the_files_name_and_the_row(
    source_id: object, article_id: str
) -> None:
    document = judged("They left .", source_id)
    assert isinstance(document, Document)
    assert (document.article_id, document.row) == (article_id, 3)


def test_the_text_of_a_file_of_its_own_is_called_as_the_file() -> None:
    document = record(Row(1, 1, None, "They left ."), "in/a.txt", "a", alone=True)
    assert document == Document("a", "", "in/a.txt", 1, "They left .")


@pytest.mark.parametrize(
    ("text", "source_id", "reason"),
    [
        (None, "x", "no text"),
        (3, "x", "int, no text"),
        (" \n", "x", "a blank text"),
        ("zero \0", "x", "a text with binary zeros"),
        ("byte \udcff", "x", "bytes that are not UTF-8"),
        ("x" * (LONGEST_TEXT + 1), "x", "a text of 1,000,001 characters, more than 1,000,000"),
        ("They left .", ["x"], "an id of type list, no text or whole number"),
        ("They left .", True, "an id of type bool, no text or whole number"),
        ("They left .", 1.5, "an id of type float, no text or whole number"),
        ("They left .", "x" * 201, "an id of 201 characters, more than 200"),
        ("They left .", "\udcff", "an id in bytes that are not UTF-8"),
    ],
)
def test_a_faulty_record_is_rejected_for_a_reason(
    text: object, source_id: object, reason: str
) -> None:
    rejected = judged(text, source_id)
    assert isinstance(rejected, Rejected)
    assert (rejected.file, rejected.row, rejected.reason) == ("f.jsonl", 3, reason)


def test_what_was_found_is_shortened_and_nothing_in_it_reaches_a_terminal() -> None:
    rejected = judged("\x1b[31m\0" + "x" * 10_000_000, "\x07id")
    assert isinstance(rejected, Rejected)
    assert rejected.value.startswith("\\x1b[31m\\x00xxx")
    assert len(rejected.value) < 200
    assert rejected.id == "\\x07id"
