"""Claims about jobs: what they write, that they go on, and whose folder they touch."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
import pytest

from tests.support.jobs import left, rows, table, write
from tests.support.killing_jobs import kills
from usiran.errors import FileError, InputError
from usiran.inference.job import parts as parts_of_jobs
from usiran.inference.job import run as running
from usiran.inference.job.readers import Columns
from usiran.inference.job.run import Options, Progress, Run, run_job
from usiran.inference.store import Model
from usiran.inference.write_tables import Format
from usiran.site.predicted import PredictedPages

TABLES = {"articles", "sentences", "stance", "actors", "rejected"}


def run(models: Sequence[Model], path: Path, output: Path, **options: Any) -> Run:
    pages = PredictedPages(models) if options.pop("html", False) else None
    return run_job(models, [str(path)], output, Options(**{"part": 2} | options), pages=pages)


def test_each_table_is_a_folder_with_a_file_a_part(models: Sequence[Model], tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", rows(5))
    done = run(models, path, tmp_path / "out")
    names = {f"{folder}/part-0000{number}" for folder in (*TABLES, "parts") for number in range(3)}
    assert {name.partition(".")[0] for name in left(tmp_path / "out")} == names | {"job"}
    assert done.rows == {name: len(table(tmp_path / "out", name)) for name in TABLES}
    assert done.rows["sentences"] == 20
    assert [row["article_id"] for row in table(tmp_path / "out", "articles")] == [
        row["id"] for row in rows(5)
    ]  # fmt: skip
    first = table(tmp_path / "out", "articles")[0]
    assert (first["source_id"], first["file"], first["row"]) == ("t-0", str(path), 1)
    stored = json.loads((tmp_path / "out/run.json").read_bytes())
    assert (stored["parts"], stored["rows"], stored["workers"]) == (3, done.rows, 1)


def test_a_table_loads_as_a_dataset(models: Sequence[Model], tmp_path: Path) -> None:
    run(models, write(tmp_path / "t.jsonl", rows(3)), tmp_path / "out")
    loaded = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "out/stance/*.parquet"), split="train",
        cache_dir=str(tmp_path / "cache"),
    )  # fmt: skip
    assert loaded.to_list() == table(tmp_path / "out", "stance")


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_format_holds_the_same_rows(
    models: Sequence[Model], tmp_path: Path, form: Format
) -> None:
    path = write(tmp_path / "t.jsonl", [*rows(2), {"text": None}])
    run(models, path, tmp_path / "parquet")
    run(models, path, tmp_path / form, form=form)
    for name in TABLES:
        files = sorted((tmp_path / form / name).iterdir())
        expected = table(tmp_path / "parquet", name)
        if form == "jsonl":
            lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
            assert [json.loads(line) for line in lines] == expected
            continue
        read = [row for file in files for row in csv.DictReader(io.StringIO(file.read_text()))]
        for row, other in zip(read, expected, strict=True):
            for key, value in other.items():
                told = "" if value is None else value
                assert (json.loads(row[key]) if isinstance(told, dict) else row[key]) == (
                    told if isinstance(told, dict) else str(told)
                )


def test_faulty_records_stand_in_a_table_and_the_job_goes_on(
    models: Sequence[Model], tmp_path: Path
) -> None:
    lines = ['{"id": "x", "text": "They left ."}', "{", '{"id": "n", "text": null}',
             '{"id": "x", "text": "Again ."}', '{"text": "' + "x" * 10_000_000 + '"}',
             '{"id": 7, "text": "They met ."}']  # fmt: skip
    (tmp_path / "t.jsonl").write_text("\n".join(lines))
    done = run(models, tmp_path / "t.jsonl", tmp_path / "out")
    assert [row["article_id"] for row in table(tmp_path / "out", "articles")] == ["x", "7"]
    rejected = table(tmp_path / "out", "rejected")
    assert [(row["row"], row["id"], row["reason"]) for row in rejected] == [
        (2, "", "Input data was truncated"),
        (3, "n", "no text"),
        (4, "x", "a text before has this id (x)"),
        (5, "", "a line of more than 8,000,000 bytes"),
    ]  # fmt: skip
    assert done.rows["rejected"] == 4


def test_a_job_goes_on_with_the_parts_that_are_missing(
    models: Sequence[Model], tmp_path: Path
) -> None:
    path = write(tmp_path / "t.jsonl", rows(6))
    seen: list[Progress] = []

    def stop(now: Progress) -> None:
        if now.parts == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(models, [str(path)], tmp_path / "out", Options(part=2), progress=stop)
    assert not (tmp_path / "out/run.json").exists()
    kept = left(tmp_path / "out")
    done = run_job(models, [str(path)], tmp_path / "out", Options(part=2), progress=seen.append)
    assert seen == [Progress(2, 3), Progress(3, 3)]
    assert (done.parts, done.resumed_parts, done.rows["articles"]) == (3, 2, 6)
    assert kept.items() <= left(tmp_path / "out").items()
    told = (tmp_path / "out/run.json").read_bytes()
    assert run(models, path, tmp_path / "out").resumed_parts == 3
    assert (tmp_path / "out/run.json").read_bytes() == told


@pytest.mark.parametrize("name", ["job.json", "run.json"])
def test_what_a_killed_writer_left_beside_a_finished_job_goes(
    models: Sequence[Model], tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / "t.jsonl", rows(2))
    run(models, path, tmp_path / "out")
    whole = left(tmp_path / "out")
    # Its last step, taking its own folder away, is missing.
    (tmp_path / f"out/.{name}.new").mkdir()
    run(models, path, tmp_path / "out")
    assert not (tmp_path / f"out/.{name}.new").exists()
    assert left(tmp_path / "out") == whole


def test_whenever_it_is_killed_the_next_run_ends_as_if_it_never_had_been(
    trained: Path, tmp_path: Path
) -> None:
    texts = write(tmp_path / "in", rows(5))
    killed = kills(trained, texts, tmp_path, step=37)
    assert {row.whole_parts for row in killed} == {0, 1, 2, 3}
    assert [row.at for row in killed if not row.same] == []


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ({"part": 3}, "--part", "2"),
        ({"form": "csv"}, "--format", "parquet"),
        (
            {"columns": Columns("body")},
            "--text-column and --id-column",
            "Columns(text='text', id=None)",
        ),
        ({"html": True}, "--html", "not given"),
    ],
)
def test_another_jobs_folder_is_refused_with_what_differs(
    models: Sequence[Model], tmp_path: Path, change: dict[str, Any], column: str, value: str
) -> None:
    path = write(tmp_path / "t.jsonl", [row | {"body": row["text"]} for row in rows(3)])
    run(models, path, tmp_path / "out")
    kept = left(tmp_path / "out", without=())
    with pytest.raises(InputError) as caught:
        run(models, path, tmp_path / "out", **change)
    assert [(row.column, row.value) for row in caught.value.findings] == [(column, value)]
    assert "--force" in caught.value.findings[0].fix
    assert left(tmp_path / "out", without=()) == kept


def test_other_models_inputs_and_code_are_another_job(
    models: Sequence[Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "t.jsonl", rows(3))
    run(models, path, tmp_path / "out")
    monkeypatch.setattr(running, "code_versions", lambda: {"usiran": "9.9"})
    path.write_text(path.read_text().replace("Hassan", "Karim"))
    with pytest.raises(InputError) as caught:
        run(models[:1], path, tmp_path / "out")
    told = {row.column: row.value for row in caught.value.findings}
    assert set(told) == {"models", "versions", "inputs"}
    assert ("gazetteer" in told["models"], "tfidf-nb" in told["models"]) == (True, False)


def test_with_force_a_job_starts_anew_and_leaves_nothing_of_the_other(
    models: Sequence[Model], tmp_path: Path
) -> None:
    path = write(tmp_path / "t.jsonl", rows(5))
    run(models, path, tmp_path / "out", part=1, form="csv")
    run(models[:1], path, tmp_path / "out", force=True)
    run(models[:1], path, tmp_path / "new")
    assert left(tmp_path / "out") == left(tmp_path / "new")


def test_a_folder_of_somebodys_own_is_never_touched(
    models: Sequence[Model], tmp_path: Path
) -> None:
    path = write(tmp_path / "t.jsonl", rows(1))
    (tmp_path / "own").mkdir()
    (tmp_path / "own/notes.txt").touch()
    for output in (tmp_path / "own", path):
        with pytest.raises(FileError, match="of this job; to mend: name another folder"):
            run(models, path, output, force=True)
    (tmp_path / "own/job.json").write_text("{}")
    with pytest.raises(FileError, match=r"job\.json: found"):
        run(models, path, tmp_path / "own")
    assert {file.name for file in (tmp_path / "own").iterdir()} == {"notes.txt", "job.json"}


def test_nothing_is_written_where_an_input_cannot_be_read(
    models: Sequence[Model], tmp_path: Path
) -> None:
    path = write(tmp_path / "t.jsonl", [{"text": 1}, {"text": "They left ."}])
    with pytest.raises(InputError):
        run(models, path, tmp_path / "out", strict=True)
    assert [file.name for file in tmp_path.iterdir()] == ["t.jsonl"]


def test_standard_input_goes_on_where_the_same_is_piped_again(
    models: Sequence[Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for resumed in (0, 2):
        piped = io.TextIOWrapper(io.BytesIO(b"They left .\nThey met .\nNo .\n"))
        monkeypatch.setattr(sys, "stdin", piped)
        done = run_job(models, ["-"], tmp_path / "out", Options(part=2))
        assert (done.parts, done.resumed_parts) == (2, resumed)
    articles = table(tmp_path / "out", "articles")
    assert [(row["article_id"], row["file"]) for row in articles][:2] == [
        ("stdin-1", "-"), ("stdin-2", "-"),
    ]  # fmt: skip
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_code_of_another_version_labels_no_part(
    models: Sequence[Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_a_worker_elsewhere(now: Progress) -> None:
        if now.parts == 1:
            monkeypatch.setattr(parts_of_jobs, "code_versions", lambda: {"usiran": "9.9"})

    path = write(tmp_path / "t.jsonl", rows(4))
    with pytest.raises(FileError, match=r"a worker: found.*9\.9.*install the same there"):
        run_job(models, [str(path)], tmp_path / "out", Options(part=2),
                progress=as_a_worker_elsewhere)  # fmt: skip
    assert [file.name for file in (tmp_path / "out/parts").iterdir()] == ["part-00000.json"]
