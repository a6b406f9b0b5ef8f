"""Measure every budget, print the ratios, write baselines/BENCH.md: `python -m bench [PART]`.

Without PART the budgets (minutes); `growing` and `systems` measure how cost grows (a quarter of
an hour and more), each on request, alone.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bench import (
    bootstrapping,
    growing,
    helping,
    holding_out,
    partitioning,
    predicting,
    reading,
    splitting,
    systems,
)
from bench.measuring import Measured
from usiran import loading
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.io.atomic import write_file

_PACKAGES = (
    *("dask", "label-studio-sdk", "msgspec", "numpy", "pandas", "pandera", "pyarrow"),
    *("scikit-learn", "scipy", "typer"),
)
_HEAD = """\
# Speed

Written by `make bench`; do not edit. Every budget is a ratio to a peer timed in the same run, the
two in turn; figures are medians of repeated runs. Another machine has other times, and ratios near
these.

| budget | here | peer | ratio | kept |
|---|---|---|---|---|
"""


def machine() -> str:
    """Return what the figures were taken on: no names, no paths."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; {packages}."
    )


def page(measured: list[Measured]) -> str:
    """Return the content of BENCH.md."""
    rows = [
        f"| {one.budget} | {one.ours} | {one.peer} | **{one.ratio:.2f}** | "
        f"{'yes' if one.holds else 'no'} |"
        for one in measured
    ]
    notes = [f"- {one.budget.partition(':')[0]}: {one.note}" for one in measured if one.note]
    return _HEAD + "\n".join([*rows, "", *notes, "", f"Machine: {machine()}"]) + "\n"


def main() -> None:
    """Measure everything."""
    corpus = Corpus.find()
    tables = loading.open(corpus).refuse_findings().tables
    bench = Benchmark.of(corpus, tables)
    jobs: tuple[Callable[[], Measured], ...] = (
        lambda: reading.measure(corpus),
        helping.measure,
        lambda: holding_out.measure(bench),
        lambda: bootstrapping.measure(bench),
        lambda: splitting.measure(tables["articles"]["text"].tolist(), corpus.manifest.language),
        lambda: predicting.measure(bench, tables["articles"]["text"].tolist()),
        lambda: partitioning.measure(bench, tables["articles"]["text"].tolist()),
    )
    measured = []
    for job in jobs:
        measured.append(job())
        one = measured[-1]
        print(f"{one.ratio:6.2f}  {'kept  ' if one.holds else 'missed'}  {one.budget}")
        print(f"        {one.ours} against {one.peer}. {one.note}", file=sys.stderr)
    path = Path(corpus.baselines / "BENCH.md")
    _, costs, growth = systems.split(path.read_text("utf-8")) if path.exists() else ("", "", "")
    sections = (page(measured), costs, growth)
    content = "\n\n".join(section.strip("\n") for section in sections if section) + "\n"
    write_file(path, content.encode("utf-8"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("growing", "systems"))
    {None: main, "growing": growing.main, "systems": systems.main}[parser.parse_args().part]()
