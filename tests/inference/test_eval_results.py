"""What a trained system tells the Hub's leaderboard, and what the Hub's own client reads of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from huggingface_hub import EvalResultEntry, parse_eval_result_entries

from tests.support.benches import run_pairs
from tests.support.entries import open_benchmark
from tests.support.hub import Hub
from tests.support.publisher import environment, hub, hub_server
from usiran.benchmark.results import Result
from usiran.benchmark.run import Benchmark
from usiran.benchmark.write_results import publish
from usiran.inference.eval_results import FILE
from usiran.inference.store import load
from usiran.inference.train import model_files
from usiran.io.atomic import fill

__all__ = ["hub", "hub_server"]

MODEL_ID = "lab/usiran-stance"
_PASSED = """
import json, sys
from huggingface_hub import HfApi, ModelCard, hf_hub_download
folder, name = sys.argv[1:]
api = HfApi()
api.create_repo(name)
api.upload_folder(repo_id=name, folder_path=folder)
entries = api.model_info(name, expand=["evalResults"]).eval_results
(scored,) = ModelCard.load(name).data.eval_results
print(json.dumps({
    "entries": [vars(entry) for entry in entries],
    "card": scored.metric_value,
    "file": open(hf_hub_download(name, ".eval_results/usiran.yaml")).read(),
    "names": sorted(api.list_repo_files(name)),
}))
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    """A corpus with results of three systems, its data released as they were scored on it."""
    made = open_benchmark(tmp_path_factory.mktemp("bench"), sentences=8, articles=3)
    pairs = [("stance", name) for name in ("tfidf-nb", "majority", "stratified")]
    publish(made, run_pairs(made, *pairs, ("actors", "gazetteer"), draws=100))
    folder = made.corpus.dataset / "releases" / made.corpus.manifest.version
    folder.mkdir(parents=True)
    manifest = {
        "name": "tiny", "version": made.corpus.manifest.version, "previous": None,
        "created": "2031-02-03", "files": {}, "content": {"all": "0" * 64}, "configs": {},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return made


def entry_of(content: bytes) -> EvalResultEntry:
    (entry,) = parse_eval_result_entries(yaml.safe_load(content))
    return entry


def stored_result(bench: Benchmark, system: str) -> Result:
    path = bench.corpus.baselines / "results" / system / "stance.json"
    return msgspec.json.decode(path.read_bytes(), type=Result)


def test_the_entry_is_the_stored_result(bench: Benchmark) -> None:
    entry = entry_of(model_files(bench, "stance", "tfidf-nb")[FILE])
    result = stored_result(bench, "tfidf-nb")
    version = bench.corpus.manifest.version
    assert (entry.dataset_id, entry.task_id) == (bench.corpus.manifest.hub_id, "stance")
    assert entry.value == result.score
    assert (entry.dataset_revision, entry.date) == (f"v{version}", "2031-02-03")
    notes = str(entry.notes)
    assert notes.startswith(f"Macro-F1 {f'{result.score:.2f}'.lstrip('0')}, 95 % interval ")
    assert "Protocol v2: each of 3 articles was labelled by a model that had not seen it" in notes
    assert f"Scored on version {version} of the data." in notes


def test_it_names_whom_the_system_ties_with(bench: Benchmark) -> None:
    told = {
        name: str(entry_of(model_files(bench, "stance", name)[FILE]).notes)
        for name in ("tfidf-nb", "majority", "stratified")
    }
    for name, notes in told.items():
        for other in told.keys() - {name}:
            assert (other in notes) == (name in told[other])
    assert any("Tied with no other system" in notes for notes in told.values())


def test_training_twice_gives_the_same_bytes(bench: Benchmark) -> None:
    first, second = (model_files(bench, "stance", "majority")[FILE] for _ in range(2))
    assert first == second


def test_data_that_was_not_released_has_no_revision_and_no_day(tmp_path: Path) -> None:
    made = open_benchmark(tmp_path, sentences=8, articles=3)
    publish(made, run_pairs(made, ("holder", "majority"), draws=100))
    entry = entry_of(model_files(made, "holder", "majority")[FILE])
    assert (entry.dataset_revision, entry.date) == (None, None)


def test_where_a_score_is_lacking_it_is_said_how_one_is_made(bench: Benchmark) -> None:
    said: list[str] = []
    assert FILE not in model_files(bench, "stance", "tfidf-svm", say=said.append)
    run = "`usiran benchmark run --system tfidf-svm --task stance` makes one"
    assert said == [f"no {FILE}: tfidf-svm has no stored result on stance; {run}"]


def test_of_tasks_that_the_hub_does_not_ask_nothing_is_said(bench: Benchmark) -> None:
    said: list[str] = []
    assert FILE not in model_files(bench, "actors", "gazetteer", say=said.append)
    assert said == []


def test_a_published_model_is_read_back_with_score_and_card(
    hub: Hub, bench: Benchmark, tmp_path: Path
) -> None:
    files = model_files(bench, "stance", "tfidf-nb")
    fill(tmp_path / "model", files)
    assert load(tmp_path / "model").info.task == "stance"
    done = subprocess.run(
        [sys.executable, "-c", _PASSED, str(tmp_path / "model"), MODEL_ID],
        env=environment(hub.url, tmp_path / "home") | {"HF_TOKEN": "writer"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["file"].encode() == files[FILE]
    assert [EvalResultEntry(**entry) for entry in told["entries"]] == [entry_of(files[FILE])]
    assert told["card"] == stored_result(bench, "tfidf-nb").score
    assert set(told["names"]) == {*files, ".gitattributes"}
