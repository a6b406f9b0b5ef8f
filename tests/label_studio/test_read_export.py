"""Reading Label Studio exports."""

from __future__ import annotations

import gc
import json
import tracemalloc
from dataclasses import replace
from itertools import islice
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
    span,
    write_json,
)
from usiran.errors import FileError, Finding
from usiran.io import json_stream
from usiran.label_studio.annotation_records import (
    RoleReading,
    SpanReading,
    TaskReading,
    annotation_rows,
)
from usiran.label_studio.control_map import ControlMap
from usiran.label_studio.read_export import read_export
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.label_scheme import Field, Label, Scheme
from usiran.text.articles import sha256

DATA = Path(__file__).parents[1] / "data" / "exports"
GAS_TEXT = TEXTS.texts[GAS]


def read(folder: Path, *tasks: Json, scheme: Scheme = SCHEME) -> list[TaskReading]:
    path = write_json(folder / "x.json", list(tasks))
    return list(read_export(path, scheme=scheme, texts=TEXTS, name="x.json"))


def read_one(folder: Path, *results: Json) -> TaskReading:
    (task,) = read(folder, article_task(annotation(*results)))
    return task


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


def test_a_server_export_is_read_whole() -> None:
    first, last = read_export(DATA / "server.json", scheme=SCHEME, texts=TEXTS, name="server.json")
    assert (first.findings, first.repairs, last.findings, last.repairs) == ((), (), (), ())
    assert (first.project, first.task_id, first.unit_id) == ("spans", 101, GAS)
    (made,) = first.annotations
    assert (made.annotation_id, made.annotator, made.email) == (501, 3, "ann@example.invalid")
    assert made.created_at == "2031-06-01T08:00:00.123456Z"
    assert made.lead_time == 61.25
    assert made.choices == {"article_stance": ("neutral",)}
    assert [(s.layer, s.text, s.label, s.mode) for s in made.spans] == [
        ("actor", "Washington", "GOVERNMENT", None),
        ("event", "accused", "ACCUSE", "actual"),
        ("actor", "Tehran", "GOVERNMENT", None),
        ("event", "meet", "CONSULT", "future"),
    ]
    assert made.roles == (
        RoleReading("agent", "evt-1", "act-1"),
        RoleReading("recipient", "evt-1", "act-2"),
        RoleReading("recipient", "evt-2", "act-2"),
    )
    assert (last.project, last.unit_id, last.start, last.end) == ("stance", f"{PORT}#001", 0, 45)
    skipped, chosen = last.annotations
    assert skipped.skipped
    assert (skipped.choices, skipped.spans) == ({}, ())
    assert chosen.choices == {"stance": ("pro-US",), "grounds": ("us+",), "holder": ("source",)}
    assert (chosen.annotator, chosen.email) == (4, None)


@pytest.mark.parametrize("form", ["array", "indented", "lines", "mark"])
def test_arrays_and_lines_read_the_same(tmp_path: Path, form: str) -> None:
    tasks = [
        article_task(annotation(choice("article_stance", "neutral")), number=number)
        for number in (1, 2, 3)
    ]
    content = {
        "array": json.dumps(tasks),
        "indented": json.dumps(tasks, indent=2),
        "lines": "\n".join(map(json.dumps, tasks)) + "\n",
        "mark": "\ufeff" + json.dumps(tasks),
    }[form]
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    read_tasks = list(read_export(path, scheme=SCHEME, texts=TEXTS))
    assert [task.task_id for task in read_tasks] == [1, 2, 3]
    assert read_tasks[2].annotations[0].choices == {"article_stance": ("neutral",)}


def test_an_export_without_tasks_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path) == []


