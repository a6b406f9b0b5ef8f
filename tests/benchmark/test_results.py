"""Claims about result files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.support.benches import MakeBench, bench, run_pairs
from usiran.benchmark.results import Stored, json_bytes, paths, read_results
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
