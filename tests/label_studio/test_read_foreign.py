"""Exports of other projects: other names, other controls, other forms, odd values."""

from __future__ import annotations

import json
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
from usiran.errors import FileError, Finding, InputError
from usiran.label_studio.annotation_records import RoleReading, TaskReading
from usiran.label_studio.control_map import ControlMap, Renaming
from usiran.label_studio.read_export import read_export

DATA = Path(__file__).parents[1] / "data" / "foreign"
TEXT = TEXTS.texts[GAS]
MAPS = ("ner=actor", "trigger=event", "certainty=mode", "overall=article_stance")
LABELS = (
    "ORG=GOVERNMENT", "meeting=CONSULT", "planned=future", "balanced=neutral", "with=recipient",
)  # fmt: skip
WASHINGTON = quoted("actor1", "GOVERNMENT", "Washington")
TEHRAN = quoted("actor2", "GOVERNMENT", "Tehran")
AT = TEXT.index("Washington")


def read_file(
    path: Path, maps: tuple[str, ...] = (), labels: tuple[str, ...] = ()
) -> list[TaskReading]:
    names = ControlMap.of(SCHEME, Renaming(maps, labels))
    return list(read_export(path, scheme=SCHEME, texts=TEXTS, name=path.name, control_map=names))


def read(folder: Path, content: object, *maps: str, labels: tuple[str, ...] = ()) -> TaskReading:
    path = folder / "x.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    (task,) = read_file(path, maps, labels)
    return task


def placed(task: TaskReading) -> list[tuple[str, str, str]]:
    return [(s.layer, s.text, s.label) for s in task.annotation.spans]


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


@pytest.mark.parametrize("file", ["renamed.json", "renamed_min.json", "renamed.csv", "renamed.tsv"])
def test_what_label_studio_writes_of_another_project_is_read(file: str) -> None:
    (task,) = read_file(DATA / file, MAPS, LABELS)
    assert (task.findings, task.repairs) == ((), ())
    # The article is known by its text alone.
    assert (task.unit_id, task.task_id, task.project) == (GAS, 41, "spans")
    made = task.annotation
    assert (made.annotation_id, str(made.annotator), made.lead_time) == (90, "7", 91.5)
    assert made.created_at == "2031-06-02T10:00:00.250000Z"
    assert made.choices == {"article_stance": ("neutral",)}
    assert [(s.layer, s.start, s.text, s.label, s.mode) for s in made.spans] == [
        ("actor", 34, "Washington", "GOVERNMENT", None),
        ("actor", 169, "Tehran", "GOVERNMENT", None),
        ("event", 164, "meet", "CONSULT", "future"),
    ]
    if file == "renamed.json":
        assert made.roles == (RoleReading("recipient", "Cd3", "Ab2"),)
        assert made.spans[1].note == "or its envoy?"
        assert task.left_out == {"drafts": 1, "comments": 2, "rating results of stars": 1}
    else:
        assert task.left_out == {
            "rating results of stars": 1,
            "tasks without relations, which JSON_MIN and CSV do not hold": 1,
            "values of source (taken for data)": 1,
        }


def test_controls_and_labels_without_a_map_are_told_once_with_the_line_to_type(
    tmp_path: Path,
) -> None:
    content = json.loads((DATA / "renamed.json").read_text("utf-8"))
    path = write_json(tmp_path / "x.json", content * 3)
    told = [f for task in read_file(path, ("ner=actor",)) for f in task.findings]
    assert [(f.column, f.value, f.fix.partition(",")[0]) for f in told] == [
        ("actor", "ORG", "add --label ORG=OURS with one of these"),
        ("from_name", "trigger (meeting)", "add --map trigger=actor (or event"),
        ("from_name", "certainty (planned)", "add --map certainty=actor (or event"),
        ("role", "with", "add --label with=OURS with one of these"),
        ("from_name", "overall (balanced)", "add --map overall=stance (or grounds"),
    ]
    assert told[0].record == f"task 41 ({GAS}) annotation 90 region Ab1"