@pytest.mark.parametrize("missing", [{"annotations": None}, {}])
def test_unannotated_tasks_have_no_annotations(tmp_path: Path, missing: Json) -> None:
    task: Json = {"id": 1, "data": {"article_id": GAS}} | missing
    task |= {"predictions": [{"result": [{"bad": 1}]}], "drafts": [{"result": [{"bad": 1}]}]}
    (reading,) = read(tmp_path, task)
    assert reading.annotations == ()
    assert reading.findings == ()


def test_an_empty_submit_is_an_annotation_without_labels(tmp_path: Path) -> None:
    (made,) = read_one(tmp_path).annotations
    assert (made.choices, made.spans) == ({}, ())
    assert not made.skipped


def test_labels_accepted_from_a_prediction_are_labels(tmp_path: Path) -> None:
    result = quoted("actor1", "GOVERNMENT", "Tehran") | {"origin": "prediction", "score": 0.5}
    (made,) = read_one(tmp_path, result).annotations
    assert made.spans[0].label == "GOVERNMENT"


def test_an_alias_is_read_as_the_label_it_stands_for(tmp_path: Path) -> None:
    label = Label("GOVERNMENT", "#000000", "A government.", alias="gov")
    field = Field(
        "actor", "spans", "labels", "region", required=False,
        question="Who?", definition="An actor.", labels=(label,),
    )  # fmt: skip
    task = article_task(annotation(span("actor1", "gov", 35, 45, "Washington")))
    (reading,) = read(tmp_path, task, scheme=replace(SCHEME, fields=(field,)))
    assert reading.annotations[0].spans[0].label == "GOVERNMENT"
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("direction", "first", "second"),
    [("right", "event1", "actor1"), ("left", "actor1", "event1"),
     ("bi", "event1", "actor1"), ("bi", "actor1", "event1")],
)  # fmt: skip
def test_relations_are_read_in_every_direction(
    tmp_path: Path, direction: str, first: str, second: str
) -> None:
    results = [
        relation(first, second, "agent", "recipient", direction=direction),
        quoted("event1", "ACCUSE", "accused"),
        quoted("actor1", "GOVERNMENT", "Tehran"),
    ]
    task = read_one(tmp_path, *results)
    assert task.findings == ()
    assert task.annotations[0].roles == (
        RoleReading("agent", "event1", "actor1"),
        RoleReading("recipient", "event1", "actor1"),
    )


@pytest.mark.parametrize(("shift", "reported"), [(0, 0), (1, 1)])
def test_a_choice_s_offsets_are_those_of_its_region_or_reported(
    tmp_path: Path, shift: int, reported: int
) -> None:
    event = quoted("event1", "CONSULT", "meet")
    mode = choice("mode", "future", region="event1")
    place: Any = event["value"]
    moved = {key: place[key] + shift for key in ("start", "end")}
    mode["value"] = {"choices": ["future"], **moved}
    task = read_one(tmp_path, event, mode)
    assert task.annotations[0].spans[0].mode == "future"
    assert [finding.column for finding in task.repairs] == ["mode"] * reported
    assert task.findings == ()


def test_a_mode_may_stand_before_its_region(tmp_path: Path) -> None:
    task = read_one(
        tmp_path, choice("mode", "future", region="event1"), quoted("event1", "CONSULT", "meet")
    )
    assert task.annotations[0].spans[0].mode == "future"
    assert task.findings == ()


def test_offsets_in_utf16_units_are_mended_and_reported(tmp_path: Path) -> None:
    start = GAS_TEXT.index("accused")
    units = len(GAS_TEXT[:start].encode("utf-16-le")) // 2
    assert units == start + 1
    task = read_one(tmp_path, span("event1", "ACCUSE", units, units + 7, "accused"))
    assert task.annotations[0].spans == (
        SpanReading("event1", "event", start, start + 7, "accused", "ACCUSE", "actual"),
    )
    repair = only(task.repairs)
    assert task.findings == ()
    assert repair.record == f"task 12 ({GAS}) annotation 34 region event1"
    assert repair.column == "event"
    assert repair.value == f"{units} to {units + 7}: accused"
    assert f"taken as {start} to {start + 7} (the offsets count UTF-16 units)" in repair.fix


