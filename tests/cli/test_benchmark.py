"""Claims about `usiran benchmark`, run as a user runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support import synthetic
from tests.support.command import call, run, tree
from usiran.benchmark.results import read_results
from usiran.cli.benchmark.output import _page
from usiran.corpus import Corpus
from usiran.io.markdown import score

# To start a process takes longer than what it would run.
ALONE = ("--workers", "1")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole invented corpus on disk, built from sheets as a real one is."""
    root = tmp_path_factory.mktemp("synthetic")
    synthetic.write_corpus(root, synthetic.tables(articles=4, sentences=8))
    quick = ("--system", "tfidf-nb", "--system", "majority", "--system", "gazetteer")
    assert call("benchmark", "run", *quick, *ALONE, "--draws", "200", at=Corpus(root)).code == 0
    return root


@pytest.fixture
def made(written: Path, tmp_path: Path) -> Corpus:
    """A copy that a test may change."""
    shutil.copytree(written, tmp_path / "corpus")
    return Corpus(tmp_path / "corpus")


def test_run_prints_a_table_a_task_on_stdout_and_plain_progress_on_stderr(made: Corpus) -> None:
    words = ("--system", "tfidf-nb", "--draws", "200")
    done = run("benchmark", "run", *words, "--fresh", at=made)
    assert done.code == 0
    # Side by side, whichever is done first is told first.
    told = sorted(done.err.splitlines(), key=lambda line: line.split()[1])
    tasks = ["holder", "stance", "toward_iran", "toward_us"]
    assert [line.split()[1:] for line in told] == [[task, "tfidf-nb"] for task in tasks]
    assert sorted(line.split()[0] for line in told) == ["1/4", "2/4", "3/4", "4/4"]
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in done.out
    assert lines[0].rstrip() == "stance: macro-F1"
    assert any(line.split()[:3] == ["1", "tfidf-nb", "1.00"] for line in lines)
    assert "article_stance: not evaluable.\nThe label is constant" in done.out
    assert "scores are not evidence of which model is better." in " ".join(done.out.split())


@pytest.mark.parametrize("fresh", [(), ("--fresh",)])
def test_the_same_run_again_changes_no_byte(made: Corpus, fresh: tuple[str, ...]) -> None:
    before = tree(made.root)
    words = ("--system", "tfidf-nb", "--system", "majority", "--system", "gazetteer")
    done = call("benchmark", "run", *words, *fresh, *ALONE, "--draws", "200", "--quiet", at=made)
    assert (done.code, done.err) == (0, "")
    assert tree(made.root) == before


def test_what_is_unchanged_is_told_with_its_count(made: Corpus) -> None:
    words = ("--task", "stance", "--system", "majority", "--system", "tfidf-nb", "--draws", "200")
    done = call("benchmark", "run", *words, at=made)
    assert (done.code, done.err) == (0, "2 of 2 unchanged; --fresh runs these too\n")
    assert "tfidf-nb" in done.out


def test_run_as_json_is_one_document_of_the_results_asked_for(made: Corpus) -> None:
    words = ("--task", "stance", "--system", "majority", "--draws", "200", "--json", "--quiet")
    done = call("benchmark", "run", *words, at=made)
    document = json.loads(done.out)
    (result,) = document["results"]
    (who,) = document["ceiling"]["annotators"].values()
    assert (who["kind"], who["part"]) == ("human", True)
    assert document["unchanged"] == ["majority/stance"]
    assert (result["system"], result["task"], result["draws"]) == ("majority", "stance", 200)


def test_a_task_that_cannot_be_evaluated_says_so_and_writes_no_result(made: Corpus) -> None:
    done = call("benchmark", "run", "--task", "article_stance", at=made)
    assert done.code == 0
    assert done.out.startswith("article_stance: not evaluable.")
    assert not list(made.baselines.glob("results/*/article_stance*"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("run", "--task", "stence"),
            "found 'stence'; allowed: stance, toward_us, toward_iran, holder, actors",
        ),
        (("run", "--system", "bert"), "found 'bert'; allowed: majority, stratified"),
        (("run", "--task", "stance", "--system", "tagger"), "found 'none that tagger runs on'"),
        (("compare", "majority", "bert", "--task", "stance"), "found 'bert'; allowed: majority"),
        (("compare", "majority", "tfidf-nb", "--task", "x"), "found 'x'; allowed: "),
    ],
)
def test_an_unknown_name_is_one_clear_line_and_changes_nothing(
    made: Corpus, words: tuple[str, ...], message: str
) -> None:
    before = tree(made.root)
    done = call("benchmark", *words, at=made)
    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert tree(made.root) == before


@pytest.mark.parametrize("words", [("run", "--draws", "5"), ("run", "--seed", "x"), ("compare",)])
def test_wrong_usage_exits_2(made: Corpus, words: tuple[str, ...]) -> None:
    assert call("benchmark", *words, at=made).code == 2


