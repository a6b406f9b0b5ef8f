"""Budget: predicting raw texts with two Dask workers against one process."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from bench.measuring import Measured, alternate
from usiran.baselines.benchmark import Bench
from usiran.baselines.persistence import load
from usiran.baselines.prediction import Reader, write_predictions
from usiran.baselines.training import train

TASK, SYSTEM, COPIES = "stance", "tfidf-svm", 150


def measure(bench: Bench, texts: list[str]) -> Measured:
    """Label the same texts into tables with two workers, and in one process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        for file, content in train(bench, TASK, SYSTEM).items():
            (folder / "model" / file).write_bytes(content)
        model = load(folder / "model")
        source = folder / "texts.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts * COPIES))
        counts: dict[str, int] = {}

        def label(workers: int) -> None:
            done = write_predictions(
                [model], Reader([source]), folder / "out", force=True, batch=16, workers=workers
            )
            counts.update(done.rows)

        two, one = alternate(lambda: label(2), lambda: label(1), runs=3, warm=0)
    sentences, ratio = counts["sentences"], one / two
    return Measured(
        "two Dask workers: at least 1.6 times one",
        f"{sentences / two:.0f} sentences/s", f"{sentences / one:.0f} sentences/s",
        ratio, ratio >= 1.6,
        f"{SYSTEM} for {TASK}, {sentences} sentences. The start of the two processes and the one "
        "that writes the tables are counted; the peer labels and writes in one process.",
    )  # fmt: skip