@pytest.mark.parametrize(
    ("start", "end", "text", "how"),
    [
        (30, 40, "Washington", "the quoted text stands there once"),
        (33, 44, "\\nWashington", "blanks at the ends cut off"),
        (34, 44, None, "no text to compare with"),
        (34, 44, "", "no text to compare with"),
    ],
)
def test_every_other_repair_is_reported_too(
    tmp_path: Path, start: int, end: int, text: str | None, how: str
) -> None:
    task = read_one(tmp_path, span("actor1", "GOVERNMENT", start, end, text))
    (found,) = task.annotations[0].spans
    assert (found.start, found.end, found.text) == (34, 44, "Washington")
    assert how in only(task.repairs).fix


FAULTS: list[tuple[list[Json], str, str, str]] = [
    ([choice("tone", "warm")], "from_name", "tone", "actor, event, mode, article_stance"),
    ([choice("stance", "neutral")], "from_name", "stance", "actor, event"),
    ([{"id": "z", "type": "rectangle", "value": {"x": 1}}], "from_name", "a result of", "actor"),
    ([quoted("actor1", "ROBOT", "Tehran")], "actor", "ROBOT", "one of GOVERNMENT, MILITARY"),
    ([choice("article_stance", "pro-UK")], "article_stance", "pro-UK", "one of pro-US, pro-Iran"),
    ([choice("article_stance", "pro-US", "neutral")], "article_stance", "pro-US, neut", "one of"),
    ([choice("article_stance")], "article_stance", "no label", "one of pro-US"),
    ([choice("article_stance", "pro-US"), choice("article_stance", "neutral")],
     "article_stance", "neutral", "one result"),
    ([choice("mode", "future", region="gone")], "mode", "no such region", "a region of event"),
    ([quoted("actor1", "MILITARY", "Tehran"), choice("mode", "future", region="actor1")],
     "mode", "a region of actor", "a region of event"),
    ([quoted("event1", "CONSULT", "meet"), choice("mode", "future", region="event1"),
      choice("mode", "negated", region="event1")], "mode", "negated", "one choice a region"),
    ([quoted("event1", "CONSULT", "meet"), choice("mode", "past", region="event1")],
     "mode", "past", "one of actual, future"),
    ([quoted("actor1", "MILITARY", "Tehran"), quoted("actor1", "CIVILIAN", "Basra")],
     "actor", "id actor1", "one label a region"),
    ([quoted("actor1", "MILITARY", "Tehran"), quoted("actor2", "CIVILIAN", "Tehran")],
     "actor", "CIVILIAN at 53 to 59, which is MILITARY too", "each span once"),
    ([quoted("actor1", "MILITARY", "Tehran") | {"id": None}], "actor", "id None", "one label"),
    ([span("actor1", "MILITARY", 0, 6, "Moscow")], "actor", "0 to 6: Moscow", "offsets where"),
    ([span("actor1", "MILITARY", 9, 4, None)], "actor", "9 to 4", "offsets where"),
    ([span("actor1", "MILITARY", -4, 4, None)], "actor", "-4 to 4", "offsets where"),
    ([span("actor1", "MILITARY", 10, 9999, None)], "actor", "10 to 9999", "offsets where"),
    ([quoted("actor1", "MILITARY", "Tehran") | {"value": {"labels": ["MILITARY"]}}],
     "actor", "None to None", "start, end and text"),
    ([quoted("actor1", "MILITARY", "Tehran") | {"value": None}], "actor", "no label", "one of"),
    ([quoted("event1", "CONSULT", "meet"), relation("event1", "gone", "agent")],
     "role", "event 'meet' -> no region gone", "event -> actor"),
    ([quoted("event1", "CONSULT", "meet"), quoted("actor1", "CIVILIAN", "Basra"),
      relation("actor1", "event1", "agent")],
     "role", "actor 'Basra' -> event 'meet'", "event -> actor"),
    ([quoted("event1", "CONSULT", "meet"), quoted("actor1", "CIVILIAN", "Basra"),
      relation("event1", "actor1", "witness")], "role", "witness", "one or more of agent, recip"),
    ([quoted("event1", "CONSULT", "meet"), quoted("actor1", "CIVILIAN", "Basra"),
      relation("event1", "actor1", direction="bi")], "role", "no label", "one or more of agent"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "direction", "role"),
    [
        (("actor1", "event1"), "right", "agent"),
        (("event1", "actor1"), "right", "recipient"),
        (("event1", "actor1"), "left", "agent"),
        (("actor1", "event1"), "left", "recipient"),
    ],
)
def test_an_arrow_without_a_label_goes_from_who_does_it_over_the_event_to_whom(
    tmp_path: Path, ends: tuple[str, str], direction: str, role: str
) -> None:
    task = read_one(tmp_path, MEET, BASRA, relation(*ends, direction=direction))
    (made,) = task.annotations
    assert (task.findings, task.repairs) == ((), ())
    assert [(one.role, one.event, one.actor) for one in made.roles] == [(role, "event1", "actor1")]


