"""Budget: labelling raw texts with two Dask workers against one process."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.measuring import Measured
from usiran.benchmark.run import Benchmark
from usiran.inference.predict import WINDOW, batches, label_documents, labelled
from usiran.inference.read_texts import Document
from usiran.inference.store import load
from usiran.inference.train import model_files

TASK, SYSTEM, COPIES, WORKERS, BATCH = "stance", "tfidf-svm", 150, 2, 16


def measure(bench: Benchmark, texts: list[str]) -> Measured:
    """Label the same batches with two workers, once they have started, and in one process."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in model_files(bench, TASK, SYSTEM).items():
            (Path(name) / file).write_bytes(content)
        models = [load(Path(name))]
    documents = (
        Document(f"t-{number}", "", "t", number, text) for number, text in enumerate(texts * COPIES)
    )
    parts = list(batches(documents, BATCH))
    start = time.perf_counter()
    rows = labelled(models, iter([*parts[: WINDOW * WORKERS], *parts]), workers=WORKERS)
    # The first window starts the processes, and is not counted.
    for _ in range(WINDOW * WORKERS):
        next(rows)
    started = time.perf_counter()
    sentences = sum(len(one["sentences"]) for one in rows)
    two = time.perf_counter() - started
    start_one = time.perf_counter()
    for texts_of_part in parts:
        label_documents(models, texts_of_part)
    one = time.perf_counter() - start_one
    ratio = one / two
    return Measured(
        "two Dask workers: at least 1.6 times one",
        f"{sentences / two:.0f} sentences/s", f"{sentences / one:.0f} sentences/s",
        ratio, ratio >= 1.6,
        f"{SYSTEM} for {TASK}, {sentences} sentences, timed once. Until the two processes had "
        f"started and answered a first window it took {started - start:.1f} s, which is not in the "
        "ratio: a few thousand sentences are labelled sooner by one process.",
    )  # fmt: skip
