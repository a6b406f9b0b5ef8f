"""Taking sheets and exports into submissions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
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
    relation,
    sentence_task,
    span,
    write_json,
)
from usiran.annotation.submissions import (
    Counts,
    Report,
    import_labels,
    list_submissions,
    read_folder,
    sheet_of,
    submission_file,
)
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError

SHEET = f"""\
article {PORT}
article_stance neutral
001 pro-US source us+
  COALITION "US patrol" p
  AID "protects" agent=p
002 neutral author
"""
NOON = datetime(2032, 1, 2, 12, tzinfo=UTC)
LATER = datetime(2032, 1, 3, 12, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data" / "exports"
SOUND = (choice("stance", "neutral"), choice("holder", "author"))
WHOLE = choice("article_stance", "neutral")


def take(
    corpus: Corpus, path: Path, *, who: str = "ann", now: datetime = NOON, **more: Any
) -> Report:
    return import_labels({who: path}, corpus, round="r1", now=now, **more)[who]


def sheet_file(corpus: Corpus, content: str = SHEET) -> Path:
    path = corpus.root / "sheet.txt"
    path.write_text(content, encoding="utf-8")
    return path


def export_file(corpus: Corpus, *tasks: Json) -> Path:
    return write_json(corpus.root / "export.json", list(tasks))


def stored(corpus: Corpus, project: str, who: str = "ann") -> list[Any]:
    path = corpus.submissions / "r1" / who / f"{project}.json"
    loaded: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def snapshot(corpus: Corpus) -> dict[str, bytes]:
    files = corpus.annotation.rglob("*")
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def test_a_sheet_becomes_two_exports(tiny_corpus: Corpus) -> None:
    report = take(tiny_corpus, sheet_file(tiny_corpus))
    assert report == Report(
        tasks={"stance": Counts(2, 0, 0, 0, 0, 4), "spans": Counts(1, 0, 0, 0, 0, 1)},
        spans=2,
        roles=1,
        repairs=(),
        files=(
            "annotation/submissions/r1/ann/stance.json",
            "annotation/submissions/r1/ann/spans.json",
        ),
        written=True,
    )
    first, second = stored(tiny_corpus, "stance")
    assert (first["id"], second["id"]) == (1, 2)
    assert first["data"]["sentence_id"] == f"{PORT}#001"
    assert first["annotations"][0]["created_at"] == "2032-01-02T12:00:00Z"
    tasks = list(
        read_folder(tiny_corpus, tiny_corpus.submissions / "r1" / "ann", scheme=SCHEME, texts=TEXTS)
    )
    assert [task.unit_id for task in tasks] == [f"{PORT}#001", f"{PORT}#002", PORT]
    assert [task.findings + task.repairs for task in tasks] == [(), (), ()]
    assert [found.text for found in tasks[2].annotations[0].spans] == ["US patrol", "protects"]
    assert list_submissions(tiny_corpus) == [("r1", "ann")]


def test_importing_twice_changes_nothing(tiny_corpus: Corpus) -> None:
    path = sheet_file(tiny_corpus)
    take(tiny_corpus, path)
    before = snapshot(tiny_corpus)
    report = take(tiny_corpus, path, now=LATER)
    assert report.tasks == {"stance": Counts(0, 0, 2, 0, 0, 4), "spans": Counts(0, 0, 1, 0, 0, 1)}
    assert (report.files, report.written) == ((), False)
    assert snapshot(tiny_corpus) == before


def test_a_changed_task_keeps_its_ids_and_the_others_keep_their_times(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, sheet_file(tiny_corpus))
    spans = submission_file(tiny_corpus, "r1", "ann", "spans").read_bytes()
    changed = sheet_file(tiny_corpus, SHEET.replace("002 neutral author", "002 neutral source"))
    report = take(tiny_corpus, changed, now=LATER)
    assert report.tasks["stance"] == Counts(0, 1, 1, 0, 0, 4)
    assert report.files == ("annotation/submissions/r1/ann/stance.json",)
    first, second = (task["annotations"][0] for task in stored(tiny_corpus, "stance"))
    assert (first["id"], second["id"]) == (1, 2)
    assert first["updated_at"] == "2032-01-02T12:00:00Z"
    assert second["created_at"] == "2032-01-02T12:00:00Z"
    assert second["updated_at"] == "2032-01-03T12:00:00Z"
    assert submission_file(tiny_corpus, "r1", "ann", "spans").read_bytes() == spans


def test_a_changed_role_is_a_change(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, sheet_file(tiny_corpus))
    report = take(tiny_corpus, sheet_file(tiny_corpus, SHEET.replace("agent=p", "recipient=p")))
    assert report.tasks["spans"] == Counts(0, 1, 0, 0, 0, 1)


def test_new_tasks_come_in_the_order_of_the_corpus_with_free_ids(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, sheet_file(tiny_corpus))
    take(tiny_corpus, export_file(tiny_corpus, sentence_task(f"{GAS}#002", annotation(*SOUND))))
    assert [(t["id"], t["data"]["sentence_id"]) for t in stored(tiny_corpus, "stance")] == [
        (3, f"{GAS}#002"), (1, f"{PORT}#001"), (2, f"{PORT}#002"),
    ]  # fmt: skip


def test_an_export_keeps_its_times_and_lead_time(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, export_file(tiny_corpus, sentence_task(f"{GAS}#002", annotation(*SOUND))))
    (task,) = stored(tiny_corpus, "stance")
    (made,) = task["annotations"]
    assert made["created_at"] == "2031-06-01T08:00:00.5Z"
    assert made["updated_at"] == "2031-06-01T09:00:00Z"
    assert made["lead_time"] == 2.5


def test_json_lines_are_taken_too(tiny_corpus: Corpus) -> None:
    path = tiny_corpus.root / "export.jsonl"
    tasks = [sentence_task(f"{GAS}#{number}", annotation(*SOUND)) for number in ("001", "002")]
    path.write_text("\n".join(map(json.dumps, tasks)), encoding="utf-8")
    assert take(tiny_corpus, path).tasks == {"stance": Counts(2, 0, 0, 0, 0, 4)}


def test_one_export_may_hold_both_projects(tiny_corpus: Corpus) -> None:
    report = take(tiny_corpus, DATA / "server.json", completed_by="4")
    assert report.tasks == {"stance": Counts(1, 0, 0, 0, 0, 5)}
    report = take(tiny_corpus, DATA / "server.json", completed_by="ann@example.invalid")
    assert report.tasks == {"spans": Counts(1, 0, 0, 0, 0, 1)}
    assert (report.spans, report.roles) == (4, 3)


def test_repairs_are_applied_stored_and_told(tiny_corpus: Corpus) -> None:
    task = article_task(annotation(WHOLE, span("actor1", "CIVILIAN", 35, 45, "Washington")))
    report = take(tiny_corpus, export_file(tiny_corpus, task))
    (repair,) = report.repairs
    assert "taken as 34 to 44 (the offsets count UTF-16 units)" in repair.fix
    (task,) = stored(tiny_corpus, "spans")
    result: Any = task["annotations"]
    assert result[0]["result"][1]["value"]["start"] == 34
    again = take(tiny_corpus, export_file(tiny_corpus, task))
    assert again.repairs == ()


def test_offsets_that_are_stored_unmended_are_mended_by_importing_again(
    tiny_corpus: Corpus,
) -> None:
    task = article_task(annotation(WHOLE, span("actor1", "CIVILIAN", 35, 45, "Washington")))
    path = export_file(tiny_corpus, task)
    take(tiny_corpus, path)
    file = submission_file(tiny_corpus, "r1", "ann", "spans")
    mended = file.read_bytes()
    file.write_bytes(mended.replace(b'"start": 34', b'"start": 35').replace(b": 44", b": 45"))
    report = take(tiny_corpus, path)
    assert (report.tasks["spans"].unchanged, report.written) == (1, True)
    assert "if that is meant, import or pull the labels again: they are" in report.repairs[0].fix
    assert file.read_bytes() == mended
    assert not take(tiny_corpus, path).written


def test_where_every_task_is_refused_each_is_told_instead_of_asking_for_a_name(
    tiny_corpus: Corpus,
) -> None:
    tasks = [
        sentence_task(f"{GAS}#00{number}", annotation(*SOUND), text="another text")
        for number in (1, 2)
    ]
    path = write_json(tiny_corpus.root / "export.json", tasks)
    for who in (None, "1"):
        with pytest.raises(InputError) as failed:
            take(tiny_corpus, path, completed_by=who)
        assert [(f.column, f.value) for f in failed.value.findings] == [
            ("text", "another text")
        ] * 2


def test_skipped_and_unlabelled_tasks_are_counted(tiny_corpus: Corpus) -> None:
    path = export_file(
        tiny_corpus,
        sentence_task(f"{GAS}#001", annotation(was_cancelled=True)),
        sentence_task(f"{GAS}#002", annotation(*SOUND)),
        sentence_task(f"{GAS}#004"),
    )
    assert take(tiny_corpus, path).tasks == {"stance": Counts(2, 0, 0, 1, 1, 5)}
    assert stored(tiny_corpus, "stance")[0]["annotations"][0]["was_cancelled"] is True
    assert take(tiny_corpus, path).tasks == {"stance": Counts(0, 0, 2, 1, 1, 5)}


def test_a_skip_beside_labels_does_not_count(tiny_corpus: Corpus) -> None:
    task = sentence_task(f"{GAS}#002", annotation(was_cancelled=True), annotation(*SOUND))
    assert take(tiny_corpus, export_file(tiny_corpus, task)).tasks["stance"].skipped == 0


def test_an_export_of_several_annotators_needs_to_be_told_whose(tiny_corpus: Corpus) -> None:
    user: Json = {"id": 2, "email": "b@example.invalid"}
    task = sentence_task(f"{GAS}#002", annotation(*SOUND), annotation(*SOUND, by=user))
    path = export_file(tiny_corpus, task)
    with pytest.raises(InputError, match=r"one of 1, 2 \(b@example\.invalid\); .*--completed-by"):
        take(tiny_corpus, path)
    with pytest.raises(InputError, match=r"found '9'; allowed: one of 1, 2"):
        take(tiny_corpus, path, completed_by="9")
    for who in ("1", "2", "b@example.invalid"):
        assert take(tiny_corpus, path, completed_by=who, dry_run=True).tasks["stance"].new == 1


def test_a_dry_run_reports_and_writes_nothing(tiny_corpus: Corpus) -> None:
    before = snapshot(tiny_corpus)
    report = take(tiny_corpus, sheet_file(tiny_corpus), dry_run=True)
    assert report.tasks["stance"].new == 2
    assert not report.written
    assert snapshot(tiny_corpus) == before


@pytest.mark.parametrize(
    ("tasks", "match"),
    [
        ([sentence_task(f"{GAS}#002", annotation(choice("stance", "neutral")))],
         "holder: found 'nothing'; allowed: one of author, source"),
        ([sentence_task(f"{GAS}#002", annotation(SOUND[1], choice("stance", "x")))],
         "stance: found 'x'"),
        ([sentence_task(f"{GAS}#002", annotation(*SOUND, choice("grounds", "us+")))],
         "allowed: pro-US with these grounds"),
        ([sentence_task(f"{GAS}#003", annotation(*SOUND))], "boilerplate is never labelled"),
        ([sentence_task(f"{GAS}#002", annotation(*SOUND), annotation(SOUND[0]))],
         "2 annotations by one annotator"),
        ([sentence_task(f"{GAS}#002", annotation(*SOUND))] * 2, f"2 tasks of {GAS}#002"),
        ([article_task(annotation(WHOLE), article="new", text="New.")],
         "found 'new'; allowed: an article here"),
        ([article_task(annotation(WHOLE, span("actor1", "CIVILIAN", 35, 44, "ashington")))],
         "allowed: spans of whole tokens"),
        ([article_task(annotation(WHOLE, relation("a", "b", "agent")))],
         "no region a -> no region b"),
        ([sentence_task(f"{GAS}#002", annotation(*SOUND, created_at="yesterday"))],
         "created_at: found 'yesterday'"),
        ([sentence_task(f"{GAS}#002")], "no labels"),
        ([], "no labels"),
    ],
)  # fmt: skip
def test_labels_with_a_fault_are_refused_and_nothing_is_written(
    tiny_corpus: Corpus, tasks: list[Json], match: str
) -> None:
    path = export_file(tiny_corpus, *tasks)
    before = snapshot(tiny_corpus)
    with pytest.raises(InputError, match=match):
        take(tiny_corpus, path)
    assert snapshot(tiny_corpus) == before


@pytest.mark.parametrize(
    "file", ["truncated.json", "empty.json", "binary.json", "wrong_type.json", "json_min.json"]
)
def test_a_broken_export_is_refused_and_nothing_is_written(tiny_corpus: Corpus, file: str) -> None:
    before = snapshot(tiny_corpus)
    with pytest.raises(FileError, match=file):
        take(tiny_corpus, DATA / file)
    assert snapshot(tiny_corpus) == before


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("s.txt", b"", "found 'no text'; allowed: a sheet"),
        ("s.txt", b"\0\1\2", "found 'a binary file'; allowed: a sheet"),
        ("s.csv", b"a,b", r"a name that ends in '\.csv'"),
        ("sheet", b"a,b", "a name without ending"),
    ],
)
def test_what_is_neither_sheet_nor_export_is_refused(
    tiny_corpus: Corpus, name: str, content: bytes, match: str
) -> None:
    path = tiny_corpus.root / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=match):
        take(tiny_corpus, path)


def test_a_missing_sheet_or_a_folder_is_refused(tiny_corpus: Corpus) -> None:
    with pytest.raises(FileError, match="no such file"):
        take(tiny_corpus, tiny_corpus.root / "none.txt")
    folder = tiny_corpus.root / "folder.txt"
    folder.mkdir()
    with pytest.raises(FileError, match="is a directory"):
        take(tiny_corpus, folder)


def test_an_annotator_nobody_knows_is_refused(tiny_corpus: Corpus) -> None:
    allowed = r"found 'dan'; allowed: one of ann, bob, cy; .*register dan"
    with pytest.raises(InputError, match=allowed):
        take(tiny_corpus, sheet_file(tiny_corpus), who="dan")


def test_a_round_that_is_no_folder_name_is_refused(tiny_corpus: Corpus) -> None:
    with pytest.raises(InputError, match=r"--round: found '\.\./r1'"):
        import_labels({"ann": sheet_file(tiny_corpus)}, tiny_corpus, round="../r1", now=NOON)


def test_a_stored_export_with_faults_is_not_added_to(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, sheet_file(tiny_corpus))
    path = submission_file(tiny_corpus, "r1", "ann", "stance")
    path.write_text(path.read_text().replace('"pro-US"', '"pro-UK"'))
    with pytest.raises(InputError, match=r"submissions/r1/ann/stance\.json: .*found 'pro-UK'"):
        take(tiny_corpus, sheet_file(tiny_corpus))


def test_a_sheet_can_be_had_from_a_submission_and_changes_nothing(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, sheet_file(tiny_corpus))
    sheet = sheet_of(tiny_corpus, PORT, "r1/ann")
    assert '  COALITION "US patrol" a1\n  AID "protects" agent=a1\n' in sheet
    report = take(tiny_corpus, sheet_file(tiny_corpus, sheet), now=LATER)
    assert not report.written
    assert sheet_of(tiny_corpus, GAS, "r1/ann") == sheet_of(tiny_corpus, GAS)


def test_a_sheet_from_a_submission_that_is_not_there_is_refused(tiny_corpus: Corpus) -> None:
    with pytest.raises(InputError, match="found 'r1/ann'; allowed: no submission is stored yet"):
        sheet_of(tiny_corpus, PORT, "r1/ann")
    take(tiny_corpus, sheet_file(tiny_corpus))
    with pytest.raises(InputError, match="found 'r2/ann'; allowed: one of r1/ann"):
        sheet_of(tiny_corpus, PORT, "r2/ann")


def test_notes_on_a_task_are_stored_counted_and_survive_a_sheet(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, sheet_file(tiny_corpus))
    path = submission_file(tiny_corpus, "r1", "ann", "stance")
    tasks = json.loads(path.read_text("utf-8"))
    box = {"id": "n", "from_name": "notes", "to_name": "text", "type": "textarea"}
    tasks[0]["annotations"][0]["result"].append(box | {"value": {"text": ["or the author?"]}})
    report = take(tiny_corpus, write_json(tiny_corpus.root / "noted.json", tasks))
    assert (report.notes, report.tasks["stance"].changed) == (1, 1)
    assert "0 roles, 1 note, 0 repaired" in str(report)
    before = snapshot(tiny_corpus)
    assert "or the author?" in path.read_text("utf-8")
    take(tiny_corpus, sheet_file(tiny_corpus))
    assert snapshot(tiny_corpus)[str(path)] == before[str(path)]


def test_a_note_on_a_region_is_stored_and_survives_a_sheet(tiny_corpus: Corpus) -> None:
    take(tiny_corpus, DATA.parent / "foreign" / "notes.json")
    (task,) = stored(tiny_corpus, "spans")
    assert task["annotations"][0]["result"][1]["meta"] == {"text": ["unsure: city or government?"]}
    before = snapshot(tiny_corpus)
    take(tiny_corpus, DATA.parent / "foreign" / "notes.json")
    sheet = [f"article {GAS}", "article_stance neutral", "001 neutral author"]
    sheet += ["002 neutral author", '  GOVERNMENT "Washington"', "004 neutral author"]
    take(tiny_corpus, sheet_file(tiny_corpus, "\n".join([*sheet, "005 neutral author", ""])))
    file = str(submission_file(tiny_corpus, "r1", "ann", "spans"))
    assert snapshot(tiny_corpus)[file] == before[file]