MEET, BASRA = quoted("event1", "CONSULT", "meet"), quoted("actor1", "CIVILIAN", "Basra")
DOUBLES: list[tuple[list[Json], str]] = [
    ([BASRA, quoted("actor2", "CIVILIAN", "Basra")], "actor"),
    ([BASRA, BASRA], "actor"),
    ([choice("article_stance", "neutral")] * 2, "article_stance"),
    ([MEET, *[choice("mode", "future", region="event1")] * 2], "mode"),
    ([MEET, BASRA, *[relation("event1", "actor1", "agent")] * 2], "role"),
]


@pytest.mark.parametrize(("results", "column"), DOUBLES)
def test_what_is_there_twice_is_kept_once_and_reported(
    tmp_path: Path, results: list[Json], column: str
) -> None:
    task, once = read_one(tmp_path, *results), read_one(tmp_path, *results[:-1])
    (made,) = task.annotations
    assert (made._replace(repairs=()),) == once.annotations
    assert task.findings == ()
    assert task.repairs == made.repairs
    repair = only(task.repairs)
    assert (repair.column, repair.allowed) == (column, "each label once")
    assert repair.value.endswith(" twice")


def test_a_note_on_a_region_is_read(tmp_path: Path) -> None:
    noted = BASRA | {"meta": {"text": ["unsure: ", "a city?"]}}
    assert read_one(tmp_path, noted).annotations[0].spans[0].note == "unsure:\na city?"
    mode = choice("mode", "future", region="event1") | {"meta": {"text": ["planned"]}}
    assert read_one(tmp_path, MEET, mode).annotations[0].spans[0].note == "planned"
    for meta in (None, 3, {}, {"text": None}, {"text": [3, " "]}):
        assert read_one(tmp_path, BASRA | {"meta": meta}).annotations[0].spans[0].note is None


def test_the_boxes_of_the_page_are_read_and_written_back(tmp_path: Path) -> None:
    def box(name: str, *texts: str) -> Json:
        return {"id": name, "from_name": name, "type": "textarea", "value": {"text": list(texts)}}

    filled = box("notes", " who said it? "), box("notes", "a desk?"), box("reason", "S4")
    task = read_one(tmp_path, *filled, box("reason", " "))
    assert task.findings == ()
    assert task.annotation.remarks == {"notes": "who said it?\na desk?", "reason": "S4"}
    assert task.annotation.noted == 1
    (again,) = read(tmp_path, json.loads(export_bytes([task], SCHEME))[0])
    assert again.annotation.remarks == task.annotation.remarks
    foreign = ControlMap.of(SCHEME)
    path = write_json(tmp_path / "x.json", [article_task(annotation(*filled))])
    (other,) = read_export(path, scheme=SCHEME, texts=TEXTS, name="x", control_map=foreign)
    assert (other.findings, other.left_out) == ((), {})
    assert other.annotation.remarks == task.annotation.remarks


