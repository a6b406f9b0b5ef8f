"""Claims about who labels where Dask is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.jobs import rows, write
from usiran.errors import FileError
from usiran.inference.job.engine import Engine
from usiran.inference.job.run import Options, run_job
from usiran.inference.store import Model


@pytest.mark.parametrize(
    ("engine", "option"),
    [(Engine(2), "--workers"), (Engine(scheduler="tcp://127.0.0.1:9"), "--scheduler")],
)
def test_several_workers_without_dask_are_refused_in_one_line(
    models: Sequence[Model],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: Engine,
    option: str,
) -> None:
    # As where it is not installed.
    monkeypatch.setattr("usiran.inference.job.engine.find_spec", lambda _: None)
    path = str(write(tmp_path / "t.jsonl", rows(1)))
    with pytest.raises(FileError, match=f"{option}: found 'no Dask'.*or leave {option} out"):
        run_job(models, [path], tmp_path / "out", Options(engine=engine))
    assert not (tmp_path / "out").exists()
