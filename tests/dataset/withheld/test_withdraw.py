"""A withdrawn text: its words are gone, its labels are not, and everything still works."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import datasets
import msgspec
import pandas as pd
import pytest

from tests.support import synthetic
from tests.support.command import call, tree
from tests.support.edited import edited_corpus
from tests.support.entries import submitted
from tests.support.three_passes import FIRST, ROLE, decide, three
from tests.support.tiny import GAS, write_csv
from usiran import loading
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.questions import decisions_file
from usiran.annotation.submissions import sheet_of
from usiran.benchmark.rescore import refreshing, rescore
from usiran.benchmark.results import json_bytes, paths, read_results
from usiran.benchmark.run import Benchmark, evaluate
from usiran.benchmark.verify import verify
from usiran.benchmark.write_results import publish
from usiran.corpus import Corpus
from usiran.dataset.build import build
from usiran.dataset.withheld.restore import restored_files
from usiran.dataset.withheld.text_free import text_free_files
from usiran.dataset.withheld.withdraw import text_return, withdrawal
from usiran.errors import FileError, InputError
from usiran.label_studio.tasks import chosen_articles, make_tasks
from usiran.loading import Opened
from usiran.loading.tables import load_tables
from usiran.schemas.label_scheme import read_scheme
from usiran.text.articles import read_texts
from usiran.text.diff_pieces import edit_of, edited
from usiran.text.ngrams import SharedRuns
from usiran.text.standoffs import masked, template, withdrawn_standoff
from usiran.text.tokens import tokenize
from usiran.validation.validate import open_valid, validate

__all__ = ["three"]

GONE = "article-1"
REASON = "asked for by its publisher"


class Both(NamedTuple):
    """A corpus before and after the text of one of its articles was withdrawn."""

    before: Corpus
    after: Corpus
    text: str


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    root = tmp_path_factory.mktemp("withdrawal")
    before = edited_corpus(root / "before", GONE)
    build(before)
    shutil.copytree(before.root, root / "after")
    after = Corpus(root / "after")
    done = call("articles", "withdraw", GONE, "--reason", REASON, at=after)
    assert done.code == 0, done.err
    assert "Label Studio keeps the tasks" in done.out
    return Both(before, after, before.article(GONE).read_text("utf-8"))


@pytest.fixture
def copy(both: Both, tmp_path: Path) -> Corpus:
    shutil.copytree(both.after.root, tmp_path / "copy")
    return Corpus(tmp_path / "copy")


@pytest.fixture(scope="module")
def opened(both: Both) -> Opened:
    return open_valid(both.before)


def loaded(corpus: Corpus, config: str, cache: Path) -> list[dict[str, Any]]:
    folder = str(cache / corpus.root.name)
    data = datasets.load_dataset(str(corpus.dataset), config, cache_dir=folder)
    (split,) = data.values()
    return [dict(row) for row in split]


def test_no_five_words_of_the_text_stand_anywhere_in_the_folder(both: Both) -> None:
    wording = SharedRuns([both.text])
    others = {one.name for one in both.after.articles.iterdir()}
    assert others == {f"article-{number}.txt" for number in (0, 2, 3)}
    for path in both.after.root.rglob("*"):
        if path.is_file() and path.parent != both.after.articles and path.suffix != ".parquet":
            assert list(wording.runs_in(path.read_text("utf-8"))) == [], path


def test_decisions_stand_when_their_words_are_gone_and_when_they_are_back(
    three: Corpus, tmp_path: Path
) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    work.write()
    unlinked = [
        (one.record, "", "OTHER", "a test") for one in validate(loading.open(three)).findings
    ]
    columns = ("span_id", "actor_id", "affiliation", "reason")
    write_csv(three.annotation / "actor_links.csv", columns, unlinked)
    ledger = decisions_file(three)
    before, text = ledger.read_bytes(), three.article(GAS).read_text("utf-8")
    assert '164-168 ""meet"" future' in before.decode()
    withdrawal(open_valid(three), GAS, reason=REASON, day="2031-01-02").write(three)
    assert '164-168 ""____"" future' in ledger.read_text("utf-8")
    assert "meet" not in ledger.read_text("utf-8")
    bare = Adjudicator(three)
    assert (bare.state.open, bare.state.stale, bare.drift()) == ([], {}, [])
    assert [one.seen for one in bare.decisions] == [one.seen for one in work.decisions]
    source = tmp_path / "story.txt"
    source.write_text(text, "utf-8")
    text_return(three, GAS, source).write(three)
    assert ledger.read_bytes() == before
    assert Adjudicator(three).drift() == []


@pytest.mark.parametrize("config", ["stance", "spans", "articles", "annotations", "contrast"])
def test_every_config_keeps_the_labels_and_loses_the_words(
    both: Both, config: str, tmp_path: Path
) -> None:
    before, after = (loaded(corpus, config, tmp_path) for corpus in (both.before, both.after))
    for old, new in zip(before, after, strict=True):
        if gone := config != "annotations" and old["article_id"] == GONE:
            assert new["text"] == "_" * len(old["text"])
            assert old["text_status"] == "present"
        assert new == (masked(old) | {"text_status": "withdrawn"} if gone else old)
    if config == "spans":
        assert {one["actor_id"] for row in after for one in row["actors"]} == {
            name.lower().replace(" ", "-") for name in synthetic.ACTORS
        }
        row = next(row for row in after if row["article_id"] == GONE)
        places = zip(row["token_starts"], row["token_ends"], strict=True)
        sizes = [end - start for start, end in places]
        assert row["tokens"] == ["_" * size for size in sizes]


def test_nobody_is_asked_about_a_text_that_is_withdrawn(both: Both, tmp_path: Path) -> None:
    for corpus, asked in ((both.before, True), (both.after, False)):
        cache = str(tmp_path / corpus.root.name)
        prompts = datasets.load_dataset(str(corpus.dataset), "prompts", cache_dir=cache)
        assert prompts
        assert all((GONE in split["article_id"]) == asked for split in prompts.values())


def test_the_card_names_the_withdrawn_text(both: Both) -> None:
    card = (both.after.dataset / "README.md").read_text("utf-8")
    assert f"The texts of 1 of the 4 articles are withdrawn (`{GONE}`)" in card
    assert "withdrawn (`" not in (both.before.dataset / "README.md").read_text("utf-8")


def test_the_corpus_stays_without_findings_and_builds_the_same_again(both: Both) -> None:
    done = call("build", "--check", at=both.after)
    assert done.code == 0, done.err


def test_the_benchmark_runs_on_the_other_articles(both: Both) -> None:
    bench = Benchmark.of(both.after, load_tables(both.after))
    for task, system in (("stance", "majority"), ("actors", "gazetteer"), ("roles", "majority")):
        result = evaluate(bench, task, system, seed=0, draws=100).result
        assert sorted(result.per_article) == ["article-0", "article-2", "article-3"]
    whole = Benchmark.of(both.before, load_tables(both.before))
    assert whole.is_stale(evaluate(bench, "stance", "majority", seed=0, draws=100).result)
    assert len(bench.golds["contrast"].values) == 0
    assert len(whole.golds["contrast"].values) == 2


def test_a_withdrawn_article_has_no_tasks_and_no_sheet(both: Both) -> None:
    texts = read_texts(both.after)
    for layer in ("stance", "spans"):
        tasks = make_tasks(both.after, texts, layer)
        assert {task.data["article_id"] for task in tasks} == {
            "article-0",
            "article-2",
            "article-3",
        }
    with pytest.raises(InputError, match="article-1'; allowed: one of article-0, article-2"):
        chosen_articles(texts, [GONE])
    with pytest.raises(InputError, match="a withdrawn text"):
        sheet_of(both.after, GONE)
    listed = json.loads(call("articles", "list", "--json", at=both.after).out)
    assert [one["words"] for one in listed][1] == len(both.text.split())


def test_putting_the_text_back_undoes_all_of_it(both: Both, copy: Corpus, tmp_path: Path) -> None:
    source = tmp_path / "story.txt"
    source.write_text(both.text + " ", "utf-8")
    with pytest.raises(FileError, match="byte for byte"):
        text_return(copy, GONE, source)
    source.write_text(both.text, "utf-8")
    done = call("articles", "restore-text", GONE, source, at=copy)
    assert done.code == 0, done.err
    assert tree(copy.root) == tree(both.before.root)
    with pytest.raises(InputError, match="a text that is there"):
        text_return(copy, GONE, source)


def test_the_text_free_edition_leaves_a_withdrawn_text_withdrawn(
    both: Both, tmp_path: Path
) -> None:
    for name, content in text_free_files(open_valid(both.after)).items():
        (tmp_path / "free" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "free" / name).write_bytes(content)
    assert not (tmp_path / "free" / "restore" / "articles" / f"{GONE}.json").exists()
    shutil.copytree(both.before.articles, tmp_path / "mine")
    files, _ = restored_files(tmp_path / "free", tmp_path / "mine")
    for path in both.after.data.rglob("*.parquet"):
        name = path.relative_to(both.after.dataset).as_posix()
        assert files[name] == path.read_bytes()
    assert files["README.md"] == (both.after.dataset / "README.md").read_bytes()


def test_a_dry_run_writes_nothing_and_says_what_would_stay(both: Both) -> None:
    before = tree(both.before.root)
    done = call("articles", "withdraw", GONE, "--reason", REASON, "--dry-run", at=both.before)
    assert done.code == 0, done.err
    assert done.out.startswith(f"Would be withdrawn: the text of {GONE}, ")
    assert tree(both.before.root) == before


def test_words_left_in_other_files_are_listed(both: Both, opened: Opened) -> None:
    words = " ".join(both.text.split()[:5])
    notes = both.before.root / "NOTES.md"
    notes.write_text(f"It says: {words.upper()}!", "utf-8")
    change = withdrawal(opened, GONE, reason=REASON, day="2031-01-02")
    notes.unlink()
    assert [(one.file, one.words) for one in change.leftovers] == [("NOTES.md", words.lower())]


def test_every_folder_that_is_kept_is_looked_through(
    both: Both, opened: Opened, tmp_path: Path
) -> None:
    shutil.copytree(both.before.root, tmp_path / "corpus")
    corpus = Corpus(tmp_path / "corpus")
    words = " ".join(both.text.split()[:5])
    kept = ("tests/data/rows.json", ".github/NOTES", "src/build/a.py")
    for name in (*kept, ".git/a", ".venv-3/a.txt", "build/a.txt", "src/__pycache__/a.txt"):
        (corpus.root / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus.root / name).write_text(words, "utf-8")
    (corpus.root / "tests/data/model.bin").write_bytes(b"\0" + words.encode())
    change = withdrawal(replace(opened, corpus=corpus), GONE, reason=REASON, day="2031-01-02")
    assert {one.file for one in change.leftovers} == set(kept)


def test_submitted_predictions_are_scored_without_the_withdrawn_article(
    both: Both, copy: Corpus, tmp_path: Path
) -> None:
    shutil.copytree(both.before.root, tmp_path / "before")
    whole = Benchmark.of(Corpus(tmp_path / "before"), load_tables(both.before))
    publish(whole, submitted(whole, tmp_path))
    shutil.copytree(whole.corpus.baselines, copy.baselines, dirs_exist_ok=True)
    bench = Benchmark.of(copy, load_tables(copy))
    (row,), fresh = rescore(bench, read_results(copy))
    assert (row.reason, row.dropped) == ("", 8)
    publish(bench, fresh)
    result = paths(copy, "mine", "stance")[0]
    assert GONE not in result.with_name("stance.predictions.jsonl").read_text("utf-8")
    assert verify(bench, result).findings == ()
    assert rescore(bench, read_results(copy))[0][0].dropped == 0
    assert refreshing(copy) == "usiran benchmark run, usiran benchmark rescore --write"


def test_the_closing_message_names_the_peers_only_where_some_are_stored(
    both: Both, tmp_path: Path
) -> None:
    assert refreshing(both.before) == "usiran benchmark run"
    shutil.copytree(both.before.root, tmp_path / "corpus")
    corpus = Corpus(tmp_path / "corpus")
    bench = Benchmark.of(corpus, load_tables(corpus))
    ((key, stored),) = submitted(bench, tmp_path).items()
    result = msgspec.structs.replace(stored.result, kind="peer")
    publish(bench, {key: stored})
    paths(corpus, *key)[0].write_bytes(json_bytes(result))
    assert refreshing(corpus) == "usiran benchmark run --peers"
    asked = ("articles", "withdraw", GONE, "--reason", REASON, "--dry-run")
    assert "Next: usiran benchmark run --peers, then commit" in call(*asked, at=corpus).out


def test_the_headline_goes_where_that_is_asked(both: Both, opened: Opened) -> None:
    change = withdrawal(opened, GONE, reason=REASON, day="2031-01-02", title=True)
    content = change.files[both.before.source / "articles.csv"]
    assert content is not None
    rows = list(csv.DictReader(content.decode().split("\n")))
    assert [(row["title"], row["title_basis"]) for row in rows][:2] == [
        ("article-0", "inferred"), ("", "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("article_id", "reason", "message"),
    [("no-such", REASON, "an article of the corpus"), (GONE, " ", "--reason")],
)
def test_what_cannot_be_withdrawn(
    opened: Opened, article_id: str, reason: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        withdrawal(opened, article_id, reason=reason, day="2031-01-02")


def test_a_text_is_not_withdrawn_twice_nor_from_a_corpus_with_findings(copy: Corpus) -> None:
    with pytest.raises(InputError, match="nothing to do"):
        withdrawal(open_valid(copy), GONE, reason=REASON, day="2031-01-02")
    articles = copy.source / "articles.csv"
    articles.write_text(articles.read_text().replace("invented", "", 1))
    done = call("articles", "withdraw", "article-0", "--reason", REASON, at=copy)
    assert done.code == 1
    assert "articles.csv" in done.err


def errors(corpus: Corpus) -> Iterator[tuple[str, str]]:
    for finding in validate(loading.open(corpus)).findings:
        yield finding.file, finding.record


STANDOFF = f"dataset/source/withdrawn/{GONE}.json"


def test_a_lost_stand_off_file_is_found(copy: Corpus) -> None:
    (copy.root / STANDOFF).unlink()
    assert list(errors(copy)) == [(f"dataset/source/articles/{GONE}.txt", GONE)]


@pytest.mark.parametrize("old", ['"start": ', '"template": "', '"withdrawn": "'])
def test_a_changed_stand_off_file_is_found(copy: Corpus, old: str) -> None:
    path = copy.root / STANDOFF
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, f"{old}1", 1), "utf-8")
    assert list(errors(copy)) == [(STANDOFF, GONE)]


def test_a_text_beside_its_stand_off_file_is_found(copy: Corpus, both: Both) -> None:
    copy.article(GONE).write_text(both.text, "utf-8")
    assert list(errors(copy)) == [(f"dataset/source/articles/{GONE}.txt", GONE)]


def test_a_stand_off_file_of_no_article_is_found(copy: Corpus) -> None:
    (copy.withdrawn / "article-9.json").write_text("{}")
    assert list(errors(copy)) == [("dataset/source/withdrawn/article-9.json", "")]


def test_a_moved_sentence_is_found_though_the_text_is_gone(copy: Corpus) -> None:
    path = copy.source / "sentences.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    row = next(row for row in rows if row["sentence_id"] == f"{GONE}#003")
    row["end"] = str(int(row["end"]) - 2)
    write_csv(path, tuple(row), [tuple(one.values()) for one in rows])
    assert ("dataset/source/sentences.csv", f"{GONE}#003") in set(errors(copy))


def test_a_changed_hash_and_a_changed_offset_are_found(copy: Corpus) -> None:
    articles = copy.source / "articles.csv"
    standoff = withdrawn_standoff(copy, GONE)
    assert standoff is not None
    articles.write_text(articles.read_text().replace(standoff.text_sha256, "0" * 64))
    assert ("dataset/source/articles.csv", GONE) in set(errors(copy))
    articles.write_text(articles.read_text().replace("0" * 64, standoff.text_sha256))
    spans = copy.gold / "spans.json"
    tasks = json.loads(spans.read_text("utf-8"))
    task = next(task for task in tasks if task["data"]["article_id"] == GONE)
    value = next(
        one["value"] for one in task["annotations"][0]["result"] if "start" in one["value"]
    )
    value["start"] += 1
    spans.write_text(json.dumps(tasks), "utf-8")
    assert {file for file, _ in errors(copy)} == {"annotation/gold/spans.json"}


def test_a_template_has_the_tokens_of_its_text_and_no_words(repo: Corpus) -> None:
    for text in [*read_texts(repo).texts.values(), "Ali’s ’s -is a's.’s b’s2 _ x_1 co\u00adop", ""]:
        bare = template(text)
        assert [token[:2] for token in tokenize(bare)] == [token[:2] for token in tokenize(text)]
        assert len(bare) == len(text)
        assert {token.text for token in tokenize(bare) if token.text.isalnum()} == set()
        assert template(bare) == bare


def test_an_edit_is_its_sentence_and_the_new_words() -> None:
    source = "The US envoy said on Sunday that Iran’s boats left."
    for text in (
        "Iran’s envoy said on Sunday that the US boats left.",
        "On Monday  nobody left.",
        source,
        "“No,”\nsaid the US envoy",
    ):
        edit = edit_of(source, text)
        assert edited(source, edit) == text
        written = [piece for piece in edit.pieces if isinstance(piece, str)]
        assert all(word not in source.split() for piece in written for word in piece.split())
    assert edit_of(source, source).pieces == ((0, len(source)),)


def test_labels_of_a_withdrawn_text_are_read_from_its_exports(both: Both) -> None:
    names = ("annotations", "stance", "actors", "events", "roles", "votes")
    before, after = (load_tables(corpus) for corpus in (both.before, both.after))
    for name in names:
        bare = [column for column in before[name].columns if column != "text"]
        pd.testing.assert_frame_equal(before[name][bare], after[name][bare])
    assert read_scheme(both.after.labels).allowed["role"]
