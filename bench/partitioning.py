"""Budget: labelling raw texts with two Dask workers against one process, start-up included."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from bench.measuring import Measured
from usiran.benchmark.run import Benchmark
from usiran.inference.job.engine import Engine
from usiran.inference.job.run import Options, run_job
from usiran.inference.store import load_all
from usiran.inference.train import model_files
from usiran.io.atomic import fill

SYSTEMS = {"stance": "tfidf-svm", "actors": "tagger-gazetteer"}
SENTENCES, PART = 50_000, 100


def measure(bench: Benchmark, texts: list[str]) -> Measured:
    """Label 50,000 sentences from a file into tables, with one worker and with two."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for task, system in SYSTEMS.items():
            fill(folder / task, model_files(bench, task, system))
        models = load_all([folder])
        source = folder / "texts.jsonl"
        copies = 1 + SENTENCES // len(bench.golds["stance"].values)
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts * copies))

        def seconds(workers: int) -> tuple[float, int]:
            start = time.perf_counter()
            options = Options(part=PART, engine=Engine(workers))
            run = run_job(models, [str(source)], folder / str(workers), options)
            return time.perf_counter() - start, run.rows["sentences"]

        (one, sentences), (two, _) = seconds(1), seconds(2)
    ratio = one / two
    return Measured(
        "two Dask workers: at least 1.6 times one",
        f"{sentences / two:.0f} sentences/s", f"{sentences / one:.0f} sentences/s",
        ratio, ratio >= 1.6,
        f"{', '.join(SYSTEMS.values())} for {', '.join(SYSTEMS)}, {sentences} sentences, timed "
        "once, the start of the workers included.",
    )  # fmt: skip
