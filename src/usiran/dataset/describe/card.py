"""The dataset card: YAML made from the files, and a page made from the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import yaml

from usiran.corpus import Manifest
from usiran.dataset.describe.citation import bibtex
from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose, listed, ordered
from usiran.dataset.parquet import content_hash, from_bytes, to_table
from usiran.dataset.view import View
from usiran.hidden import plain
from usiran.io.templates import render

_BEGUN = 4  # words: five in a row are a quotation to whoever looks for withdrawn texts


@dataclass(frozen=True)
class Built:
    """A split of a published config as it was built: its content hash, and its size in bytes.

    `file_size` is that of the Parquet file, `table_size` of the table in memory.
    """

    view: View
    content: str
    file_size: int
    table_size: int

    @classmethod
    def of(cls, view: View, file: bytes) -> Built:
        """Return a view as its Parquet file holds it."""
        table = from_bytes(file)
        return cls(view, content_hash(table), len(file), table.nbytes)


def card(facts: Facts, built: Sequence[Built], *, notice: str = "") -> str:
    """Return the text of dataset/README.md: YAML front matter and the page.

    `notice` is a paragraph that an edition of its own says of itself, before all others.
    """
    prose = Prose(facts)
    page = render(
        "usiran.dataset.describe",
        "card.md.jinja",
        facts=facts,
        prose=prose,
        configs=_by_config(built),
        example=json.dumps(_example(built[0].view), ensure_ascii=False, indent=2),
        codes=_codes(built),
        bibtex=bibtex(prose),
        notice=notice,
        listed=listed,
        ordered=ordered,
    )
    return f"---\n{_yaml(facts, built)}---\n\n{page}"


def _by_config(built: Sequence[Built]) -> list[list[Built]]:
    """Return the splits of each config."""
    return [list(splits) for _, splits in groupby(built, key=lambda split: split.view.name)]


def _example(view: View) -> dict[str, object]:
    """Return a row that says something, as `datasets` gives it; its text is only begun."""
    row = max(view.rows, key=lambda row: bool(row.get("grounds")) and not row.get("contested"))
    begun = " ".join([*str(row.get("text", "")).split()[:_BEGUN], "…"])
    shown = dict(to_table(replace(view, rows=[row])).to_pylist()[0])
    return shown | ({"text": begun} if "text" in shown else {})


def _codes(built: Sequence[Built]) -> dict[tuple[str, ...], dict[str, list[str]]]:
    """From the names that integers stand for, from 0, to their columns and the configs of each."""
    columns: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for view in (split.view for split in built):
        for column, names in view.codes.items():
            configs = columns.setdefault(tuple(names), {}).setdefault(column, [])
            if view.name not in configs:
                configs.append(view.name)
    return columns


def _yaml(facts: Facts, built: Sequence[Built]) -> str:
    manifest = facts.manifest
    document = {
        "pretty_name": plain(manifest.title),
        "language": [manifest.language],
        "license": "other",
        "license_name": f"{manifest.annotation_license}-annotations-texts-reserved",
        "license_link": "LICENSE.md",
        "annotations_creators": _creators(facts),
        "language_creators": _writers(built),
        "multilinguality": ["monolingual"],
        "source_datasets": ["original"],
        "size_categories": [_size(max(len(config.view.rows) for config in built))],
        "task_categories": ["text-classification", "token-classification"],
        "task_ids": ["multi-class-classification", "named-entity-recognition"],
        "tags": [*map(plain, facts.description.keywords)],
        "configs": [
            _config(manifest, splits, default=i == 0) for i, splits in enumerate(_by_config(built))
        ],
        "dataset_info": [_info(splits) for splits in _by_config(built)],
    }
    return to_yaml(document)


class _Dumper(yaml.SafeDumper):
    # Shared parts are written each time; by reference, they would be hard to read.
    def ignore_aliases(self, _: object) -> bool:
        return True


def to_yaml(document: object) -> str:
    """Return a document as YAML, in its order, with nothing hidden in it."""
    return plain(
        yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    )


def _creators(facts: Facts) -> list[str]:
    names = {"human": "expert-generated", "language-model": "machine-generated"}
    return sorted({names[who.kind] for who in facts.annotators})


def _writers(built: Sequence[Built]) -> list[str]:
    # The articles were found; what has a notice was written by a language model.
    return ["found", *(["machine-generated"] if any(one.view.notice for one in built) else [])]


def _size(rows: int) -> str:
    """Return the Hub's name for a number of rows."""
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
    return next((name for bound, name in bounds if rows < bound), "100K<n<1M")


def _config(manifest: Manifest, splits: Sequence[Built], *, default: bool) -> dict[str, object]:
    view = splits[0].view
    contents = ", ".join(split.content[:16] for split in splits)
    # The version and the content hash are part of the cache's key in `datasets`: without
    # them a rebuilt dataset would be answered with the rows of an older one.
    entry: dict[str, object] = {
        "config_name": view.name,
        "version": manifest.version,
        "description": f"{view.notice} One row is {view.about}. Content {contents}.".lstrip(),
        "data_files": [{"split": split.view.split, "path": split.view.pattern} for split in splits],
    }
    return entry | ({"default": True} if default else {})


def _old(features: Any) -> Any:
    """Return features in YAML as `datasets` below 4 wants them: a list of scalars is a sequence.

    Read as a list there, it would have no `feature` to ask for the names of its labels.
    """
    if isinstance(features, list):
        return [_old(feature) for feature in features]
    if not isinstance(features, dict):
        return features
    scalars = not isinstance(features.get("list"), list)
    names = {"list": "sequence"} if scalars else {}
    return {names.get(name, name): _old(value) for name, value in features.items()}


def _info(splits: Sequence[Built]) -> dict[str, object]:
    from datasets import DatasetInfo

    view = splits[0].view
    return {
        "config_name": view.name,
        # `datasets` has no public way to write features as the Hub's YAML has them.
        "features": _old(DatasetInfo(features=view.features)._to_yaml_dict()["features"]),
        "splits": [
            {
                "name": split.view.split,
                "num_bytes": split.table_size,
                "num_examples": len(split.view.rows),
            }
            for split in splits
        ],
        "download_size": sum(split.file_size for split in splits),
        "dataset_size": sum(split.table_size for split in splits),
    }
