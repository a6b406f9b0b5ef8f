"""The benchmark's pictures on disk: drawn, and checked against results and labels."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from usiran.benchmark.companion import curve as companion_curve
from usiran.benchmark.companion.track import with_companion
from usiran.benchmark.learning_curve import Curves, Progress, current, curves
from usiran.benchmark.report.figures import figures
from usiran.benchmark.results import Results, json_bytes, rounded, sha256
from usiran.benchmark.run import Benchmark
from usiran.benchmark.verify import differences
from usiran.corpus import SWAP
from usiran.errors import PlotsMissing
from usiran.files import content_of, read_json
from usiran.io.atomic import replace_files

DATA, LEARNED, SUMS = "figures.json", "learning.json", "figures.sha256"
PICTURES = ("scores.svg", "articles.svg", "confusion.svg", "learning.svg", "labels.svg")
# Where the corpus has a companion.
TAUGHT = (companion_curve.DATA, "companion.svg")


def folder_of(bench: Benchmark) -> Path:
    """Return where the pictures stand unless another folder is named."""
    return bench.corpus.baselines / "figures"


def write(
    bench: Benchmark, results: Results, folder: Path, progress: Progress | None = None
) -> list[Path]:
    """Draw every picture, write it with its data and the hashes of both; return the files.

    Learning curves that were made on the present gold, folds and settings are kept.
    """
    try:
        from usiran.benchmark.report.plots import pictures
    except ImportError:
        raise PlotsMissing(str(folder)) from None
    # Curves take minutes, all else a few seconds.
    learned = current(bench, folder / LEARNED) or curves(bench, progress)
    data, taught = figures(bench, results), _taught(bench, folder, progress)
    contents = {DATA: _data_bytes(data), LEARNED: _data_bytes(learned)}
    if taught is not None:
        contents[companion_curve.DATA] = _data_bytes(taught)
    contents |= pictures(data, learned, taught.curves if taught else ())
    sums = "".join(f"{sha256(content)}  {name}\n" for name, content in contents.items())
    files = {folder / name: content for name, content in contents.items()}
    files[folder / SUMS] = sums.encode()
    corpus = bench.corpus
    # In the corpus as all else of it; elsewhere that folder may be on another file system.
    inside = folder.resolve().is_relative_to(corpus.root)
    replace_files(files, corpus.swap if inside else folder / SWAP)
    return list(files)


def _taught(bench: Benchmark, folder: Path, progress: Progress | None) -> Curves | None:
    """Return the curves over the companion, the stored ones where they still hold."""
    if bench.corpus.companion is None:
        return None
    track = with_companion(bench)
    for place in (folder, folder_of(bench)):
        if stored := companion_curve.stored_curves(track, place):
            return stored
    return companion_curve.curves(track, progress)


def outdated(bench: Benchmark, results: Results, folder: Path) -> list[Path]:
    """Return the files that are missing, changed, or not what results and labels give.

    Nothing is drawn, so matplotlib is not needed.
    """
    # Pictures have other bytes with every version of matplotlib: they are compared with the
    # hashes written with them, and their data with results and labels.
    taught = bench.corpus.companion is not None
    stale = _changed(folder, (*PICTURES, *(TAUGHT if taught else ()), LEARNED, DATA))
    if taught and not companion_curve.stored_curves(with_companion(bench), folder):
        stale.append(companion_curve.DATA)
    if current(bench, folder / LEARNED) is None:
        stale.append(LEARNED)
    data = msgspec.json.decode(_data_bytes(figures(bench, results)))
    if any(differences(read_json(folder / DATA, dict), data, "")):
        stale.append(DATA)
    return [folder / name for name in dict.fromkeys(stale)]


def _data_bytes(data: msgspec.Struct) -> bytes:
    return json_bytes(rounded(msgspec.to_builtins(data)))


def _changed(folder: Path, names: Sequence[str]) -> list[str]:
    """Return the files that are not those whose hashes were written; all without hashes."""
    sums = content_of(folder / SUMS).decode("utf-8", "replace")
    rows = (row.partition("  ") for row in sums.split("\n"))
    hashes = {name: digest for digest, _, name in rows}
    changed = [name for name in names if sha256(content_of(folder / name)) != hashes.get(name)]
    return changed if sums else [*changed, SUMS]
