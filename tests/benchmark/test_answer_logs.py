"""Language models' logs as predictions: nothing in them is passed over in silence."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import jinja2
import numpy as np
import pytest
import yaml

from tests.support.entries import open_benchmark
from usiran.benchmark.predictions.answer_logs import FORMS, FormName
from usiran.benchmark.predictions.lines import read_lines
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import score, submit
from usiran.corpus import Corpus
from usiran.dataset.describe.eval_yaml import TEMPLATE
from usiran.errors import InputError

# What lm-eval 0.4.13 wrote, with its own random model, on the invented corpus of `bench`.
LOG = Path(__file__).parents[1] / "data" / "lm_eval" / "samples_usiran_stance.jsonl"
TASKS = Path(__file__).parents[2] / "baselines" / "lm-eval"
# The fields of a task in the harness's own guide that a task of ours has use for.
TASK_FIELDS = {
    "task", "tag", "dataset_path", "dataset_name", "dataset_kwargs", "test_split", "output_type",
    "doc_to_text", "doc_to_choice", "doc_to_target", "num_fewshot", "metric_list", "metadata",
    "include",
}  # fmt: skip
Json = dict[str, Any]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return open_benchmark(tmp_path_factory.mktemp("bench"), articles=3, sentences=4)


def samples() -> list[Json]:
    return [json.loads(line) for line in LOG.read_text("utf-8").splitlines()]


def answers(bench: Benchmark, task: str = "stance") -> list[Json]:
    gold = bench.golds[task]
    ids = gold.records["sentence_id"]
    return [{"id": key, "answer": value} for key, value in zip(ids, gold.values, strict=True)]


def write(path: Path, rows: list[Json]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def faults(bench: Benchmark, rows: list[Json], form: FormName, tmp_path: Path) -> list[str]:
    path = write(tmp_path / "log.jsonl", rows)
    with pytest.raises(InputError) as caught:
        score(bench, path, task="stance", system="lm", form=form, draws=100)
    return [str(finding) for finding in caught.value.findings]


def test_right_answers_score_1_under_either_name_of_the_sentence(
    bench: Benchmark, tmp_path: Path
) -> None:
    rows = answers(bench, "toward_us")
    rows[3] = {"sentence_id": rows[3]["id"], "answer": f" {rows[3]['answer']}\n", "prompt": "..."}
    path = write(tmp_path / "log.jsonl", rows[::-1])
    stored = score(bench, path, task="toward_us", system="lm", form="answers", draws=100)
    assert stored.result.scores["accuracy"] == 1.0
    assert b"probabilities" not in stored.predictions


def test_a_log_of_the_harness_scores_what_the_harness_counted(bench: Benchmark) -> None:
    stored = score(bench, LOG, task="stance", system="lm", form="lm-eval", draws=100)
    counted = np.mean([sample["acc"] for sample in samples()])
    assert stored.result.scores["accuracy"] == pytest.approx(counted, abs=1e-6)


def test_log_likelihoods_become_probabilities_in_the_order_of_the_labels(
    bench: Benchmark,
) -> None:
    gold = bench.golds["stance"]
    lines = read_lines(LOG.read_bytes(), gold, "log", form=FORMS["lm-eval"])
    for line, sample in zip(lines, samples(), strict=True):
        weights = [math.exp(float(pair[0])) for pair in sample["filtered_resps"]]
        shares = {
            name: weight / sum(weights)
            for name, weight in zip(sample["doc"]["choices"], weights, strict=True)
        }
        assert line.sentence_id == sample["doc"]["sentence_id"]
        assert line.label == max(shares, key=shares.__getitem__)
        assert line.probabilities == pytest.approx(
            [shares[name] for name in gold.task.labels], abs=1e-4
        )


def test_choices_in_another_order_are_the_same_answers(bench: Benchmark, tmp_path: Path) -> None:
    turned = samples()
    for sample in turned:
        sample["doc"]["choices"].reverse()
        sample["filtered_resps"].reverse()
    first, second = (
        score(bench, path, task="stance", system="lm", form="lm-eval", draws=100)
        for path in (LOG, write(tmp_path / "log.jsonl", turned))
    )
    assert first.predictions == second.predictions


def test_generated_answers_need_no_likelihoods(bench: Benchmark, tmp_path: Path) -> None:
    said = samples()
    for sample in said:
        sample["filtered_resps"] = [f" {sample['doc']['answer']}"]
    path = write(tmp_path / "log.jsonl", said)
    stored = score(bench, path, task="stance", system="lm", form="lm-eval", draws=100)
    assert stored.result.scores["accuracy"] == 1.0


BROKEN_ANSWERS: dict[str, tuple[Callable[[list[Json]], object], str]] = {
    "missing": (
        lambda rows: rows.pop(2),
        "log.jsonl: article-0#003: found 'no line'; allowed: a line for every scored sentence",
    ),
    "double": (
        lambda rows: rows.append(rows[0]),
        "line 13: sentence_id: found 'again, after line 1'; allowed: every sentence once",
    ),
    "unknown answer": (
        lambda rows: rows[1].update(answer="pro-us"),
        r"line  2 (article-0#002): answer: found 'pro-us'; allowed: one of pro-US, pro-Iran, "
        "neutral, as text; to mend: did you mean 'pro-US'?",
    ),
    "a number": (
        lambda rows: rows[1].update(answer=1),
        "line  2 (article-0#002): answer: found '1'; allowed: one of pro-US",
    ),
    "no answer": (
        lambda rows: rows[1].update(answer=None),
        "line  2 (article-0#002): answer: found 'None'",
    ),
    "unknown sentence": (
        lambda rows: rows[1].update(id="article-0#02"),
        "line  2: sentence_id: found 'article-0#02'; allowed: the id of a scored sentence",
    ),
    "another task": (
        lambda rows: rows[1].update(task="holder"),
        "line  2 (article-0#002): task: found 'holder'; allowed: stance",
    ),
    "two names": (
        lambda rows: rows[1].update(sentence_id="x"),
        "line  2: found 'Expected one of `sentence_id` and `id`, got sentence_id x, id",
    ),
    "no name": (lambda rows: rows[1].pop("id"), "line  2: found 'Expected one of"),
}


@pytest.mark.parametrize("broken", BROKEN_ANSWERS)
def test_every_fault_of_a_plain_log_is_located(
    bench: Benchmark, broken: str, tmp_path: Path
) -> None:
    break_it, message = BROKEN_ANSWERS[broken]
    rows = answers(bench)
    break_it(rows)
    told = faults(bench, rows, "answers", tmp_path)
    assert any(message in line for line in told), told


BROKEN_SAMPLES: dict[str, tuple[Callable[[list[Json]], object], str]] = {
    "missing": (lambda rows: rows.pop(), "article-2#004: found 'no line'"),
    "double": (
        lambda rows: rows.append(rows[4] | {"filter": "other"}),
        "line 13: sentence_id: found 'again, after line 5'",
    ),
    "masked": (
        lambda rows: rows[0]["doc"].update(text="________"),
        "line  1 (article-0#001): text: found '________'; allowed: the sentence's words",
    ),
    "other labels": (
        lambda rows: rows[0]["doc"].update(choices=["for", "against"]),
        "choices: found 'for, against'; allowed: the labels pro-US, pro-Iran, neutral",
    ),
    "another task": (
        lambda rows: rows[0]["doc"].update(task="holder"),
        "task: found 'holder'; allowed: stance",
    ),
    "one too few": (
        lambda rows: rows[0]["filtered_resps"].pop(),
        "filtered_resps: found '[['",
    ),
    "not a number": (
        lambda rows: rows[0]["filtered_resps"].__setitem__(0, ["nan", "False"]),
        "a log-likelihood for each of pro-US, pro-Iran, neutral",
    ),
    "words": (
        lambda rows: rows[0].update(filtered_resps=["I think it is pro-US"]),
        "line  1 (article-0#001): answer: found 'I think it is pro-US'",
    ),
    "no sample": (
        lambda rows: rows.__setitem__(0, {"sentence_id": "article-0#001", "label": "neutral"}),
        "line  1: found 'Object missing required field `doc`'; allowed: one JSON object with doc",
    ),
}


@pytest.mark.parametrize("broken", BROKEN_SAMPLES)
def test_every_fault_of_the_harnesss_log_is_located(
    bench: Benchmark, broken: str, tmp_path: Path
) -> None:
    break_it, message = BROKEN_SAMPLES[broken]
    rows = samples()
    break_it(rows)
    told = faults(bench, rows, "lm-eval", tmp_path)
    assert any(message in line for line in told), told


def test_a_task_without_choices_takes_no_log(bench: Benchmark) -> None:
    with pytest.raises(InputError, match="leave it out: actors cannot be asked with choices"):
        score(bench, LOG, task="actors", system="lm", form="lm-eval", draws=100)


def test_a_log_is_submitted_as_predictions_are(bench: Benchmark) -> None:
    made = submit(
        bench, {}, LOG, task="stance", system="lm", title="A model", description="Asked once.",
        form="lm-eval", draws=100,
    )  # fmt: skip
    stored = made["lm", "stance"]
    assert stored.result.kind == "submitted"
    again = read_lines(stored.predictions, bench.golds["stance"], "stored")
    assert len(again) == len(samples())


def _task(path: Path) -> Json:
    """Read a task as the harness does: what it includes first, its own words over that."""
    own: Json = yaml.safe_load(path.read_text("utf-8"))
    assert set(own) <= TASK_FIELDS
    if "include" not in own:
        return own
    return _task(path.with_name(own.pop("include"))) | own


def test_the_harness_has_a_task_for_every_split_and_asks_what_the_hubs_benchmark_asks(
    repo: Corpus, tmp_path: Path
) -> None:
    tasks = [_task(path) for path in sorted(TASKS.glob("*.yaml"))]
    loaded = datasets.load_dataset(str(repo.dataset), "prompts", cache_dir=str(tmp_path))
    assert {task["test_split"] for task in tasks} == set(loaded)
    for task in tasks:
        assert task["task"] == f"usiran_{task['test_split']}"
        assert (task["dataset_path"], task["dataset_name"]) == ("dataset", "prompts")
        assert (task["output_type"], task["num_fewshot"]) == ("multiple_choice", 0)
        row = loaded[task["test_split"]][5]
        asked = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(
            task["doc_to_text"]
        )
        wanted = TEMPLATE.format(prompt=row["text"], **row) + "\nAnswer:"
        assert asked.render(row) == wanted
        assert row[task["doc_to_choice"]][row[task["doc_to_target"]]] == row["answer"]
