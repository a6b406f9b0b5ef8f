"""What is said of a text depends on no other text, thread or processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inference.test_predict import trained
from tests.support.entries import open_benchmark

SYSTEMS = {"stance": "tfidf-svm", "holder": "attitudes", "toward_us": "tfidf-logreg"}
SYSTEMS |= {"actors": "tagger-gazetteer", "events": "tagger", "roles": "role-pairs"}
# Every text in batches of several sizes; what is printed is the hash of all tables together.
SCRIPT = """
import hashlib, sys
from pathlib import Path
import pyarrow as pa
from usiran.inference.label_batch import label_batch
from usiran.inference.store import load_all
models = load_all([Path(sys.argv[1])])
words = "Colonel Hassan bombed the American troops near the river . Minister Karim said so".split()
texts = [" ".join(words[i % 7 :] + words[: i % 5]) + " ." for i in range(24)]
columns = {"id": [f"t{i}" for i in range(24)], "text": texts}
for size in (1, 5, 24):
    digest = hashlib.sha256()
    parts = [label_batch(models, pa.table(columns).slice(i, size)) for i in range(0, 24, size)]
    for name in parts[0]:
        rows = pa.concat_tables([part[name] for part in parts]).to_pylist()
        digest.update(repr(rows).encode())
    print(digest.hexdigest())
"""


def _kernels() -> list[str]:
    flags = Path("/proc/cpuinfo")
    known = flags.read_text() if flags.is_file() else ""
    newer = [name for name, flag in (("Haswell", "avx2"), ("SkylakeX", "avx512f")) if flag in known]
    return ["Prescott", *newer]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bench = open_benchmark(tmp_path_factory.mktemp("bench"), sentences=8, articles=3)
    return trained(bench, tmp_path_factory.mktemp("models"), SYSTEMS)


def test_neither_batch_nor_threads_nor_kernel_change_a_digit(folder: Path) -> None:
    seen = set()
    # The oldest kernel there is and the newest.
    kernels = _kernels()
    for threads, kernel in ((1, kernels[0]), (2, kernels[-1])):
        settings = {"OPENBLAS_NUM_THREADS": str(threads), "OPENBLAS_CORETYPE": kernel}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(folder)],
            env=os.environ | settings, capture_output=True, text=True, check=True,
        )  # fmt: skip
        seen |= set(done.stdout.split())
    assert len(seen) == 1
