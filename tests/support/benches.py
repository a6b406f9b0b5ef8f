"""A benchmark over invented tables, and running it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import synthetic
from usiran.benchmark.results import Stored
from usiran.benchmark.run import Benchmark, evaluate
from usiran.benchmark.settings_hash import own_settings_sha256
from usiran.corpus import Corpus

ROOT = Corpus.find(Path(__file__)).root
MakeBench = Callable[..., Benchmark]
Keys = dict[tuple[str, str], Stored]
REPLICATES = (("shuffled-within", 5, 2), ("permuted-articles", 5, 2), ("stratified", 10, 3))


def lay_out(root: Path) -> Corpus:
    """Write a folder that holds the real settings (with fewer replicates) and labels alone."""
    for part in ("annotation/labels.toml", "dataset/corpus.toml"):
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, root / part)
    (root / "dataset/source").mkdir()
    (root / "dataset/source/folds.csv").write_text("article_id,fold\n")
    (root / "baselines").mkdir()
    for settings in (ROOT / "baselines").glob("*.toml"):
        shutil.copy(settings, root / "baselines")
    # Each replicate tunes and fits a system anew, or scores every task: most of a test's time.
    for control, many, few in REPLICATES:
        path = root / "baselines" / f"{control}.toml"
        path.write_text(path.read_text("utf-8").replace(f"= {many}", f"= {few}"))
    return Corpus(root)


@pytest.fixture
def bench(tmp_path: Path) -> MakeBench:
    """A benchmark over invented tables, in a folder with the real settings."""
    corpus = lay_out(tmp_path)
    return lambda **options: Benchmark.of(corpus, synthetic.tables(**options))


def run_pairs(bench: Benchmark, *pairs: tuple[str, str], seed: int = 0, draws: int = 300) -> Keys:
    """Run (task, system) pairs with few draws; none is run twice on the same gold and folds."""
    return {
        (system, task): _ran(bench, task, system, seed=seed, draws=draws) for task, system in pairs
    }


# Most claims are about what is done with results: a process makes each result once.
_RAN: dict[tuple[str | int, ...], Stored] = {}


def _ran(bench: Benchmark, task: str, system: str, *, seed: int, draws: int) -> Stored:
    gold = bench.golds[task].sha256
    settings = own_settings_sha256(bench.build_context(task, system, 0))
    version = bench.corpus.manifest.version
    key = (task, system, seed, draws, gold, bench.folds, settings, version)
    if key not in _RAN:
        _RAN[key] = evaluate(bench, task, system, seed=seed, draws=draws)
    return _RAN[key]


def files_of(bench: Benchmark) -> dict[str, bytes]:
    """Return the content of every file under baselines."""
    files = (p for p in bench.corpus.baselines.rglob("*") if p.is_file())
    return {path.relative_to(bench.corpus.root).as_posix(): path.read_bytes() for path in files}
