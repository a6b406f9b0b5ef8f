"""How the cost of commands grows with the corpus: CPU seconds on generated corpora.

`python -m bench growing` measures this table alone: the other budgets need an idle machine and
are not run again for it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.support.generated import build_generated

from usiran.corpus import Corpus
from usiran.io.atomic import write_file

SIZES = (5, 50, 200, 500)
HEADING = "## How cost grows\n"
_ABOUT = """\
Written by `python -m bench growing`. CPU seconds of whole processes on generated corpora, three
annotators each, 32 scored sentences, 96 actors and 48 events an article; in brackets the peak
memory in MiB. Cost that grows with the corpus alone is ten times as much for ten times the
articles.

"""


# The kernel counts the parent's memory to a process's peak: the parent has to be a small one.
_RUNNER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(code)
"""


class Cost(NamedTuple):
    """What one process took."""

    seconds: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} ({self.mebibytes:.0f})"


class Command(NamedTuple):
    """A command, and the most that it may take with 500 articles."""

    words: tuple[str, ...]
    aim: float


COMMANDS = (
    Command(("validate",), 30),
    Command(("build",), 60),
    Command(("annotate", "agreement"), 30),
    Command(("annotate", "adjudicate", "--check"), 60),
    Command(("export", "brat", "--output", "{folder}/brat"), 20),
    Command(("articles", "add", "{folder}/story.txt", "--dry-run"), 5),
)


def cost_of(words: list[str], folder: Path) -> Cost:
    """Run the program in a process of its own.

    Raises
    ------
    CalledProcessError
        It does not exit with 0.
    """
    program = str(Path(sys.executable).with_name("usiran"))
    command = [sys.executable, "-c", _RUNNER, program, *words]
    said = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout.split()
    return Cost(float(said[0]), float(said[1]) / 1024)


def measure(folder: Path, articles: int) -> dict[Command, Cost]:
    """Return what every command takes on a corpus of so many articles."""
    corpus = build_generated(folder / "corpus", articles)
    (folder / "story.txt").write_text("A new story\n\nNobody has read it yet.\n", encoding="utf-8")
    return {
        command: cost_of([word.format(folder=folder) for word in command.words], corpus.root)
        for command in COMMANDS
    }


def section(costs: dict[int, dict[Command, Cost]]) -> str:
    """Return the table, under its heading."""
    names = " | ".join(f"{size} articles" for size in costs)
    rows = [f"| command | {names} | aim |", f"|---|{'---|' * len(costs)}---|"]
    for command in COMMANDS:
        name = " ".join(word for word in command.words if "{" not in word)
        cells = " | ".join(str(found[command]) for found in costs.values())
        rows.append(f"| `{name}` | {cells} | {command.aim:.0f} s |")
    return HEADING + "\n" + _ABOUT + "\n".join(rows) + "\n"


def replaced(page: str, new: str) -> str:
    """Return the page with this section in place of the one it has; it stands last."""
    return page.partition(HEADING)[0].rstrip("\n") + "\n\n" + new


def main(say: Callable[[str], None] = print) -> None:
    """Measure every size and put the table into BENCH.md."""
    path = Corpus.find().baselines / "BENCH.md"
    costs: dict[int, dict[Command, Cost]] = {}
    for size in SIZES:
        with TemporaryDirectory() as folder:
            costs[size] = measure(Path(folder), size)
        for command, cost in costs[size].items():
            say(f"{size:4} {' '.join(command.words)}: {cost}")
        # After every size: the largest takes most of the time, and may be stopped.
        write_file(path, replaced(path.read_text("utf-8"), section(costs)).encode("utf-8"))
