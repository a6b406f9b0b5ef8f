"""Two small trained systems, and texts for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.entries import open_benchmark
from usiran.inference.store import Model, load_all
from usiran.inference.train import model_files
from usiran.io.atomic import fill

SYSTEMS = {"stance": "tfidf-nb", "actors": "gazetteer"}


@pytest.fixture(scope="package")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the systems."""
    root = tmp_path_factory.mktemp("job")
    bench = open_benchmark(root / "bench", sentences=8, articles=3)
    for task, system in SYSTEMS.items():
        fill(root / "models" / task, model_files(bench, task, system))
    return root / "models"


@pytest.fixture(scope="package")
def models(trained: Path) -> Sequence[Model]:
    return load_all([trained])
