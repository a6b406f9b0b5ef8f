"""Claims about hostile files that are handed to the real program: a process, and its time limit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from tests.fuzz import mutations
from tests.fuzz.kinds import FOREIGN, RENAMED
from tests.fuzz.mutations import awkward_files
from tests.fuzz.oracle import LONGEST_LINE, SECONDS, TooLong, time_limit
from tests.fuzz.test_mutants import MUTANTS, clear
from tests.support.command import Done, tree
from tests.support.publisher import Publisher
from tests.support.three_passes import GAS_SHEET, build_three
from tests.support.tiny import annotation, article_task, choice, quoted
from usiran.corpus import Corpus
from usiran.hidden import plain

SIGNED = ("--round", "r9", "--annotator", "ann")
MAPPED = (
    *(word for control in RENAMED.controls for word in ("--map", control)),
    *(word for label in RENAMED.labels for word in ("--label", label)),
)
READERS: tuple[tuple[str, ...], ...] = (
    ("annotate", "import", "FILE", *SIGNED),
    ("annotate", "import", "FILE", *SIGNED, *MAPPED),
    ("annotate", "agreement", "FILE", *MAPPED, "--draws", "100"),
    ("annotate", "adjudicate", "--decide", "FILE", "--adjudicator", "judge"),
    ("articles", "add", "FILE", "--title", "T"),
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """Yield the program; nobody answers at the Hub's address, and nobody is asked."""
    made = Publisher("http://127.0.0.1:9", tmp_path_factory.mktemp("home"), "usiran.loading")
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return build_three(tmp_path_factory.mktemp("program") / "corpus")


def hand_in(program: Publisher, corpus: Corpus, words: tuple[str, ...], path: Path) -> Done:
    """Hand a file in; assert that it is taken, or refused in short lines with nothing changed."""
    before = tree(corpus.root)
    try:
        with time_limit(SECONDS):
            done = program.run(
                *(str(path) if word == "FILE" else word for word in words), at=corpus
            )
    except TooLong:
        program.kill()
        raise
    assert "Traceback" not in done.err, done.err
    for line in done.err.splitlines():
        assert len(line) < LONGEST_LINE, line[:300]
        assert plain(line) == line, ascii(line)
    assert done.code in (0, 1), done
    if done.code:
        assert done.err.startswith("usiran: ") or f"{path.name}" in done.err, done.err
        assert tree(corpus.root) == before
    return done


@pytest.mark.parametrize("part", range(2))
def test_mutants_are_taken_or_refused(
    program: Publisher, corpus: Corpus, tmp_path: Path, part: int
) -> None:
    seeds: dict[str, tuple[bytes, mutations.Mutation]] = {
        f"{name}.{suffix}": ((FOREIGN / f"{name}.{suffix}").read_bytes(), mutate)
        for name, suffix, mutate in (
            ("renamed", "json", mutations.json_mutant),
            ("renamed_min", "json", mutations.json_mutant),
            ("renamed", "csv", mutations.csv_mutant),
            ("completions", "json", mutations.json_mutant),
        )
    }
    seeds["gas.txt"] = (GAS_SHEET.encode(), mutations.text_mutant)
    for number in range(part, MUTANTS // 50, 2):
        random = Random(crc32(f"program {number}".encode()))
        name = random.choice(sorted(seeds))
        content, mutate = seeds[name]
        path = tmp_path / name
        path.write_bytes(mutate(content, random))
        words = READERS[0] if name == "gas.txt" else READERS[1]
        hand_in(program, corpus, words, path)


@pytest.mark.parametrize("words", READERS, ids=lambda words: " ".join(words[:3]))
def test_what_is_no_file_is_refused_in_time(
    program: Publisher, corpus: Corpus, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "handed.json"
    for what, put in awkward_files(tmp_path):
        put(path)
        done = hand_in(program, corpus, words, path)
        # An empty file may be one without decisions.
        assert (done.code == 1 and "handed.json" in done.err) or what == "an empty file"
        clear(path)


# To `articles add` it is a long article.
@pytest.mark.parametrize("words", READERS[:-1], ids=lambda words: " ".join(words[:3]))
def test_a_text_of_50_megabytes_is_refused_in_a_short_line(
    program: Publisher, corpus: Corpus, tmp_path: Path, words: tuple[str, ...]
) -> None:
    label = quoted("actor1", "x" * 50_000_000, "Tehran")
    task = article_task(annotation(choice("article_stance", "neutral"), label))
    path = tmp_path / "large.json"
    path.write_text(json.dumps([task]), "utf-8")
    assert hand_in(program, corpus, words, path).code == 1
