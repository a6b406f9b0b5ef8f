"""How the cost of a system grows with the corpus: CPU seconds and memory on generated corpora.

`python -m bench systems` measures this table alone. A system is run under the whole protocol and
scored with all draws, in a process of its own; reading the corpus is in `bench.growing`.
"""

from __future__ import annotations

import os
import pickle
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.generated import build_generated

from bench import growing
from bench.growing import Cost
from usiran import loading
from usiran.corpus import Corpus
from usiran.io.atomic import write_file

# System and task, and how many articles it is measured with: at most some minutes each.
ROWS = {
    ("article-prior", "stance"): (5, 20, 50, 200, 500),
    ("tfidf-logreg", "stance"): (5, 20, 50, 200, 500),
    ("attitudes", "stance"): (5, 20, 50, 200, 500),
    ("gazetteer", "actors"): (5, 20, 50, 200, 500),
    ("role-pairs", "roles"): (5, 20, 50, 200, 500),
    ("tagger", "actors"): (5, 50),
}
SIZES = (5, 20, 50, 200, 500)
HEADING = "## What a system costs\n"
_ABOUT = """\
Written by `python -m bench systems`. CPU seconds of a system under the whole protocol, 10,000 draws
included, on one thread; in brackets the peak memory of its process in MiB. The corpora are those
of `python -m bench growing`. Up to 20 articles each is held out alone, above that a tenth of them
is: 20 articles have twice the folds of 50. A dash: not measured, it would take too long.

"""
# Between a large parent and the process that is measured: the kernel counts the parent's memory
# to the peak of whatever it starts.
_BETWEEN = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"


def lay_out(folder: Path, articles: int) -> Path:
    """Write a corpus with the repository's settings, read it, and return where its tables lie."""
    corpus = build_generated(folder / "corpus", articles)
    corpus.baselines.mkdir()
    for settings in Corpus.find().baselines.glob("*.toml"):
        shutil.copy(settings, corpus.baselines)
    opened = loading.open(corpus).refuse_findings()
    # No system reads the annotators, who are most of the weight.
    tables = {name: table for name, table in opened.tables.items() if name != "annotations"}
    path = folder / "tables.pickle"
    path.write_bytes(pickle.dumps((corpus, tables, opened.scheme)))
    return path


def cost_of(system: str, task: str, tables: Path) -> Cost:
    """Run a system in a process of its own.

    Raises
    ------
    CalledProcessError
        It does not exit with 0.
    """
    words = [sys.executable, "-m", "bench.systems", system, task, str(tables)]
    command = [sys.executable, "-c", _BETWEEN, *words]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=alone)
    seconds, mebibytes = done.stdout.split()
    return Cost(float(seconds), float(mebibytes))


def spend(system: str, task: str, tables: Path) -> None:
    """Run a system here, and print what it took."""
    from usiran.benchmark.run import Benchmark, evaluate

    benchmark = Benchmark.of(*pickle.loads(tables.read_bytes()))
    start = time.process_time()
    evaluate(benchmark, task, system, seed=0, draws=10_000)
    seconds = time.process_time() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def section(costs: dict[tuple[str, str, int], Cost]) -> str:
    """Return the table, under its heading."""
    names = " | ".join(f"{size} articles" for size in SIZES)
    rows = [f"| system, task | {names} |", f"|---|{'---|' * len(SIZES)}"]
    for system, task in ROWS:
        cells = [str(costs.get((system, task, size), "–")) for size in SIZES]
        rows.append(f"| {system}, {task} | {' | '.join(cells)} |")
    return HEADING + "\n" + _ABOUT + "\n".join(rows) + "\n"


def split(page: str) -> tuple[str, str, str]:
    """Return what a page has above this section, the section, and what it has below it."""
    above, heading, rest = page.partition(HEADING)
    if not heading:
        above, heading, rest = page.partition(growing.HEADING)
        return above, "", heading + rest
    own, below, rest = rest.partition(growing.HEADING)
    return above, heading + own, below + rest


def replaced(page: str, new: str) -> str:
    """Return the page with this section in place of the one it has."""
    above, _, below = split(page)
    return "\n\n".join(part.strip("\n") for part in (above, new, below) if part) + "\n"


def main(say: Callable[[str], None] = print) -> None:
    """Measure every system and size, and put the table into BENCH.md."""
    path = Corpus.find().baselines / "BENCH.md"
    costs: dict[tuple[str, str, int], Cost] = {}
    for size in SIZES:
        with TemporaryDirectory() as folder:
            tables = lay_out(Path(folder), size)
            for (system, task), sizes in ROWS.items():
                if size in sizes:
                    costs[system, task, size] = cost_of(system, task, tables)
                    say(f"{size:4} {system} {task}: {costs[system, task, size]}")
        page = replaced(path.read_text("utf-8"), section(costs))
        write_file(path, page.encode("utf-8"))


if __name__ == "__main__":
    spend(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
