"""Building the published dataset and every other generated file.

Everything is made in memory, the dataset is written to a temporary folder, loaded back with
`datasets.load_dataset` and compared row by row; only then are the files swapped in.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from usiran.annotation.casebook import fill
from usiran.corpus import Corpus, Manifest
from usiran.dataset.companion_config import companion_views
from usiran.dataset.configs import views
from usiran.dataset.describe import citation, codemeta, croissant, datasheet, eval_yaml, ro_crate
from usiran.dataset.describe.card import Built, card
from usiran.dataset.describe.facts import Facts, facts_of
from usiran.dataset.parquet import to_bytes, to_table, unchanged
from usiran.dataset.view import View
from usiran.errors import FileError, Finding, shorten
from usiran.io.atomic import holds, replace_files
from usiran.label_studio.config import config_files
from usiran.loading import Opened
from usiran.schemas.json_schema import json_schema_files
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import read_text
from usiran.validation.validate import open_valid

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """What a build made: every generated file by its path, and the published configs.

    `stale` are files in the generated folders that no longer belong there, `changed` those of
    `files` that differ from what stands there.
    """

    files: Mapping[Path, bytes]
    stale: tuple[Path, ...]
    changed: tuple[Path, ...]
    configs: tuple[Built, ...]


def build(corpus: Corpus, progress: Progress = lambda _: None) -> Result:
    """Make every generated file, check the dataset by loading it, and write what changed."""
    progress("reading and checking the tables")
    result = make(open_valid(corpus), progress)
    replace_files({**result.files, **dict.fromkeys(result.stale)}, corpus.swap)
    return result


def drift(corpus: Corpus, progress: Progress = lambda _: None) -> list[Finding]:
    """Return a finding for every generated file that is not what a build would write."""
    progress("reading and checking the tables")
    return drift_of(corpus, make(open_valid(corpus), progress))


def drift_of(corpus: Corpus, result: Result) -> list[Finding]:
    """Return a finding for every file that a build which was made would change."""
    fix = "run `usiran build` and commit what it writes"
    return [
        Finding(corpus.name_of(path), "", "", value, "what a build writes", fix)
        for value, paths in (("other content", result.changed), ("a stale file", result.stale))
        for path in paths
    ]


def make(opened: Opened, progress: Progress = lambda _: None) -> Result:
    """Make every generated file of a corpus without findings; none is written into it."""
    corpus = opened.corpus
    files, built = _generated(corpus, opened.scheme), []
    if not opened.rows("stance"):
        # A new corpus: its labels may change, and there is nothing to publish yet.
        progress("nothing is labelled yet: the configs of Label Studio and the schemas alone")
        return _result(corpus, files, ())
    for view in (*views(opened.tables, opened.scheme), *companion_views(opened)):
        progress(f"building the config {view.key}")
        path, table = corpus.dataset / view.file, to_table(view)
        files[path] = unchanged(path, table) or to_bytes(table)
        built.append(Built.of(view, files[path]))
    result = describe(opened, files, tuple(built))
    progress("loading the dataset back and comparing every row")
    reload(_published(corpus, result.files), result.configs)
    return result


def _published(corpus: Corpus, files: Mapping[Path, bytes]) -> dict[str, bytes]:
    """Return what stands below dataset/, by its path there."""
    return {
        path.relative_to(corpus.dataset).as_posix(): content
        for path, content in files.items()
        if path.is_relative_to(corpus.dataset)
    }


def describe(
    opened: Opened,
    files: Mapping[Path, bytes],
    built: tuple[Built, ...],
    *,
    manifest: Manifest | None = None,
    released: str | None = None,
) -> Result:
    """Return a build of these configs with everything that describes them.

    With `manifest`, as if corpus.toml said that; with `released`, a day, as if its version had
    been released then: a release differs from the build before it in these files alone.
    """
    corpus = opened.corpus
    configs = [config.view for config in built]
    facts = facts_of(opened, manifest=manifest, released=released, configs=configs)
    published = _published(corpus, files)
    published |= pages_of(facts, built, published)
    if facts.released:
        # At a release the one that stands there is handed in too: a crate does not hold itself.
        published.pop(ro_crate.FILE, None)
        published[ro_crate.FILE] = ro_crate.ro_crate(facts, published)
    files = {**files, **{corpus.dataset / name: data for name, data in published.items()}}
    # Written by people around what the data says; a corpus may have none.
    for page in (citation, codemeta, datasheet):
        path = corpus.root / page.FILE
        if path.exists():
            text = read_text(path, name=page.FILE, what="a file that the figures go into")
            files[path] = page.fill(text, facts, file=page.FILE).encode("utf-8")
    return _result(corpus, files, built)


def pages_of(
    facts: Facts, built: Sequence[Built], files: Mapping[str, bytes], *, notice: str = ""
) -> dict[str, bytes]:
    """Return the pages that every edition has: the card, croissant.json and eval.yaml.

    `files` are the edition's, by their paths in it; `notice` is what it says of itself.
    """
    pages = {
        "README.md": card(facts, built, notice=notice).encode("utf-8"),
        croissant.FILE: croissant.croissant(facts, built, files, notice=notice),
        eval_yaml.FILE: eval_yaml.eval_yaml(facts, built, notice=notice),
    }
    return {name: page for name, page in pages.items() if page is not None}


def _result(corpus: Corpus, files: Mapping[Path, bytes], built: tuple[Built, ...]) -> Result:
    changed = tuple(path for path, content in files.items() if not holds(path, content))
    return Result(files, _stale(corpus, files), changed, built)


def _generated(corpus: Corpus, scheme: Scheme) -> dict[Path, bytes]:
    files = {
        corpus.schemas / name: data for name, data in json_schema_files(scheme.allowed).items()
    }
    files |= {corpus.annotation / name: data for name, data in config_files(scheme).items()}
    if corpus.companion is not None:
        # A corpus folder of its own, which is labelled by the same scheme.
        files[corpus.companion.labels] = corpus.labels.read_bytes()
    rights = corpus.root / "LICENSE-DATA.md"
    if rights.exists():
        # The published folder carries its rights with it.
        files[corpus.dataset / "LICENSE.md"] = rights.read_bytes()
    casebook = corpus.annotation / "CASEBOOK.md"
    if casebook.exists():
        text = fill(read_text(casebook), scheme, file=corpus.name_of(casebook))
        files[casebook] = text.encode("utf-8")
    return files


def _stale(corpus: Corpus, files: Mapping[Path, bytes]) -> tuple[Path, ...]:
    # Only these are nothing but generated; elsewhere a file may be somebody's.
    there = [*corpus.data.rglob("*.parquet"), *corpus.schemas.glob("*.schema.json")]
    there += corpus.dataset.glob(eval_yaml.FILE)
    return tuple(sorted(path for path in there if path not in files))


def reload(files: Mapping[str, bytes], built: tuple[Built, ...]) -> None:
    """Load a dataset from a folder and with a cache of its own; compare it with what was built.

    `files` are named relative to the dataset.
    """
    from datasets import load_dataset
    from datasets.utils.logging import disable_progress_bar, enable_progress_bar

    # One bar a config would hide the command's own lines of progress.
    disable_progress_bar()
    try:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "dataset"
            for name, content in files.items():
                target = root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            # A cache that others share could answer with the rows of an earlier build.
            # One config at a time: what is loaded is mapped into memory.
            for name, splits in groupby((config.view for config in built), lambda view: view.name):
                loaded = load_dataset(str(root), name, cache_dir=f"{folder}/cache")
                for view in splits:
                    _compare(view, loaded[view.split])
    finally:
        enable_progress_bar()


def _compare(view: View, loaded: Any) -> None:
    if loaded.features != view.features:
        raise _not_built(view, loaded.features, "the features that were built")
    expected, table = to_table(view), loaded.with_format("arrow")[:]
    # As tables: row by row, as is left for the message, comparing took a third of a build.
    if not table.equals(expected):
        rows = zip(table.to_pylist(), expected.to_pylist(), strict=True)
        different = ((n, row, built) for n, (row, built) in enumerate(rows) if row != built)
        number, row, built = next(different)
        raise _not_built(view, f"row {number}: {row}", built)


def _not_built(view: View, value: object, allowed: object) -> FileError:
    fix = "what is loaded is not what was built; this is a fault of the toolkit"
    return FileError(f"config {view.key}", shorten(value), shorten(allowed), fix)