def test_the_spans_of_a_task_are_judged_together(tmp_path: Path) -> None:
    # Beside others that count UTF-16 units, one that fits as it stands does so by chance.
    text = "🔥🔥🔥US US met Basra"
    results = [
        span("actor1", "MILITARY", 6, 8, "US"), span("actor2", "CIVILIAN", 16, 21, "Basra"),
    ]  # fmt: skip
    alone, both = (
        read(tmp_path, article_task(annotation(*part), article="new", text=text))[0]
        for part in (results[:1], results)
    )
    assert [span.start for span in alone.annotations[0].spans] == [6]
    assert [span.start for span in both.annotations[0].spans] == [3, 13]
    assert (len(alone.repairs), len(both.repairs)) == (0, 2)


@pytest.mark.parametrize(("results", "column", "value", "allowed"), FAULTS)
def test_every_label_that_is_not_taken_has_a_finding(
    tmp_path: Path, results: list[Json], column: str, value: str, allowed: str
) -> None:
    finding = only(read_one(tmp_path, *results).findings)
    assert finding.file == "x.json"
    assert finding.record.startswith(f"task 12 ({GAS}) annotation 34")
    assert finding.column == column
    assert finding.value.startswith(value)
    assert finding.allowed.startswith(allowed)
    assert finding.fix


def test_a_finding_names_the_region_or_the_relation(tmp_path: Path) -> None:
    task = read_one(tmp_path, quoted("actor1", "ROBOT", "Tehran"), relation("a", "b", "agent"))
    records = [finding.record for finding in task.findings]
    where = f"task 12 ({GAS}) annotation 34"
    assert records == [f"{where} region actor1", f"{where} relation a -> b"]


def test_a_sound_label_beside_a_fault_is_still_read(tmp_path: Path) -> None:
    task = read_one(
        tmp_path, quoted("actor1", "ROBOT", "Tehran"), quoted("actor2", "CIVILIAN", "Basra")
    )
    assert [found.text for found in task.annotations[0].spans] == ["Basra"]


def test_roles_of_a_span_drawn_twice_go_to_the_one_that_is_kept(tmp_path: Path) -> None:
    task = read_one(
        tmp_path,
        quoted("actor1", "CIVILIAN", "Basra"),
        quoted("actor2", "CIVILIAN", "Basra"),
        quoted("event1", "CONSULT", "meet"),
        relation("event1", "actor2", "agent"),
    )
    assert only(task.repairs).value == "CIVILIAN at 187 to 192 twice"
    assert task.annotations[0].roles == (RoleReading("agent", "event1", "actor1"),)


def test_a_sentence_task_may_have_no_relation_or_span(tmp_path: Path) -> None:
    task = sentence_task(f"{GAS}#002", annotation(relation("a", "b", "agent")))
    (reading,) = read(tmp_path, task)
    assert only(reading.findings).allowed == "no relations here"


def test_grounds_come_in_the_order_of_the_scheme_and_once(tmp_path: Path) -> None:
    (good,) = read(
        tmp_path, sentence_task(f"{GAS}#002", annotation(choice("grounds", "iran-", "us-")))
    )
    assert good.annotations[0].choices == {"grounds": ("us-", "iran-")}
    (bad,) = read(
        tmp_path, sentence_task(f"{GAS}#002", annotation(choice("grounds", "us-", "us-")))
    )
    assert only(bad.findings).value == "us-, us-"
    assert bad.annotations[0].choices == {}


