"""Sheets to decide on in an editor, and the annotators' answers as predictions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.three_passes import (
    CHANGES,
    CLERK,
    ENVOY,
    FIRST,
    HOLDER,
    PATROL,
    ROLE,
    STANCE,
    fill,
    submit,
    three,
)
from tests.support.tiny import GAS, PORT, SCHEME
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.sheet import as_json, as_sheet, read_sheet
from usiran.annotation.server.adjudication import labels_as_predictions, open_units
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.label_studio.config import config
from usiran.label_studio.tasks import make_tasks
from usiran.schemas.label_scheme import Project

__all__ = ["three"]


@pytest.fixture
def sheet(three: Corpus) -> Path:
    path = three.root / "sheet.toml"
    work = Adjudicator(three)
    path.write_text(as_sheet(work, work.state.open), "utf-8")
    return path


def test_a_sheet_has_every_question_with_its_context_and_reads_back_empty(
    three: Corpus, sheet: Path
) -> None:
    text = sheet.read_text("utf-8")
    assert text.count("[[decisions]]") == len(FIRST)
    assert "# caption: A [[clerk]] said" in text
    taken = read_sheet(sheet, Adjudicator(three), by="judge")
    assert (taken.decisions, taken.unchanged, taken.empty) == ((), 0, len(FIRST))


def test_no_line_of_a_sheet_is_wider_than_a_terminal(three: Corpus) -> None:
    work = Adjudicator(three)
    lines = as_sheet(work, work.state.open).split("\n")
    assert max(map(len, (line for line in lines if line.startswith("#")))) <= 80


def test_a_note_on_a_span_is_shown_where_its_place_is_decided(three: Corpus) -> None:
    path = three.submissions / "r1" / "bob" / "spans.json"
    tasks = json.loads(path.read_text("utf-8"))
    for result in tasks[0]["annotations"][0]["result"]:
        if result.get("value", {}).get("text") == "envoy":
            result["meta"] = {"text": ["the\nenvoy's\x1b[31m rank?"]}
    path.write_text(json.dumps(tasks), "utf-8")
    work = Adjudicator(three)
    (line,) = (line for line in as_sheet(work, work.state.open).splitlines() if "note" in line)
    assert line == r"#   note B: the\nenvoy's\u{1b}[31m rank?"
    (noted,) = (one for one in as_json(work, work.state.open) if "notes" in one)
    assert noted["id"] == ENVOY


def test_a_filled_sheet_is_the_same_decisions(three: Corpus, sheet: Path) -> None:
    sheet.write_text(fill(sheet.read_text("utf-8"), FIRST), "utf-8")
    work = Adjudicator(three)
    taken = read_sheet(sheet, work, by="judge")
    assert [one.id for one in taken.decisions] == list(FIRST)
    work.save(*taken.decisions)
    assert [one.id for one in work.state.open] == [ROLE]
    again = read_sheet(sheet, work, by="judge")
    assert (again.decisions, again.unchanged) == ((), len(FIRST))


def test_all_faults_of_a_sheet_are_told_and_nothing_is_saved(three: Corpus, sheet: Path) -> None:
    text = fill(sheet.read_text("utf-8"), {STANCE: "pro-Russia", CLERK: "none", HOLDER: "A"})
    text = fill(text.replace("reason = 'S4'", "reason = ''", 1), {})
    text = text.replace(f'id = "{HOLDER}"', 'id = "holder/gone#001"')
    text += f"[[decisions]]\nid = '{CLERK}'\nseen = 'x'\nanswer = 'A'\nreason = 'S4'\n"
    sheet.write_text(text, "utf-8")
    with pytest.raises(InputError) as raised:
        read_sheet(sheet, Adjudicator(three), by="judge")
    told = [(one.file, one.record, one.column) for one in raised.value.findings]
    assert told == [
        ("sheet.toml", CLERK, "id"),
        ("sheet.toml", CLERK, "seen"),
        ("sheet.toml", "holder/gone#001", "id"),
        ("sheet.toml", STANCE, "answer"),
    ]
    assert not three.gold.exists()


def test_a_sheet_that_was_printed_before_labels_changed_is_refused(
    three: Corpus, sheet: Path
) -> None:
    sheet.write_text(fill(sheet.read_text("utf-8"), {STANCE: "A"}), "utf-8")
    submit(three, "cy", {**CHANGES["cy"], "002 neutral source us- iran-": "002 neutral source"})
    with pytest.raises(InputError, match="the annotators' labels have changed; to mend: print"):
        read_sheet(sheet, Adjudicator(three), by="judge")


def test_answers_of_one_sheet_are_checked_against_each_other(three: Corpus, sheet: Path) -> None:
    work = Adjudicator(three)
    basra = work.question(f"actor/{PORT}@actor:23-28")
    sheet.write_text(as_sheet(work, [basra, work.question(PATROL)]), "utf-8")
    both = {basra.id: "none", PATROL: "MILITARY 4-28"}
    sheet.write_text(fill(sheet.read_text("utf-8"), both), "utf-8")
    assert len(read_sheet(sheet, work, by="judge").decisions) == 2
    sheet.write_text(sheet.read_text("utf-8").replace("'none'", "'A'"), "utf-8")
    with pytest.raises(InputError, match="allowed: actor spans side by side"):
        read_sheet(sheet, work, by="judge")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[decisions]]\nid = 3\nseen = ''", "Expected `str`, got `int`"),
        ("[[decisions]]\nid = ''", "missing required field `seen`"),
        ("[[decisions]]\nid = 'a'\nseen = ''\nanwser = ''", "unknown field `anwser`"),
        ("[[decisions]\n", "TOML 1.0"),
        ("other = 1", "unknown field `other`"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(
    three: Corpus, tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(FileError) as raised:
        read_sheet(path, Adjudicator(three), by="judge")
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_the_annotators_answers_are_predictions_that_label_studio_takes(three: Corpus) -> None:
    from label_studio_sdk.label_interface.interface import LabelInterface

    work = Adjudicator(three)
    units = open_units(work.state)
    assert units == {"stance": [f"{GAS}#002", f"{GAS}#004"], "spans": [GAS, PORT]}
    sizes: dict[Project, int] = {"stance": 6, "spans": 2}
    for layer, number in sizes.items():
        tasks = make_tasks(three, work.texts, layer)
        found = list(labels_as_predictions(work, layer, tasks))
        assert [one.model_version for one in found] == ["A", "B", "C"] * number
        interface = LabelInterface(config(SCHEME, layer))
        for one in found:
            check: Any = interface.validate_prediction
            assert check(one._asdict() | {"score": 0.0}, return_errors=True) == []
