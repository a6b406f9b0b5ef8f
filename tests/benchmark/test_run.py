"""Claims about the registry and whole runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sklearn.base import clone

from tests.support import synthetic
from tests.support.benches import MakeBench, bench, files_of, run_pairs
from usiran.benchmark.results import paths
from usiran.benchmark.run import evaluate, run_replicates
from usiran.benchmark.workers import run_all
from usiran.benchmark.write_results import publish
from usiran.errors import FileError, InputError
from usiran.models.fit_cache import forget
from usiran.models.registry import SYSTEMS

__all__ = ["bench"]


def test_every_system_has_settings_that_build_it_for_every_task_it_names(bench: MakeBench) -> None:
    made = bench()
    assert sorted(p.stem for p in made.corpus.baselines.glob("*.toml")) == sorted(SYSTEMS)
    for name, settings in made.library.items():
        # A task may be served by the settings of another; not where that is said to be beside it.
        named = {*settings.tasks, *settings.not_applicable}
        assert named - {"toward_us", "toward_iran", "affiliation", "linking"} == {
            "stance",
            "holder",
            "actors",
            "events",
            "roles",
            "roles_end_to_end",
        }
        for task in settings.tasks:
            system = SYSTEMS[name].build(made.build_context(task, name, 0))
            assert repr(clone(system)) == repr(system)


def test_every_control_of_the_protocol_is_there(bench: MakeBench) -> None:
    controls = [name for name, one in bench().library.items() if one.kind == "control"]
    assert controls == ["majority", "stratified", "article-prior", "cue-lexicon",
                        "shuffled-within", "permuted-articles", "exact-alias"]  # fmt: skip


def test_the_word_lists_cover_every_label(bench: MakeBench) -> None:
    made = bench()
    lists = made.library["cue-lexicon"].lexicon
    assert tuple(lists["actors"]) == made.golds["actors"].task.labels
    assert tuple(lists["events"]) == made.golds["events"].task.labels


def test_the_plan_holds_every_task_that_can_be_evaluated_and_every_system_of_it(
    bench: MakeBench,
) -> None:
    plan = bench().plan()
    assert len(plan) == 14 + 13 + 13 + 13 + 9 + 7 + 9 + 6 + 6 + 3
    assert "article_stance" not in {task for task, _ in plan}
    assert bench().plan(["article_stance"]) == []
    assert bench().plan(["contrast"]) == []


def test_peers_run_where_they_are_asked_for_and_their_absence_is_told(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench()
    peers = {name for name, system in SYSTEMS.items() if system.packages}
    assert peers == {"crf", "minilm", "attitudes-minilm"}
    assert not peers & {system for _, system in made.plan()}
    # A package that is there nowhere stands for one that is not installed here.
    lacking = replace(SYSTEMS["crf"], packages=("no_such_package",))
    monkeypatch.setitem(SYSTEMS, "crf", lacking)
    assert made.absent_peers()["crf"] == (
        "skipped: no package no_such_package; to mend: pip install 'usiran[peers]'"
    )
    assert ("actors", "crf") not in made.plan(peers=True)
    with pytest.raises(FileError, match="no package no_such_package"):
        made.plan(systems=["crf"])
    monkeypatch.setitem(SYSTEMS, "crf", replace(lacking, packages=("json",)))
    assert ("actors", "crf") in made.plan(peers=True)
    assert made.plan(["actors"], ["crf"]) == [("actors", "crf")]


def test_systems_that_run_on_none_of_the_tasks_are_refused(bench: MakeBench) -> None:
    with pytest.raises(InputError, match="none that tagger runs on'; allowed: actors, events"):
        bench().plan(["stance"], ["tagger"])


def test_the_planted_signal_is_found_and_the_controls_are_at_chance(bench: MakeBench) -> None:
    made = bench()
    controls = ("shuffled-within", "permuted-articles", "stratified", "article-prior")
    pairs = made.plan(["stance"], [*controls, "tfidf-logreg"])
    found = {name: stored.result for (name, _), stored in run_pairs(made, *pairs).items()}
    for name in ("shuffled-within", "permuted-articles", "stratified"):
        assert abs(found[name].score - found[name].chance) < 0.08, name
    assert found["article-prior"].interval[0] <= found["article-prior"].chance
    assert found["tfidf-logreg"].score == 1.0


def test_shuffled_types_leave_boundaries_and_take_the_types(bench: MakeBench) -> None:
    found = run_pairs(bench(sentences=12), ("actors", "shuffled-within"))
    result = found["shuffled-within", "actors"].result
    assert result.scores["exact_f1"] > 0.9
    assert result.interval[0] <= result.chance <= result.score + 0.2


def test_replicates_are_averaged_and_written_one_line_each(bench: MakeBench) -> None:
    made = bench()
    stored = evaluate(made, "stance", "stratified", seed=0, draws=200)
    assert stored.result.replicates == 3
    lines = [json.loads(line) for line in stored.predictions.splitlines()]
    assert len(lines) == 3 * 120
    assert lines[-1]["replicate"] == 2
    assert "reference" not in lines[-1]
    assert stored.result.confusion is not None
    assert sum(map(sum, stored.result.confusion.cells)) == pytest.approx(120)


def test_relabelled_controls_state_what_each_line_was_scored_against(bench: MakeBench) -> None:
    made = bench()
    stored = evaluate(made, "actors", "shuffled-within", seed=3, draws=200)
    back = made.outcomes(stored)
    again = run_replicates(made, "actors", "shuffled-within", 3)
    assert [one.gold.values.tolist() for one in back] == [one.gold.values.tolist() for one in again]


def test_stored_predictions_give_the_stored_score_again(bench: MakeBench) -> None:
    made = bench(sentences=4)
    # One of each task, and one of each way to make predictions.
    pairs = [*made.plan(systems=("majority", "gazetteer")), ("stance", "tfidf-nb")]
    pairs += [("stance", "stratified"), ("roles_end_to_end", "stratified")]
    pairs += [("stance", "permuted-articles"), ("actors", "shuffled-within")]
    for (_, task), stored in run_pairs(made, *pairs).items():
        scorer = made.golds[task].scorer
        rows = [scorer.counts(one.gold, one.predictions) for one in made.outcomes(stored)]
        again = float(scorer.headline(sum(rows).sum(axis=0)))  # type: ignore[union-attr]  # never empty
        assert again == pytest.approx(stored.result.score, abs=1e-6)


def test_span_predictions_are_written_with_offsets_in_the_article(bench: MakeBench) -> None:
    made = bench()
    stored = evaluate(made, "actors", "gazetteer", seed=0, draws=200)
    line = json.loads(stored.predictions.splitlines()[30])
    tables = synthetic.tables()
    row = tables["actors"].iloc[30]
    assert line == {
        "sentence_id": row["sentence_id"],
        "spans": [[row["start"], row["end"], row["type"]]],
    }


def test_two_runs_write_the_same_bytes_and_another_seed_does_not(bench: MakeBench) -> None:
    made = bench(sentences=4)
    # One of each kind: drawn, tuned, relabelled, decided from parts.
    pairs = made.plan(["stance"], ["stratified", "tfidf-logreg", "attitudes"])
    pairs += [("actors", "stratified"), ("events", "tagger"), ("actors", "shuffled-within")]
    first = run_all(made, pairs, seed=0, draws=100)
    forget()
    assert run_all(made, pairs, seed=0, draws=100) == first
    other = run_all(made, [("stance", "stratified")], seed=9, draws=100)
    assert other["stratified", "stance"].predictions != first["stratified", "stance"].predictions


def test_a_partial_run_changes_its_own_results_and_the_leaderboard_only(bench: MakeBench) -> None:
    made = bench(sentences=6)
    publish(made, run_pairs(made, ("stance", "majority"), ("stance", "tfidf-nb")))
    before = files_of(made)
    publish(made, run_pairs(made, ("stance", "stratified")))
    after = files_of(made)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        "baselines/LEADERBOARD.md",
        "baselines/results/stratified/stance.json",
        "baselines/results/stratified/stance.predictions.jsonl",
    }
    assert "tfidf-nb" in (made.corpus.baselines / "LEADERBOARD.md").read_text()


def test_a_result_holds_everything_the_protocol_asks_for(bench: MakeBench) -> None:
    made = bench()
    publish(made, run_pairs(made, ("stance", "tfidf-logreg")))
    result = json.loads(paths(made.corpus, "tfidf-logreg", "stance")[0].read_bytes())
    assert (result["protocol"], result["seed"], result["draws"]) == ("v2", 0, 300)
    assert (result["sentences"], result["articles"]) == (120, 5)
    assert result["gold_sha256"] == made.golds["stance"].sha256
    assert result["folds_sha256"] == made.folds
    names = {"macro_f1", "accuracy", "mcc", "soft", "brier", "without_contested"}
    assert set(result["scores"]) == names
    assert list(result["per_article"]) == [f"article-{i}" for i in range(5)]
    assert set(result["per_class"]["type"]["neutral"]) == {"precision", "recall", "f1", "support"}
    assert result["confusion"]["labels"] == ["pro-US", "pro-Iran", "neutral"]
    assert result["settings"]["C"] == [0.01, 0.1, 1.0, 10.0]
