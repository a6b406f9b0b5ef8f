"""Try the dataset with other tools and older versions: `python -m tests.consumers`.

Each tool gets an environment in build/consumers, made once. Prints a table; exit code 1 where a
tool that is here does not read what it should.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CARD = ROOT / "dataset/README.md"
ENVIRONMENTS = ROOT / "build/consumers"
# What each version was published beside: newer ones have left out what it imports.
DATASETS = {
    "2.14.7": ("pyarrow<15", "numpy<2", "pandas<2.3", "fsspec<2023.11", "huggingface_hub<0.24"),
    "2.21.0": ("pyarrow<21", "numpy<2.3", "pandas<3"),
    "3.6.0": ("pyarrow<21", "pandas<3"),
    "4.0.0": (),
    "5.2.0": (),
}
SNIPPETS = {"pandas": ("pandas", "pyarrow"), "polars": ("polars",), "duckdb": ("duckdb",)}
COUNTED = re.compile(r"pro-US\D+29\b.*|neutral\D+123\b.*", re.DOTALL)


def main() -> int:
    """Try each, print what came of it."""
    rows = [_datasets(version, beside) for version, beside in DATASETS.items()]
    rows += [_snippet(tool, packages) for tool, packages in SNIPPETS.items()]
    rows.append(_r())
    print(f"\n{'consumer':18}{'reads':7}what")
    for consumer, reads, what in rows:
        print(f"{consumer:18}{reads:7}{what}")
    return int(any(reads == "no" for _, reads, _ in rows))


def _datasets(version: str, beside: Sequence[str]) -> tuple[str, str, str]:
    python = _python(f"datasets-{version}", (f"datasets=={version}", *beside))
    reader = Path(__file__).with_name("read_with_datasets.py")
    home = ENVIRONMENTS / "home" / version
    return _told(f"datasets {version}", _run([python, str(reader), str(ROOT / "dataset")], home))


def _snippet(tool: str, packages: Sequence[str]) -> tuple[str, str, str]:
    """Run what the card says of a tool, from the folder of the dataset."""
    python = _python(tool, packages)
    language = "sql" if tool == "duckdb" else "python"
    blocks = re.findall(rf"```{language}\n(.*?)```", CARD.read_text("utf-8"), re.DOTALL)
    code = next(block for block in blocks if f"import {tool}" in block or language == "sql")
    if language == "sql":
        code = f"import duckdb\nprint(duckdb.sql({code!r}))"
    done = _run([python, "-c", code], ENVIRONMENTS / "home" / tool)
    return _told(tool, done, "the card's example counts 29 pro-US", COUNTED.search(done.stdout))


def _r() -> tuple[str, str, str]:
    program = shutil.which("Rscript")
    if program is None:
        return "R arrow", "–", "no Rscript here: not tried"
    (code,) = re.findall(r"```r\n(.*?)```", CARD.read_text("utf-8"), re.DOTALL)
    done = _run([program, "-e", code], ENVIRONMENTS / "home/r")
    if "there is no package called" in done.stderr:
        return "R arrow", "–", "R without arrow or jsonlite: not tried"
    return _told("R arrow", done, "the card's example counts 29 pro-US", "29" in done.stdout)


def _told(
    consumer: str,
    done: subprocess.CompletedProcess[str],
    right: str | None = None,
    reads: object = True,
) -> tuple[str, str, str]:
    lines = (done.stderr if done.returncode else done.stdout).strip().splitlines() or [""]
    if done.returncode or not reads:
        return consumer, "no", lines[-1]
    return consumer, "yes", right or lines[-1]


def _python(name: str, packages: Sequence[str]) -> str:
    """Return the interpreter of an environment that has these packages."""
    folder = ENVIRONMENTS / name
    python, stamp = folder / "bin/python", folder / "installed"
    if not stamp.exists() or stamp.read_text("utf-8") != "\n".join(packages):
        print(f"setting up {folder.relative_to(ROOT)}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        quiet = ("-qq", "--disable-pip-version-check")
        subprocess.run([python, "-m", "pip", "install", *quiet, *packages], check=True)
        stamp.write_text("\n".join(packages), encoding="utf-8")
    return str(python)


def _run(command: Sequence[str], home: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir(parents=True, exist_ok=True)
    # Nothing of the toolkit's own environment, and nothing from the network.
    surroundings = {"HOME": str(home), "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    surroundings |= {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(
        command,
        cwd=ROOT / "dataset",
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
