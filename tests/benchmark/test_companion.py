"""Claims about the track of systems that are trained with the companion."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from tests.support import synthetic
from tests.support.benches import MakeBench, bench
from usiran.benchmark.companion.board import render_block, twins
from usiran.benchmark.companion.curve import curve, parts
from usiran.benchmark.companion.track import TRACK, learning_from, with_companion
from usiran.benchmark.protocol import run
from usiran.benchmark.rescore import rescore
from usiran.benchmark.results import json_bytes, read_results
from usiran.benchmark.run import Benchmark, evaluate, run_replicates
from usiran.benchmark.unchanged import run_changed
from usiran.benchmark.verify import verify
from usiran.benchmark.write_results import publish
from usiran.errors import InputError
from usiran.tasks.base import Objects, Tables, of_companion

__all__ = ["bench"]


def companion_tables() -> Tables:
    """Invented tables under ids that no article has."""
    tables = synthetic.tables(articles=3, sentences=6, seed=11)
    renamed = {}
    for name, frame in tables.items():
        ids = [key for key in ("article_id", "sentence_id") if key in frame]
        renamed[name] = frame.assign(**{key: "p-" + frame[key] for key in ids})
    return renamed


def track(made: Benchmark) -> Benchmark:
    tables = companion_tables()
    return learning_from(made, tables, tables)


class Watching(DummyClassifier):  # type: ignore[misc]  # sklearn is untyped
    """Keeps what it was shown."""

    seen: list[tuple[pd.DataFrame, pd.DataFrame]] = []  # noqa: RUF012  (copies share it)

    def fit(self, X: pd.DataFrame, y: Objects) -> Watching:
        """Keep the training records."""
        self.learned_ = X
        return super().fit(X, y)  # type: ignore[no-any-return]

    def predict_proba(self, X: pd.DataFrame) -> object:
        """Keep the records that are asked about."""
        self.seen.append((self.learned_, X))
        return super().predict_proba(X)


@pytest.mark.parametrize("task", ["stance", "holder"])
def test_the_companion_is_in_every_training_part_and_never_asked(
    bench: MakeBench, task: str
) -> None:
    made = track(bench(sentences=6))
    Watching.seen.clear()
    run(Watching(), made.golds[task])
    assert len(Watching.seen) == 5
    for learned, asked in Watching.seen:
        assert of_companion(learned).sum() == 18
        assert "companion" not in asked
        assert set(asked["article_id"]).isdisjoint(learned["article_id"])
        assert len(set(learned["article_id"])) == 4 + 3


def test_the_gold_that_is_scored_is_that_of_the_official_track(bench: MakeBench) -> None:
    made = bench(sentences=6)
    other = track(made)
    for name, gold in made.golds.items():
        assert other.golds[name].sha256 == gold.sha256
        assert other.golds[name].articles.tolist() == gold.articles.tolist()
    assert "companion" not in other.golds["stance"].records


def test_contrast_is_learned_from_the_stances_of_both(bench: MakeBench) -> None:
    other = track(bench(sentences=6))
    learned = other.golds["stance"].source
    assert other.golds["contrast"].source.records.equals(learned.records)


def test_only_systems_whose_settings_say_how_to_mix_are_in_it(bench: MakeBench) -> None:
    other = track(bench(sentences=6))
    assert {"attitudes", "tagger", "role-pairs", "shuffled-within"} <= set(other.systems)
    assert {"majority", "gazetteer", "who-to-whom"}.isdisjoint(other.systems)
    assert {system for _, system in other.plan()} <= set(other.systems)
    with pytest.raises(InputError, match="majority"):
        other.plan(["stance"], ["majority"])


def test_its_results_say_so_and_are_stale_with_another_companion(bench: MakeBench) -> None:
    made = bench(sentences=6)
    other = track(made)
    result = evaluate(other, "stance", "attitudes", seed=0, draws=100).result
    assert (result.track, result.companion_sha256) == (TRACK, other.companion_sha256)
    assert result.settings["articles_weight"] == [0.0, 1.0, 4.0]
    assert not other.is_stale(result)
    assert made.is_stale(result)
    assert replace(other, companion_sha256="0" * 64).is_stale(result)
    plain = evaluate(made, "stance", "attitudes", seed=0, draws=100).result
    assert not made.is_stale(plain)
    assert other.is_stale(plain)
    assert "articles_weight" not in plain.settings
    # What each article's fold chose is in the result, and of those with a companion alone.
    assert isinstance(result.mixtures, dict)
    assert set(result.mixtures) == set(made.golds["stance"].article_ids)
    weights = {chosen["articles_weight"] for (chosen,) in result.mixtures.values()}
    assert weights <= {0.0, 1.0, 4.0}
    assert plain.mixtures is msgspec.UNSET


def test_the_control_learns_labels_shuffled_within_each_source(bench: MakeBench) -> None:
    other = track(bench(sentences=6))
    (first, _) = run_replicates(other, "stance", "shuffled-within", 0)
    gold = other.golds["stance"]
    assert first.gold.values.tolist() == gold.values.tolist()
    learned, true = first.gold.source, gold.source
    assert learned.values.tolist() != true.values.tolist()
    own = of_companion(true.records)
    for rows in (own, ~own):
        assert sorted(learned.values[rows]) == sorted(true.values[rows])
    assert np.mean(first.predictions.values == gold.values) < 0.75


def test_stored_predictions_of_the_track_are_scored_again(bench: MakeBench) -> None:
    other = track(bench(sentences=6))
    stored = evaluate(other, "stance", "tfidf-nb", seed=0, draws=100)
    results = {("tfidf-nb", "stance"): stored}
    (row,), fresh = rescore(other, results)
    assert not row.changed
    assert fresh == results
    # What another companion taught is no prediction of the present track.
    (row,), fresh = rescore(replace(other, companion_sha256="0" * 64), results)
    assert (row.new, fresh) == (None, {})
    assert row.reason.startswith("it learned from another companion")


@pytest.mark.parametrize(
    ("task", "system"),
    [("actors", "filtered-lexicon"), ("roles", "role-pairs"), ("stance", "stance-from-sides")],
)
def test_systems_of_every_kind_learn_with_it(bench: MakeBench, task: str, system: str) -> None:
    stored = evaluate(track(bench(sentences=6)), task, system, seed=0, draws=100)
    assert stored.result.score > stored.result.chance - 0.2
    assert stored.result.sentences == 30


def test_a_corpus_without_a_companion_is_refused(bench: MakeBench) -> None:
    with pytest.raises(InputError, match="without a companion"):
        with_companion(bench(sentences=4))


PAIRS = [("holder", "tfidf-nb"), ("actors", "filtered-lexicon"), ("holder", "shuffled-within")]


def test_its_results_stand_apart_and_verify(bench: MakeBench) -> None:
    made = bench(sentences=6)
    other = track(made)
    ran = run_changed(other, PAIRS, seed=0, draws=100).results
    publish(other, ran)
    assert read_results(made.corpus) == {}
    assert read_results(made.corpus, TRACK) == dict(sorted(ran.items()))
    assert len(run_changed(other, PAIRS, seed=0, draws=100).unchanged) == 3
    for system, task in ran:
        path = other.files_of(system, task)[0]
        assert path.parent.parent.name == "results-with-synthetic"
        assert not verify(other, path).findings
    edited = msgspec.structs.replace(ran["tfidf-nb", "holder"].result, companion_sha256="0" * 64)
    path = other.files_of("tfidf-nb", "holder")[0]
    path.write_bytes(json_bytes(edited))
    (finding,) = verify(other, path).findings
    assert finding.column == "companion_sha256"


def test_each_stands_beside_its_plain_twin_and_the_control_alone(bench: MakeBench) -> None:
    made = bench(sentences=6)
    other = track(made)
    taught = {
        (system, task): evaluate(other, task, system, seed=0, draws=100) for task, system in PAIRS
    }
    plain = {
        key: evaluate(made, key[1], key[0], seed=0, draws=100) for key in taught
    }  # fmt: skip
    first, control = twins(other, "holder", taught, plain)
    assert (first.taught.system, control.taught.system) == ("tfidf-nb", "shuffled-within")
    assert first.plain == plain["tfidf-nb", "holder"].result
    assert first.paired is not None
    low, high = first.paired.interval
    assert low <= first.taught.score - first.plain.score <= high
    assert control.plain is None
    block = render_block(other, taught, plain)
    assert "### holder, with the companion" in block
    assert "0, 1 or 4 times" in block
    assert "18 invented sentences" in block
    assert "shuffled-within (control)" in block
    assert " × " in next(line for line in block.splitlines() if line.startswith("| tfidf-nb"))


def test_a_curve_goes_from_the_plain_twin_to_the_whole_companion(bench: MakeBench) -> None:
    made = bench(sentences=6)
    other = track(made)
    made_curve = curve(other, "holder", "tfidf-nb", draws=100)
    assert made_curve.sizes == (0, 18)
    ends = [evaluate(side, "holder", "tfidf-nb", seed=0, draws=100) for side in (made, other)]
    assert made_curve.scores == tuple(end.result.score for end in ends)


def test_parts_of_a_companion_are_whole_passages_and_nested(bench: MakeBench) -> None:
    source = track(bench(sentences=6)).golds["holder"].source
    smaller, larger = (list(parts(source, size)) for size in (6, 12))
    assert [int(part.of_companion.sum()) for part in (*smaller, *larger)] == [6, 6, 6, 12, 12, 12]
    for small, large in zip(smaller, larger, strict=True):
        assert set(small.articles) < set(large.articles)
        assert (~small.of_companion).sum() == 30
