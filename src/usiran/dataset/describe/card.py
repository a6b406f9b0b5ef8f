"""The dataset card: YAML made from the files, and a page made from the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import yaml

from usiran.corpus import Manifest
from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose, listed, ordered
from usiran.dataset.view import View
from usiran.io.templates import render


@dataclass(frozen=True)
class Built:
    """A split of a published config as it was built: its content hash, and its size in bytes.

    `file_size` is that of the Parquet file, `table_size` of the table in memory.
    """

    view: View
    content: str
    file_size: int
    table_size: int


def card(facts: Facts, built: Sequence[Built], *, notice: str = "") -> str:
    """Return the text of dataset/README.md: YAML front matter and the page.

    `notice` is a paragraph that an edition of its own says of itself, before all others.
    """
    page = render(
        "usiran.dataset.describe",
        "card.md.jinja",
        facts=facts,
        prose=Prose(facts),
        configs=_by_config(built),
        notice=notice,
        listed=listed,
        ordered=ordered,
    )
    return f"---\n{_yaml(facts, built)}---\n\n{page}"


def _by_config(built: Sequence[Built]) -> list[list[Built]]:
    """Return the splits of each config."""
    return [list(splits) for _, splits in groupby(built, key=lambda split: split.view.name)]


def _yaml(facts: Facts, built: Sequence[Built]) -> str:
    manifest = facts.manifest
    document = {
        "pretty_name": manifest.title,
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
        "tags": list(facts.description.keywords),
        "configs": [
            _config(manifest, splits, default=i == 0) for i, splits in enumerate(_by_config(built))
        ],
        "dataset_info": [_info(splits) for splits in _by_config(built)],
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


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


def _info(splits: Sequence[Built]) -> dict[str, object]:
    from datasets import DatasetInfo

    view = splits[0].view
    return {
        "config_name": view.name,
        # `datasets` has no public way to write features as the Hub's YAML has them.
        "features": DatasetInfo(features=view.features)._to_yaml_dict()["features"],
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
