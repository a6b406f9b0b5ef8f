"""Claims about scoring, submitting and rescoring anybody's predictions."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.support import synthetic
from tests.support.benches import run_pairs
from tests.support.entries import bench, gold_lines, open_benchmark, submitted, write
from usiran.benchmark.predictions.lines import prediction_bytes, read_lines
from usiran.benchmark.rescore import rescore
from usiran.benchmark.results import (
    Result,
    card_path,
    json_bytes,
    paths,
    read_results,
)
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import read_parameters, score, submit
from usiran.benchmark.verify import verify, verify_all
from usiran.benchmark.write_results import outdated, publish
from usiran.errors import FileError, InputError
from usiran.models.registry import SYSTEMS

__all__ = ["bench"]


def test_a_result_states_its_settings_and_environment(bench: Benchmark, tmp_path: Path) -> None:
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
        ("s.json", b'{"\\ud800": 1}', "surrogates not allowed"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=message):
        read_parameters(tmp_path / name)


@pytest.mark.parametrize("name", ["My System", "", "a--b", "../x", "x\n"])
def test_a_name_that_is_no_slug_is_refused(bench: Benchmark, tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "p", gold_lines(bench, "stance"))
    with pytest.raises(InputError, match="--system"):
        score(bench, path, task="stance", system=name, draws=100)


def test_a_submission_is_file_result_card_and_a_row_of_the_leaderboard(
    bench: Benchmark, tmp_path: Path
) -> None:
    publish(bench, run_pairs(bench, ("stance", "majority"), draws=100))
    publish(bench, submitted(bench, tmp_path, url="https://example.org/mine"))
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
    assert outdated(bench) == []
    assert not any(one.findings for one in verify_all(bench))


def test_a_second_task_joins_the_card_and_the_words_hold_for_both(
    bench: Benchmark, tmp_path: Path
) -> None:
    publish(bench, submitted(bench, tmp_path))
    publish(bench, submitted(bench, tmp_path, "actors", description="Made <b>again</b>."))
    card = card_path(bench.corpus, "mine").read_text()
    assert "| actors | strict F1 | 1.00 |" in card
    assert "| stance | macro-F1 | 1.00 |" in card
    assert r"Mine. Made \<b\>again\</b\>." in card
    assert not any(one.findings for one in verify_all(bench))


def test_a_built_in_name_and_a_taken_one_are_refused(bench: Benchmark, tmp_path: Path) -> None:
    path = write(tmp_path / "p", gold_lines(bench, "stance"))
    for name in SYSTEMS:
        with pytest.raises(InputError, match="a name that no built-in system has"):
            submit(bench, {}, path, task="stance", system=name, title="T", description="D",
                   draws=100)  # fmt: skip
    publish(bench, submitted(bench, tmp_path))
    with pytest.raises(FileError, match="an earlier submission"):
        submitted(bench, tmp_path)
    assert set(submitted(bench, tmp_path, force=True)) == {("mine", "stance")}


@pytest.mark.parametrize(
    ("option", "text"),
    [("title", " "), ("description", "two\nlines"), ("url", "javascript:x"), ("url", "https://")],
)
def test_words_that_would_break_the_card_are_refused(
    bench: Benchmark, tmp_path: Path, option: str, text: str
) -> None:
    with pytest.raises(InputError, match=f"--{option}"):
        submitted(bench, tmp_path, **{option: text})


# Rescoring


def test_nothing_changes_while_the_gold_is_the_same(bench: Benchmark, tmp_path: Path) -> None:
    pairs = [("stance", "majority"), ("stance", "shuffled-within")]
    publish(bench, run_pairs(bench, *pairs, draws=100))
    publish(bench, submitted(bench, tmp_path))
    rows, fresh = rescore(bench, read_results(bench.corpus))
    assert [(row.system, row.changed) for row in rows] == [
        ("majority", False), ("mine", False), ("shuffled-within", False),
    ]  # fmt: skip
    assert dict(fresh) == read_results(bench.corpus)


def test_results_of_before_there_was_a_score_are_refused_until_they_are_scored_again(
    bench: Benchmark, tmp_path: Path
) -> None:
    pairs = [("stance", "majority"), ("stance", "shuffled-within")]
    now = {**run_pairs(bench, *pairs, draws=100), **submitted(bench, tmp_path)}
    for (system, task), stored in now.items():
        scores = {key: value for key, value in stored.result.scores.items() if key != "mcc"}
        path, predictions = paths(bench.corpus, system, task)
        path.parent.mkdir(parents=True)
        path.write_bytes(json_bytes(msgspec.structs.replace(stored.result, scores=scores)))
        predictions.write_bytes(stored.predictions)
    with pytest.raises(FileError, match=r"stance\.json: found 'no score mcc'; .* accuracy, mcc, "):
        publish(bench, {})
    _, fresh = rescore(bench, read_results(bench.corpus))
    assert fresh == now
    publish(bench, fresh)
    assert outdated(bench) == []


def test_old_predictions_are_scored_on_new_gold_and_written_when_asked(
    bench: Benchmark, tmp_path: Path
) -> None:
    publish(bench, run_pairs(bench, ("stance", "shuffled-within"), draws=100))
    publish(bench, submitted(bench, tmp_path))
    tables = dict(synthetic.tables(sentences=6))
    stance = tables["stance"].copy()
    stance.loc[0, "stance"] = "pro-US" if stance.loc[0, "stance"] != "pro-US" else "neutral"
    other = Benchmark.of(bench.corpus, tables | {"stance": stance})
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
    bench: Benchmark, tmp_path: Path
) -> None:
    publish(bench, submitted(bench, tmp_path))
    more = open_benchmark(tmp_path, sentences=7)
    (row,), fresh = rescore(more, read_results(more.corpus), ["mine"])
    assert fresh == {}
    assert "allowed: a line for every scored sentence" in row.reason or "offsets" in row.reason
    with pytest.raises(InputError, match="found 'nobody'"):
        rescore(more, read_results(more.corpus), ["nobody"])


def test_stored_predictions_are_written_as_a_run_writes_them(
    bench: Benchmark, tmp_path: Path
) -> None:
    (stored,) = submitted(bench, tmp_path).values()
    assert isinstance(stored.result, Result)
    lines = read_lines(stored.predictions, bench.golds["stance"], "p")
    assert prediction_bytes(lines) == stored.predictions
