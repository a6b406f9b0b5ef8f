"""Claims about `usiran benchmark score`, `verify`, `submit` and `rescore` as a user runs them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support import synthetic
from tests.support.command import call, run, tree
from usiran.corpus import Corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A whole invented corpus with one own result; its tests restore what they change."""
    root = tmp_path_factory.mktemp("entries")
    made = synthetic.write_corpus(root, synthetic.tables(articles=3, sentences=6))
    words = ("--task", "stance", "--system", "majority", "--draws", "100", "--quiet")
    assert call("benchmark", "run", *words, at=made).code == 0
    return made


@pytest.fixture
def predictions(corpus: Corpus, tmp_path: Path) -> Path:
    content = (corpus.baselines / "results/majority/stance.predictions.jsonl").read_bytes()
    (tmp_path / "mine.jsonl").write_bytes(content)
    return tmp_path / "mine.jsonl"


SCORE = ("--task", "stance", "--system", "mine", "--draws", "100")


def test_score_prints_and_writes_and_verify_tells_a_changed_row(
    corpus: Corpus, predictions: Path, tmp_path: Path
) -> None:
    before = tree(corpus.root)
    result = tmp_path / "r.json"
    done = run("benchmark", "score", predictions, *SCORE, "--output", result, at=corpus)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("mine on stance: macro-F1\n")
    done = call("benchmark", "verify", result, predictions, at=corpus)
    assert (done.code, done.out, done.err) == (0, "", "1 of 1 verified, 0 findings.\n")
    lines = predictions.read_text().splitlines()
    line = json.loads(lines[0])
    line["label"] = "pro-US" if line["label"] != "pro-US" else "neutral"
    predictions.write_text("\n".join([json.dumps(line), *lines[1:]]))
    done = call("benchmark", "verify", result, predictions, "--json", at=corpus)
    assert done.code == 1
    document = json.loads(done.out)
    assert document["verified"] == []
    assert "score" in {one["column"] for one in document["findings"]}
    assert tree(corpus.root) == before


def test_faults_are_listed_and_nothing_is_written(
    corpus: Corpus, predictions: Path, tmp_path: Path
) -> None:
    before = tree(corpus.root)
    text = predictions.read_text().replace('"label":"', '"label":"x', 2)
    predictions.write_text(text)
    done = call("benchmark", "score", predictions, *SCORE, "--output", tmp_path / "r", at=corpus)
    assert (done.code, done.out) == (1, "")
    assert [line.split(": ")[1].split(" (")[0] for line in done.err.splitlines()] == [
        "line  1", "line  2",
    ]  # fmt: skip
    done = call("benchmark", "submit", predictions, *SCORE, "--title", "T", "--description", "D",
               "--json", at=corpus)  # fmt: skip
    assert done.code == 1
    assert len(json.loads(done.out)["findings"]) == 2
    assert not (tmp_path / "r").exists()
    assert tree(corpus.root) == before


def test_many_findings_of_a_kind_are_one_line_and_json_lists_them(
    corpus: Corpus, predictions: Path
) -> None:
    predictions.write_text(re.sub(r'"label":"[^"]+"', '"label":"Neutral"', predictions.read_text()))
    count = len(predictions.read_text().splitlines())
    done = call("benchmark", "score", predictions, *SCORE, at=corpus)
    kind, way = done.err.splitlines()
    assert f"label: {count} times, found 'Neutral', first at line  1 (" in kind
    assert kind.endswith("to mend: did you mean 'neutral'?")
    assert way == "--json lists every one of them"
    done = call("benchmark", "score", predictions, *SCORE, "--json", at=corpus)
    assert len(json.loads(done.out)["findings"]) == count
    result = corpus.baselines / "results/majority/stance.json"
    done = call("benchmark", "verify", result, predictions, at=corpus)
    assert (done.code, len(done.out.splitlines())) == (1, 1)
    assert done.err.splitlines()[0] == "--json lists every one of them"


