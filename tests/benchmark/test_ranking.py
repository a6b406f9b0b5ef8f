"""Claims about the leaderboard, its groups and peers, and comparisons."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from tests.support.benches import Keys, MakeBench, bench, run_pairs
from usiran.benchmark.leaderboard import render
from usiran.benchmark.ranking import rank
from usiran.benchmark.results import Stored, read_results
from usiran.benchmark.run import Benchmark
from usiran.benchmark.settings_hash import own_settings_sha256
from usiran.benchmark.significance import compare_stored
from usiran.benchmark.verify import verify_all
from usiran.benchmark.write_results import ceiling_path, leaderboard_path, outdated, publish
from usiran.errors import FileError, InputError
from usiran.models.registry import SYSTEMS

__all__ = ["bench"]


def test_results_made_on_other_gold_or_folds_are_stale_and_not_compared(bench: MakeBench) -> None:
    made = bench(sentences=6)
    publish(made, run_pairs(made, ("holder", "majority"), ("holder", "tfidf-nb")))
    other = bench(sentences=6, seed=8)
    assert all(other.is_stale(stored.result) for stored in read_results(other.corpus).values())
    order = rank(other, "holder", read_results(other.corpus))
    assert (order.rows, len(order.stale)) == ((), 2)
    text = render(other, read_results(other.corpus))
    assert re.search(r"\*\*Stale\*\*.*majority \(\.\d\d\), tfidf-nb \(", text)
    with pytest.raises(FileError, match="made on other gold or folds"):
        compare_stored(other, read_results(other.corpus), "holder", "tfidf-nb", "majority")
    (made.corpus.source / "folds.csv").write_text("article_id,fold\nx,0\n")
    moved = bench(sentences=6)
    assert all(moved.is_stale(stored.result) for stored in read_results(moved.corpus).values())


def test_systems_that_tie_with_the_best_share_its_group(bench: MakeBench) -> None:
    made = bench()
    names = ("majority", "stratified", "article-prior", "cue-lexicon", "shuffled-within",
             "permuted-articles", "tfidf-logreg", "tfidf-svm", "tfidf-nb")  # fmt: skip
    pairs = made.plan(["stance"], names)
    order = rank(made, "stance", run_pairs(made, *pairs))
    groups = {row.result.system: row.group for row in order.rows}
    assert groups["tfidf-logreg"] == groups["tfidf-svm"] == groups["tfidf-nb"] == 1
    assert groups["majority"] == groups["cue-lexicon"] == 2
    assert groups["shuffled-within"] is None
    assert [row.result.system for row in order.rows][-2:] == [
        "shuffled-within", "permuted-articles",
    ]  # fmt: skip
    assert order.noise_floor == 0.0


def test_the_leaderboard_says_what_it_is_worth(bench: MakeBench) -> None:
    made = bench(sentences=6)
    names = ("majority", "stratified", "tfidf-svm", "tfidf-nb", "gazetteer")
    text = render(made, run_pairs(made, *made.plan(systems=names)))
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
    assert len(heads) == 10
    rows = dict(re.findall(r"^\| \[(\w+)\]\(#\w+\) \| (.*) \|$", text, flags=re.M))
    assert len(rows) == 10
    # No links are found by what was run: its controls are no contestants.
    assert rows["roles"] == "F1 of links | – | – | – | .00 | – | – | –"
    assert re.match(r"strict F1 \| \*\*1?\.\d\d\*\* gazetteer \| ", rows["actors"])
    assert re.match(r"macro-F1 \| \*\*1?\.\d\d\*\* tfidf-", rows["stance"])
    assert all("| A5 |" in line for line in heads)
    for line in text.splitlines():
        assert line == line.rstrip()


def test_leaderboard_and_ceiling_are_checked_against_results_and_labels(bench: MakeBench) -> None:
    made = bench(sentences=6)
    assert outdated(made) == ["baselines/LEADERBOARD.md", "baselines/ceiling.json"]
    publish(made, run_pairs(made, ("stance", "majority")))
    assert outdated(made) == []
    leaderboard_path(made).write_text("edited")
    assert outdated(made) == ["baselines/LEADERBOARD.md"]
    publish(made, {})
    ceiling = ceiling_path(made)
    ceiling.write_text(ceiling.read_text().replace('"seed": 0', '"seed": 1'))
    assert outdated(made) == ["baselines/ceiling.json"]
    publish(made, {})
    assert outdated(made) == []


def test_comparison_reports_all_that_the_protocol_asks_for(bench: MakeBench) -> None:
    made = bench()
    results = run_pairs(made, ("stance", "tfidf-svm"), ("stance", "majority"))
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
    results = run_pairs(made, ("stance", "shuffled-within"), ("stance", "majority"))
    with pytest.raises(FileError, match="scored on labels rearranged on purpose"):
        compare_stored(made, results, "stance", "shuffled-within", "majority")
    with pytest.raises(InputError, match=r"found 'majorty'.*did you mean 'majority'"):
        compare_stored(made, results, "stance", "majorty", "majority")
    with pytest.raises(InputError, match="--task: found 'roles'; allowed: stance"):
        compare_stored(made, results, "roles", "majority", "majority")


def _as_peer(bench: Benchmark, stored: Stored, peer: str) -> Keys:
    """Return a result as if a peer had made its predictions: none need be installed."""
    task, settings = stored.result.task, bench.library[peer]
    result = msgspec.structs.replace(
        stored.result, system=peer, title=settings.title, kind=settings.kind,
        settings=bench.build_context(task, peer, 0).options,
        settings_sha256=own_settings_sha256(bench.build_context(task, peer, 0)),
    )  # fmt: skip
    return {(peer, task): Stored(result, stored.predictions)}


@pytest.fixture
def with_peer(bench: MakeBench) -> tuple[Benchmark, Keys]:
    made = bench(sentences=8)
    own = run_pairs(made, ("actors", "gazetteer"), ("actors", "cue-lexicon"))
    return made, {**own, **_as_peer(made, own["cue-lexicon", "actors"], "crf")}


def test_peers_stand_apart_beside_the_best_own_system(with_peer: tuple[Benchmark, Keys]) -> None:
    made, results = with_peer
    order = rank(made, "actors", results)
    assert [row.result.system for row in order.rows] == ["gazetteer", "cue-lexicon"]
    (peer,) = order.peers
    assert peer.against is not None
    report = compare_stored(made, results, "actors", "gazetteer", "crf")
    found = peer.against
    assert (peer.result.system, found.best) == ("crf", "gazetteer")
    assert (found.better, found.verdict) == (report.better, report.verdict) == (5, "win")
    assert found.difference == pytest.approx(report.difference, abs=2e-6)
    assert found.interval == pytest.approx(report.interval, abs=2e-6)


def test_the_leaderboard_has_a_table_of_peers(with_peer: tuple[Benchmark, Keys]) -> None:
    text = render(*with_peer)
    assert re.search(r"\| peer \| strict F1 .*\n\|.*\n\| crf \| \*\*", text)
    assert re.search(r"- gazetteer against crf: \+.*, better in 5 of 5 articles: win\.", text)
    assert "| crf (peer) |" in text
    assert not re.search(r"^\| \d \| crf", text, re.MULTILINE)


def test_controls_and_readers_of_marks_are_not_set_against_peers(bench: MakeBench) -> None:
    made = bench(sentences=6)
    own = run_pairs(made, ("stance", "majority"))
    peers = _as_peer(made, own["majority", "stance"], "minilm")
    (peer,) = rank(made, "stance", {**own, **peers}).peers
    assert peer.against is None


def test_a_peers_result_is_verified_without_its_package(
    with_peer: tuple[Benchmark, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, results = with_peer
    monkeypatch.setitem(SYSTEMS, "crf", replace(SYSTEMS["crf"], packages=("no_such_package",)))
    publish(made, results)
    assert [one.findings for one in verify_all(made)] == [(), (), ()]
    assert outdated(made) == []


def test_the_leaderboard_says_that_there_is_no_ceiling_without_annotators(
    bench: MakeBench,
) -> None:
    made = bench(sentences=6)
    text = render(made, run_pairs(made, ("stance", "majority")))
    assert "\n  No ceiling: no annotator's labels are stored.\n" in text
    assert "| ceiling |" not in text
