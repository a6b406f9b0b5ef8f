"""Claims about verifying results."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.benches import run_pairs
from tests.support.entries import bench, gold_lines, submitted, write
from usiran.benchmark.results import (
    Stored,
    Submission,
    card_path,
    json_bytes,
    paths,
)
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import score
from usiran.benchmark.verify import verify, verify_all
from usiran.benchmark.write_results import publish

__all__ = ["bench"]


def test_an_own_result_has_no_environment_so_runs_are_the_same_everywhere(bench: Benchmark) -> None:
    stored = run_pairs(bench, ("stance", "majority"), draws=100)["majority", "stance"]
    assert b"environment" not in json_bytes(stored.result)


# Verifying


Edit = Callable[[dict[str, Any]], object]
EDITS: dict[str, Edit] = {
    "score": lambda r: r.update(score=0.99),
    "interval": lambda r: r["interval"].__setitem__(0, 0.01),
    "chance": lambda r: r.update(chance=r["chance"] + 0.001),
    "scores.mcc": lambda r: r["scores"].update(mcc=0.5),
    "per_article.article-2": lambda r: r["per_article"].update({"article-2": 0.123}),
    "per_class.type.neutral.f1": lambda r: r["per_class"]["type"]["neutral"].update(f1=0.123),
    "per_class.type.neutral.support": lambda r: r["per_class"]["type"]["neutral"].update(
        support=99.0
    ),
    "confusion.cells": lambda r: r["confusion"]["cells"][0].__setitem__(0, 77.0),
    "sentences": lambda r: r.update(sentences=31),
    "articles": lambda r: r.update(articles=4),
    "replicates": lambda r: r.update(replicates=2),
    "seed": lambda r: r.update(seed=5),
    "draws": lambda r: r.update(draws=150),
    "gold_sha256": lambda r: r.update(gold_sha256="0" * 64),
    "folds_sha256": lambda r: r.update(folds_sha256="0" * 64),
    "settings_sha256": lambda r: r.update(settings_sha256="0" * 64),
    "predictions_sha256": lambda r: r.update(predictions_sha256="0" * 64),
    "settings": lambda r: r["settings"].update(extra=1),
    "data_version": lambda r: r.update(data_version="9.9.9"),
    "protocol": lambda r: r.update(protocol="v3"),
    "headline": lambda r: r.update(headline="accuracy"),
    "relabelled": lambda r: r.update(relabelled=True),
    "not_evaluable": lambda r: r["not_evaluable"]["type"].update(neutral="rare"),
}


@pytest.mark.parametrize("system", ["tfidf-nb", "mine"])
def test_any_edit_of_a_result_is_found(bench: Benchmark, tmp_path: Path, system: str) -> None:
    if system == "mine":
        path = write(tmp_path / "p", gold_lines(bench, "stance")[::-1])
        stored = score(bench, path, task="stance", system="mine", draws=100)
        stored = Stored(stored.result, _flipped(stored.predictions))
        (tmp_path / "q").write_bytes(stored.predictions)
        stored = score(bench, tmp_path / "q", task="stance", system="mine", draws=100)
        publish(bench, {("mine", "stance"): stored})
    else:
        publish(bench, run_pairs(bench, ("stance", system), draws=100))
    path = paths(bench.corpus, system, "stance")[0]
    assert verify(bench, path).findings == ()
    content = path.read_bytes()
    for name, edit in EDITS.items():
        document = json.loads(content)
        edit(document)
        path.write_text(json.dumps(document))
        assert verify(bench, path).findings, name


def _flipped(predictions: bytes) -> bytes:
    return predictions.replace(b'"neutral"', b'"pro-US"', 3)


@pytest.mark.parametrize("edit", ["title", "kind"])
def test_names_of_a_built_in_system_are_those_of_its_settings(bench: Benchmark, edit: str) -> None:
    publish(bench, run_pairs(bench, ("stance", "majority"), draws=100))
    path = paths(bench.corpus, "majority", "stance")[0]
    document = json.loads(path.read_bytes()) | {edit: "submitted"}
    path.write_text(json.dumps(document))
    assert [one.column for one in verify(bench, path).findings] == [edit]


def test_a_prediction_file_with_one_row_changed_is_verified_as_different(
    bench: Benchmark, tmp_path: Path
) -> None:
    lines = gold_lines(bench, "stance")
    path = write(tmp_path / "p.jsonl", lines)
    (tmp_path / "r.json").write_bytes(
        json_bytes(score(bench, path, task="stance", system="x", draws=100).result)
    )
    assert verify(bench, tmp_path / "r.json", path).findings == ()
    lines[3]["label"] = "pro-US" if lines[3]["label"] != "pro-US" else "neutral"
    found = verify(bench, tmp_path / "r.json", write(path, lines)).findings
    assert found[0].value.startswith("predictions with SHA-256")
    assert {"score", "scores.accuracy"} <= {one.column for one in found}


def test_what_only_records_is_not_compared(bench: Benchmark, tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", gold_lines(bench, "stance"))
    made = score(bench, path, task="stance", system="x", draws=100).result
    told = msgspec.structs.replace(
        made, environment={"python": "4.0"}, title="X", submission=Submission("by hand")
    )
    (tmp_path / "r.json").write_bytes(json_bytes(told))
    assert verify(bench, tmp_path / "r.json", path).findings == ()


def test_the_predictions_of_a_result_are_looked_for_beside_it(
    bench: Benchmark, tmp_path: Path
) -> None:
    path = write(tmp_path / "r.predictions.jsonl", gold_lines(bench, "stance"))
    made = score(bench, path, task="stance", system="x", draws=100)
    (tmp_path / "r.json").write_bytes(json_bytes(made.result))
    assert verify(bench, tmp_path / "r.json").findings == ()
    path.unlink()
    (finding,) = verify(bench, tmp_path / "r.json").findings
    assert finding.value == "No such file or directory"


def test_every_kind_of_own_result_verifies(bench: Benchmark) -> None:
    systems = ("majority", "stratified", "gazetteer", "tfidf-nb")
    pairs = [*bench.plan(("stance", "events"), systems), ("events", "shuffled-within")]
    publish(bench, run_pairs(bench, *pairs, seed=2, draws=100))
    checked = verify_all(bench)
    assert len(checked) == len(pairs)
    assert [finding for one in checked for finding in one.findings] == []


def test_a_control_cannot_state_references_of_its_own(bench: Benchmark) -> None:
    publish(bench, run_pairs(bench, ("stance", "shuffled-within"), draws=100))
    result, predictions = paths(bench.corpus, "shuffled-within", "stance")
    lines = [json.loads(line) for line in predictions.read_bytes().splitlines()]
    for line in lines:
        line["reference"] = line["label"]
    write(predictions, lines)
    found = verify(bench, result).findings
    assert found
    assert {one.column for one in found} == {"reference"}


def test_verify_all_names_lost_files_and_edited_cards(bench: Benchmark, tmp_path: Path) -> None:
    publish(bench, submitted(bench, tmp_path))
    assert not any(one.findings for one in verify_all(bench))
    card = card_path(bench.corpus, "mine")
    card.write_text(card.read_text().replace("1.00", "2.00"))
    (found,) = [finding for one in verify_all(bench) for finding in one.findings]
    assert found.file == "baselines/results/mine/README.md"
    paths(bench.corpus, "mine", "stance")[0].unlink()
    (found,) = [finding for one in verify_all(bench) for finding in one.findings]
    assert found.value == "predictions without a result"


def test_a_result_moved_to_another_folder_is_found(bench: Benchmark) -> None:
    publish(bench, run_pairs(bench, ("stance", "majority"), draws=100))
    folder = bench.corpus.baselines / "results"
    (folder / "majority").rename(folder / "better")
    (finding,) = (one for checked in verify_all(bench) for one in checked.findings)
    assert (finding.column, finding.value) == ("system", "majority/stance")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"system": "x"}', b"\xff\0"])
def test_a_broken_result_is_one_finding(bench: Benchmark, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.json").write_bytes(content)
    assert len(verify(bench, tmp_path / "r.json").findings) == 1
    assert len(verify(bench, tmp_path / "none.json").findings) == 1


# Submitting
