"""A corpus on another contest, in another language, with other labels: from `init` to the end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from tests.support.command import call
from tests.support.releasable import git
from usiran.benchmark.results import read_results
from usiran.corpus import Corpus

DATA = Path(__file__).parents[1] / "data" / "own_corpus"
STORIES = ("presa", "peaje", "tregua", "molinos")
ANNOTATORS = ("ana", "beto", "cira")
TASKS = ("stance", "toward_puerto", "actors", "events", "linking")
SYSTEMS = ("majority", "cue-lexicon", "filtered-lexicon", "tfidf-nb", "exact-alias")
# Where the third reads otherwise: her labels, and what the judge answers.
OTHERWISE = {
    "003 pro-puerto source puerto_a_favor": "003 neutro source",
    'GOLPE "cortó"': 'CIERRE "cortó"',
}
DECIDED = "1\nS4: la cita lo defiende\n1\nS5: es un ataque\n"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return the corpus, labelled, decided, linked, built and scored by commands alone."""
    root = tmp_path_factory.mktemp("own") / "sabel"
    words = ("--title", "La disputa por el agua del Sabel", "--language", "es", "--yes")
    made = call("init", root, *words, "--labels", DATA / "labels.toml", at=DATA)
    assert made.code == 0, made.err
    corpus = Corpus(root)
    for who in (*ANNOTATORS, "juez"):
        step(corpus, "annotate", "register", who, "--name", who.title())
    for story in STORIES:
        facts = ("--id", story, "--publisher", "La Gaceta", "--note", "inventado")
        step(corpus, "articles", "add", DATA / f"{story}.txt", *facts)
        sheets = [_sheet(root.parent, story, who) for who in ANNOTATORS]
        step(corpus, "annotate", "import", *sheets, "--round", "r1")
    decide = ("annotate", "adjudicate", "--adjudicator", "juez", "--interactive")
    step(corpus, *decide, typed=DECIDED)
    shutil.copy(DATA / "actors.csv", corpus.annotation)
    step(corpus, "build", "--quiet")
    asked = [word for task in TASKS for word in ("--task", task)]
    asked += [word for system in SYSTEMS for word in ("--system", system)]
    step(corpus, "benchmark", "run", *asked, "--draws", "100", "--workers", "1", "--quiet")
    return corpus


def step(corpus: Corpus, *words: str | Path, typed: str = "") -> str:
    """Take one step; return what it prints."""
    done = call(*words, at=corpus, typed=typed)
    assert done.code == 0, f"{words}\n{done.out}\n{done.err}"
    return done.out


def _sheet(folder: Path, story: str, who: str) -> str:
    labels = (DATA / f"{story}.sheet").read_text("utf-8")
    for old, new in OTHERWISE.items() if (story, who) == ("presa", "cira") else ():
        assert old in labels
        labels = labels.replace(old, new)
    path = folder / f"{who}.txt"
    path.write_text(f"article {story}\n{labels}", encoding="utf-8")
    return f"{who}={path}"


def test_nothing_is_to_be_found_in_it_and_nothing_is_left_to_do(corpus: Corpus) -> None:
    assert step(corpus, "validate") == ""
    assert "sabel 0.1.0, adjudicated: 4 articles, 20 scored" in step(corpus, "status")
    for check in (("build",), ("benchmark", "leaderboard")):
        step(corpus, *check, "--check")


def test_the_published_tables_have_its_sides_labels_and_language(
    corpus: Corpus, tmp_path: Path
) -> None:
    loaded = load_dataset(str(corpus.dataset), "stance", cache_dir=str(tmp_path))["train"]
    assert loaded.features["stance"].names == ["pro-vega", "pro-puerto", "neutro"]
    third = loaded[2]
    assert third["sentence_id"] == "presa#003"
    assert third["text"].startswith("«Sin el puerto no tendríamos pan», respondió el Sr. Ibáñez")
    assert (third["toward_vega"], third["toward_puerto"]) == (0, 1)
    assert third["stance_votes"] == {"pro-vega": 0, "pro-puerto": 2, "neutro": 1}
    card = (corpus.dataset / "README.md").read_text("utf-8")
    assert "\nlanguage:\n- es\n" in card


def test_events_lead_from_affiliation_to_affiliation(corpus: Corpus) -> None:
    table = pq.read_table(corpus.data / "events" / "train-00000-of-00001.parquet").to_pylist()
    accused = next(row for row in table if row["trigger"] == "acusó")
    assert accused["agent_affiliations"] == ["VEGA"]
    assert accused["recipient_affiliations"] == ["PUERTO"]
    assert {row["trigger"] for row in table if row["mode"] == 2} == {"ocupó"}


def test_systems_are_ranked_and_an_empty_word_list_finds_nothing(corpus: Corpus) -> None:
    results = read_results(corpus)
    assert {task for _, task in results} >= set(TASKS)
    assert results["exact-alias", "linking"].result.score > 0.5
    assert results["filtered-lexicon", "events"].result.score == 0
    board = (corpus.baselines / "LEADERBOARD.md").read_text("utf-8")
    assert "## toward_puerto" in board
    # What another corpus says of its scores is not said of these.
    assert "**Read every score with its interval, and with how many" in board
    assert "Does the sentence speak for (1) or against (-1) the side 'puerto'?" in board


def test_pages_and_the_text_free_edition_are_made_and_filled_again(
    corpus: Corpus, tmp_path: Path
) -> None:
    step(corpus, "site", "--output", tmp_path / "pages", "--quiet")
    page = (tmp_path / "pages" / "index.html").read_text("utf-8")
    assert "La disputa por el agua del Sabel" in page
    edition = tmp_path / "edition"
    step(corpus, "build", "--text", "withhold", "--output", edition)
    parquet = "data/stance/train-00000-of-00001.parquet"
    assert "molinero" not in str(pq.read_table(edition / parquet)["text"].to_pylist())
    filled = tmp_path / "filled"
    step(corpus, "restore", edition, "--articles", DATA, "--output", filled)
    whole = pq.read_table(corpus.dataset / parquet)
    assert (
        pq.read_table(filled / parquet)
        .drop_columns("text_status")
        .equals(whole.drop_columns("text_status"))
    )


def test_its_report_is_written_and_it_is_released(corpus: Corpus, tmp_path: Path) -> None:
    copy = Corpus(shutil.copytree(corpus.root, tmp_path / "sabel"))
    step(copy, "benchmark", "report")
    assert (copy.baselines / "figures" / "scores.svg").is_file()
    git(copy, "init", "-q")
    git(copy, "add", "-A")
    git(copy, "commit", "-qm", "first")
    step(copy, "release", "0.1.0")
    assert (copy.dataset / "releases" / "0.1.0" / "manifest.json").is_file()
    assert step(copy, "validate") == ""