def test_the_layer_that_has_the_labels_is_proposed_first(tmp_path: Path) -> None:
    item = span("tag1", "ASSAULT", 34, 44, "Washington")
    finding = only(read(tmp_path, [article_task(annotation(item))]).findings)
    assert finding.fix.startswith("add --map tag=event (or actor, mode)")


def test_what_is_to_be_left_out_is_counted(tmp_path: Path) -> None:
    task = article_task(
        annotation(span("tag1", "X", 34, 44, "Washington"), WASHINGTON, TEHRAN,
                   relation("a", "b", "agent"))
    )  # fmt: skip
    read_task = read(tmp_path, [task], "tag=", "relation=", labels=("GOVERNMENT=",))
    assert read_task.annotation.spans == ()
    assert read_task.findings == ()
    assert read_task.left_out == {
        "results of tag": 1, "results labelled GOVERNMENT": 2, "relations": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("ner",), "--map: found 'ner'; allowed: CONTROL= followed by nothing or one of stance"),
        (("ner=place",), "--map: found 'ner=place'"),
        (("=actor",), "--map: found '=actor'"),
    ],
)
def test_a_map_to_no_layer_is_refused(words: tuple[str, ...], match: str) -> None:
    with pytest.raises(InputError, match=match):
        ControlMap.of(SCHEME, Renaming(words))
    with pytest.raises(InputError, match="--label: found 'PER=HUMAN'"):
        ControlMap.of(SCHEME, Renaming((), ("PER=HUMAN",)))


@pytest.mark.parametrize(
    ("maps", "labels", "match"),
    [
        (("a=actor", "a=event"), (), "--map: found 'a=actor and a=event'; allowed: one of them"),
        (("a=actor", "a="), (), "--map: found 'a=actor and a='"),
        ((), ("P=HUMAN", "P=MILITARY"), "--label: found"),
        ((), ("P=GOVERNMENT", "P=MILITARY"), "found 'P=GOVERNMENT and P=MILITARY'"),
        ((), ("P=", "P=MILITARY"), "found 'P= and P=MILITARY'"),
    ],
)
def test_one_name_for_two_things_is_refused(
    maps: tuple[str, ...], labels: tuple[str, ...], match: str
) -> None:
    with pytest.raises(InputError, match=match):
        ControlMap.of(SCHEME, Renaming(maps, labels))
    ControlMap.of(SCHEME, Renaming(("a=actor", "a=actor"), ("P=MILITARY", "P=MILITARY")))


def test_one_label_may_stand_for_another_in_each_layer(tmp_path: Path) -> None:
    task = sentence_task(f"{PORT}#001", annotation(choice("tone", "pos"), choice("why", "pos")))
    labels = ("pos=pro-US", "pos=us+")
    made = read(tmp_path, [task], "tone=stance", "why=grounds", labels=labels).annotation
    assert made.choices == {"stance": ("pro-US",), "grounds": ("us+",)}


def item(kind: str, value: Json, **more: object) -> Json:
    return {"id": "r1", "from_name": "tag", "to_name": "text", "type": kind, "value": value} | more


PLACE: Json = {"start": AT, "end": AT + 10, "text": "Washington"}
CONTROLS: list[tuple[Json, str, str]] = [
    (item("labels", PLACE | {"labels": ["GOVERNMENT"]}), "actor", "GOVERNMENT"),
    (item("choices", PLACE | {"choices": ["GOVERNMENT"]}), "actor", "GOVERNMENT"),
    (item("taxonomy", PLACE | {"taxonomy": [["STATE", "GOVERNMENT"]]}), "actor", "GOVERNMENT"),
    (item("taxonomy", PLACE | {"taxonomy": [["State", "army"]]}), "actor", "MILITARY"),
    (item("hypertextlabels",
          {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 1, "endOffset": 2,
           "globalOffsets": {"start": AT, "end": AT + 10}, "text": "Washington",
           "hypertextlabels": ["GOVERNMENT"]}), "actor", "GOVERNMENT"),
    (item("labels", {"start": "/text()[1]", "end": "/text()[1]", "startOffset": AT,
                     "endOffset": AT + 10, "text": "Washington", "labels": ["GOVERNMENT"]}),
     "actor", "GOVERNMENT"),
    (item("labels", PLACE | {"labels": ["GOVERNMENT"]}, id=17), "actor", "GOVERNMENT"),
    (item("labels", PLACE | {"labels": ["GOVERNMENT"]}, id=None), "actor", "GOVERNMENT"),
]  # fmt: skip