def test_the_leaderboard_check_tells_stale_from_current(made: Corpus) -> None:
    assert call("benchmark", "leaderboard", "--check", at=made).code == 0
    board = made.baselines / "LEADERBOARD.md"
    kept = board.read_bytes()
    board.write_bytes(kept + b"edited\n")
    done = call("benchmark", "leaderboard", "--check", at=made)
    assert done.code == 1
    assert "baselines/LEADERBOARD.md is out of date" in done.err
    assert board.read_bytes() != kept
    assert call("benchmark", "leaderboard", at=made).code == 0
    assert board.read_bytes() == kept


def test_changed_settings_do_not_touch_the_leaderboard_but_changed_folds_make_results_stale(
    made: Corpus,
) -> None:
    folds = made.source / "folds.csv"
    rows = folds.read_text().splitlines()
    folds.write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n")
    assert call("benchmark", "leaderboard", at=made).code == 0
    text = (made.baselines / "LEADERBOARD.md").read_text()
    assert text.count("**Stale**, made on other gold or folds") == 8


def test_compare_reports_difference_interval_p_articles_and_verdict(made: Corpus) -> None:
    done = call("benchmark", "compare", "tfidf-nb", "majority", "--task", "stance", at=made)
    assert done.code == 0
    for part in ("difference      +.", "95 % interval   +.", "(approximate randomisation",
                 "better in       4 of 4 articles", "verdict         win: tfidf-nb is ahead",
                 "about 88 to 92 %", "Noise floor in simulations: about .10"):  # fmt: skip
        assert part in done.out
    words = ("compare", "tfidf-nb", "majority", "--task", "stance", "--json")
    report = json.loads(call("benchmark", *words, at=made).out)
    assert (report["verdict"], report["better"], report["articles"]) == ("win", 4, 4)
    assert list(report["per_article"]) == [f"article-{i}" for i in range(4)]


def test_compare_quotes_the_noise_floor_of_macro_f1_for_no_other_metric(made: Corpus) -> None:
    words = ("--task", "actors", "--system", "tagger", "--system", "cue-lexicon")
    assert call("benchmark", "run", *words, *ALONE, "--draws", "200", "--quiet", at=made).code == 0
    compare = ("benchmark", "compare", "tagger", "gazetteer", "--task", "actors")
    done = call(*compare, at=made)
    assert done.code == 0
    assert "macro-F1" not in done.out
    floor = json.loads(call(*compare, "--json", at=made).out)["noise_floor"]
    assert f"noise floor     {score(floor)} (measured on this task)" in done.out


def test_power_says_how_many_articles_it_would_take(made: Corpus) -> None:
    words = ("power", "--difference", ".2", "--systems", "tfidf-nb", "majority")
    done = call("benchmark", *words, "--task", "holder", at=made)
    assert done.code == 0
    assert "Asked: a true difference of 0.2, told with power 0.8." in done.out
    assert "extrapolated from 4 articles" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    found = json.loads(call("benchmark", *words, "--task", "holder", "--json", at=made).out)
    assert (found["first"], found["second"], found["sizes"][0]["articles"]) == (
        "tfidf-nb", "majority", 5,
    )  # fmt: skip


def test_every_stored_result_is_printed_in_eighty_columns(repo: Corpus) -> None:
    for stored in read_results(repo).values():
        assert (
            max(map(len, _page("result", stored.result, repo.manifest.scores).splitlines())) <= 80
        )


def test_help_says_which_two_systems_power_takes(repo: Corpus) -> None:
    told = " ".join(call("benchmark", "power", "--help", at=repo).out.replace("│", " ").split())
    assert "that contend: no controls, no peers, none that reads what annotators marked" in told


def test_the_leaderboard_as_json_is_one_document_and_tells_what_is_outdated(made: Corpus) -> None:
    (made.baselines / "ceiling.json").unlink()
    done = call("benchmark", "leaderboard", "--check", "--json", at=made)
    document = json.loads(done.out)
    assert (done.code, document["outdated"]) == (1, ["baselines/ceiling.json"])
    assert document["tasks"]["stance"]["rows"][0]["result"]["system"] == "tfidf-nb"
    assert "constant inside each" in document["tasks"]["article_stance"]["verdict"]


def test_a_broken_result_is_one_clear_line(made: Corpus) -> None:
    path = made.baselines / "results/majority/stance.json"
    path.write_bytes(b"")
    done = call("benchmark", "leaderboard", at=made)
    assert done.code == 1
    assert "baselines/results/majority/stance.json: found" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_broken_settings_file_is_one_clear_line(made: Corpus) -> None:
    path = made.baselines / "tagger.toml"
    path.write_text(path.read_text() + "\nspeed = 3\n[")
    done = call("benchmark", "run", "--task", "stance", at=made)
    assert done.code == 1
    assert "baselines/tagger.toml: found" in done.err


@pytest.mark.parametrize("command", ["run", "leaderboard", "compare", "power", "report"])
def test_every_command_has_help_with_an_example(made: Corpus, command: str) -> None:
    done = call("benchmark", command, "--help", at=made)
    assert done.code == 0
    assert f"Example: usiran benchmark {command}" in " ".join(done.out.split())
