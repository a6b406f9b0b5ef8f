"""Predictions by anybody, for tests: the gold as lines, files of lines, their findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import synthetic
from tests.support.benches import lay_out
from usiran.benchmark.predictions.lines import read_lines
from usiran.benchmark.results import read_results
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import submit
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.tasks.links import Link, encode

ROOT = Corpus.find(Path(__file__)).root
Line = dict[str, Any]


def open_benchmark(root: Path, **options: int) -> Benchmark:
    """A benchmark over invented tables, in a folder with the real settings."""
    if not (root / "baselines").exists():
        lay_out(root)
    return Benchmark.of(Corpus(root), synthetic.tables(**({"sentences": 6} | options)))


@pytest.fixture
def bench(tmp_path: Path) -> Benchmark:
    return open_benchmark(tmp_path)


def gold_lines(bench: Benchmark, task: str) -> list[Line]:
    """Return the gold as predictions: a perfect system."""
    gold = bench.golds[task]
    lines = []
    for record, value in zip(gold.records.to_dict("records"), gold.values, strict=True):
        line: Line = {"sentence_id": record["sentence_id"]}
        if isinstance(value, str):
            line["label"] = value
        else:
            first = record["start"]
            spans = [encode(s, first) if isinstance(s, Link) else s for s in value]
            line["spans"] = [[s.start + first, s.end + first, s.label] for s in spans]
        lines.append(line)
    return lines


def write(path: Path, lines: list[Line]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def findings(bench: Benchmark, task: str, lines: list[Line] | bytes) -> list[tuple[str, str, str]]:
    """Return (record, column, value) of every finding."""
    content = lines if isinstance(lines, bytes) else "\n".join(map(json.dumps, lines)).encode()
    with pytest.raises(InputError) as caught:
        read_lines(content, bench.golds[task], "p.jsonl")
    return [(one.record.replace("  ", " "), one.column, one.value) for one in
            caught.value.findings]  # fmt: skip


# Reading


def submitted(bench: Benchmark, folder: Path, task: str = "stance", **options: Any) -> Any:
    path = write(folder / "p.jsonl", gold_lines(bench, task))
    said = {"title": "Mine", "description": "Made by hand."} | options
    return submit(bench, read_results(bench.corpus), path, task=task, system="mine", draws=100,
                  **said)  # fmt: skip
