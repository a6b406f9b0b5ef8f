"""Claims about raw texts: how they are read, labelled and written."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.entries import open_benchmark
from usiran import loading
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.dataset.configs import views
from usiran.errors import FileError, Finding, InputError
from usiran.inference.columns import MODELS_KEY, schemas
from usiran.inference.label_batch import label_batch
from usiran.inference.predict import MANIFEST, write_predictions, written
from usiran.inference.read_texts import Columns, Document, Reader, files_of, read
from usiran.inference.store import INFO, MODEL, Model, load_all
from usiran.inference.train import model_files
from usiran.inference.write_tables import Format
from usiran.io.atomic import fill
from usiran.label_studio.annotation_records import span_parts
from usiran.models.base import predict
from usiran.models.fit_cache import fit_copy
from usiran.models.registry import SYSTEMS as SYSTEMS_OF_THE_TOOLKIT
from usiran.schemas.tables import MODELS
from usiran.text.articles import sha256
from usiran.text.spans import Span

SYSTEMS = {"stance": "tfidf-nb", "holder": "tfidf-svm", "actors": "gazetteer", "events": "tagger"}
SYSTEMS |= {"roles": "role-pairs"}
TEXT = (
    "Colonel Hassan bombed 🔥 the American troops near the river .\n"
    "Read more\n\n"
    "Minister Karim welcomed the Iranian envoys near the river , an official said ."
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return open_benchmark(tmp_path_factory.mktemp("bench"), sentences=8, articles=3)


@pytest.fixture(scope="module")
def models(bench: Benchmark, tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, ...]:
    root = trained(bench, tmp_path_factory.mktemp("models"), SYSTEMS)
    assert all((root / task / name).is_file() for task in SYSTEMS for name in (INFO, MODEL))
    return load_all([root])


def trained(bench: Benchmark, root: Path, systems: Mapping[str, str]) -> Path:
    for task, system in systems.items():
        fill(root / task, model_files(bench, task, system))
    return root


def texts(folder: Path, **named: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in named.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def labelled_rows(models: Sequence[Model], **named: str) -> dict[str, list[dict[str, Any]]]:
    columns = {"id": pa.array(named, pa.string()), "text": pa.array(named.values(), pa.string())}
    tables = label_batch(models, pa.table(columns))
    return {name: table.to_pylist() for name, table in tables.items()}


def rows_in(output: Path, table: str, form: Format = "jsonl") -> list[dict[str, Any]]:
    path = output / f"{table}.{form}"
    if form == "parquet":
        return list(pq.read_table(path).to_pylist())
    if form == "jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def found(path: Path, **columns: Any) -> list[Document | Finding]:
    return list(read([path], Columns(**columns)))


# Labelling


def test_an_articles_labels_are_the_fitted_systems_own(
    bench: Benchmark, models: Sequence[Model]
) -> None:
    gold = bench.golds["stance"]
    mine = gold.records[gold.articles == "article-1"]
    text = "\n".join(mine["text"])
    rows = labelled_rows(models, **{"article-1": text})
    assert [row["text"] for row in rows["stance"]] == mine["text"].tolist()
    assert [row["start"] for row in rows["stance"]] == (
        mine["start"] - mine["start"].iloc[0]
    ).tolist()  # fmt: skip
    # What is given to others is asked of the end-to-end system below.
    for model in (each for each in models if not each.info.given):
        task = model.info.task
        said, stated = predict(model.estimator, mine, model.info.labels)
        if model.info.unit == "sentence":
            assert [row[task] for row in rows["stance"]] == said.tolist()
            got = [list(row[f"{task}_probabilities"].values()) for row in rows["stance"]]
            assert got == np.round(np.asarray(stated), 6).tolist()
        else:
            starts = {row["sentence_id"]: row["start"] for row in rows["stance"]}
            spans: dict[str, list[Span]] = {key: [] for key in starts}
            for row in rows[task]:
                first = starts[row["sentence_id"]]
                spans[row["sentence_id"]].append(
                    Span(row["start"] - first, row["end"] - first, row["type"])
                )
            assert [tuple(one) for one in spans.values()] == said.tolist()


def test_a_text_is_segmented_in_the_language_of_the_models(models: Sequence[Model]) -> None:
    info = msgspec.structs.replace(models[0].info, language="tlh")
    foreign = [replace(models[0], info=info)]
    with pytest.raises(FileError, match="found 'language = tlh'"):
        labelled_rows(foreign, a=TEXT)


def test_raw_text_becomes_the_corpuss_own_tables(models: Sequence[Model]) -> None:
    rows = labelled_rows(models, **{"a-1": TEXT})
    tables = {"articles", "sentences", "stance", "actors", "events", "roles", "dyads"}
    assert set(rows) == tables
    assert [row["zone"] for row in rows["sentences"]] == ["body", "boilerplate", "body"]
    assert [row["sentence_id"] for row in rows["stance"]] == ["a-1#001", "a-1#003"]
    for table, words in ("stance", "text"), ("actors", "text"), ("events", "trigger"):
        for row in rows[table]:
            assert TEXT[row["start"] : row["end"]] == row[words]
    assert [row["text"] for row in rows["actors"]] == ["Colonel Hassan", "Minister Karim"]
    assert rows["actors"][1]["span_id"] == f"a-1@actor:{TEXT.index('Minister')}-" + str(
        TEXT.index("Minister") + 14
    )
    assert {(row["trigger"], row["type"], row["quad"]) for row in rows["events"]} >= {
        ("bombed", "ASSAULT", "material conflict")
    }
    assert [row["holder"] for row in rows["stance"]] == ["author", "source"]
    assert sum(rows["stance"][0]["stance_probabilities"].values()) == pytest.approx(1.0)
    assert rows["articles"] == [{"article_id": "a-1", "text_sha256": sha256(TEXT)}]


def test_no_text_gives_the_same_tables_without_a_row(models: Sequence[Model]) -> None:
    empty = pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())})
    tables = label_batch(models, empty)
    assert {name: table.schema for name, table in tables.items()} == schemas(models)
    assert not any(len(table) for table in tables.values())


def test_where_a_text_was_read_stands_in_its_row(models: Sequence[Model], tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(json.dumps({"id": "A 1", "text": TEXT}))
    write_predictions(models, Reader([tmp_path / "t.jsonl"]), tmp_path / "out", form="jsonl")
    assert rows_in(tmp_path / "out", "articles") == [
        {"article_id": "a-1", "text_sha256": sha256(TEXT), "source_id": "A 1",
         "file": str(tmp_path / "t.jsonl"), "row": 1},
    ]  # fmt: skip


def test_the_columns_are_those_of_the_corpuss_tables(models: Sequence[Model]) -> None:
    found = schemas(models)
    # What annotators and readers alone tell has no column, but in the flat tables.
    told = {"votes", "contested", "flag"}
    for name in ("sentences", "actors", "roles"):
        own = [column for column in found[name].names if not column.endswith("probability")]
        assert own == [column for column in MODELS[name].columns if column not in told]
    assert found["stance"].names == [
        "sentence_id", "article_id", "start", "end", "zone", "text", "stance",
        "stance_probabilities", "holder", "holder_probabilities",
    ]  # fmt: skip


def test_flat_events_begin_with_the_columns_of_the_published_config(
    models: Sequence[Model],
) -> None:
    opened = loading.open(Corpus.find())
    (view,) = views(opened.tables, opened.scheme, names=("events",))
    names = schemas(models)["events"].names
    assert names[: len(view.features)] == list(view.features)
    assert names[len(view.features) :] == [
        "probability", "agent_probabilities", "recipient_probabilities",
        "stance_probabilities", "holder_probabilities",
    ]  # fmt: skip


def test_dyads_have_the_columns_of_the_export_for_every_text(models: Sequence[Model]) -> None:
    names = schemas(models)["dyads"].names
    sides = ["agent_affiliation", "recipient_affiliation"]
    counts = ["events", "low", "high", "articles"]
    assert names == ["article_id", *sides, "quad", "month", *counts, "expected"]


def test_every_table_names_the_models(models: Sequence[Model]) -> None:
    for schema in schemas(models).values():
        told = json.loads((schema.metadata or {})[MODELS_KEY.encode()])
        assert [(each["task"], each["system"]) for each in told] == list(SYSTEMS.items())


def test_who_does_what_to_whom_is_what_the_pair_model_says_of_predicted_spans(
    models: Sequence[Model],
) -> None:
    rows = labelled_rows(models, **{"a-1": TEXT})
    bombed = next(row for row in rows["events"] if row["trigger"] == "bombed")
    assert (bombed["agent_texts"], bombed["recipient_texts"]) == (["Colonel Hassan"], [])
    assert bombed["agent_span_ids"] == [rows["actors"][0]["span_id"]]
    assert bombed["stance"] == rows["stance"][0]["stance"]
    assert {(row["event_id"], row["actor_span_id"], row["role"]) for row in rows["roles"]} >= {
        (bombed["event_id"], bombed["agent_span_ids"][0], "agent")
    }
    assert 0.5 < bombed["agent_probabilities"][0] <= 1


def test_the_taggers_and_the_pair_model_are_the_end_to_end_system_of_the_benchmark(
    bench: Benchmark, tmp_path: Path
) -> None:
    systems = {"actors": "tagger", "events": "tagger", "roles": "role-pairs"}
    models = load_all([trained(bench, tmp_path, systems)])
    gold = bench.gold_for("role-pairs", "roles_end_to_end").source
    context = bench.build_context("roles_end_to_end", "role-pairs", 0)
    system = SYSTEMS_OF_THE_TOOLKIT["role-pairs"].build(context)
    whole = fit_copy(system, gold, np.arange(len(gold.values)))
    own = gold.records[gold.articles == "article-1"]
    links = whole.predict(own.drop(columns=["actors", "events"]))
    rows = labelled_rows(models, **{"article-1": "\n".join(own["text"])})
    first = int(own["start"].iloc[0])
    expected = {
        (link.role, *(place + start - first for place in link.place))
        for start, row in zip(own["start"], links, strict=True)
        for link in row
    }
    assert expected
    assert {
        (row["role"], *span_parts(row["event_id"])[2:], *span_parts(row["actor_span_id"])[2:])
        for row in rows["roles"]
    } == expected


def test_a_model_of_roles_needs_those_that_find_the_spans(bench: Benchmark, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"the model of roles: found 'no model of actors and ev"):
        load_all([trained(bench, tmp_path, {"roles": "nearest-actor"})])


def test_a_text_of_boilerplate_alone_has_no_labels(models: Sequence[Model]) -> None:
    rows = labelled_rows(models, a="Read more\nAdvertisement")
    assert len(rows["sentences"]) == 2
    assert not any(rows[name] for name in ("stance", "actors", "events", "roles", "dyads"))


# Writing


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_every_format_holds_the_same_rows(
    models: Sequence[Model], tmp_path: Path, form: Format
) -> None:
    reader = Reader([texts(tmp_path / "in", a=TEXT, b=TEXT, c="They left .")])
    done = write_predictions(models, reader, tmp_path / "out", form=form, batch=2)
    assert done.rows == {"articles": 3, "sentences": 7, "stance": 5,
                         "actors": 4, "events": done.rows["events"],
                         "roles": done.rows["roles"], "dyads": done.rows["dyads"]}  # fmt: skip
    for table, count in done.rows.items():
        rows = rows_in(tmp_path / "out", table, form)
        assert len(rows) == count
        # No event has both an agent and a recipient.
        assert (list(rows[0]) if rows else []) == (
            written(models)[table].names if table != "dyads" else []
        )
    row = rows_in(tmp_path / "out", "actors", form)[0]
    assert (row["text"], str(row["start"])) == ("Colonel Hassan", "0")
    stated = rows_in(tmp_path / "out", "stance", form)[0]["stance_probabilities"]
    stated = json.loads(stated) if isinstance(stated, str) else stated
    assert list(stated) == ["pro-US", "pro-Iran", "neutral"]


def test_the_batch_changes_nothing(models: Sequence[Model], tmp_path: Path) -> None:
    reader = Reader([texts(tmp_path / "in", a=TEXT, b=TEXT, c="They left .")])
    seen: list[tuple[int, int]] = []
    for size in (1, 3):
        write_predictions(models, reader, tmp_path / str(size), form="jsonl", batch=size,
                          progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert seen == [(1, 3), (2, 3), (3, 3), (3, 3)]
    for table in schemas(models):
        first, second = (tmp_path / size / f"{table}.jsonl" for size in "13")
        assert first.read_bytes() == second.read_bytes()


def test_the_manifest_says_what_labelled(models: Sequence[Model], tmp_path: Path) -> None:
    write_predictions(models, Reader([texts(tmp_path / "in", a=TEXT)]), tmp_path / "out")
    made = json.loads((tmp_path / "out" / MANIFEST).read_bytes())
    assert [(one["task"], one["system"]) for one in made["models"]] == list(SYSTEMS.items())
    assert made["skipped"] == 0


def bad_jsonl(path: Path) -> Path:
    lines = ['{"id": "x", "text": "They left ."}', "{", '{"text": null}', '{"text": " "}',
             '{"text": 3}', '{"body": "x"}', '{"id": "X", "text": "Again ."}', "[1]",
             '{"text": "zero \\u0000"}', '{"id": 7, "text": "They met ."}', ""]  # fmt: skip
    path.write_text("\n".join(lines))
    return path


def test_bad_rows_are_all_told_and_nothing_is_written(
    models: Sequence[Model], tmp_path: Path
) -> None:
    path = bad_jsonl(tmp_path / "t.jsonl")
    with pytest.raises(InputError) as caught:
        write_predictions(models, Reader([path]), tmp_path / "out")
    told = [(one.record, one.value) for one in caught.value.findings]
    assert [where for where, _ in told] == [f"row {n}" for n in (2, 3, 4, 5, 6, 7, 8, 9)]
    assert [value for _, value in told][1:6] == [
        "no text", "a blank text", "int, no text", "no key 'text'", "X",
    ]  # fmt: skip
    assert all(one.file == str(path) for one in caught.value.findings)
    assert [one.name for one in tmp_path.iterdir()] == ["t.jsonl"]


def test_bad_rows_are_left_out_where_asked_and_reported_once(
    models: Sequence[Model], tmp_path: Path
) -> None:
    reported: list[Finding] = []
    reader = Reader([bad_jsonl(tmp_path / "t.jsonl")], skip_bad=True, report=reported.append)
    done = write_predictions(models, reader, tmp_path / "out", form="jsonl")
    assert (done.skipped, len(reported), done.rows["articles"]) == (8, 8, 2)
    assert [row["article_id"] for row in rows_in(tmp_path / "out", "articles")] == ["x", "7"]


def test_a_failure_half_way_leaves_the_old_folder(models: Sequence[Model], tmp_path: Path) -> None:
    reader = Reader([texts(tmp_path / "in", a=TEXT, b=TEXT)])
    write_predictions(models, reader, tmp_path / "out", form="csv")
    kept = (tmp_path / "out/actors.csv").read_bytes()

    def stop(done: int, _: int) -> None:
        (tmp_path / "in/b.txt").write_bytes(b"\xff" * done)

    with pytest.raises(InputError, match="invalid start byte"):
        write_predictions(models, reader, tmp_path / "out", form="csv", batch=1, force=True,
                          progress=stop)  # fmt: skip
    assert (tmp_path / "out/actors.csv").read_bytes() == kept
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


# Reading


def test_texts_are_read_from_files_folders_jsonl_csv_and_parquet(tmp_path: Path) -> None:
    folder = texts(tmp_path / "in", b="Two .", a="One .")
    texts(folder / "deep", a="Three .")
    assert [(one.article_id, one.text) for one in found(folder) if isinstance(one, Document)] == [
        ("a", "One ."), ("b", "Two ."), ("deep-a", "Three ."),
    ]  # fmt: skip
    rows = [{"id": "Ä 1", "text": "One, «two» .\nThree ."}, {"id": None, "text": "Four ."}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    for name in ("t.jsonl", "t.csv", "t.parquet"):
        read_back = [one for one in found(tmp_path / name) if isinstance(one, Document)]
        assert [(one.article_id, one.row, one.text) for one in read_back] == [
            ("a-1", 1, "One, «two» .\nThree ."), ("t-2", 2, "Four ."),
        ]  # fmt: skip


def test_other_columns_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("nr,body\n7,One .\n")
    (one,) = found(tmp_path / "t.csv", text="body", id="nr")
    assert isinstance(one, Document)
    assert (one.article_id, one.source_id, one.text) == ("7", "7", "One .")
    with pytest.raises(FileError, match=r"no column 'text'; allowed: nr, body|no column 'text''"):
        found(tmp_path / "t.csv")
    with pytest.raises(FileError, match="--id-column"):
        found(tmp_path / "t.csv", text="body", id="key")


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (b'text,id\nOne .,1\n"Two\n', ["row 2"]),
        (b"text,id\nOne .,1,x\nTwo .\nThree .,3\n", ["row 1", "row 2"]),
        (b"text,id\nOne \xff .,1\nTwo .,2\n", ["row 1"]),
        (b"\xef\xbb\xbftext,id\nOne .,1\n\nTwo .,1\n", ["row 3"]),
    ],
)
def test_rows_of_a_csv_that_cannot_be_read_are_told(
    tmp_path: Path, content: bytes, errors: list[str]
) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    read_back = found(tmp_path / "t.csv")
    assert [one.record for one in read_back if isinstance(one, Finding)] == errors


def test_a_field_longer_than_csvs_own_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\n" + "They left . " * 30_000 + "\n")
    (one,) = found(tmp_path / "t.csv")
    assert isinstance(one, Document)
    assert len(one.text) == 360_000


Broken = Callable[[Path], Path]


def _write(name: str, content: bytes) -> Broken:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_write("t.parquet", b"PAR1 not"), "a Parquet file"),
        (_write("t.csv", b""), "no column 'text'"),
        (_write("t.docx", b"x"), "the ending '.docx'"),
        (lambda folder: folder / "none.txt", "no such file"),
        (lambda folder: folder, "a folder without .txt files"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_one_line(
    tmp_path: Path, make: Broken, message: str
) -> None:
    with pytest.raises(FileError, match=message) as caught:
        found(make(tmp_path))
    assert "\n" not in str(caught.value)


def test_files_are_read_once_and_in_order(tmp_path: Path) -> None:
    folder = texts(tmp_path / "in", b="x", a="y")
    names = [path.name for path, _ in files_of([folder, folder / "a.txt"])]
    assert names == ["a.txt", "b.txt"]


def test_no_text_at_all_is_told(models: Sequence[Model], tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("{\n")
    reader = Reader([tmp_path / "t.jsonl"], skip_bad=True, report=lambda _: None)
    with pytest.raises(FileError, match="no text that can be read"):
        write_predictions(models, reader, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_workers_write_the_tables_that_one_writes(
    models: tuple[Model, ...], tmp_path: Path
) -> None:
    named = {f"t{number}": f"{TEXT}\nText {number} ends here ." for number in range(20)}
    reader = Reader([texts(tmp_path / "in", **named)])
    seen: list[int] = []
    for workers in (1, 2):
        write_predictions(
            models, reader, tmp_path / str(workers), form="jsonl", batch=2, workers=workers,
            progress=lambda done, _: seen.append(done),
        )  # fmt: skip
    assert len(rows_in(tmp_path / "2", "articles")) == 20
    for table in ("articles", "sentences", "stance", "actors", "events"):
        one, two = ((tmp_path / n / f"{table}.jsonl").read_bytes() for n in ("1", "2"))
        assert one == two
    assert seen == [*range(2, 21, 2)] * 2


def test_several_workers_without_dask_are_refused_in_one_line(
    models: tuple[Model, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dask", "dask.base", "dask.delayed"):
        monkeypatch.setitem(sys.modules, name, None)  # as where it is not installed
    with pytest.raises(FileError, match=r"--workers: found 'no Dask'.*or leave --workers out"):
        write_predictions(
            models, Reader([texts(tmp_path / "in", a=TEXT)]), tmp_path / "out", workers=2
        )
    assert not (tmp_path / "out").exists()
