"""Claims about raw texts: how they are labelled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from tests.support.entries import open_benchmark
from usiran import loading
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.dataset.configs import views
from usiran.errors import FileError
from usiran.inference.columns import MODELS_KEY, schemas
from usiran.inference.label_batch import label_batch
from usiran.inference.store import INFO, MODEL, Model, load_all
from usiran.inference.train import model_files
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


def labelled_rows(models: Sequence[Model], **named: str) -> dict[str, list[dict[str, Any]]]:
    columns = {"id": pa.array(named, pa.string()), "text": pa.array(named.values(), pa.string())}
    tables = label_batch(models, pa.table(columns))
    return {name: table.to_pylist() for name, table in tables.items()}


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
    text = "The Gov. Smith spoke."
    foreign = [replace(models[0], info=msgspec.structs.replace(models[0].info, language="tlh"))]
    own, strange = (labelled_rows(some, a=text)["sentences"] for some in (models, foreign))
    # An abbreviation of English ends a sentence where nobody knows the language.
    assert [len(own), len(strange)] == [1, 2]


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


def test_the_batch_changes_nothing(models: Sequence[Model]) -> None:
    named = {"a": TEXT, "b": TEXT, "c": "They left ."}
    alone = [labelled_rows(models, **{name: text}) for name, text in named.items()]
    for table, rows in labelled_rows(models, **named).items():
        assert rows == [row for batch in alone for row in batch[table]]
