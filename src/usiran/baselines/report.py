"""The benchmark's pictures on disk: drawn, and checked against results and labels."""

from __future__ import annotations

from pathlib import Path

import msgspec

from usiran.baselines.benchmark import Bench, own_settings_sha256
from usiran.baselines.figures import figures, figures_bytes
from usiran.baselines.learning import Curves, Progress, curves, wanted
from usiran.baselines.results import Results
from usiran.baselines.verification import differences
from usiran.writing import replace_files

DATA, LEARNED = "figures.json", "learning.json"
PICTURES = ("scores.svg", "articles.svg", "confusion.svg", "learning.svg", "labels.svg")


def folder_of(bench: Bench) -> Path:
    """Return where the pictures stand unless another folder is named."""
    return bench.corpus.baselines / "figures"


def write(
    bench: Bench, results: Results, folder: Path, progress: Progress | None = None
) -> list[Path]:
    """Draw every picture and write it with its data; return the files.

    Learning curves that were made on the present gold, folds and settings are kept.
    """
    from usiran.baselines.pictures import pictures

    known = _stored(folder / LEARNED)
    learned = known if known and _is_current(bench, known) else curves(bench, progress)
    made = figures(bench, results)
    files = {
        folder / DATA: figures_bytes(made),
        folder / LEARNED: figures_bytes(learned),
        **{folder / name: content for name, content in pictures(made, learned).items()},
    }
    replace_files(files)
    return list(files)


def outdated(bench: Bench, results: Results, folder: Path) -> list[Path]:
    """Return the files that are missing, or not what results and labels give.

    Pictures are compared by their data: their bytes are another's with every version of
    the drawing library. Learning curves are told by what they were made on.
    """
    missing = [folder / name for name in PICTURES if not (folder / name).is_file()]
    known = _stored(folder / LEARNED)
    stale = [] if known and _is_current(bench, known) else [folder / LEARNED]
    wanted_data = msgspec.json.decode(figures_bytes(figures(bench, results)))
    if any(differences(_plain(folder / DATA), wanted_data, "")):
        stale.append(folder / DATA)
    return [*missing, *stale]


def _is_current(bench: Bench, known: Curves) -> bool:
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
