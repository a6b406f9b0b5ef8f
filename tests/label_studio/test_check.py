"""What must hold for the labels of one task."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.tiny import GAS, PORT, SCHEME, TEXTS
from usiran.errors import Finding
from usiran.label_studio.annotation_records import AnnotationReading, SpanReading, TaskReading
from usiran.label_studio.check import check_task
from usiran.schemas.label_scheme import Project


def task(
    choices: Mapping[str, tuple[str, ...]],
    *places: tuple[str, int, int],
    skipped: bool = False,
    project: Project = "spans",
) -> TaskReading:
    text = TEXTS.texts[GAS]
    spans = tuple(
        SpanReading(f"r{number}", layer, start, end, text[start:end], "X")
        for number, (layer, start, end) in enumerate(places)
    )
    made = AnnotationReading(34, 1, None, None, None, None, skipped, choices, spans, ())
    return TaskReading(project, 12, GAS, None, 0, len(text), None, (made,))


def check(reading: TaskReading) -> list[Finding]:
    return list(check_task(reading, scheme=SCHEME, texts=TEXTS, file="x.json"))


DONE: dict[str, tuple[str, ...]] = {"article_stance": ("neutral",)}


@pytest.mark.parametrize(
    ("grounds", "expected"),
    [
        ("", "neutral"), ("us+", "pro-US"), ("us-", "pro-Iran"), ("iran+", "pro-Iran"),
        ("iran-", "pro-US"), ("us+ iran-", "pro-US"), ("us- iran+", "pro-Iran"),
        ("us+ us-", "neutral"), ("iran+ iran-", "neutral"), ("us+ iran+", "neutral"),
        ("us- iran-", "neutral"), ("us+ us- iran+", "pro-Iran"), ("us+ us- iran-", "pro-US"),
        ("us+ iran+ iran-", "pro-US"), ("us- iran+ iran-", "pro-Iran"),
        ("us+ us- iran+ iran-", "neutral"),
    ],
)  # fmt: skip
def test_the_stance_is_the_sign_of_its_grounds(grounds: str, expected: str) -> None:
    assert SCHEME.contest.stance_of(grounds.split()) == expected


def test_sound_labels_have_no_findings() -> None:
    assert check(task(DONE, ("actor", 34, 44), ("event", 45, 52), ("event", 34, 44))) == []


def test_skipped_annotations_are_not_looked_at() -> None:
    assert check(task({}, ("actor", 35, 40), skipped=True)) == []


@pytest.mark.parametrize(
    ("reading", "column", "value"),
    [
        (task({}), "article_stance", "nothing"),
        (task({"holder": ("author",)}, project="stance"), "stance", "nothing"),
        (task({"stance": ("neutral",)}, project="stance"), "holder", "nothing"),
        (task({"stance": ("pro-US",), "holder": ("author",)}, project="stance"),
         "stance", "pro-US with grounds none"),
        (task({"stance": ("pro-US",), "grounds": ("us-",), "holder": ("author",)},
              project="stance"), "stance", "pro-US with grounds us-"),
        (task(DONE, ("actor", 35, 44)), "actor", "X 'ashington' (35 to 44)"),
        (task(DONE, ("actor", 34, 43)), "actor", "X 'Washingto' (34 to 43)"),
        (task(DONE, ("actor", 27, 44)), "actor", "X 'stall\\n\\nWashington' (27 to 44)"),
        (task(DONE, ("actor", 104, 109)), "actor", "X 'Share' (104 to 109) in boilerplate"),
        (task(DONE, ("actor", 34, 52), ("actor", 45, 52)),
         "actor", "X 'accused' (45 to 52), over X 'Washington accused' (34 to 52)"),
    ],
)  # fmt: skip
def test_each_fault_has_its_finding(reading: TaskReading, column: str, value: str) -> None:
    (finding,) = check(reading)
    assert finding.record == f"task 12 ({GAS}) annotation 34"
    assert (finding.column, finding.value.replace("\n", "\\n")) == (column, value)


def test_a_long_span_is_found_over_each_span_it_covers() -> None:
    reading = task(DONE, ("actor", 34, 83), ("actor", 45, 52), ("actor", 77, 83))
    assert [finding.value.split(",")[0] for finding in check(reading)] == [
        "X 'accused' (45 to 52)", "X 'Tehran' (77 to 83)",
    ]  # fmt: skip


def test_spans_of_an_article_outside_the_corpus_cannot_be_placed() -> None:
    assert check(task(DONE, ("actor", 35, 40))._replace(article_id="gone")) == []
    assert PORT in TEXTS.texts
