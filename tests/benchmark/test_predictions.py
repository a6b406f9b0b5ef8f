"""Claims about reading anybody's predictions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.benches import run_pairs
from tests.support.entries import bench, findings, gold_lines, write
from usiran.benchmark.predictions.lines import read_content, read_lines
from usiran.benchmark.predictions.rules import RULES
from usiran.benchmark.results import (
    json_bytes,
)
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import score
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.schemas.json_schema import json_schema
from usiran.schemas.label_scheme import read_scheme

__all__ = ["bench"]


@pytest.mark.parametrize(
    "task", ["stance", "holder", "actors", "events", "roles", "roles_end_to_end"]
)
def test_the_gold_itself_is_a_perfect_prediction(
    bench: Benchmark, task: str, tmp_path: Path
) -> None:
    made = score(bench, write(tmp_path / "p.jsonl", gold_lines(bench, task)), task=task,
                 system="oracle", draws=100)  # fmt: skip
    assert made.result.score == 1.0
    assert made.result.interval[1] == 1.0
    assert (made.result.kind, made.result.title) == ("submitted", "oracle")
    assert (made.result.sentences, made.result.articles) == (30, 5)


def test_lines_may_stand_in_any_order_and_with_any_blanks(bench: Benchmark, tmp_path: Path) -> None:
    lines = gold_lines(bench, "stance")
    one = score(bench, write(tmp_path / "a", lines), task="stance", system="x", draws=100)
    spaced = "\r\n\r\n".join(json.dumps(line, indent=None) for line in reversed(lines))
    (tmp_path / "b").write_text("\ufeff" + spaced + "\n\n", "utf-8", newline="")
    other = score(bench, tmp_path / "b", task="stance", system="x", draws=100)
    assert other.predictions == one.predictions
    assert other.result == one.result


@pytest.mark.parametrize("system", ["tfidf-nb", "gazetteer", "stratified"])
def test_what_a_run_writes_scores_the_same_as_a_file(
    bench: Benchmark, system: str, tmp_path: Path
) -> None:
    task = bench.library[system].tasks[0]
    own = run_pairs(bench, (task, system), draws=200)[system, task]
    (tmp_path / "p.jsonl").write_bytes(own.predictions)
    made = score(bench, tmp_path / "p.jsonl", task=task, system=system, draws=200)
    for name in ("score", "interval", "chance", "scores", "per_article", "per_class",
                 "predictions_sha256", "gold_sha256", "folds_sha256", "replicates"):  # fmt: skip
        assert getattr(made.result, name) == getattr(own.result, name)


def test_probabilities_are_scored_too(bench: Benchmark, tmp_path: Path) -> None:
    labels = bench.golds["stance"].task.labels
    sure = [
        line | {"probabilities": [float(line["label"] == label) for label in labels]}
        for line in gold_lines(bench, "stance")
    ]
    unsure = [line | {"probabilities": [0.3333, 0.3333, 0.3333]} for line in sure]
    results = [
        score(bench, write(tmp_path / "p", lines), task="stance", system="x", draws=100).result
        for lines in (sure, unsure)
    ]
    assert [one.scores["soft"] for one in results] == pytest.approx([0.0, 4 / 3], abs=1e-3)


def test_every_fault_of_a_label_file_is_told_with_its_line_and_sentence(bench: Benchmark) -> None:
    lines = gold_lines(bench, "stance")
    lines[1]["label"] = "pro-us"
    lines[2].pop("label")
    lines[3]["probabilities"] = [0.5, 0.5]
    lines[4]["probabilities"] = [0.5, 0.5, 0.5]
    lines[5]["probabilities"] = [1.5, -0.5, 0.0]
    lines[6]["spans"] = []
    lines[7]["reference"] = "neutral"
    lines[8]["sentence_id"] = "article-1#099"
    lines[9]["sentence_id"] = lines[0]["sentence_id"]
    lines[10] = {"label": "neutral"}
    lines[11]["system"] = "mine"
    found = findings(bench, "stance", lines)
    assert [(where.split(" (")[0], column) for where, column, _ in found] == [
        ("line 2", "label"), ("line 3", "label"), ("line 4", "probabilities"),
        ("line 5", "probabilities"), ("line 6", "probabilities"), ("line 7", "spans"),
        ("line 8", "reference"), ("line 9", "sentence_id"), ("line 10", "sentence_id"),
        ("line 11", ""), ("line 12", ""),
    ]  # fmt: skip
    assert found[0] == ("line 2 (article-0#002)", "label", "pro-us")
    assert found[4][2] == "1.5, -0.5, 0"
    assert found[8][2] == "again, after line 1"
    assert found[9][2].startswith("Object missing required field `sentence_id`")
    assert found[10][2].startswith("Object contains unknown field `system`")


def test_the_nearest_label_and_sentence_are_suggested(bench: Benchmark) -> None:
    lines = gold_lines(bench, "stance")
    lines[0]["label"] = "Pro-US"
    lines[1]["sentence_id"] = "article-0#0002"
    with pytest.raises(InputError) as caught:
        read_lines("\n".join(map(json.dumps, lines)).encode(), bench.golds["stance"], "p")
    label, sentence = caught.value.findings
    assert (label.allowed, label.fix) == (
        "one of pro-US, pro-Iran, neutral", "did you mean 'pro-US'?",
    )  # fmt: skip
    assert sentence.fix == "did you mean 'article-0#002'?"


def test_every_fault_of_a_span_file_is_told(bench: Benchmark) -> None:
    lines = gold_lines(bench, "actors")
    start, end = (int(bench.golds["actors"].records[name][8]) for name in ("start", "end"))
    wrong: dict[int, object] = {
        0: {"spans": [[5, 5, "MILITARY"]]},
        1: {"spans": [[9, 2, "MILITARY"]]},
        2: {"spans": [[0, 3, "CIVILIAN"]]},
        3: {"spans": [[lines[3]["spans"][0][0], 99_999, "CIVILIAN"]]},
        4: {"spans": [[*lines[4]["spans"][0][:2], "MILITARI"]]},
        5: {"label": "MILITARY"},
        6: {"spans": None, "label": None},
        8: {"spans": [[start, start + 9, "MILITARY"], [start + 4, end, "CIVILIAN"]]},
        9: {"spans": [["0", 3, "CIVILIAN"]]},
    }
    for place, change in wrong.items():
        assert isinstance(change, dict)
        lines[place] |= change
    first = bench.golds["actors"].records.iloc[10]["start"]
    lines[10]["spans"] = [[int(first) + 6, int(first) + 8, "MILITARY"],
                          [int(first), int(first) + 2, "MILITARY"]]  # fmt: skip
    found = findings(bench, "actors", lines)
    assert [(where.split(" (")[0], column) for where, column, _ in found] == [
        ("line 1", "spans"), ("line 2", "spans"), ("line 3", "spans"), ("line 4", "spans"),
        ("line 5", "spans"), ("line 6", "label"), ("line 7", "spans"), ("line 9", "spans"),
        ("line 10", ""), ("line 11", "spans"),
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"did you mean 'MILITARY'\?") as caught:
        read_lines("\n".join(map(json.dumps, lines)).encode(), bench.golds["actors"], "p")
    text = str(caught.value)
    for part in ("allowed: start < end", "to mend: add the sentence's start",
                 "to mend: cut the span at the sentence", "spans that share no character",
                 "spans in the order of their offsets",
                 "Expected `int`, got `str` - at `$.spans[0][0]`"):  # fmt: skip
        assert part in text


def test_every_fault_of_a_file_of_links_is_told(bench: Benchmark) -> None:
    lines = gold_lines(bench, "roles_end_to_end")
    with_links = [i for i, line in enumerate(lines) if line["spans"]][:6]
    links = [list(lines[i]["spans"][0]) for i in with_links]
    links[0][2] = "agent"
    links[1][2] = links[1][2].replace(links[1][2].partition("@")[0], "agnet")
    links[2][2] = links[2][2].partition(":")[0] + ":1-2"
    links[3][:2] = [5, 5]
    links[4][2] = "agent@BOMB:" + links[4][2].partition(":")[2]
    for i, link in zip(with_links, links, strict=True):
        lines[i]["spans"] = [link]
    lines[with_links[5]]["spans"] *= 2
    content = "\n".join(map(json.dumps, lines)).encode()
    with pytest.raises(InputError) as caught:
        read_lines(content, bench.golds["roles_end_to_end"], "p")
    told = [one.allowed for one in caught.value.findings]
    for place, part in enumerate(("a type such as agent@ASSAULT", "a role of agent, recipient",
                                  "an event in the line's sentence", "0 <= start < end",
                                  "an event type of AGREE", "each once")):  # fmt: skip
        assert part in told[place]
    assert len(told) == 6


def test_missing_sentences_replicates_and_probabilities_are_told(bench: Benchmark) -> None:
    lines = gold_lines(bench, "stance")
    assert findings(bench, "stance", lines[:3] + lines[5:]) == [
        ("article-0#004", "", "no line"), ("article-0#005", "", "no line"),
    ]  # fmt: skip
    again = [line | {"replicate": 1} for line in lines]
    assert findings(bench, "stance", lines + again[1:]) == [
        ("article-0#001", "", "no line in replicate 1")
    ]
    far = [line | {"replicate": 10**9} for line in lines]
    assert findings(bench, "stance", lines + far) == [("", "replicate", "[0, 1000000000]")]
    lines[4]["probabilities"] = [1.0, 0.0, 0.0]
    assert findings(bench, "stance", lines) == [("", "probabilities", "in 1 of 30 lines")]


def test_missing_sentences_are_told_beside_faulty_lines_that_name_theirs(bench: Benchmark) -> None:
    lines = gold_lines(bench, "stance")[2:]
    lines[0]["label"] = "x"
    lines[1]["system"] = "mine"
    found = findings(bench, "stance", lines)
    assert [where for where, _, _ in found] == [
        "article-0#001", "article-0#002", "line 1 (article-0#003)", "line 2",
    ]  # fmt: skip
    lines[2] = {"label": "neutral"}  # it may be either of the two
    assert [where.split(" (")[0] for where, _, _ in findings(bench, "stance", lines)] == [
        "line 1", "line 2", "line 3",
    ]  # fmt: skip


def test_the_documented_contrast_example_is_of_the_contrast_set(repo: Corpus) -> None:
    text = (repo.baselines / "README.md").read_text("utf-8")
    (contrast_id,) = re.findall(r'"sentence_id":"([^"]+~\d+)"', text)
    rows = (repo.source / "contrast.csv").read_text("utf-8").splitlines()
    assert any(row.startswith(f"{contrast_id},") for row in rows)


def test_findings_stand_in_the_order_of_the_lines(bench: Benchmark) -> None:
    lines = [line | {"label": "x"} for line in gold_lines(bench, "stance")]
    numbers = [int(where.split()[1]) for where, _, _ in findings(bench, "stance", lines)]
    assert numbers == list(range(1, 31))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b" \n\n", "an empty file"),
        (b"PK\0\1", "a binary file"),
        (b'{"sentence_id": "\xff"}', "invalid start byte"),
    ],
)
def test_a_file_that_is_no_text_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "p.jsonl").write_bytes(content)
    with pytest.raises(FileError, match=message) as caught:
        read_content(tmp_path / "p.jsonl", "p.jsonl")
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_file_that_is_no_json_are_told(
    bench: Benchmark, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_content(tmp_path / "nope", "nope")
    with pytest.raises(FileError, match="Is a directory"):
        read_content(tmp_path, "folder")
    assert findings(bench, "stance", b"sentence_id,label\n")[0][0] == "line 1"
    assert findings(bench, "stance", b"[1]\n")[0][2].startswith("Expected `object`")


def test_a_task_that_cannot_be_evaluated_takes_no_predictions(bench: Benchmark) -> None:
    with pytest.raises(FileError, match="choose another task: the label is constant"):
        read_lines(b"{}", bench.golds["article_stance"], "p")


def test_every_task_has_rules_or_says_that_it_takes_no_files(bench: Benchmark) -> None:
    for gold in bench.golds.values():
        if gold.task.unit not in RULES:
            with pytest.raises(FileError, match="to mend: "):
                read_lines(b"{}", gold, "p")


@pytest.mark.parametrize("system", ["tfidf-nb", "gazetteer", "stratified", "shuffled-within"])
def test_the_json_schema_holds_for_what_a_run_writes_and_refuses_faults(
    bench: Benchmark, system: str
) -> None:
    schema: Any = json_schema("predictions", read_scheme(bench.corpus.labels).allowed)
    validator = jsonschema.Draft202012Validator(schema)
    task = bench.library[system].tasks[0]
    stored = run_pairs(bench, (task, system), draws=100)[system, task]
    lines = [json.loads(line) for line in stored.predictions.splitlines()]
    for line in lines:
        validator.validate(line)
    for change in ({"sentence_id": "x"}, {"replicate": -1}, {"extra": 1}, {"spans": [[1, 2]]}):
        assert not validator.is_valid(lines[0] | change)
    assert not validator.is_valid({"label": "neutral"})


def test_the_documented_examples_are_of_the_documented_form(repo: Corpus) -> None:
    text = (repo.baselines / "README.md").read_text("utf-8")
    examples = re.findall(r"```jsonl\n(.*?)\n```", text, flags=re.DOTALL)
    # The last one is a language model's log, which its importer reads.
    examples = [example for example in examples if '"answer"' not in example]
    scheme = read_scheme(repo.labels)
    schema: Any = json_schema("predictions", scheme.allowed)
    fields = ("stance", "holder", "actor", "event", "role", "stance")
    lines = [
        (field, json.loads(line))
        for field, example in zip(fields, examples, strict=True)
        for line in example.splitlines()
    ]
    for field, line in lines:
        jsonschema.Draft202012Validator(schema).validate(line)
        labels = (
            [line["label"]]
            if "label" in line
            else [span[2].partition("@")[0] for span in line["spans"]]
        )
        assert set(labels) <= set(scheme[field].names)
        assert len(line.get("probabilities", labels)) in (len(labels), len(scheme[field].names))


def test_the_json_schema_holds_for_result_files(bench: Benchmark, tmp_path: Path) -> None:
    schema: Any = json_schema("results", read_scheme(bench.corpus.labels).allowed)
    validator = jsonschema.Draft202012Validator(schema)
    path = write(tmp_path / "p", gold_lines(bench, "events"))
    mine = score(bench, path, task="events", system="x", draws=100).result
    own = run_pairs(bench, ("stance", "majority"), draws=100)["majority", "stance"].result
    for one in (mine, own):
        validator.validate(json.loads(json_bytes(one)))


# Scoring
