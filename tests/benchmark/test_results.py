"""Claims about result files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.support.benches import MakeBench, bench, run_pairs
from tests.support.command import tree
from usiran.benchmark.results import Stored, json_bytes, paths, read_results, sha256
from usiran.benchmark.run import (
    evaluate,
)
from usiran.benchmark.write_results import publish
from usiran.errors import FileError, InputError

__all__ = ["bench"]


def _break_json(result: Path, _: Path) -> None:
    result.write_bytes(result.read_bytes()[:100])


def _break_type(result: Path, _: Path) -> None:
    result.write_text(result.read_text().replace('"seed": 0', '"seed": "0"'))


def _without_draws(result: Path, _: Path) -> None:
    result.write_text(result.read_text().replace('"draws": 300', '"draws": 0'))


def _with_endless_draws(result: Path, _: Path) -> None:
    result.write_text(result.read_text().replace('"draws": 300', '"draws": 2000000000'))


def _seed_below_zero(result: Path, _: Path) -> None:
    result.write_text(result.read_text().replace('"seed": 0', '"seed": -1'))


def _break_predictions(_: Path, predictions: Path) -> None:
    predictions.write_text(predictions.read_text().replace("neutral", "pro-US", 1))


def _drop_predictions(_: Path, predictions: Path) -> None:
    predictions.unlink()


def _move(result: Path, _: Path) -> None:
    result.rename(result.with_name("holder.json"))


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (_break_json, "stance.json: found 'Input data was truncated"),
        (_break_type, "Expected `int`, got `str`"),
        (_without_draws, "Expected `int` >= 100 - at `$.draws`"),
        (_with_endless_draws, "Expected `int` <= 1000000 - at `$.draws`"),
        (_seed_below_zero, "Expected `int` >= 0 - at `$.seed`"),
        (_break_predictions, "stance.predictions.jsonl: found 'other content than was scored'"),
        (_drop_predictions, "stance.predictions.jsonl: found 'no predictions'"),
        (_move, "holder.json: found 'a result of tfidf-nb/stance'"),
    ],
)
def test_a_broken_results_folder_is_one_clear_line(
    bench: MakeBench, break_it: Callable[[Path, Path], None], message: str
) -> None:
    made = bench(sentences=6)
    publish(made, run_pairs(made, ("stance", "tfidf-nb")))
    break_it(*paths(made.corpus, "tfidf-nb", "stance"))
    with pytest.raises(FileError, match=re.escape(message)) as caught:
        read_results(made.corpus)
    assert "\n" not in str(caught.value)


def _with_probability(stored: Stored, shift: float) -> Stored:
    lines = [json.loads(line) for line in stored.predictions.splitlines()]
    lines[0]["probabilities"][0] = round(lines[0]["probabilities"][0] + shift, 4)
    predictions = "".join(json.dumps(line) + "\n" for line in lines).encode("utf-8")
    result = msgspec.structs.replace(stored.result, predictions_sha256=sha256(predictions))
    return Stored(result, predictions)


def test_a_run_that_differs_in_the_last_place_changes_no_file(bench: MakeBench) -> None:
    made, key = bench(sentences=6), ("tfidf-nb", "stance")
    fresh = run_pairs(made, ("stance", "tfidf-nb"))
    publish(made, fresh)
    before = tree(made.corpus.root)
    kept = publish(made, {key: _with_probability(fresh[key], 0.0001)})
    assert (tree(made.corpus.root), kept[key]) == (before, fresh[key])
    other = _with_probability(fresh[key], 0.0002)
    assert publish(made, {key: other})[key] == other
    assert tree(made.corpus.root) != before
    seeded = Stored(msgspec.structs.replace(fresh[key].result, seed=1), fresh[key].predictions)
    assert publish(made, {key: seeded})[key] == seeded


def test_predictions_that_do_not_fit_the_gold_are_refused(bench: MakeBench) -> None:
    made = bench(sentences=6)
    stored = evaluate(made, "stance", "majority", seed=0, draws=200)
    for content, message in (
        (b"{", "one JSON object with sentence_id and label"),
        (b"".join(stored.predictions.splitlines(keepends=True)[1:]), "found 'no line'"),
        (stored.predictions.replace(b'"label"', b'"lable"'), "unknown field"),
        (stored.predictions.replace(b'"label":"neutral"', b'"spans":[]'), "found 'no label'"),
    ):
        with pytest.raises(InputError, match=message):
            made.outcomes(Stored(stored.result, content))


def test_a_result_file_reads_back_as_it_was_written(bench: MakeBench) -> None:
    stored = evaluate(bench(sentences=6), "events", "cue-lexicon", seed=0, draws=200)
    text = json_bytes(stored.result)
    assert msgspec.json.decode(text, type=type(stored.result)) == stored.result
    assert text.endswith(b"}\n")
