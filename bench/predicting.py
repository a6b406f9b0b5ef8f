"""Budget: predicting raw texts against the bare pipeline on the same texts."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from bench.measuring import Measured, alternate
from usiran.benchmark.run import Benchmark
from usiran.inference.job.run import Options, run_job
from usiran.inference.store import load
from usiran.inference.train import model_files
from usiran.io.atomic import fill
from usiran.tasks.inputs import records_of
from usiran.text.segmentation import propose

TASK, SYSTEM, COPIES = "stance", "tfidf-svm", 8


def measure(bench: Benchmark, texts: list[str]) -> Measured:
    """Label texts from a file into tables, against split and predict in memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "model", model_files(bench, TASK, SYSTEM))
        model = load(folder / "model")
        source = folder / "texts.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts * COPIES))

        def ours() -> None:
            run_job([model], [str(source)], folder / "out", Options(force=True))

        counted = [0, 0.0]

        def peer() -> None:
            records = _records([json.loads(line)["text"] for line in source.open()])
            start = time.perf_counter()
            with threadpool_limits(1):
                model.estimator.predict(records)
            counted[:] = [len(records), time.perf_counter() - start]

        mine, theirs = alternate(ours, peer, runs=5)
    sentences, alone = counted
    ratio = theirs / mine
    return Measured(
        "prediction: at least .8 of the bare pipeline's sentences per second",
        f"{sentences / mine:.0f} sentences/s", f"{sentences / theirs:.0f} sentences/s",
        ratio, ratio >= 0.8,
        f"{SYSTEM} for {TASK}. Both split texts into sentences; ours "
        "reads the file twice, checks it, and writes ids, offsets and Parquet tables besides. "
        f"The classifier alone, on sentences split before: {sentences / alone:.0f} sentences/s.",
    )  # fmt: skip


def _records(texts: list[str]) -> pd.DataFrame:
    rows = [
        {"sentence_id": f"{number}#{start}", "article_id": str(number), "start": start, "end": end,
         "zone": zone, "text": text[start:end]}
        for number, text in enumerate(texts)
        for start, end, zone in propose(text)
    ]  # fmt: skip
    return records_of(pd.DataFrame(rows))
