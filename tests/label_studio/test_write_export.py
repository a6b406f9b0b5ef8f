"""Writing exports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.tiny import (
    GAS,
    PORT,
    SCHEME,
    TEXTS,
    Json,
    annotation,
    article_task,
    choice,
    quoted,
    relation,
    sentence_task,
    write_json,
)
from usiran.annotation.sheets.parser import parse_sheet
from usiran.label_studio.annotation_records import TaskReading, region_id
from usiran.label_studio.read_export import read_export
from usiran.label_studio.write_export import export_bytes, result_items
from usiran.schemas.label_scheme import Field, Label

DATA = Path(__file__).parents[1] / "data" / "exports"


def read(path: Path) -> list[TaskReading]:
    return list(read_export(path, scheme=SCHEME, texts=TEXTS))


def written(tmp_path: Path, *tasks: Json) -> bytes:
    return export_bytes(read(write_json(tmp_path / "given.json", list(tasks))), SCHEME)


FULL = article_task(
    annotation(
        relation("event1", "actor2", "recipient"),
        relation("event1", "actor1", "agent"),
        quoted("actor2", "GOVERNMENT", "Tehran"),
        quoted("event1", "ACCUSE", "accused"),
        choice("mode", "negated", region="event1"),
        quoted("actor1", "GOVERNMENT", "Washington"),
        choice("article_stance", "pro-Iran"),
    )
)


def test_what_is_written_reads_back_and_writes_the_same(tmp_path: Path) -> None:
    content = written(
        tmp_path,
        FULL,
        sentence_task(f"{PORT}#001", annotation(choice("stance", "pro-US"), was_cancelled=True)),
        sentence_task(f"{PORT}#002"),
    )
    path = tmp_path / "stored.json"
    path.write_bytes(content)
    again = read(path)
    assert export_bytes(again, SCHEME) == content
    first, second = read(tmp_path / "given.json")[:2]
    assert [task.unit_id for task in again] == [GAS, f"{PORT}#001", f"{PORT}#002"]
    assert again[0].annotations[0].choices == first.annotations[0].choices
    assert again[1] == second
    assert {s[1:] for s in again[0].annotations[0].spans} == {
        s[1:] for s in first.annotations[0].spans
    }


def test_a_sheet_survives_writing_and_reading(tmp_path: Path) -> None:
    sheet = f"""
article {PORT}
article_stance neutral
001 pro-US source us+
  COALITION "US patrol" p
  AID "protects" agent=p
002 neutral author
"""
    tasks = parse_sheet(sheet.encode(), name="s", texts=TEXTS, scheme=SCHEME)
    path = tmp_path / "stored.json"
    path.write_bytes(export_bytes(tasks, SCHEME))
    again = read(path)
    assert [task._replace(annotations=()) for task in again] == [
        task._replace(annotations=()) for task in tasks
    ]
    for one, other in zip(again, tasks, strict=True):
        assert one.annotations[0][6:] == other.annotations[0][6:]


def test_results_stand_in_a_fixed_order_with_ids_that_follow_from_the_spans(
    tmp_path: Path,
) -> None:
    (task,) = read(write_json(tmp_path / "x.json", [FULL]))
    found = result_items(task, task.annotations[0], SCHEME)
    actor, event = region_id(f"{GAS}@actor:34-44"), region_id(f"{GAS}@event:45-52")
    other = region_id(f"{GAS}@actor:53-59")
    assert [item.get("from_name", item.get("labels")) for item in found] == [
        "article_stance", "actor", "event", "mode", "actor", ["agent"], ["recipient"],
    ]  # fmt: skip
    assert [item.get("id") for item in found[1:5]] == [actor, event, event, other]
    assert found[2]["value"] == {"start": 45, "end": 52, "text": "accused", "labels": ["ACCUSE"]}
    assert found[3]["value"] == {"start": 45, "end": 52, "text": "accused", "choices": ["negated"]}
    assert found[5] == {
        "from_id": event, "to_id": actor, "type": "relation", "direction": "right",
        "labels": ["agent"],
    }  # fmt: skip


def test_the_order_in_which_labels_were_drawn_does_not_matter(tmp_path: Path) -> None:
    content = json.loads(json.dumps(FULL))
    content["annotations"][0]["result"].reverse()
    assert written(tmp_path, content) == written(tmp_path, FULL)


def test_the_file_is_indented_by_one_and_holds_no_article_text(tmp_path: Path) -> None:
    text = written(tmp_path, FULL).decode("utf-8")
    assert text.startswith('[\n {\n  "id": 12,\n  "data": {\n   "article_id"')
    assert text.endswith("]\n")
    assert "Gas waiver ends" not in text
    (task,) = json.loads(text)
    made: dict[str, Any] = task["annotations"][0]
    assert made["completed_by"] == 1
    assert made["ground_truth"] is False
    assert made["created_at"] == "2031-06-01T08:00:00.5Z"
    assert made["lead_time"] == 2.5


def test_characters_are_written_as_themselves(tmp_path: Path) -> None:
    task = article_task(annotation(quoted("actor1", "GOVERNMENT", "ministry’s envoy")))
    assert "ministry’s envoy" in written(tmp_path, task).decode("utf-8")


def test_no_tasks_are_an_empty_list() -> None:
    assert export_bytes([], SCHEME) == b"[]\n"


def test_a_label_with_an_alias_is_written_as_label_studio_writes_it() -> None:
    label = Label("neutral", "#000000", "No side.", alias="none")
    field = Field(
        "article_stance", "spans", "choice", "task", required=True,
        question="?", definition="Which side.", labels=(label,),
    )  # fmt: skip
    (task, _) = read(DATA / "server.json")
    made = task.annotations[0]._replace(spans=(), roles=())
    (found,) = result_items(task, made, replace(SCHEME, fields=(field,)))
    assert found["value"] == {"choices": ["none"]}


@pytest.mark.parametrize("project", ["stance", "spans"])
def test_a_server_export_and_its_stored_form_hold_the_same_labels(
    tmp_path: Path, project: str
) -> None:
    tasks = [task for task in read(DATA / "server.json") if task.project == project]
    path = tmp_path / "stored.json"
    path.write_bytes(export_bytes(tasks, SCHEME))
    for one, other in zip(read(path), tasks, strict=True):
        for stored, given in zip(one.annotations, other.annotations, strict=True):
            assert stored.choices == given.choices
            assert {span[1:] for span in stored.spans} == {span[1:] for span in given.spans}
            assert len(stored.roles) == len(given.roles)
