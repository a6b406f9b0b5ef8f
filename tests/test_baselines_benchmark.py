"""Claims about settings, the registry, whole runs, result files and the leaderboard."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sklearn.base import clone

from tests import synthetic
from usiran.baselines.benchmark import (
    Bench,
    compare_stored,
    evaluate,
    outcomes,
    run_all,
    scorer_of,
)
from usiran.baselines.leaderboard import render
from usiran.baselines.publication import is_current, leaderboard_path, publish
from usiran.baselines.results import Stored, outcomes_of, paths, read_results, result_bytes
from usiran.baselines.settings import chosen, read_settings, settings_sha256
from usiran.baselines.standings import standings
from usiran.baselines.systems import SYSTEMS
from usiran.corpus import Corpus
from usiran.errors import FileFault, InputFault

ROOT = Corpus.find(Path(__file__)).root
MakeBench = Callable[..., Bench]
Keys = dict[tuple[str, str], Stored]


@pytest.fixture
def bench(tmp_path: Path) -> MakeBench:
    """A benchmark over invented tables, in a folder with the real settings."""
    for part in ("annotation/labels.toml", "dataset/corpus.toml"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, tmp_path / part)
    (tmp_path / "dataset/source").mkdir()
    (tmp_path / "dataset/source/folds.csv").write_text("article_id,fold\n")
    (tmp_path / "baselines").mkdir()
    for settings in (ROOT / "baselines").glob("*.toml"):
        shutil.copy(settings, tmp_path / "baselines")
    return lambda **options: Bench.of(Corpus(tmp_path), synthetic.tables(**options))


def _run(bench: Bench, *pairs: tuple[str, str], seed: int = 0) -> Keys:
    return run_all(bench, pairs or bench.plan(), seed=seed, draws=300)


def _tree(bench: Bench) -> dict[str, bytes]:
    files = (p for p in bench.corpus.baselines.rglob("*") if p.is_file())
    return {path.relative_to(bench.corpus.root).as_posix(): path.read_bytes() for path in files}


def test_every_system_has_settings_that_build_it_for_every_task_it_names(bench: MakeBench) -> None:
    made = bench()
    assert sorted(p.stem for p in made.corpus.baselines.glob("*.toml")) == sorted(SYSTEMS)
    for name, settings in made.library.items():
        assert {*settings.tasks, *settings.not_applicable} == {
            "stance",
            "holder",
            "actors",
            "events",
            "roles",
            "roles_end_to_end",
        }
        for task in settings.tasks:
            system = SYSTEMS[name].build(made.order(task, name, 0))
            assert repr(clone(system)) == repr(system)


def test_every_control_of_the_protocol_is_there(bench: MakeBench) -> None:
    controls = [name for name, one in bench().library.items() if one.kind == "control"]
    assert controls == ["majority", "stratified", "article-prior", "cue-lexicon",
                        "shuffled-within", "permuted-articles"]  # fmt: skip


def test_the_word_lists_cover_every_label(bench: MakeBench) -> None:
    made = bench()
    lists = made.library["cue-lexicon"].lexicon
    assert tuple(lists["actors"]) == made.golds["actors"].task.labels
    assert tuple(lists["events"]) == made.golds["events"].task.labels


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('name = "other"', r"missing required field"),
        (
            'name = "x"\nkind = "control"\ntitle = ""\ndescription = ""\ntasks = []\nx = 1',
            "unknown",
        ),
        (
            'name = "y"\nkind = "control"\ntitle = ""\ndescription = ""\ntasks = []',
            "found 'name 'y''",
        ),
        ('name = "x"\nkind = "toy"\ntitle = ""\ndescription = ""\ntasks = []', "Invalid enum"),
        ("name = ", "TOML 1.0"),
    ],
)
def test_faulty_settings_are_refused_in_one_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content)
    with pytest.raises(FileFault, match=message) as caught:
        read_settings(path)
    assert "\n" not in str(caught.value)


def test_a_missing_parameter_and_an_unknown_reference_are_named(bench: MakeBench) -> None:
    made = bench()
    order = made.order("stance", "shuffled-within", 0)
    with pytest.raises(
        FileFault, match=r"baselines/shuffled-within\.toml: found 'no parameter 'C''"
    ):
        order.need("C")
    settings = msgspec.structs.replace(order.settings, parameters={"reference": "bert"})
    with pytest.raises(FileFault, match="found 'reference = 'bert''; allowed: majority, "):
        replace(order, settings=settings).named("reference")


def test_the_settings_hash_tells_parameters_and_word_lists_but_not_descriptions(
    bench: MakeBench,
) -> None:
    library = bench().library
    tagger, cues = library["tagger"], library["cue-lexicon"]
    first = settings_sha256("events", tagger, cues)
    told = msgspec.structs.replace(tagger, description="other words")
    assert settings_sha256("events", told, cues) == first
    changed = msgspec.structs.replace(tagger, parameters={**tagger.parameters, "C": [2.0]})
    shorter = msgspec.structs.replace(cues, lexicon={})
    hashes = {settings_sha256("events", changed, cues), settings_sha256("events", tagger, shorter)}
    assert len({first, *hashes, settings_sha256("actors", tagger, cues)}) == 4


def test_an_unknown_name_is_refused_with_what_is_allowed_and_the_nearest() -> None:
    with pytest.raises(
        InputFault, match="found 'stence'; allowed: stance, holder; to mend: did you"
    ):
        chosen("task", ("stence",), ("stance", "holder"))
    assert chosen("task", (), ("stance", "holder")) == ("stance", "holder")
    assert chosen("task", ("holder", "stance"), ("stance", "holder")) == ("stance", "holder")


def test_the_plan_holds_every_task_that_can_be_evaluated_and_every_system_of_it(
    bench: MakeBench,
) -> None:
    plan = bench().plan()
    assert len(plan) == 12 + 12 + 8 + 8 + 6 + 6
    assert "article_stance" not in {task for task, _ in plan}
    assert bench().plan(["article_stance"]) == []
    assert bench().plan(["contrast"]) == []


def test_peers_run_where_they_are_asked_for_and_their_absence_is_told(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench()
    peers = {name for name, system in SYSTEMS.items() if system.packages}
    assert peers == {"crf", "minilm"}
    assert not peers & {system for _, system in made.plan()}
    # A package that is there nowhere stands for one that is not installed here.
    lacking = replace(SYSTEMS["crf"], packages=("no_such_package",))
    monkeypatch.setitem(SYSTEMS, "crf", lacking)
    assert made.absent_peers()["crf"] == (
        "skipped: no package no_such_package; to mend: pip install 'usiran[peers]'"
    )
    assert ("actors", "crf") not in made.plan(peers=True)
    with pytest.raises(FileFault, match="no package no_such_package"):
        made.plan(systems=["crf"])
    monkeypatch.setitem(SYSTEMS, "crf", replace(lacking, packages=("json",)))
    assert ("actors", "crf") in made.plan(peers=True)
    assert made.plan(["actors"], ["crf"]) == [("actors", "crf")]


def test_systems_that_run_on_none_of_the_tasks_are_refused(bench: MakeBench) -> None:
    with pytest.raises(InputFault, match="none that tagger runs on'; allowed: actors, events"):
        bench().plan(["stance"], ["tagger"])


def test_the_planted_signal_is_found_and_the_controls_are_at_chance(bench: MakeBench) -> None:
    made = bench()
    found = {
        name: stored.result for (name, _), stored in _run(made, *made.plan(["stance"])).items()
    }
    for name in ("shuffled-within", "permuted-articles", "stratified"):
        assert abs(found[name].score - found[name].chance) < 0.08, name
    assert found["article-prior"].interval[0] <= found["article-prior"].chance
    assert found["tfidf-logreg"].score == 1.0


def test_shuffled_types_leave_boundaries_and_take_the_types(bench: MakeBench) -> None:
    found = _run(bench(sentences=12), ("actors", "shuffled-within"))
    result = found["shuffled-within", "actors"].result
    assert result.scores["exact_f1"] > 0.9
    assert result.interval[0] <= result.chance <= result.score + 0.2


def test_replicates_are_averaged_and_written_one_line_each(bench: MakeBench) -> None:
    made = bench()
    stored = evaluate(made, "stance", "stratified", seed=0, draws=200)
    assert stored.result.replicates == 10
    lines = [json.loads(line) for line in stored.predictions.splitlines()]
    assert len(lines) == 10 * 120
    assert lines[-1]["replicate"] == 9
    assert "reference" not in lines[-1]
    assert stored.result.confusion is not None
    assert sum(map(sum, stored.result.confusion.cells)) == pytest.approx(120)


def test_relabelled_controls_state_what_each_line_was_scored_against(bench: MakeBench) -> None:
    made = bench()
    stored = evaluate(made, "stance", "shuffled-within", seed=3, draws=200)
    back = outcomes_of(stored, made.golds["stance"], "x")
    again = outcomes(made, "stance", "shuffled-within", 3)
    assert [one.gold.values.tolist() for one in back] == [one.gold.values.tolist() for one in again]


def test_stored_predictions_give_the_stored_score_again(bench: MakeBench) -> None:
    made = bench(sentences=6)
    names = ("stratified", "shuffled-within", "tfidf-svm", "tfidf-nb", "gazetteer")
    for (_, task), stored in _run(made, *made.plan(systems=names)).items():
        scorer = scorer_of(made.golds[task])
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
    pairs = [*made.plan(["stance"]), ("actors", "stratified"), ("events", "tagger")]
    publish(made, _run(made, *pairs))
    first = _tree(made)
    publish(made, _run(made, *pairs))
    assert _tree(made) == first
    publish(made, _run(made, ("stance", "stratified"), seed=9))
    assert _tree(made) != first


def test_a_partial_run_changes_its_own_results_and_the_leaderboard_only(bench: MakeBench) -> None:
    made = bench(sentences=6)
    publish(made, _run(made, ("stance", "majority"), ("stance", "tfidf-nb")))
    before = _tree(made)
    publish(made, _run(made, ("stance", "stratified")))
    after = _tree(made)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        "baselines/LEADERBOARD.md",
        "baselines/results/stratified/stance.json",
        "baselines/results/stratified/stance.predictions.jsonl",
    }
    assert "tfidf-nb" in (made.corpus.baselines / "LEADERBOARD.md").read_text()


def test_a_result_holds_everything_the_protocol_asks_for(bench: MakeBench) -> None:
    made = bench()
    publish(made, _run(made, ("stance", "tfidf-logreg")))
    result = json.loads(paths(made.corpus, "tfidf-logreg", "stance")[0].read_bytes())
    assert (result["protocol"], result["seed"], result["draws"]) == ("v1", 0, 300)
    assert (result["sentences"], result["articles"]) == (120, 5)
    assert result["gold_sha256"] == made.golds["stance"].sha256
    assert result["folds_sha256"] == made.folds
    assert set(result["scores"]) == {"macro_f1", "accuracy", "mcc", "soft"}
    assert list(result["per_article"]) == [f"article-{i}" for i in range(5)]
    assert set(result["per_class"]["type"]["neutral"]) == {"precision", "recall", "f1", "support"}
    assert result["confusion"]["labels"] == ["pro-US", "pro-Iran", "neutral"]
    assert result["settings"]["C"] == [0.01, 0.1, 1.0, 10.0]


def test_results_made_on_other_gold_or_folds_are_stale_and_not_compared(bench: MakeBench) -> None:
    made = bench(sentences=6)
    publish(made, _run(made, ("holder", "majority"), ("holder", "tfidf-nb")))
    other = bench(sentences=6, seed=8)
    assert all(other.is_stale(stored.result) for stored in read_results(other.corpus).values())
    order = standings(other, "holder", read_results(other.corpus))
    assert (order.rows, len(order.stale)) == ((), 2)
    text = render(other, read_results(other.corpus))
    assert re.search(r"\*\*Stale\*\*.*majority \(\.\d\d\), tfidf-nb \(", text)
    with pytest.raises(FileFault, match="made on other gold or folds"):
        compare_stored(other, read_results(other.corpus), "holder", "tfidf-nb", "majority")
    (made.corpus.source / "folds.csv").write_text("article_id,fold\nx,0\n")
    moved = bench(sentences=6)
    assert all(moved.is_stale(stored.result) for stored in read_results(moved.corpus).values())


def test_systems_that_tie_with_the_best_share_its_group(bench: MakeBench) -> None:
    made = bench()
    readers = ("context-logreg", "who-to-whom", "who-to-whom-gold")
    pairs = [pair for pair in made.plan(["stance"]) if pair[1] not in readers]
    order = standings(made, "stance", _run(made, *pairs))
    groups = {row.result.system: row.group for row in order.rows}
    assert groups["tfidf-logreg"] == groups["tfidf-svm"] == groups["tfidf-nb"] == 1
    assert groups["majority"] == groups["cue-lexicon"] == 2
    assert groups["shuffled-within"] is None
    assert [row.result.system for row in order.rows][-2:] == [
        "shuffled-within", "permuted-articles",
    ]  # fmt: skip
    assert order.noise_floor == 0.0


def test_the_leaderboard_says_what_it_is_worth(bench: MakeBench) -> None:
    made = bench(sentences=8)
    names = ("majority", "stratified", "tfidf-svm", "tfidf-nb", "gazetteer")
    text = render(made, _run(made, *made.plan(systems=names)))
    assert "not evidence of which model is better" in text
    assert "about 88 to 92 %" in text
    assert "about .10 to .12 macro-F1 at five articles" in text
    assert re.search(r"Noise floor measured here: \.\d\d\.", text)
    assert "## article_stance" in text
    assert "**Not evaluable**: the label is constant" in text
    assert "Control not applicable: article-prior" in text
    assert "PROTEST (found in no article)" in text
    assert "- **majority**: Majority. Always says the commonest training label" in text
    heads = [line for line in text.splitlines() if line.startswith("| group ")]
    assert len(heads) == 6
    assert all("| A5 |" in line for line in heads)
    for line in text.splitlines():
        assert line == line.rstrip()


def test_the_leaderboard_is_checked_against_the_results(bench: MakeBench) -> None:
    made = bench(sentences=6)
    assert not is_current(made)
    publish(made, _run(made, ("stance", "majority")))
    assert is_current(made)
    leaderboard_path(made).write_text("edited")
    assert not is_current(made)
    publish(made, {})
    assert is_current(made)


def test_comparison_reports_all_that_the_protocol_asks_for(bench: MakeBench) -> None:
    made = bench()
    results = _run(made, ("stance", "tfidf-svm"), ("stance", "majority"))
    report = compare_stored(made, results, "stance", "tfidf-svm", "majority")
    assert report.verdict == "win"
    assert (report.better, report.articles) == (5, 5)
    assert report.interval[0] > 0.5
    assert report.p == pytest.approx(1 / 301, abs=1e-6)
    assert report.difference == pytest.approx(report.scores[0] - report.scores[1], abs=2e-6)
    back = compare_stored(made, results, "stance", "majority", "tfidf-svm")
    assert back.verdict == "loss"
    assert back.difference == -report.difference


def test_rearranged_controls_and_unknown_names_are_not_compared(bench: MakeBench) -> None:
    made = bench(sentences=6)
    results = _run(made, ("stance", "shuffled-within"), ("stance", "majority"))
    with pytest.raises(FileFault, match="scored on labels rearranged on purpose"):
        compare_stored(made, results, "stance", "shuffled-within", "majority")
    with pytest.raises(InputFault, match=r"found 'majorty'.*did you mean 'majority'"):
        compare_stored(made, results, "stance", "majorty", "majority")
    with pytest.raises(InputFault, match="--task: found 'roles'; allowed: stance"):
        compare_stored(made, results, "roles", "majority", "majority")


def _break_json(result: Path, _: Path) -> None:
    result.write_bytes(result.read_bytes()[:100])


def _break_type(result: Path, _: Path) -> None:
    result.write_text(result.read_text().replace('"seed": 0', '"seed": "0"'))


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
        (_break_predictions, "stance.predictions.jsonl: found 'other content than was scored'"),
        (_drop_predictions, "stance.predictions.jsonl: found 'no predictions'"),
        (_move, "holder.json: found 'a result of tfidf-nb/stance'"),
    ],
)
def test_a_broken_results_folder_is_one_clear_line(
    bench: MakeBench, break_it: Callable[[Path, Path], None], message: str
) -> None:
    made = bench(sentences=6)
    publish(made, _run(made, ("stance", "tfidf-nb")))
    break_it(*paths(made.corpus, "tfidf-nb", "stance"))
    with pytest.raises(FileFault, match=re.escape(message)) as caught:
        read_results(made.corpus)
    assert "\n" not in str(caught.value)


def test_predictions_that_do_not_fit_the_gold_are_refused(bench: MakeBench) -> None:
    made = bench(sentences=6)
    stored = evaluate(made, "stance", "majority", seed=0, draws=200)
    gold = made.golds["stance"]
    for content, message in (
        (b"{", "one prediction a line"),
        (b"".join(stored.predictions.splitlines(keepends=True)[1:]), "missing or twice"),
        (stored.predictions.replace(b'"label"', b'"lable"'), "unknown field"),
        (stored.predictions.replace(b'"label":"neutral"', b'"spans":[]'), "without a label"),
    ):
        broken = Stored(stored.result, content)
        with pytest.raises(FileFault, match=message):
            outcomes_of(broken, gold, "majority/stance.predictions.jsonl")


def test_a_result_file_reads_back_as_it_was_written(bench: MakeBench) -> None:
    stored = evaluate(bench(sentences=6), "events", "cue-lexicon", seed=0, draws=200)
    text = result_bytes(stored.result)
    assert msgspec.json.decode(text, type=type(stored.result)) == stored.result
    assert text.endswith(b"}\n")