@pytest.mark.parametrize(
    ("task", "column", "value"),
    [
        (sentence_task(f"{GAS}#009"), "sentence_id", f"{GAS}#009"),
        (sentence_task(f"{GAS}#003"), "sentence_id", "boilerplate"),
        (sentence_task(f"{GAS}#002", start=1), "start", "1"),
        (sentence_task(f"{GAS}#002", end=50), "end", "50"),
        (sentence_task(f"{GAS}#002", text="Another."), "text", "Another."),
        (sentence_task(f"{GAS}#002", text_sha256="00"), "text_sha256", "00"),
        (sentence_task(f"{GAS}#002", article_id=PORT), "sentence_id", f"{GAS}#002"),
        (sentence_task(f"{GAS}#002", article_id="gone"), "article_id", "gone"),
        (article_task(text=GAS_TEXT + "."), "text", "Gas waiver ends"),
        (article_task(text_sha256="00"), "text_sha256", "00"),
        (article_task(article="gone"), "article_id", "gone"),
        ({"id": 1, "data": {}}, "article_id", "nothing"),
        (article_task(article="gone", text="New.", text_sha256="00"), "text_sha256", "00"),
    ],
)
def test_labels_made_on_another_text_are_not_used(
    tmp_path: Path, task: Json, column: str, value: str
) -> None:
    labels = annotation(choice("article_stance", "neutral"), choice("stance", "neutral"))
    (reading,) = read(tmp_path, task | {"annotations": [labels]})
    assert reading.annotations == ()
    assert only(reading.findings).column == column
    assert only(reading.findings).value.startswith(value)


def test_a_task_that_repeats_the_corpus_truly_is_read(tmp_path: Path) -> None:
    row = TEXTS.by_id[f"{GAS}#002"]
    digest = sha256(GAS_TEXT)
    tasks = [
        article_task(annotation(), text=GAS_TEXT, text_sha256=digest),
        sentence_task(
            row.sentence_id, annotation(), start=row.start, end=row.end,
            text=TEXTS.text_of(row), text_sha256=digest, before="x", after="y", title="z",
        ),
    ]  # fmt: skip
    first, second = read(tmp_path, *tasks)
    assert first.findings == second.findings == ()
    assert (first.start, first.end) == (0, len(GAS_TEXT))
    assert (second.start, second.end) == (row.start, row.end)
    assert first.text_sha256 == second.text_sha256 == digest


def test_an_article_outside_the_corpus_is_read_on_its_own_text(tmp_path: Path) -> None:
    drawn = {"annotations": [annotation(span("actor1", "COALITION", 0, 2, "UN"))]}
    named: Json = {"id": 8, "data": {"article_id": "new", "text": "UN left."}}
    nameless: Json = {"id": 9, "data": {"text": "UN left.", "text_sha256": sha256("UN left.")}}
    first, second = read(tmp_path, named | drawn, nameless | drawn)
    assert (first.article_id, first.end, first.findings) == ("new", 8, ())
    assert (second.article_id, second.unit_id, second.project) == ("task-9", "task-9", "spans")
    assert second.annotations[0].spans[0].text == "UN"


def test_the_project_of_a_nameless_task_shows_in_its_controls(tmp_path: Path) -> None:
    (task,) = read(
        tmp_path,
        {
            "id": 9,
            "data": {"text": "UN left."},
            "annotations": [annotation(choice("stance", "neutral"))],
        },
    )
    assert (task.project, task.start, task.end) == ("stance", 0, 8)
    assert task.annotations[0].choices == {"stance": ("neutral",)}


