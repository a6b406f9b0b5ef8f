"""The benchmark's pictures on disk: drawn, and checked against results and labels."""

from __future__ import annotations

from pathlib import Path

import msgspec

from usiran.benchmark.figures import figures, figures_bytes
from usiran.benchmark.learning_curve import Curves, Progress, curves, wanted
from usiran.benchmark.results import Results, sha256
from usiran.benchmark.run import Benchmark, own_settings_sha256
from usiran.benchmark.verify import differences
from usiran.io.atomic import replace_files

DATA, LEARNED, SUMS = "figures.json", "learning.json", "figures.sha256"
PICTURES = ("scores.svg", "articles.svg", "confusion.svg", "learning.svg", "labels.svg")


def folder_of(bench: Benchmark) -> Path:
    """Return where the pictures stand unless another folder is named."""
    return bench.corpus.baselines / "figures"


def write(
    bench: Benchmark, results: Results, folder: Path, progress: Progress | None = None
) -> list[Path]:
    """Draw every picture, write it with its data and the hashes of both; return the files.

    Learning curves that were made on the present gold, folds and settings are kept.
    """
    from usiran.benchmark.plots import pictures

    known = _stored(folder / LEARNED)
    learned = known if known and _is_current(bench, known) else curves(bench, progress)
    made = figures(bench, results)
    contents = {
        DATA: figures_bytes(made),
        LEARNED: figures_bytes(learned),
        **pictures(made, learned),
    }
    sums = "".join(f"{sha256(content)}  {name}\n" for name, content in contents.items())
    files = {folder / name: content for name, content in contents.items()}
    files[folder / SUMS] = sums.encode()
    replace_files(files, folder / ".swap.new")
    return list(files)


def outdated(bench: Benchmark, results: Results, folder: Path) -> list[Path]:
    """Return the files that are missing, changed, or not what results and labels give.

    Pictures are not drawn again: their bytes are another's with every version of the
    drawing library. They are compared with the hashes written with them, and their data
    with results and labels. Learning curves are told by what they were made on.
    """
    stale = _changed(folder)
    known = _stored(folder / LEARNED)
    if not (known and _is_current(bench, known)):
        stale.append(LEARNED)
    wanted_data = msgspec.json.decode(figures_bytes(figures(bench, results)))
    if any(differences(_plain(folder / DATA), wanted_data, "")):
        stale.append(DATA)
    return [folder / name for name in dict.fromkeys(stale)]


def _changed(folder: Path) -> list[str]:
    """Return the files that are not those whose hashes were written; all without hashes."""
    sums = _content(folder / SUMS).decode("utf-8", "replace")
    written = {
        name: digest for digest, _, name in (row.partition("  ") for row in sums.split("\n"))
    }
    names = (*PICTURES, LEARNED, DATA)
    changed = [name for name in names if sha256(_content(folder / name)) != written.get(name)]
    return changed if sums else [*changed, SUMS]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _is_current(bench: Benchmark, known: Curves) -> bool:
    made_on = [
        (one.task, one.system, one.gold_sha256, one.folds_sha256, one.settings_sha256)
        for one in known.curves
    ]
    return made_on == [
        (task, system, bench.golds[task].sha256, bench.folds,
         own_settings_sha256(bench, task, system))
        for task, system in wanted(bench)
    ]  # fmt: skip


def _plain(path: Path) -> object:
    try:
        return msgspec.json.decode(path.read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _stored(path: Path) -> Curves | None:
    """Return the stored curves, None where there are none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Curves)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