def test_a_log_of_another_form_is_told_once_with_the_option_that_reads_it(
    corpus: Corpus, predictions: Path
) -> None:
    found = "found 'the form predictions'; allowed: lines of the form answers"
    done = call("benchmark", "score", predictions, *SCORE, "--from", "answers", at=corpus)
    assert done.err.endswith(f": {found}; to mend: did you mean --from predictions?\n")
    predictions.write_text(predictions.read_text().replace('"label":', '"answer":'))
    done = call("benchmark", "score", predictions, *SCORE, at=corpus)
    assert done.err.endswith("; to mend: did you mean --from answers?\n")
    assert done.err.count("\n") == 1


def test_a_submission_is_taken_out_as_the_help_says(corpus: Corpus, predictions: Path) -> None:
    assert call("benchmark", "leaderboard", at=corpus).code == 0
    before = tree(corpus.root)
    words = ("--title", "Mine", "--description", "By hand.")
    assert call("benchmark", "submit", predictions, *SCORE, *words, at=corpus).code == 0
    assert tree(corpus.root) != before
    shutil.rmtree(corpus.baselines / "results/mine")
    assert call("benchmark", "leaderboard", at=corpus).code == 0
    assert tree(corpus.root) == before
    told = call("benchmark", "submit", "--help", at=corpus).out
    assert "delete its folder in baselines/results/ and run" in " ".join(told.split())


def test_submit_verify_all_and_rescore_go_together(corpus: Corpus, predictions: Path) -> None:
    words = ("--title", "Mine", "--description", "By hand.")
    done = call("benchmark", "submit", predictions, *SCORE, *words, at=corpus)
    assert done.code == 0
    assert "stored in baselines/results/mine/" in done.err
    assert done.err.splitlines()[-1].startswith("next: `usiran benchmark report`")
    assert call("benchmark", "leaderboard", "--check", at=corpus).code == 0
    done = call("benchmark", "verify", "--all", at=corpus)
    assert (done.code, done.err) == (0, "2 of 2 verified, 0 findings.\n")
    folds = corpus.source / "folds.csv"
    kept = folds.read_bytes()
    rows = kept.decode().splitlines()
    folds.write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n")
    assert call("benchmark", "verify", "--all", at=corpus).code == 1
    before = tree(corpus.root)
    done = call("benchmark", "rescore", at=corpus)
    assert "nothing written; --write stores the new results" in done.err
    assert tree(corpus.root) == before
    done = call("benchmark", "rescore", "--json", "--write", at=corpus)
    assert [row["system"] for row in json.loads(done.out)] == ["majority", "mine"]
    assert call("benchmark", "verify", "--all", at=corpus).code == 0
    folds.write_bytes(kept)
    assert call("benchmark", "rescore", "--write", at=corpus).code == 0


@pytest.mark.parametrize(
    "words", [("verify", "--all"), ("verify", "RESULT"), ("leaderboard", "--check")]
)
@pytest.mark.parametrize(("field", "value"), [("draws", 0), ("seed", -1)])
def test_a_result_edited_out_of_range_is_one_line(
    corpus: Corpus, words: tuple[str, ...], field: str, value: int
) -> None:
    path = corpus.baselines / "results/majority/stance.json"
    kept = path.read_bytes()
    path.write_text(json.dumps(json.loads(kept) | {field: value}))
    done = call("benchmark", *(path if word == "RESULT" else word for word in words), at=corpus)
    path.write_bytes(kept)
    assert done.code == 1
    text = done.out + done.err
    told = [line.removeprefix("usiran: ") for line in text.splitlines() if "found '" in line]
    assert "Traceback" not in text
    assert len(told) == 1
    assert told[0].startswith("baselines/results/majority/stance.json: found 'Expected `int` >= ")
    assert f"$.{field}" in told[0]


def test_a_built_in_name_is_refused(corpus: Corpus, predictions: Path) -> None:
    words = ("--task", "stance", "--system", "tagger", "--title", "T", "--description", "D")
    done = call("benchmark", "submit", predictions, *words, at=corpus)
    assert done.code == 1
    assert "a name that no built-in system has" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("words", [("verify",), ("verify", "x.json", "--all"), ("score", "x")])
def test_wrong_usage_exits_2(corpus: Corpus, words: tuple[str, ...]) -> None:
    assert call("benchmark", *words, at=corpus).code == 2
