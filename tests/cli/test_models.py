"""Claims about `usiran train` and `usiran predict` as a user runs them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support import synthetic
from tests.support.command import call, run, tree
from tests.support.pages import read
from usiran.corpus import LOCK, Corpus
from usiran.io.lock import locked


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("models") / "corpus"
    root.mkdir()
    made = synthetic.write_corpus(root, synthetic.tables(articles=3, sentences=6))
    for task, system in (("stance", "tfidf-nb"), ("actors", "gazetteer")):
        output = root.parent / "trained" / task
        done = call("train", task, system, "--output", output, at=made)
        assert (done.code, done.out) == (0, f"{output}\n")
        assert f"{system} learned {task} from all 3 articles" in done.err
    return made


@pytest.fixture
def trained(corpus: Corpus) -> Path:
    return corpus.root.parent / "trained"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "story.txt").write_text("Colonel Hassan bombed a farmer . They left .")
    return tmp_path / "story.txt"


def test_texts_become_tables_without_any_corpus(trained: Path, text: Path, tmp_path: Path) -> None:
    words = (text, "--output", "out", "--format", "jsonl")
    done = run("predict", trained, *words, at=tmp_path)
    assert done.code == 0
    assert done.err == "1 of 1 part\n"
    assert done.out.splitlines()[-1] == "in out"
    file = tmp_path / "out/actors/part-00000.jsonl"
    actor = json.loads(file.read_text().splitlines()[0])
    assert (actor["text"], actor["type"], actor["span_id"]) == (
        "Colonel Hassan", "MILITARY", "story@actor:0-14",
    )  # fmt: skip
    done = call("predict", trained, text, "--output", "out", at=tmp_path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "out/job.json: --format: found 'jsonl'; allowed: parquet; to mend: name ano" in done.err
    done = call("predict", trained, *words, "--quiet", "--json", at=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert [json.loads(done.out)[name] for name in ("parts", "resumed_parts")] == [1, 1]
    done = call("predict", trained, text, "--output", "out", "--force", at=tmp_path)
    assert (done.code, file.exists()) == (0, False)


def test_who_interrupts_is_told_what_is_there(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> str:
        raise KeyboardInterrupt

    (tmp_path / "t.jsonl").write_text('{"text": "They left ."}\n' * 3)
    monkeypatch.setattr("usiran.cli.models_output._line", interrupted)
    monkeypatch.setattr("usiran.cli.models_output._PAUSE", 0.0)
    words = ("predict", trained, "t.jsonl", "--output", "out", "--part", "1")
    done = call(*words, at=tmp_path)
    assert done.code == 130
    assert "0 of 3 parts whole in out; the same command goes on from there" in done.err
    monkeypatch.undo()
    assert call(*words, at=tmp_path).code == 0


def test_two_commands_into_one_folder_are_one_too_many(
    trained: Path, text: Path, corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    predict = ("predict", trained, text, "--output", tmp_path / "out", "--quiet")
    train = ("train", "stance", "majority", "--output", tmp_path / "new")
    for lock, target, words in (
        (tmp_path / "out" / LOCK, tmp_path / "out", predict),
        (tmp_path / ".new.lock", tmp_path / "new", train),
    ):
        with locked(lock):
            done = call(*words, at=corpus)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert done.err.startswith(f"usiran: {target}: found '`usiran")
        assert f"(process {os.getpid()}, since " in done.err
        assert "is writing'; allowed: one command at a time" in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"out", text.name}
    # A lock that a killed command left is nobody's.
    (tmp_path / "out" / LOCK).touch()
    assert call(*predict, at=corpus).code == 0
    assert not (tmp_path / "out" / LOCK).exists()


def test_a_refused_job_leaves_no_folder(trained: Path, tmp_path: Path) -> None:
    assert call("predict", trained, "no.txt", "--output", "a/out", at=tmp_path).code == 1
    assert list(tmp_path.iterdir()) == []


def test_two_columns_of_text_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    words = ("--text-column", "title", "--text-column", "body", "--output", "out")
    done = call("predict", "no-model", "no.csv", *words, at=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "usiran: --text-column: found 'title, body'; allowed: one column; "
        "to mend: join them in the file, or give --text-column once\n"
    )


def test_pages_show_each_text_with_its_labels(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(
        '{"id": "a", "text": "Colonel Hassan bombed <b>it</b> . They left ."}\n{"text": "No ."}\n'
    )
    done = call("predict", trained, "t.jsonl", "--output", "out", "--html", at=tmp_path)
    assert done.code == 0, done.err
    folder = tmp_path / "out" / "html"
    index = read((folder / "index.html").read_bytes())
    pages = [link for link in index.links if link.startswith("articles/")]
    assert len(pages) == 2
    article = read((folder / pages[0]).read_bytes())
    assert {"001", "@actor:0-14"} <= set(article.ids)
    assert "Colonel Hassan bombed <b>it</b> ." in article.text
    assert "probabilities: " in article.text
    assert (folder / "static" / "site.css").is_file()


def test_several_models_can_be_named_one_by_one(trained: Path, text: Path, tmp_path: Path) -> None:
    words = (trained / "actors", text, "--with", trained / "stance", "--output", "out")
    assert call("predict", *words, at=tmp_path).code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "actors", "articles", "job.json", "parts", "rejected", "run.json", "sentences", "stance",
    ]  # fmt: skip


def test_faulty_records_are_left_out_or_stop_everything(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "They left ."}\n{"text": 1}\n{\n')
    words = ("predict", trained, "t.jsonl", "--output", "out", "--quiet")
    done = call(*words, "--strict", at=tmp_path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "t.jsonl: row 2: found 'int, no text: 1'" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.jsonl"]
    done = call(*words, at=tmp_path)
    assert done.code == 0
    assert done.err == "2 records could not be labelled: out/rejected says why\n"


def test_models_of_other_data_are_refused_inside_a_corpus(
    corpus: Corpus, trained: Path, text: Path, tmp_path: Path
) -> None:
    manifest = corpus.dataset / "corpus.toml"
    kept = manifest.read_text()
    manifest.write_text(kept.replace('version = "0.1.0"', 'version = "7.0.0"'))
    done = call("predict", trained, text, "--output", tmp_path / "out", at=corpus)
    manifest.write_text(kept)
    assert done.code == 1
    assert "found 'data version 0.1.0'; allowed: 7.0.0" in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_broken_model_is_one_line(trained: Path, text: Path, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    for path in (trained / "stance").iterdir():
        (tmp_path / "m" / path.name).write_bytes(path.read_bytes()[:500])
    done = call("predict", "m", text, "--output", "out", at=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "m/model.json: found" in done.err


def test_training_leaves_the_corpus_alone_and_a_taken_folder_too(
    corpus: Corpus, trained: Path
) -> None:
    before = tree(corpus.root.parent)
    words = ("train", "stance", "majority", "--output", trained / "stance")
    done = call(*words, at=corpus)
    assert done.code == 1
    assert "a folder that is there already" in done.err
    done = call("train", "stance", "nope", "--output", trained / "new", at=corpus)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert tree(corpus.root.parent) == before


def test_an_unknown_name_lists_what_can_be_trained_and_nothing_else(
    corpus: Corpus, tmp_path: Path
) -> None:
    done = call("train", "stance", "nosuch", "--output", tmp_path / "m", at=corpus)
    assert done.code == 1
    assert done.err.startswith("usiran: SYSTEM: found 'nosuch'; allowed: majority, ")
    allowed = done.err.partition("allowed: ")[2].partition(";")[0].split(", ")
    assert {"tfidf-svm", "who-to-whom"} <= set(allowed)
    # A peer, a reader of marks, two controls on other labels, a system of spans.
    refused = ("minilm", "who-to-whom-gold", "shuffled-within", "permuted-articles", "tagger")
    assert not set(refused) & set(allowed)
    done = call("train", "stence", "majority", "--output", tmp_path / "m", at=corpus)
    assert done.err.startswith(
        "usiran: TASK: found 'stence'; allowed: stance, toward_us, toward_iran, holder, actors, "
        "affiliation, events, linking; "
    )


@pytest.mark.parametrize(
    "words",
    [
        ("train",),
        ("train", "--output", "m"),
        ("train", "stance", "--output", "m"),
        ("train", "stance", "attitudes", "--defaults", "--output", "m"),
        ("predict",),
        ("predict", "m", "t"),
    ],
)
def test_wrong_usage_exits_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert call(*words, at=tmp_path).code == 2
