"""Claims about anybody's predictions: reading, scoring, verifying, submitting, rescoring."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from tests import synthetic
from usiran.annotation.labels import read_scheme
from usiran.baselines.benchmark import Bench, run_all
from usiran.baselines.cards import card_path
from usiran.baselines.entries import RULES, read_content, read_lines
from usiran.baselines.publication import is_current, publish
from usiran.baselines.rescoring import rescore
from usiran.baselines.results import (
    Result,
    Stored,
    Submission,
    paths,
    prediction_bytes,
    read_results,
    result_bytes,
)
from usiran.baselines.submission import read_parameters, score, submit
from usiran.baselines.systems import SYSTEMS
from usiran.baselines.verification import verify, verify_all
from usiran.corpus import Corpus
from usiran.errors import FileFault, InputFault
from usiran.schemas.json_schema import json_schema

ROOT = Corpus.find(Path(__file__)).root
Line = dict[str, Any]


def open_bench(root: Path, **options: int) -> Bench:
    """A benchmark over invented tables, in a folder with the real settings."""
    if not (root / "baselines").exists():
        for part in ("annotation/labels.toml", "dataset/corpus.toml"):
            (root / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, root / part)
        (root / "dataset/source").mkdir()
        (root / "dataset/source/folds.csv").write_text("article_id,fold\n")
        (root / "baselines").mkdir()
        for settings in (ROOT / "baselines").glob("*.toml"):
            shutil.copy(settings, root / "baselines")
    return Bench.of(Corpus(root), synthetic.tables(**({"sentences": 6} | options)))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return open_bench(tmp_path)


def gold_lines(bench: Bench, task: str) -> list[Line]:
    """Return the gold as predictions: a perfect system."""
    gold = bench.golds[task]
    lines = []
    for record, value in zip(gold.records.to_dict("records"), gold.values, strict=True):
        line: Line = {"sentence_id": record["sentence_id"]}
        if isinstance(value, str):
            line["label"] = value
        else:
            first = record["start"]
            line["spans"] = [[s.start + first, s.end + first, s.label] for s in value]
        lines.append(line)
    return lines


def write(path: Path, lines: list[Line]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def findings(bench: Bench, task: str, lines: list[Line] | bytes) -> list[tuple[str, str, str]]:
    """Return (record, column, value) of every finding."""
    content = lines if isinstance(lines, bytes) else "\n".join(map(json.dumps, lines)).encode()
    with pytest.raises(InputFault) as caught:
        read_lines(content, bench.golds[task], "p.jsonl")
    return [(one.record.replace("  ", " "), one.column, one.value) for one in
            caught.value.findings]  # fmt: skip


# Reading


@pytest.mark.parametrize(
    "task", ["stance", "holder", "actors", "events", "roles", "roles_end_to_end"]
)
def test_the_gold_itself_is_a_perfect_prediction(bench: Bench, task: str, tmp_path: Path) -> None:
    made = score(bench, write(tmp_path / "p.jsonl", gold_lines(bench, task)), task=task,
                 system="oracle", draws=100)  # fmt: skip
    assert made.result.score == 1.0
    assert made.result.interval[1] == 1.0
    assert (made.result.kind, made.result.title) == ("submitted", "oracle")
    assert (made.result.sentences, made.result.articles) == (30, 5)


def test_lines_may_stand_in_any_order_and_with_any_blanks(bench: Bench, tmp_path: Path) -> None:
    lines = gold_lines(bench, "stance")
    one = score(bench, write(tmp_path / "a", lines), task="stance", system="x", draws=100)
    spaced = "\r\n\r\n".join(json.dumps(line, indent=None) for line in reversed(lines))
    (tmp_path / "b").write_text(spaced + "\n\n", newline="")
    other = score(bench, tmp_path / "b", task="stance", system="x", draws=100)
    assert other.predictions == one.predictions
    assert other.result == one.result


@pytest.mark.parametrize("system", ["tfidf-nb", "gazetteer", "stratified"])
def test_what_a_run_writes_scores_the_same_as_a_file(
    bench: Bench, system: str, tmp_path: Path
) -> None:
    task = bench.library[system].tasks[0]
    own = run_all(bench, [(task, system)], seed=0, draws=200)[system, task]
    (tmp_path / "p.jsonl").write_bytes(own.predictions)
    made = score(bench, tmp_path / "p.jsonl", task=task, system=system, draws=200)
    for name in ("score", "interval", "chance", "scores", "per_article", "per_class",
                 "predictions_sha256", "gold_sha256", "folds_sha256", "replicates"):  # fmt: skip
        assert getattr(made.result, name) == getattr(own.result, name)


def test_probabilities_are_scored_too(bench: Bench, tmp_path: Path) -> None:
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


def test_every_fault_of_a_label_file_is_told_with_its_line_and_sentence(bench: Bench) -> None:
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


def test_the_nearest_label_and_sentence_are_suggested(bench: Bench) -> None:
    lines = gold_lines(bench, "stance")
    lines[0]["label"] = "Pro-US"
    lines[1]["sentence_id"] = "article-0#0002"
    with pytest.raises(InputFault) as caught:
        read_lines("\n".join(map(json.dumps, lines)).encode(), bench.golds["stance"], "p")
    label, sentence = caught.value.findings
    assert (label.allowed, label.mend) == (
        "one of pro-US, pro-Iran, neutral", "did you mean 'pro-US'?",
    )  # fmt: skip
    assert sentence.mend == "did you mean 'article-0#002'?"


def test_every_fault_of_a_span_file_is_told(bench: Bench) -> None:
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
    with pytest.raises(InputFault, match=r"did you mean 'MILITARY'\?") as caught:
        read_lines("\n".join(map(json.dumps, lines)).encode(), bench.golds["actors"], "p")
    text = str(caught.value)
    for part in ("allowed: start < end", "to mend: add the sentence's start",
                 "to mend: cut the span at the sentence", "spans that share no character",
                 "spans in the order of their offsets",
                 "Expected `int`, got `str` - at `$.spans[0][0]`"):  # fmt: skip
        assert part in text


def test_every_fault_of_a_file_of_links_is_told(bench: Bench) -> None:
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
    with pytest.raises(InputFault) as caught:
        read_lines(content, bench.golds["roles_end_to_end"], "p")
    told = [one.allowed for one in caught.value.findings]
    for place, part in enumerate(("a type such as agent@ASSAULT", "a role of agent, recipient",
                                  "an event in the line's sentence", "0 <= start < end",
                                  "an event type of AGREE", "each once")):  # fmt: skip
        assert part in told[place]
    assert len(told) == 6


def test_missing_sentences_replicates_and_probabilities_are_told(bench: Bench) -> None:
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


def test_findings_stand_in_the_order_of_the_lines(bench: Bench) -> None:
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
    with pytest.raises(FileFault, match=message) as caught:
        read_content(tmp_path / "p.jsonl", "p.jsonl")
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_file_that_is_no_json_are_told(
    bench: Bench, tmp_path: Path
) -> None:
    with pytest.raises(FileFault, match="No such file"):
        read_content(tmp_path / "nope", "nope")
    with pytest.raises(FileFault, match="Is a directory"):
        read_content(tmp_path, "folder")
    assert findings(bench, "stance", b"sentence_id,label\n")[0][0] == "line 1"
    assert findings(bench, "stance", b"[1]\n")[0][2].startswith("Expected `object`")


def test_a_task_that_cannot_be_evaluated_takes_no_predictions(bench: Bench) -> None:
    with pytest.raises(FileFault, match="choose another task: the label is constant"):
        read_lines(b"{}", bench.golds["article_stance"], "p")


def test_every_task_has_rules_or_says_that_it_takes_no_files(bench: Bench) -> None:
    for gold in bench.golds.values():
        if gold.task.unit not in RULES:
            with pytest.raises(FileFault, match="to mend: "):
                read_lines(b"{}", gold, "p")


@pytest.mark.parametrize("system", ["tfidf-nb", "gazetteer", "stratified", "shuffled-within"])
def test_the_json_schema_holds_for_what_a_run_writes_and_refuses_faults(
    bench: Bench, system: str
) -> None:
    schema: Any = json_schema("predictions", read_scheme(bench.corpus.labels).allowed)
    validator = jsonschema.Draft202012Validator(schema)
    task = bench.library[system].tasks[0]
    stored = run_all(bench, [(task, system)], seed=0, draws=100)[system, task]
    lines = [json.loads(line) for line in stored.predictions.splitlines()]
    for line in lines:
        validator.validate(line)
    for change in ({"sentence_id": "x"}, {"replicate": -1}, {"extra": 1}, {"spans": [[1, 2]]}):
        assert not validator.is_valid(lines[0] | change)
    assert not validator.is_valid({"label": "neutral"})


def test_the_documented_examples_are_of_the_documented_form(repo: Corpus) -> None:
    text = (repo.baselines / "README.md").read_text("utf-8")
    examples = re.findall(r"```jsonl\n(.*?)\n```", text, flags=re.DOTALL)
    scheme = read_scheme(repo.labels)
    schema: Any = json_schema("predictions", scheme.allowed)
    fields = ("stance", "holder", "actor", "event", "role")
    for field, example in zip(fields, examples, strict=True):
        line = json.loads(example)
        jsonschema.Draft202012Validator(schema).validate(line)
        labels = (
            [line["label"]]
            if "label" in line
            else [span[2].partition("@")[0] for span in line["spans"]]
        )
        assert set(labels) <= set(scheme[field].names)
        assert len(line.get("probabilities", labels)) in (len(labels), len(scheme[field].names))


def test_the_json_schema_holds_for_result_files(bench: Bench, tmp_path: Path) -> None:
    schema: Any = json_schema("results", read_scheme(bench.corpus.labels).allowed)
    validator = jsonschema.Draft202012Validator(schema)
    path = write(tmp_path / "p", gold_lines(bench, "events"))
    mine = score(bench, path, task="events", system="x", draws=100).result
    own = run_all(bench, [("stance", "majority")], seed=0, draws=100)["majority", "stance"].result
    for one in (mine, own):
        validator.validate(json.loads(result_bytes(one)))


# Scoring


def test_a_result_states_its_settings_and_environment(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('model = "small"\nlayers = [1, 2]\n')
    (tmp_path / "s.json").write_text('{"layers": [1, 2], "model": "small"}')
    path = write(tmp_path / "p", gold_lines(bench, "stance"))
    made = [
        score(bench, path, task="stance", system="x", settings=tmp_path / name, draws=100).result
        for name in ("s.toml", "s.json")
    ]
    assert made[0].settings == {"model": "small", "layers": [1, 2]}
    assert made[0].settings_sha256 == made[1].settings_sha256
    assert isinstance(made[0].environment, dict)
    assert set(made[0].environment) == {"python", "platform", "usiran", "numpy", "scikit-learn"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.toml", b"a = ", "Invalid value"),
        ("s.json", b"[1]", "found 'a list'"),
        ("s.json", b'{"a": NaN}', "not JSON compliant"),
        ("s.toml", b"a = 2020-01-01", "not JSON serializable"),
        ("s.yaml", b"", "the ending '.yaml'"),
        ("s.json", b"\xff", "codec can't decode"),
        ("none.json", None, "No such file"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFault, match=message):
        read_parameters(tmp_path / name)


def test_an_own_result_has_no_environment_so_runs_are_the_same_everywhere(bench: Bench) -> None:
    stored = run_all(bench, [("stance", "majority")], seed=0, draws=100)["majority", "stance"]
    assert b"environment" not in result_bytes(stored.result)


@pytest.mark.parametrize("name", ["My System", "", "a--b", "../x", "x\n"])
def test_a_name_that_is_no_slug_is_refused(bench: Bench, tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "p", gold_lines(bench, "stance"))
    with pytest.raises(InputFault, match="--system"):
        score(bench, path, task="stance", system=name, draws=100)


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
    "protocol": lambda r: r.update(protocol="v2"),
    "headline": lambda r: r.update(headline="accuracy"),
    "relabelled": lambda r: r.update(relabelled=True),
    "not_evaluable": lambda r: r["not_evaluable"]["type"].update(neutral="rare"),
}


@pytest.mark.parametrize("system", ["tfidf-nb", "mine"])
@pytest.mark.parametrize("edit", EDITS)
def test_any_edit_of_a_result_is_found(
    bench: Bench, tmp_path: Path, edit: str, system: str
) -> None:
    if system == "mine":
        path = write(tmp_path / "p", gold_lines(bench, "stance")[::-1])
        stored = score(bench, path, task="stance", system="mine", draws=100)
        stored = Stored(stored.result, _flipped(stored.predictions))
        (tmp_path / "q").write_bytes(stored.predictions)
        stored = score(bench, tmp_path / "q", task="stance", system="mine", draws=100)
        publish(bench, {("mine", "stance"): stored})
    else:
        publish(bench, run_all(bench, [("stance", system)], seed=0, draws=100))
    path = paths(bench.corpus, system, "stance")[0]
    assert verify(bench, path).findings == ()
    document = json.loads(path.read_bytes())
    EDITS[edit](document)
    path.write_text(json.dumps(document))
    assert verify(bench, path).findings


def _flipped(predictions: bytes) -> bytes:
    return predictions.replace(b'"neutral"', b'"pro-US"', 3)


@pytest.mark.parametrize("edit", ["title", "kind"])
def test_names_of_a_built_in_system_are_those_of_its_settings(bench: Bench, edit: str) -> None:
    publish(bench, run_all(bench, [("stance", "majority")], seed=0, draws=100))
    path = paths(bench.corpus, "majority", "stance")[0]
    document = json.loads(path.read_bytes()) | {edit: "submitted"}
    path.write_text(json.dumps(document))
    assert [one.column for one in verify(bench, path).findings] == [edit]


def test_a_prediction_file_with_one_row_changed_is_verified_as_different(
    bench: Bench, tmp_path: Path
) -> None:
    lines = gold_lines(bench, "stance")
    path = write(tmp_path / "p.jsonl", lines)
    (tmp_path / "r.json").write_bytes(
        result_bytes(score(bench, path, task="stance", system="x", draws=100).result)
    )
    assert verify(bench, tmp_path / "r.json", path).findings == ()
    lines[3]["label"] = "pro-US" if lines[3]["label"] != "pro-US" else "neutral"
    found = verify(bench, tmp_path / "r.json", write(path, lines)).findings
    assert found[0].value.startswith("predictions with SHA-256")
    assert {"score", "scores.accuracy"} <= {one.column for one in found}


def test_what_only_records_is_not_compared(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", gold_lines(bench, "stance"))
    made = score(bench, path, task="stance", system="x", draws=100).result
    told = msgspec.structs.replace(
        made, environment={"python": "4.0"}, title="X", submission=Submission("by hand")
    )
    (tmp_path / "r.json").write_bytes(result_bytes(told))
    assert verify(bench, tmp_path / "r.json", path).findings == ()


def test_the_predictions_of_a_result_are_looked_for_beside_it(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path / "r.predictions.jsonl", gold_lines(bench, "stance"))
    made = score(bench, path, task="stance", system="x", draws=100)
    (tmp_path / "r.json").write_bytes(result_bytes(made.result))
    assert verify(bench, tmp_path / "r.json").findings == ()
    path.unlink()
    (finding,) = verify(bench, tmp_path / "r.json").findings
    assert finding.value == "No such file or directory"


def test_every_kind_of_own_result_verifies(bench: Bench) -> None:
    pairs = bench.plan(("stance", "events"), ("majority", "stratified", "shuffled-within",
                                             "gazetteer", "tfidf-nb"))  # fmt: skip
    publish(bench, run_all(bench, pairs, seed=2, draws=100))
    checked = verify_all(bench)
    assert len(checked) == len(pairs)
    assert [finding for one in checked for finding in one.findings] == []


def test_a_control_cannot_state_references_of_its_own(bench: Bench) -> None:
    publish(bench, run_all(bench, [("stance", "shuffled-within")], seed=0, draws=100))
    result, predictions = paths(bench.corpus, "shuffled-within", "stance")
    lines = [json.loads(line) for line in predictions.read_bytes().splitlines()]
    for line in lines:
        line["reference"] = line["label"]
    write(predictions, lines)
    found = verify(bench, result).findings
    assert found
    assert {one.column for one in found} == {"reference"}


def test_verify_all_names_lost_files_and_edited_cards(bench: Bench, tmp_path: Path) -> None:
    publish(bench, _submitted(bench, tmp_path))
    assert not any(one.findings for one in verify_all(bench))
    card = card_path(bench.corpus, "mine")
    card.write_text(card.read_text().replace("1.00", "2.00"))
    (found,) = [finding for one in verify_all(bench) for finding in one.findings]
    assert found.file == "baselines/results/mine/README.md"
    paths(bench.corpus, "mine", "stance")[0].unlink()
    (found,) = [finding for one in verify_all(bench) for finding in one.findings]
    assert found.value == "predictions without a result"


def test_a_result_moved_to_another_folder_is_found(bench: Bench) -> None:
    publish(bench, run_all(bench, [("stance", "majority")], seed=0, draws=100))
    folder = bench.corpus.baselines / "results"
    (folder / "majority").rename(folder / "better")
    (finding,) = (one for checked in verify_all(bench) for one in checked.findings)
    assert (finding.column, finding.value) == ("system", "majority/stance")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"system": "x"}', b"\xff\0"])
def test_a_broken_result_is_one_finding(bench: Bench, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.json").write_bytes(content)
    assert len(verify(bench, tmp_path / "r.json").findings) == 1
    assert len(verify(bench, tmp_path / "none.json").findings) == 1


# Submitting


def _submitted(bench: Bench, folder: Path, task: str = "stance", **options: Any) -> Any:
    path = write(folder / "p.jsonl", gold_lines(bench, task))
    said = {"title": "Mine", "description": "Made by hand."} | options
    return submit(bench, read_results(bench.corpus), path, task=task, system="mine", draws=100,
                  **said)  # fmt: skip


def test_a_submission_is_file_result_card_and_a_row_of_the_leaderboard(
    bench: Bench, tmp_path: Path
) -> None:
    publish(bench, run_all(bench, [("stance", "majority")], seed=0, draws=100))
    publish(bench, _submitted(bench, tmp_path, url="https://example.org/mine"))
    folder = bench.corpus.baselines / "results/mine"
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "stance.json", "stance.predictions.jsonl",
    ]  # fmt: skip
    card = (folder / "README.md").read_text()
    for part in ("# mine\n\nMine. Made by hand.\n", "More: <https://example.org/mine>",
                 "usiran benchmark verify baselines/results/mine/stance.json",
                 "| stance | macro-F1 | 1.00 | "):  # fmt: skip
        assert part in card
    board = (bench.corpus.baselines / "LEADERBOARD.md").read_text()
    assert "| 1 | mine (submitted) | **1.00** |" in board
    assert "- **mine** (submitted, [card](results/mine/README.md)): Mine. Made by hand." in board
    assert is_current(bench)
    assert not any(one.findings for one in verify_all(bench))


def test_a_second_task_joins_the_card_and_the_words_hold_for_both(
    bench: Bench, tmp_path: Path
) -> None:
    publish(bench, _submitted(bench, tmp_path))
    publish(bench, _submitted(bench, tmp_path, "actors", description="Made <b>again</b>."))
    card = card_path(bench.corpus, "mine").read_text()
    assert "| actors | strict F1 | 1.00 |" in card
    assert "| stance | macro-F1 | 1.00 |" in card
    assert "Mine. Made &lt;b&gt;again&lt;/b&gt;." in card
    assert not any(one.findings for one in verify_all(bench))


def test_a_built_in_name_and_a_taken_one_are_refused(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path / "p", gold_lines(bench, "stance"))
    for name in SYSTEMS:
        with pytest.raises(InputFault, match="a name that no built-in system has"):
            submit(bench, {}, path, task="stance", system=name, title="T", description="D",
                   draws=100)  # fmt: skip
    publish(bench, _submitted(bench, tmp_path))
    with pytest.raises(FileFault, match="an earlier submission"):
        _submitted(bench, tmp_path)
    assert set(_submitted(bench, tmp_path, force=True)) == {("mine", "stance")}


@pytest.mark.parametrize(
    ("option", "text"),
    [("title", " "), ("description", "two\nlines"), ("url", "javascript:x"), ("url", "https://")],
)
def test_words_that_would_break_the_card_are_refused(
    bench: Bench, tmp_path: Path, option: str, text: str
) -> None:
    with pytest.raises(InputFault, match=f"--{option}"):
        _submitted(bench, tmp_path, **{option: text})


# Rescoring


def test_nothing_changes_while_the_gold_is_the_same(bench: Bench, tmp_path: Path) -> None:
    publish(bench, run_all(bench, bench.plan(["stance"], ["majority", "shuffled-within"]),
                           seed=0, draws=100))  # fmt: skip
    publish(bench, _submitted(bench, tmp_path))
    rows, fresh = rescore(bench, read_results(bench.corpus))
    assert [(row.system, row.changed) for row in rows] == [
        ("majority", False), ("mine", False), ("shuffled-within", False),
    ]  # fmt: skip
    assert dict(fresh) == read_results(bench.corpus)


def test_old_predictions_are_scored_on_new_gold_and_written_when_asked(
    bench: Bench, tmp_path: Path
) -> None:
    publish(bench, run_all(bench, bench.plan(["stance"], ["shuffled-within"]), seed=0, draws=100))
    publish(bench, _submitted(bench, tmp_path))
    tables = dict(synthetic.tables(sentences=6))
    stance = tables["stance"].copy()
    stance.loc[0, "stance"] = "pro-US" if stance.loc[0, "stance"] != "pro-US" else "neutral"
    other = Bench.of(bench.corpus, tables | {"stance": stance})
    rows, fresh = rescore(other, read_results(other.corpus))
    mine, control = rows
    assert mine.changed
    assert mine.old.score == 1.0
    assert mine.new is not None
    assert mine.new.score < 1.0
    assert mine.new.gold_sha256 == other.golds["stance"].sha256
    assert (control.new, control.reason) == (
        None, "its labels were rearranged from the old gold: `usiran benchmark run`",
    )  # fmt: skip
    assert set(fresh) == {("mine", "stance")}
    publish(other, fresh)
    assert verify(other, paths(other.corpus, "mine", "stance")[0]).findings == ()
    assert "| stance | macro-F1 | .9" in card_path(other.corpus, "mine").read_text()


def test_predictions_that_lack_sentences_of_the_new_gold_say_so(
    bench: Bench, tmp_path: Path
) -> None:
    publish(bench, _submitted(bench, tmp_path))
    more = open_bench(tmp_path, sentences=7)
    (row,), fresh = rescore(more, read_results(more.corpus), ["mine"])
    assert fresh == {}
    assert "allowed: a line for every scored sentence" in row.reason or "offsets" in row.reason
    with pytest.raises(InputFault, match="found 'nobody'"):
        rescore(more, read_results(more.corpus), ["nobody"])


def test_stored_predictions_are_written_as_a_run_writes_them(bench: Bench, tmp_path: Path) -> None:
    (stored,) = _submitted(bench, tmp_path).values()
    assert isinstance(stored.result, Result)
    lines = read_lines(stored.predictions, bench.golds["stance"], "p")
    assert prediction_bytes(lines) == stored.predictions
