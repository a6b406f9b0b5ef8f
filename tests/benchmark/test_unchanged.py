"""Claims about taking runs from their stored results, and about runs that are interrupted."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import usiran
from tests.support import synthetic
from tests.support.benches import MakeBench, bench
from usiran.benchmark.results import paths
from usiran.benchmark.run import Benchmark
from usiran.benchmark.unchanged import SOURCES, aside, notes_path, run_changed
from usiran.tasks.base import objects

__all__ = ["bench"]

Pairs = list[tuple[str, str]]
PAIRS: Pairs = [("stance", "majority"), ("stance", "who-to-whom-gold"), ("actors", "gazetteer")]
ALL = {(system, task) for task, system in PAIRS}


def _unchanged(
    made: Benchmark, pairs: Pairs = PAIRS, *, draws: int = 100, fresh: bool = False
) -> set[tuple[str, str]]:
    """Run, and return what was taken from stored results."""
    return set(run_changed(made, pairs, seed=0, draws=draws, fresh=fresh).unchanged)


def test_what_is_unchanged_is_taken_from_its_stored_result(bench: MakeBench) -> None:
    made = bench(sentences=4)
    first = run_changed(made, PAIRS, seed=0, draws=100)
    assert (list(first.results), first.unchanged) == ([(s, t) for t, s in PAIRS], ())
    again = run_changed(bench(sentences=4), PAIRS, seed=0, draws=100)
    assert again.results == first.results
    assert not (made.corpus.baselines / "results").exists()
    assert set(again.unchanged) == ALL
    assert _unchanged(made, fresh=True) == set()


def test_other_settings_gold_layers_or_contested_labels_are_run_again(bench: MakeBench) -> None:
    made = bench(sentences=4)
    _unchanged(made)
    assert _unchanged(made, draws=200) == set()
    _unchanged(made)
    settings = made.library["majority"]
    other = msgspec.structs.replace(settings, title="Another")
    library = {**made.library, "majority": other}
    assert _unchanged(replace(made, library=library)) == ALL - {("majority", "stance")}
    layers = made.layers.assign(events=objects([()] * len(made.layers)))
    assert _unchanged(replace(made, layers=layers)) == {("gazetteer", "actors")}
    contested = frozenset(made.golds["stance"].records["sentence_id"][:2])
    assert _unchanged(replace(made, contested=contested)) == set()
    assert _unchanged(bench(sentences=4, seed=8)) == set()


def test_settings_that_a_system_borrows_count_with_its_own(bench: MakeBench) -> None:
    made, pairs = bench(sentences=4), [("actors", "cue-lexicon"), ("actors", "gazetteer")]
    tagger = ("actors", "tagger-gazetteer")
    _unchanged(made, [*pairs, tagger])
    # The lists are lent to the tagger, and the tagger to its system with a gazetteer.
    lists = made.library["cue-lexicon"]
    lexicon = {**lists.lexicon, "actors": {**lists.lexicon["actors"], "MILITARY": ("colonel",)}}
    library = {**made.library, "cue-lexicon": msgspec.structs.replace(lists, lexicon=lexicon)}
    changed = replace(made, library=library)
    assert _unchanged(changed, [*pairs, tagger]) == {("gazetteer", "actors")}


@pytest.mark.parametrize("place", [0, 1])
def test_a_key_holds_for_the_files_it_was_noted_with_alone(bench: MakeBench, place: int) -> None:
    made = bench(sentences=4)
    _unchanged(made)
    stored = paths(made.corpus, "majority", "stance")[place]
    path = aside(made.corpus) / stored.relative_to(made.corpus.baselines)
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert _unchanged(made) == ALL - {("majority", "stance")}
    assert path.read_bytes() == content
    path.unlink()
    assert _unchanged(made) == ALL - {("majority", "stance")}
    notes_path(made.corpus).write_text("no keys")
    assert _unchanged(made) == set()


_SYSTEMS = ("majority", "tagger", "tfidf-logreg", "shuffled-within")
_RUN = ("run", "--task", "stance", "--task", "events", "--workers", "2", "--draws", "100")


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_an_interrupted_run_keeps_what_is_done_and_leaves_no_process(tmp_path: Path) -> None:
    corpus = synthetic.write_corpus(tmp_path, synthetic.tables(articles=4, sentences=12))
    words = [*_RUN, *(word for name in _SYSTEMS for word in ("--system", name))]
    program = "from usiran.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "benchmark", *words],
        cwd=corpus.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None
        told = running.stderr.readline()
        # As a terminal does it: to the program and to all of its workers.
        os.killpg(running.pid, signal.SIGINT)
        told += running.stderr.read()
    assert running.returncode == 130
    assert "the same command goes on from there" in told
    assert "Traceback" not in told
    assert _gone(running.pid)
    assert not corpus.swap.exists()
    # All of it will be stored at once: until then the results are the old ones.
    assert not (corpus.baselines / "results").exists()
    kept = list(aside(corpus).glob("results/*/*.json"))
    assert 0 < len(kept) < 7
    noted = json.loads(notes_path(corpus).read_bytes())
    assert set(noted) == {f"{path.parent.name}/{path.stem}" for path in kept}


def _gone(group: int) -> bool:
    """Return whether no process of a group is left, after a moment for the last to end."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_every_source_that_a_result_comes_from_is_in_its_key() -> None:
    root = Path(usiran.__file__).parent
    hashed = {path for name in SOURCES for path in (root / name, *(root / name).rglob("*.py"))}
    # These say what is wrong, open files, or measure annotators: no result comes from them.
    beside = {"errors", "corpus", "files", "plugins", "benchmark/annotators", "benchmark/ceiling"}
    waiting = [root / "benchmark/run.py", root / "models/registry.py"]
    reached: set[Path] = set()
    while waiting:
        path = waiting.pop()
        name = path.relative_to(root).with_suffix("").as_posix()
        if path not in reached and name not in beside:
            reached.add(path)
            assert path in hashed, name
            waiting += _imported(path, root)
    assert len(reached) > 30


def _imported(path: Path, root: Path) -> list[Path]:
    names = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("usiran.")
        for alias in node.names
    ]
    parts = [name.split(".")[1:] for name in names]
    places = [root.joinpath(*part[:size]) for part in parts for size in (len(part) - 1, len(part))]
    return [place.with_suffix(".py") for place in places if place.with_suffix(".py").is_file()]
