"""The sentence tasks as questions, and eval.yaml, by which the Hub and Inspect know them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml

from tests.support.command import call
from usiran import loading
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.dataset.build import describe
from usiran.dataset.configs import views
from usiran.dataset.describe.card import Built
from usiran.dataset.describe.eval_yaml import FILE, TEMPLATE
from usiran.loading.tables import load_tables
from usiran.schemas.label_scheme import read_scheme
from usiran.tasks.registry import tasks_of

# What Inspect's `HFTask` takes of a task; it refuses any other key.
TASK_KEYS = {"id", "config", "split", "field_spec", "shuffle_choices", "epochs", "epoch_reducer",
             "solvers", "scorers"}  # fmt: skip


@pytest.fixture(scope="module")
def prompts(repo: Corpus, tmp_path_factory: pytest.TempPathFactory) -> datasets.DatasetDict:
    cache = tmp_path_factory.mktemp("cache")
    loaded = datasets.load_dataset(str(repo.dataset), "prompts", cache_dir=str(cache))
    assert isinstance(loaded, datasets.DatasetDict)
    return loaded


@pytest.fixture(scope="module")
def benchmark(repo: Corpus) -> dict[str, Any]:
    document = yaml.safe_load((repo.dataset / FILE).read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def test_every_sentence_that_is_scored_is_asked_in_the_words_a_system_reads(
    repo: Corpus, prompts: datasets.DatasetDict
) -> None:
    golds = Benchmark.of(repo, load_tables(repo)).golds
    assert list(prompts) == ["stance", "toward_us", "toward_iran", "holder"]
    for name, split in prompts.items():
        gold = golds[str(name)]
        rows = list(split)
        assert {row["task"] for row in rows} == {name}
        assert [row["answer"] for row in rows] == gold.values.tolist()
        assert [row["fold"] for row in rows] == gold.folds.tolist()
        for row, record in zip(rows, gold.records.to_dict("records"), strict=True):
            assert {key: row[key] for key in ("sentence_id", "text")} == {
                key: record[key] for key in ("sentence_id", "text")
            }
            assert (row["before"]["text"], row["after"]["text"]) == (
                record["before"], record["after"],
            )  # fmt: skip
            assert row["choices"] == list(gold.task.labels)
            assert row["choices"][row["target"]] == row["answer"]


def test_a_neighbour_stands_where_its_offsets_say(
    repo: Corpus, prompts: datasets.DatasetDict
) -> None:
    for row in prompts["stance"]:
        text = (repo.articles / f"{row['article_id']}.txt").read_bytes().decode("utf-8")
        for part in (row, row["before"], row["after"]):
            assert text[part["start"] : part["end"]] == part["text"]


def test_the_question_names_every_choice_with_its_definition(
    repo: Corpus, prompts: datasets.DatasetDict
) -> None:
    fields = {
        field["name"]: field for field in tomllib.loads(repo.labels.read_text("utf-8"))["fields"]
    }
    for name in ("stance", "holder"):
        (question,) = set(prompts[name]["question"])
        assert question.startswith(f"{fields[name]['question']}\n{fields[name]['definition']}\n")
        for label in fields[name]["labels"]:
            assert f"\n{label['name']}: {label['definition']}" in question
    grounds = {label["name"]: label["definition"] for label in fields["grounds"]["labels"]}
    (question,) = set(prompts["toward_iran"]["question"])
    assert question.splitlines()[-3:] == [
        f"-1: {grounds['iran-']}", "0: Neither of these, or both.", f"1: {grounds['iran+']}",
    ]  # fmt: skip


def test_only_what_has_choices_is_asked(repo: Corpus) -> None:
    asked = {name for name, task in tasks_of(read_scheme(repo.labels)).items() if task.question}
    assert asked == {"stance", "toward_us", "toward_iran", "holder"}


def test_the_benchmark_is_in_the_hubs_format_and_names_what_is_there(
    repo: Corpus, prompts: datasets.DatasetDict, benchmark: dict[str, Any]
) -> None:
    assert list(benchmark) == ["name", "description", "evaluation_framework", "tasks"]
    assert benchmark["name"] == repo.manifest.title
    assert benchmark["evaluation_framework"] == "inspect-ai"  # one of the Hub's list
    assert [task["id"] for task in benchmark["tasks"]] == list(prompts)
    for task in benchmark["tasks"]:
        assert set(task) <= TASK_KEYS
        assert (task["config"], task["split"]) == ("prompts", task["id"])
        spec = task["field_spec"]
        columns = {spec["input"], spec["target"], spec["choices"], *spec["metadata"]}
        assert columns <= set(prompts[task["split"]].column_names)
        assert [solver["name"] for solver in task["solvers"]] == [
            "prompt_template", "multiple_choice",
        ]  # fmt: skip
        assert task["scorers"] == [{"name": "choice"}]
        row = prompts[task["split"]][1]
        asked = TEMPLATE.format(prompt=row["text"], **row)
        assert row["question"] in asked
        assert f"Before: {row['before']['text']}\nSentence: {row['text']}\nAfter: " in asked


def test_a_changed_benchmark_is_drift_and_a_text_free_one_says_so(
    built: Corpus, edition: Path
) -> None:
    path = built.dataset / FILE
    path.write_text(path.read_text("utf-8").replace("id: holder", "id: bearer"), "utf-8")
    checked = call("build", "--check", at=built)
    assert checked.code == 1
    assert "dataset/eval.yaml: found 'other content'" in checked.err
    document = yaml.safe_load((edition / FILE).read_text("utf-8"))
    assert document["description"].startswith("Text-free edition. The words of the articles are")


def test_a_corpus_of_which_nothing_can_be_asked_has_no_benchmark(described: Corpus) -> None:
    opened = loading.open(described)
    (view,) = views(opened.tables, opened.scheme, names=("stance",))
    left = describe(opened, {described.dataset / view.file: b""}, (Built(view, "", 0, 0),))
    assert described.dataset / FILE not in left.files
    assert described.dataset / FILE in left.stale
