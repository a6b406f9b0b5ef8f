"""What a shell completes: commands, ids and names, without a word where there is nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.command import call
from tests.support.tiny import GAS, PORT
from usiran.cli.export import FORMATS
from usiran.corpus import Corpus
from usiran.dataset.export import formats

Completed = Callable[..., list[str]]


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> Completed:
    """Return what bash is told to complete the last of some words with."""

    def ask(*words: str, at: Corpus | Path) -> list[str]:
        monkeypatch.setenv("_USIRAN_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(("usiran", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        done = call(at=at)
        assert (done.code, done.err) == (0, "")
        return done.out.split()

    return ask


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["val"], ["validate"]),
        (["articles", "l"], ["list", "link"]),
        (["validate", "--f"], ["--full"]),
        (["show", "2013"], ["2013-11-weekly-security-update"]),
        (["show", "2013#00"], [f"2013#00{number}" for number in range(1, 10)]),
        (["show", "2013", "--system", "tfidf-l"], ["tfidf-logreg"]),
        (["benchmark", "run", "-s", "tfidf-l"], ["tfidf-logreg"]),
        (["benchmark", "run", "--task", "stan"], ["stance"]),
        (["benchmark", "compare", "majority", "tfidf-s"], ["tfidf-svm"]),
        (["train", "stan"], ["stance"]),
        (["train", "stance", "tfidf-n"], ["tfidf-nb"]),
        (["annotate", "agreement", "--round", "co"], ["core"]),
        (["annotate", "pull", "-a", "core"], ["core-c", "core-d", "core-e"]),
        (["annotate", "sheet", "2013", "--from", "core/"], ["core/core-c", "core/core-d"]),
        (["predict", "--format", "j"], ["jsonl"]),
        (["export", "co"], ["conll"]),
    ],
    ids=" ".join,
)
def test_ids_and_names_are_completed(
    words: list[str], expected: list[str], completed: Completed
) -> None:
    assert completed(*words, at=ROOT)[: len(expected)] == expected


def test_the_corpus_that_is_named_is_completed_from(
    completed: Completed, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    folder = str(tiny_corpus.root)
    assert completed("show", "-c", folder, "2031", at=tmp_path) == [GAS]
    assert completed("--corpus", folder, "show", "", at=tmp_path) == [GAS, PORT]
    assert completed("articles", "-c", folder, "sentences", "2032", at=tmp_path) == [PORT]


def test_without_a_corpus_or_with_a_broken_one_nothing_is_completed(
    completed: Completed, tiny_corpus: Corpus, tmp_path: Path
) -> None:
    assert completed("show", "2", at=tmp_path) == []
    (tiny_corpus.dataset / "corpus.toml").write_bytes(b"\xff")
    (tiny_corpus.source / "sentences.csv").write_bytes(b"\xff\x00\n")
    (tiny_corpus.annotation / "annotators.csv").unlink()
    for words in (["annotate", "pull", "-r"], ["annotate", "pull", "-a"], ["train"]):
        assert completed(*words, "", at=tiny_corpus) == []
    assert completed("show", f"{GAS}#", at=tiny_corpus) == []


def test_a_name_with_hidden_characters_does_not_reach_the_terminal(
    completed: Completed, tiny_corpus: Corpus
) -> None:
    tiny_corpus.article("2031-\x1b[31m").write_text("words")
    assert completed("show", "2031", at=tiny_corpus) == [GAS]


def test_the_formats_that_are_completed_are_those_that_there_are() -> None:
    assert list(FORMATS) == list(formats.FORMATS)


def test_a_shell_that_completes_writes_nothing_and_loads_no_tables(tiny_corpus: Corpus) -> None:
    (tiny_corpus.dataset / ".swap.new").mkdir()
    program = (
        "import atexit, sys\n"
        "large = {'pandas', 'numpy', 'pyarrow', 'datasets', 'pandera', 'sklearn', 'jinja2'}\n"
        "atexit.register(lambda: print('loaded', sorted(large & sys.modules.keys())))\n"
        "from usiran.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tiny_corpus.root,
        env={"_USIRAN_COMPLETE": "complete_bash", "COMP_WORDS": "usiran show 2031",
             "COMP_CWORD": "2", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split() == [GAS, "loaded", "[]"]
    assert (tiny_corpus.dataset / ".swap.new").is_dir()