@pytest.mark.parametrize(("result", "layer", "label"), CONTROLS)
def test_spans_are_read_from_controls_of_every_type(
    tmp_path: Path, result: Json, layer: str, label: str
) -> None:
    task = read(
        tmp_path, [article_task(annotation(result))], f"tag={layer}",
        labels=("State/army=MILITARY",),
    )  # fmt: skip
    assert placed(task) == [(layer, "Washington", label)]
    assert (task.findings, task.repairs) == ((), ())


@pytest.mark.parametrize(
    ("result", "layer", "label"),
    [
        (item("taxonomy", {"taxonomy": [["position", "pro-US"]]}), "stance", "pro-US"),
        (item("rating", {"rating": 4}), "confidence", "4"),
        (item("number", {"number": 4.0}), "confidence", "4"),
        (item("choices", {"choices": ["4"]}), "confidence", "4"),
        (item("textarea", {"text": "the mayor"}), "voiced_by", "the mayor"),
        (item("choices", {"choices": "neutral"}), "second_stance", "neutral"),
    ],
)
def test_choices_are_read_from_controls_of_every_type(
    tmp_path: Path, result: Json, layer: str, label: str
) -> None:
    task = read(tmp_path, [sentence_task(f"{PORT}#001", annotation(result))], f"tag={layer}")
    assert task.annotation.choices == {layer: (label,)}
    assert task.findings == ()


def test_a_choice_of_a_region_is_none_of_the_task(tmp_path: Path) -> None:
    result = item("choices", PLACE | {"choices": ["neutral"]})
    finding = only(
        read(tmp_path, [article_task(annotation(result))], "tag=article_stance").findings
    )
    assert finding.allowed == "a choice of the task, not of a region"


def test_relations_drawn_the_other_way_are_turned_and_told(tmp_path: Path) -> None:
    event = quoted("event1", "CONSULT", "meet")
    task = article_task(annotation(event, TEHRAN, relation("actor2", "event1", "agent")))
    made = read(tmp_path, [task])
    assert made.annotation.roles == (RoleReading("agent", "event1", "actor2"),)
    assert only(made.repairs).fix == "taken the other way round"


# Forms


def whole_task() -> Any:
    return article_task(annotation(choice("article_stance", "neutral"), WASHINGTON))


def forms() -> dict[str, object]:
    task = whole_task()
    (made,) = task.pop("annotations")
    return {
        "target storage": made | {"task": task},
        "webhook": {"action": "ANNOTATION_CREATED", "annotation": made, "task": task},
        "completions": task | {"completions": [made]},
        "nested users": task | {"annotations": [made | {"completed_by": {"id": "1"}}]},
        "one task": whole_task(),
    }


@pytest.mark.parametrize("form", list(forms()))
@pytest.mark.parametrize("name", ["5", "x.json"])
def test_one_annotation_is_read_in_every_form(tmp_path: Path, form: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(forms()[form], indent=1), "utf-8")
    (task,) = read_file(path)
    assert (task.unit_id, task.findings, task.repairs) == (GAS, (), ())
    assert task.annotation.annotator == 1
    assert placed(task) == [("actor", "Washington", "GOVERNMENT")]


