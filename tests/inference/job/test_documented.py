"""The page on archives: what it shows runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT
from tests.support.jobs import rows, write
from usiran.inference.job.run import Options, run_job
from usiran.inference.store import load_all


@pytest.fixture
def shown(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the programs of the page that name nothing but `datasets` and pyarrow make."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    Path("models").symlink_to(trained)
    run_job(load_all([trained]), [str(write(Path("news.parquet"), rows(4)))], Path("labelled"),
            Options(part=2))  # fmt: skip
    page = (ROOT / "docs/archives.md").read_text(encoding="utf-8")
    programs = [
        program
        for program in re.findall(r"```python\n(.+?)```", page, re.DOTALL)
        if not re.search("dask|spark|ray|pandas", program)
    ]
    assert len(programs) == 2
    made: dict[str, Any] = {}
    for program in programs:
        exec(program, made)
    return made


@pytest.mark.usefixtures("shown")
def test_dyads_are_joined_to_dates_as_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    articles = pyarrow.dataset.dataset("labelled/articles").to_table().to_pylist()
    assert len(articles) == 4
    news = [f"{row['source_id']},2020-0{i // 2 + 1}-03" for i, row in enumerate(articles)]
    Path("news.csv").write_text("\n".join(["id,published", *news]))
    dyads = [
        {
            "article_id": row["article_id"],
            "agent_affiliation": "US",
            "quad": "verbal conflict",
            "events": 2,
        }
        for row in articles
    ]
    Path("labelled/dyads").mkdir()
    pq.write_table(pa.Table.from_pylist(dyads), "labelled/dyads/part-00000.parquet")
    page = (ROOT / "docs/archives.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(import pandas\n.+?)```", page, re.DOTALL)
    exec(program, {})
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["2020-01", "US", "verbal", "conflict", "4"] in lines
    assert ["2020-02", "US", "verbal", "conflict", "4"] in lines


def test_tables_load_and_datasets_can_label_as_the_page_says(shown: dict[str, Any]) -> None:
    written = pyarrow.dataset.dataset("labelled/stance").to_table()
    assert shown["actors"].num_rows == 8
    assert shown["stance"].with_format(None).to_list() == written.to_pylist()
    # Arrow schemas of the two are one: nothing is lost on the way.
    assert (
        shown["stance"].data.table.schema.names
        == pq.read_schema("labelled/stance/part-00000.parquet").names
    )
    assert isinstance(written, pa.Table)
