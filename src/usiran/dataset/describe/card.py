"""The dataset card: YAML made from the files, and a page made from the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from usiran.corpus import Manifest
from usiran.dataset.configs import View
from usiran.dataset.describe import prose as say
from usiran.dataset.describe.facts import Facts

_LOAD = """```python
from datasets import load_dataset

stance = load_dataset("dataset", "stance", split="train")  # in a clone of the repository
# from the Hugging Face Hub, once it is published there: load_dataset("{hub_id}", "stance")
```"""
_CONTRAST = (
    "The config `contrast` has the split `test`: nothing may be learned from it, and an edit of a "
    "sentence is predicted by a model that has not seen the sentence's article. "
)


@dataclass(frozen=True)
class Built:
    """A published config as it was built.

    Parameters
    ----------
    view : View
        Its features and rows.
    content : str
        The content hash of its table, 64 hex digits.
    file_size, table_size : int
        Bytes of the Parquet file and of the table in memory.
    """

    view: View
    content: str
    file_size: int
    table_size: int


def card(facts: Facts, built: Sequence[Built], *, notice: str = "") -> str:
    """Return the text of dataset/README.md: YAML front matter and the page.

    `notice` is a paragraph that an edition of its own says of itself, before all others.
    """
    return f"---\n{_yaml(facts, built)}---\n\n{_page(facts, built, notice)}"


def _yaml(facts: Facts, built: Sequence[Built]) -> str:
    manifest = facts.manifest
    document = {
        "pretty_name": manifest.title,
        "language": [manifest.language],
        "license": "other",
        "license_name": f"{manifest.annotation_license}-annotations-texts-reserved",
        "license_link": "LICENSE.md",
        "annotations_creators": _creators(facts),
        "language_creators": ["found"],
        "multilinguality": ["monolingual"],
        "source_datasets": ["original"],
        "size_categories": [_size(max(len(one.view.rows) for one in built))],
        "task_categories": ["text-classification", "token-classification"],
        "task_ids": ["multi-class-classification", "named-entity-recognition"],
        "tags": list(say.KEYWORDS),
        "configs": [_config(manifest, one, default=i == 0) for i, one in enumerate(built)],
        "dataset_info": [_info(one) for one in built],
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _creators(facts: Facts) -> list[str]:
    names = {"human": "expert-generated", "language-model": "machine-generated"}
    return sorted({names[one.kind] for one in facts.annotators})


def _size(rows: int) -> str:
    """Return the Hub's name for a number of rows."""
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
    return next((name for bound, name in bounds if rows < bound), "100K<n<1M")


def _config(manifest: Manifest, one: Built, *, default: bool) -> dict[str, object]:
    # The version and the content hash are part of the cache's key in `datasets`: without
    # them a rebuilt dataset would be answered with the rows of an older one.
    entry: dict[str, object] = {
        "config_name": one.view.name,
        "version": manifest.version,
        "description": f"One row is {one.view.about}. Content {one.content[:16]}.",
        "data_files": [{"split": one.view.split, "path": f"data/{one.view.name}/*.parquet"}],
    }
    return entry | ({"default": True} if default else {})


def _info(one: Built) -> dict[str, object]:
    from datasets import DatasetInfo

    features = DatasetInfo(features=one.view.features)._to_yaml_dict()["features"]
    split = {
        "name": one.view.split,
        "num_bytes": one.table_size,
        "num_examples": len(one.view.rows),
    }
    return {
        "config_name": one.view.name,
        "features": features,
        "splits": [split],
        "download_size": one.file_size,
        "dataset_size": one.table_size,
    }


def _page(facts: Facts, built: Sequence[Built], notice: str) -> str:
    manifest = facts.manifest
    return "\n\n".join([
        f"# {manifest.title}",
        *([f"> {notice}"] if notice else []),
        f"{say.summary(facts)} Version {manifest.version} of the data.",
        f"> {say.GOLD[manifest.gold_basis]}",
        say.annotators(facts),
        *([told] if (told := say.withdrawn(facts)) else []),
        say.seed(facts),
        "## Load it",
        _LOAD.format(hub_id=manifest.hub_id),
        "There is one split, `train`, with a `fold` column: the official protocol leaves out one "
        "article at a time (fold 0, then fold 1, ...). "
        f"{_CONTRAST if facts.contrast.items else ''}Every offset counts code points of the "
        "article's text, half-open; `row['text'][s - row['start'] : e - row['start']]` is the "
        "text of a span in the config `spans`.",
        "## Configs",
        _configs(built),
        *(_fields(one) for one in built),
        "## What it holds",
        _by_article(facts),
        _labels(facts),
        *([say.contrast(facts)] if facts.contrast.items else []),
        "## Agreement",
        say.agreement(facts),
        "## Rights",
        f"{say.rights(facts)} See LICENSE.md. The datasheet, in the repository, tells how the "
        "corpus came to be and how to ask for a text's removal.",
        "## Limits",
        f"{say.limits(facts)} {say.MEANING} {say.NOT_FOR}",
        "## Cite it",
        say.citation(facts),
    ]) + "\n"  # fmt: skip


def _fields(one: Built) -> str:
    told = one.view.fields().items()
    rows = ([f"`{name}`", about.replace("<", "&lt;")] for name, about in told)
    return f"### `{one.view.name}`\n\n" + say.table(["column", "holds"], rows)


def _configs(built: Sequence[Built]) -> str:
    rows = [[f"`{one.view.name}`", one.view.about, len(one.view.rows)] for one in built]
    return say.table(["config", "one row is", "rows"], rows)


def _by_article(facts: Facts) -> str:
    names = list(facts.labels["stance"])
    rows = [
        [f"`{one.article_id}`", one.scored, *one.stances.values(), one.actors, one.events]
        for one in facts.articles
    ]
    totals = [
        "all", facts.total("scored"), *facts.labels["stance"].values(),
        facts.total("actors"), facts.total("events"),
    ]  # fmt: skip
    head = ["article", "scored sentences", *names, "actors", "events"]
    return say.table(head, [*rows, totals])


def _labels(facts: Facts) -> str:
    actors = say.listed(say.ordered(facts.labels["actor"]))
    quads = say.listed(say.ordered(facts.labels["quad"]))
    return "\n".join([
        f"- actors: {actors}; {facts.linked} of {facts.total('actors')} are linked to the registry "
        f"of {facts.registry} actors",
        f"- events by quad class: {quads}",
        f"- roles: {facts.total('roles')}",
    ])  # fmt: skip
