"""A benchmark over invented tables, and running it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import synthetic
from usiran.benchmark.results import Stored
from usiran.benchmark.run import Benchmark, run_all
from usiran.corpus import Corpus

ROOT = Corpus.find(Path(__file__)).root
MakeBench = Callable[..., Benchmark]
Keys = dict[tuple[str, str], Stored]


def lay_out(root: Path) -> Corpus:
    """Write a folder that holds the real settings and labels, and no corpus."""
    for part in ("annotation/labels.toml", "dataset/corpus.toml"):
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, root / part)
    (root / "dataset/source").mkdir()
    (root / "dataset/source/folds.csv").write_text("article_id,fold\n")
    (root / "baselines").mkdir()
    for settings in (ROOT / "baselines").glob("*.toml"):
        shutil.copy(settings, root / "baselines")
    return Corpus(root)


@pytest.fixture
def bench(tmp_path: Path) -> MakeBench:
    """A benchmark over invented tables, in a folder with the real settings."""
    corpus = lay_out(tmp_path)
    return lambda **options: Benchmark.of(corpus, synthetic.tables(**options))


def run_pairs(bench: Benchmark, *pairs: tuple[str, str], seed: int = 0) -> Keys:
    """Run (task, system) pairs, all of them by default, with few draws."""
    return run_all(bench, pairs or bench.plan(), seed=seed, draws=300)


def files_of(bench: Benchmark) -> dict[str, bytes]:
    """Return the content of every file under baselines."""
    files = (p for p in bench.corpus.baselines.rglob("*") if p.is_file())
    return {path.relative_to(bench.corpus.root).as_posix(): path.read_bytes() for path in files}