@pytest.mark.parametrize(
    ("file", "match"),
    [
        ("truncated.json", r"truncated\.json: found 'a file that stops inside a task'"),
        ("empty.json", r"empty\.json: found '0 bytes'"),
        ("binary.json", r"binary\.json: found 'a binary file'"),
        (
            "wrong_type.json",
            r"task number 2: Expected `int \| null`, got `str` - at `\$.annotations",
        ),
        ("json_min.json", r"task number 1: Object missing required field `data`"),
        ("not_json.json", r"text that begins article_id,text"),
        ("not_utf8.json", r"not_utf8\.json: found 'task number 1:"),
        ("none.json", r"none\.json: found 'no such file'"),
    ],
)
def test_a_file_that_is_no_export_is_one_clear_line(file: str, match: str) -> None:
    with pytest.raises(FileError, match=match) as caught:
        list(read_export(DATA / file, scheme=SCHEME, texts=TEXTS, name=file))
    assert len(str(caught.value).splitlines()) == 1


def test_tasks_before_a_fault_are_yielded_and_the_fault_still_raises(tmp_path: Path) -> None:
    # More than one batch: the first is out before the end is seen.
    padding = "x" * 200_000
    tasks = [article_task(annotation(), number=n) | {"meta": padding} for n in range(40)]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(tasks)[:-5])
    reading = read_export(path, scheme=SCHEME, texts=TEXTS)
    assert [task.task_id for task in islice(reading, 39)] == list(range(39))
    with pytest.raises(FileError, match="stops inside a task"):
        next(reading)


def test_garbage_collection_is_as_it_was_after_reading(tmp_path: Path) -> None:
    path = write_json(tmp_path / "x.json", [article_task(annotation())])
    assert gc.isenabled()
    for _ in read_export(path, scheme=SCHEME, texts=TEXTS):
        assert gc.isenabled()
    assert gc.isenabled()


def test_memory_does_not_grow_with_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 1 << 16)

    def peak(count: int) -> int:
        task = json.dumps(article_task(annotation(quoted("actor1", "CIVILIAN", "Basra"))))
        path = tmp_path / f"{count}.json"
        path.write_text("[" + ",".join([task] * count) + "]")
        tracemalloc.start()
        for _ in read_export(path, scheme=SCHEME, texts=TEXTS):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(2000) < 1.2 * peak(1000)


def test_rows_of_the_annotations_table(tmp_path: Path) -> None:
    tasks = read(
        tmp_path,
        sentence_task(
            f"{PORT}#001",
            annotation(
                choice("stance", "pro-US"), choice("grounds", "us+", "iran-"),
                choice("holder", "source"),
            ),
            annotation(choice("stance", "neutral"), was_cancelled=True),
        ),
        article_task(
            annotation(
                choice("article_stance", "neutral"),
                span("event1", "ACCUSE", 45, 52, "accused"),
                span("actor1", "GOVERNMENT", 34, 44, "Washington"),
                relation("event1", "actor1", "agent"),
            )
        ),
    )  # fmt: skip
    rows = list(annotation_rows(tasks, round="r1", annotator_id="ann"))
    assert [row.annotation_id for row in rows] == [
        f"r1/ann/stance/{PORT}#001",
        f"r1/ann/grounds/{PORT}#001/us+",
        f"r1/ann/grounds/{PORT}#001/iran-",
        f"r1/ann/holder/{PORT}#001",
        f"r1/ann/article_stance/{GAS}",
        f"r1/ann/event/{GAS}@event:45-52",
        f"r1/ann/actor/{GAS}@actor:34-44",
        f"r1/ann/role/{GAS}@event:45-52/agent/34-44",
    ]
    made = "2031-06-01T08:00:00.5Z"
    stance, article, event, role = rows[0], rows[4], rows[5], rows[7]
    assert stance[1:] == (
        "r1", "ann", "stance", f"{PORT}#001", PORT, 0, 45, "pro-US", None, None, made,
    )  # fmt: skip
    assert (article.unit_id, article.start, article.end) == (GAS, 0, len(GAS_TEXT))
    assert (event.label, event.mode, event.target) == ("ACCUSE", "actual", None)
    assert (role.unit_id, role.start, role.end, role.label, role.target) == (
        f"{GAS}@event:45-52", 45, 52, "agent", f"{GAS}@actor:34-44",
    )  # fmt: skip