def test_the_files_of_a_target_storage_are_one_export(tmp_path: Path) -> None:
    folder = tmp_path / "storage"
    folder.mkdir()
    with pytest.raises(FileError, match="storage: found 'a folder without files'"):
        read_file(folder)
    for number in (1, 2):
        made = annotation(TEHRAN, number=number, by=number)
        write_json(folder / str(number), made | {"task": {"id": 1, "data": {"article_id": GAS}}})
    bad = annotation(WASHINGTON | {"value": None}) | {"task": {"id": 1, "data": {"text": TEXT}}}
    write_json(folder / "3", bad)
    (folder / "older").mkdir()
    (folder / "3").rename(folder / "older" / "3")
    first, second, third = read_file(folder)
    assert [task.annotation.annotator for task in (first, second)] == [1, 2]
    assert only(third.findings).file == "storage/older/3"
    (folder / "4").symlink_to("nothing")
    with pytest.raises(FileError, match="storage/4: found 'no such file'"):
        read_file(folder)


def test_a_result_without_a_control_is_known_by_its_type(tmp_path: Path) -> None:
    result: Any = {"id": "x", "type": "labels", "value": WASHINGTON["value"]}
    task = [article_task(annotation(result))]
    assert "--map labels=actor" in only(read(tmp_path, task).findings).fix
    assert placed(read(tmp_path, task, "labels=actor")) == [("actor", "Washington", "GOVERNMENT")]


def test_labels_of_before_1_0_are_read_or_refused() -> None:
    (task,) = read_file(DATA / "completions.json")
    assert placed(task) == [("actor", "Washington", "GOVERNMENT")]
    assert task.annotation.created_at == "2021-01-04T19:46:29Z"
    assert only(task.repairs).value == "1609789589"
    with pytest.raises(FileError, match="labels under completions"):
        list(read_export(DATA / "completions.json", scheme=SCHEME, texts=TEXTS))


def test_a_text_that_differs_in_line_ends_alone_is_the_article(tmp_path: Path) -> None:
    text = TEXT.replace("\n", "\r\n")
    moved = text.index("meet")
    results = [span("event1", "CONSULT", moved, moved + 4, "meet"), WASHINGTON | {"id": "a"}]
    task = read(tmp_path, [article_task(annotation(*results), text=text)])
    assert placed(task) == [
        ("event", "meet", "CONSULT"), ("actor", "Washington", "GOVERNMENT"),
    ]  # fmt: skip
    assert "count a line break as two" in only(task.repairs).fix


def test_a_sentence_is_known_by_its_text_where_it_stands_once(tmp_path: Path) -> None:
    text = TEXTS.text_of(TEXTS.by_id[f"{PORT}#001"])
    task = {"id": 1, "data": {"content": text}, "annotations": [annotation(choice("s", "neutral"))]}
    made = read(tmp_path, [task], "s=stance")
    assert (made.unit_id, made.annotation.choices) == (f"{PORT}#001", {"stance": ("neutral",)})


def test_modes_without_their_regions_are_told_not_guessed(tmp_path: Path) -> None:
    row = {
        "id": 1, "article_id": GAS, "annotator": 1, "annotation_id": 3,
        "event": [event["value"] for event in (
            quoted("event1", "CONSULT", "meet"), quoted("event2", "ACCUSE", "accused"))],
        "mode": ["future", "negated"],
    }  # fmt: skip
    finding = only(read(tmp_path, [row]).findings)
    assert (finding.column, finding.value) == ("mode", "future, negated")
    assert "--map mode=" in finding.fix
    assert read(tmp_path, [row], "mode=").findings == ()
    same = read(tmp_path, [row | {"mode": ["future", "future"]}])
    assert [s.mode for s in same.annotation.spans] == ["future", "future"]


def test_a_row_of_a_table_with_cells_too_many_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"id,article_id,article_stance\n1,{GAS},neutral\n2,{PORT},neutral,9\n")
    good, bad = read_file(path)
    assert good.annotation.choices == {"article_stance": ("neutral",)}
    assert (only(bad.findings).record, only(bad.findings).value) == ("row 3", "4 cells")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"id,\xff\n", "is not UTF-8"), (b"", "the header"), (b"a,a\n1,2", "the header a,a"),
        (b"a,b\n\0,2", "a NUL character"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_one_clear_line(tmp_path: Path, content: bytes, match: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(FileError, match=match):
        read_file(path)
    with pytest.raises(FileError, match="no such file"):
        read_file(tmp_path / "none.csv")


# Odd values: each is a finding or a repair on its region, and the rest is read


def odd(**value: object) -> Json:
    made: Any = WASHINGTON["value"]
    return WASHINGTON | {"value": made | value}


ODD: list[tuple[Json, str]] = [
    (odd(start=2**64), f"{2**64} to {AT + 10}: Washington"),
    (odd(end=2**64), f"{AT} to {2**64}: Washington"),
    (odd(start=-(2**64)), f"-{2**64} to {AT + 10}: Washington"),
    (odd(start=float("nan")), f"nan to {AT + 10}"),
    (odd(end=float("inf")), f"{AT} to inf"),
    (odd(start=34.5), f"34.5 to {AT + 10}"),
    (odd(start="x"), f"x to {AT + 10}"),
    (odd(start=None), f"None to {AT + 10}"),
    (odd(start=True), f"True to {AT + 10}"),
    (odd(start=[34]), f"[34] to {AT + 10}"),
    (odd(text=["Wash", "ington"]), "34 to 44: ['Wash', 'ington']"),
    (odd(text={"a": 1}), "34 to 44: {'a': 1}"),
    (odd(text="\ud83d"), "34 to 44: half a character"),
    (odd(text="Wash\ud83dton"), "34 to 44: Washhalf a characterton"),
    (odd(labels=[]), "no label"),
    (odd(labels=["GOVERNMENT", "MILITARY"]), "GOVERNMENT, MILITARY"),
    (odd(labels=[None]), "None"),
    (WASHINGTON | {"value": None}, "None"),
    (WASHINGTON | {"value": [1]}, "[1]"),
]


@pytest.mark.parametrize(("result", "value"), ODD)
def test_one_odd_value_is_a_finding_on_its_region(tmp_path: Path, result: Json, value: str) -> None:
    task = read(tmp_path, [article_task(annotation(result, TEHRAN))])
    finding = only(task.findings)
    assert finding.record == f"task 12 ({GAS}) annotation 34 region actor1"
    assert finding.value.startswith(value)
    assert placed(task) == [("actor", "Tehran", "GOVERNMENT")]
    str(finding).encode("utf-8")


MENDED: list[tuple[Json, str | None]] = [
    (odd(start=str(AT), end=f" {AT + 10} "), "'34': offsets as text"),
    (odd(start=float(AT)), "34.0: offsets as decimal numbers"),
    (odd(end="44.0"), "'44.0': offsets as text"),
    (odd(text=["Washington"]), None),
    (odd(text="Washington\ud83d"), "Washington and half a character"),
    (odd(labels="GOVERNMENT"), None),
]


@pytest.mark.parametrize(("result", "value"), MENDED)
def test_one_odd_value_that_is_clear_is_taken(
    tmp_path: Path, result: Json, value: str | None
) -> None:
    task = read(tmp_path, [article_task(annotation(result, TEHRAN))])
    assert task.findings == ()
    assert [repair.value for repair in task.repairs] == ([value] if value else [])
    assert placed(task)[0] == ("actor", "Washington", "GOVERNMENT")


def test_half_an_emoji_in_an_offset_is_mended_by_its_quote(tmp_path: Path) -> None:
    # A browser cut the handshake in two: its second half, and what follows.
    start = len(TEXT[: TEXT.index("🤝")].encode("utf-16-le")) // 2 + 3
    cut = span("actor1", "CIVILIAN", start, start + 6, "\udffd, no")
    task = read(tmp_path, [article_task(annotation(cut))])
    assert placed(task) == [("actor", ", no", "CIVILIAN")]
    assert len(task.repairs) == 2


@pytest.mark.parametrize(
    ("made", "column"),
    [
        (annotation(TEHRAN) | {"result": "x"}, "result"),
        (annotation(TEHRAN) | {"result": [3, TEHRAN]}, ""),
        (3, "annotations"),
    ],
)
def test_an_annotation_of_another_shape_is_a_finding(
    tmp_path: Path, made: Any, column: str
) -> None:
    task: Any = article_task(annotation(WASHINGTON, by=2))
    task["annotations"].append(made)
    made_task = read(tmp_path, [task])
    assert only(made_task.findings).column == column
    assert [s.text for s in made_task.annotations[0].spans] == ["Washington"]


@pytest.mark.parametrize(
    ("bad", "value"),
    [
        ('{"id": 3, "data": {}, "annotations": [,]}', "Expecting value"),
        ('{"id": 3, "data": ' + "[" * 100_000 + "]" * 100_000 + "}", "maximum recursion"),
        # From Python 3.12 on the parser takes as many levels; the mending of halves does not.
        ('{"id": 3, "data": ' + "[" * 3000 + r'"\udffd"' + "]" * 3000 + "}", "maximum recursion"),
        ('{"id": 3, "data": 7, "annotations": []}', "7"),
        ('{"id": 3, "annotations": []}', "nothing"),
        ('{"id": 3, "data": {}, "annotations": 5}', "5"),
    ],
)
def test_a_task_that_cannot_be_read_is_a_finding_and_the_next_is_read(
    tmp_path: Path, bad: str, value: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(f"[{bad}, {json.dumps(whole_task())}]", "utf-8")
    first, second = read_file(path)
    assert first.findings[0].value.startswith(value)
    assert len(second.annotation.spans) == 1


def test_bytes_that_are_not_utf_8_are_told_of_their_task(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    good = json.dumps(whole_task()).encode()
    path.write_bytes(b"[" + good.replace(b"Washington", b"Wash\xffngton") + b"," + good + b"]")
    first, second = read_file(path)
    assert "is not UTF-8" in first.findings[0].value
    assert (second.findings, len(second.annotation.spans)) == ((), 1)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("2031-06-01T08:00:00Z", "2031-06-01T08:00:00Z"),
        ("2031-06-01T08:00:00+02:00", "2031-06-01T08:00:00+02:00"),
        ("2031-06-01 08:00:00", "2031-06-01T08:00:00Z"),
        ("2031-06-01T08:00:00", "2031-06-01T08:00:00Z"),
        ("2031/06/01 08:00", "2031-06-01T08:00:00Z"),
        ("Sun, 01 Jun 2031 08:00:00 +0200", "2031-06-01T06:00:00Z"),
        (1609789589, "2021-01-04T19:46:29Z"),
        (1609789589500, "2021-01-04T19:46:29.500000Z"),
        ("1609789589", "2021-01-04T19:46:29Z"),
        ("01/06/2031", "01/06/2031"),
        ("yesterday", "yesterday"),
        (2**70, str(2**70)),
        ([1], "[1]"),
        (None, None),
    ],
)
def test_a_foreign_date_is_taken_where_it_is_clear(
    tmp_path: Path, given: object, taken: str | None
) -> None:
    task = read(tmp_path, [article_task(annotation(TEHRAN, created_at=given))])
    assert task.annotation.created_at == taken
    assert task.findings == ()
    assert len(task.repairs) == (taken is not None and taken != str(given))


@pytest.mark.parametrize(
    ("given", "annotator", "email"),
    [
        (3, 3, None), ("3", 3, None), ("me", "me", None), (None, None, None),
        ({"id": 3, "email": "me@x"}, 3, "me@x"), ({"username": "me"}, None, "me"),
        (3.0, 3, None), ([], None, None), (True, "True", None),
    ],
)  # fmt: skip
def test_who_labelled_is_read_in_every_form(
    tmp_path: Path, given: object, annotator: object, email: str | None
) -> None:
    made = read(tmp_path, [article_task(annotation(TEHRAN, by=given))]).annotation
    assert (made.annotator, made.email) == (annotator, email)


@pytest.mark.parametrize("given", ["x", "NaN", float("nan"), -1, {}, 1e300])
def test_a_lead_time_that_is_none_is_no_matter(tmp_path: Path, given: object) -> None:
    task = read(tmp_path, [article_task(annotation(TEHRAN, lead_time=given))])
    assert (task.annotation.lead_time, task.findings) == (None, ())


def test_no_note_is_lost_in_silence(tmp_path: Path) -> None:
    first, second = ({"meta": {"text": [note]}} for note in ("sure?", "an envoy"))
    stance = choice("article_stance", "neutral") | {"meta": {"text": ["why so"]}}
    odd = TEHRAN | {"meta": {"text": [5, ["deep"]], "lead": "x"}}
    made = read(
        tmp_path, [article_task(annotation(WASHINGTON | first, WASHINGTON | second, stance, odd))]
    )
    assert [s.note for s in made.annotation.spans] == ["sure?\nan envoy", "5"]
    assert made.left_out == {"notes that are no text or on no region": 2, "values of meta.lead": 1}


def test_words_with_half_a_character_are_taken_without_it(tmp_path: Path) -> None:
    box: Json = {
        "from_name": "voiced_by",
        "type": "textarea",
        "value": {"text": ["the \ud83emayor"]},
    }
    unit, noted = f"{PORT}#001", {"meta": {"text": ["\udd1dhm"]}}
    made = read(tmp_path, [sentence_task(unit, annotation(box))])
    assert made.annotation.choices == {"voiced_by": ("the mayor",)}
    assert only(made.repairs).fix == "taken without it"
    made = read(tmp_path, [article_task(annotation(WASHINGTON | noted))])
    assert made.annotation.spans[0].note == "hm"
    assert only(made.repairs).value == "hm and half a character"
    # The cells of a table hold JSON with escapes of their own.
    cell = json.dumps(["the \ud83emayor"]).replace('"', '""')
    table = tmp_path / "x.csv"
    table.write_text(f'article_id,sentence_id,voiced_by\n{PORT},{unit},"{cell}"\n', "utf-8")
    (made,) = read_file(table)
    assert made.annotation.choices == {"voiced_by": ("the mayor",)}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("/div[1]/p[2]/text()[1]", "/div[1]/p[2]/text()[1]"),
        ("/p[1]/text()[1]", "/p[1]/b[1]/text()[1]"),
        ("/text()[12]", "/text()[12]"),
        ("3", "3"),
    ],
)
def test_offsets_in_a_part_of_the_text_are_not_taken_for_the_text_s(
    tmp_path: Path, start: str, end: str
) -> None:
    # The text of the article has a word there, too.
    value = {"start": start, "end": end, "startOffset": 0, "endOffset": 3, "labels": ["CIVILIAN"]}
    given = item("labels", value)
    finding = only(read(tmp_path, [article_task(annotation(given))], "tag=actor").findings)
    assert finding.value == f"0 to 3 of {start}, {end}"
    assert finding.allowed == "offsets in the whole text"
    given = item("labels", value | {"globalOffsets": {"start": AT, "end": AT + 10}})
    made = read(tmp_path, [article_task(annotation(given))], "tag=actor")
    assert placed(made) == [("actor", "Washington", "CIVILIAN")]


@pytest.mark.parametrize("word", ["false", "False", "0", "", "no", None, 0])
def test_a_word_for_no_skips_no_task(tmp_path: Path, word: object) -> None:
    made = annotation(WASHINGTON) | {"was_cancelled": word, "skipped": word}
    assert not read(tmp_path, [article_task(made)]).annotation.skipped
    made |= {"was_cancelled": "true"}
    assert read(tmp_path, [article_task(made)]).annotation.skipped


def test_nought_is_told_as_what_it_is(tmp_path: Path) -> None:
    given = sentence_task(f"{PORT}#001", annotation(item("number", {"number": 0})))
    finding = only(read(tmp_path, [given], "tag=confidence").findings)
    assert finding.value == "0"


def test_a_label_that_stands_twice_on_one_region_is_taken_once(tmp_path: Path) -> None:
    twice = item("labels", PLACE | {"labels": ["GOVERNMENT", "ORG"]})
    made = read(
        tmp_path, [article_task(annotation(twice))], "tag=actor", labels=("ORG=GOVERNMENT",)
    )
    assert placed(made) == [("actor", "Washington", "GOVERNMENT")]
    assert (made.findings, only(made.repairs).fix) == ((), "taken once")
