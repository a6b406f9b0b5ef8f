"""The dataset card: YAML made from the files, and a page made from the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import yaml

from usiran.annotation.labels import Scheme
from usiran.corpus import Manifest
from usiran.dataset.views import View
from usiran.schemas.tables import Frames, rows_of

_LOAD = """```python
from datasets import load_dataset

stance = load_dataset("dataset", "stance", split="train")  # in a clone of the repository
# from the Hugging Face Hub, once it is published there: load_dataset("{hub_id}", "stance")
```"""
_GOLD = {
    "first-pass": (
        "The gold labels are **one annotator's first pass**. They stand in until three independent "
        "annotators and an adjudicated pass replace them; treat every label as provisional."
    ),
    "adjudicated": (
        "The gold labels were adjudicated from independent annotators' labels; every decision "
        "has its reason in the repository, in `annotation/gold/decisions.csv`."
    ),
}


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


def card(manifest: Manifest, built: Sequence[Built], frames: Frames, scheme: Scheme) -> str:
    """Return the text of dataset/README.md: YAML front matter and the page."""
    return f"---\n{_yaml(manifest, built, frames)}---\n\n{_page(manifest, built, frames, scheme)}"


def _yaml(manifest: Manifest, built: Sequence[Built], frames: Frames) -> str:
    document = {
        "pretty_name": manifest.title,
        "language": [manifest.language],
        "license": "other",
        "license_name": f"{manifest.annotation_license}-annotations-texts-reserved",
        "license_link": "LICENSE.md",
        "annotations_creators": _creators(frames),
        "language_creators": ["found"],
        "multilinguality": ["monolingual"],
        "source_datasets": ["original"],
        "size_categories": [_size(max(len(one.view.rows) for one in built))],
        "task_categories": ["text-classification", "token-classification"],
        "task_ids": ["named-entity-recognition"],
        "tags": ["stance-detection", "event-extraction", "conflict", "news", "Iraq", "PLOVER"],
        "configs": [_config(manifest, one, default=i == 0) for i, one in enumerate(built)],
        "dataset_info": [_info(one) for one in built],
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _creators(frames: Frames) -> list[str]:
    names = {"human": "expert-generated", "language-model": "machine-generated"}
    return sorted({names[kind] for kind in frames["annotators"]["kind"]})


def _size(rows: int) -> str:
    """Return the Hub's name for a number of rows."""
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
    return next((name for bound, name in bounds if rows < bound), "n>100K")


def _config(manifest: Manifest, one: Built, *, default: bool) -> dict[str, object]:
    # The version and the content hash are part of the cache's key in `datasets`: without
    # them a rebuilt dataset would be answered with the rows of an older one.
    entry: dict[str, object] = {
        "config_name": one.view.name,
        "version": manifest.version,
        "description": f"One row is {one.view.about}. Content {one.content[:16]}.",
        "data_files": [{"split": "train", "path": f"data/{one.view.name}/*.parquet"}],
    }
    return entry | ({"default": True} if default else {})


def _info(one: Built) -> dict[str, object]:
    from datasets import DatasetInfo

    features = DatasetInfo(features=one.view.features)._to_yaml_dict()["features"]
    split = {"name": "train", "num_bytes": one.table_size, "num_examples": len(one.view.rows)}
    return {
        "config_name": one.view.name,
        "features": features,
        "splits": [split],
        "download_size": one.file_size,
        "dataset_size": one.table_size,
    }


def _page(manifest: Manifest, built: Sequence[Built], frames: Frames, scheme: Scheme) -> str:
    articles, stance = frames["articles"], frames["stance"]
    return "\n\n".join([
        f"# {manifest.title}",
        f"A seed corpus of {len(articles)} English news articles ({len(stance)} scored sentences) "
        "on the contest between the US and Iran over Iraq, with the stance of every sentence, the "
        "actors and events in it, and who does what to whom. "
        f"Version {manifest.version} of the data.",
        f"> {_GOLD[manifest.gold_basis]}",
        _annotators(frames),
        "It is a seed corpus, a template and a unit test for pipelines; it is not evidence of "
        f"which model is better: {len(articles)} articles cannot carry that.",
        "## Load it",
        _LOAD.format(hub_id=manifest.hub_id),
        "There is one split, `train`, with a `fold` column: the official protocol leaves out one "
        "article at a time (fold 0, then fold 1, ...). Every offset counts code points of the "
        "article's text, half-open; `row['text'][s - row['start'] : e - row['start']]` is the "
        "text of a span in the config `spans`.",
        "## Configs",
        _configs(built),
        *(_fields(one) for one in built),
        "## What it holds",
        _by_article(frames, scheme),
        _labels(frames),
        "## Rights",
        f"{manifest.text_rights} Annotations: {manifest.annotation_license.upper()}. "
        "See LICENSE.md. The datasheet, in the repository, tells how the corpus came to be and how "
        "to ask for a text's removal.",
        "## Limits",
        f"{len(articles)} texts, in one language, on one contest, not sampled from anything; one "
        "stance is rare. The labels say which side a wording favours, not what anybody believes, "
        "and not what is true. Do not rank models by them, and decide nothing about a person, an "
        "outlet or a country from them.",
        "## Cite it",
        f"The usiran maintainers: {manifest.title}, version {manifest.version} of the data.",
    ]) + "\n"  # fmt: skip


def _fields(one: Built) -> str:
    told = one.view.fields().items()
    rows = ([f"`{name}`", about.replace("<", "&lt;")] for name, about in told)
    return f"### `{one.view.name}`\n\n" + _table(["column", "holds"], rows)


def _configs(built: Sequence[Built]) -> str:
    rows = [[f"`{one.view.name}`", one.view.about, len(one.view.rows)] for one in built]
    return _table(["config", "one row is", "rows"], rows)


def _annotators(frames: Frames) -> str:
    rows = list(rows_of(frames["annotators"]))
    kinds = Counter(row.kind.replace("-", " ") for row in rows)
    told = " and ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in sorted(kinds.items()))
    names = "; ".join(f"`{row.annotator_id}`: {row.name}" for row in rows)
    return f"Annotators: {told} ({names}). Nothing here was labelled by anybody else."


def _by_article(frames: Frames, scheme: Scheme) -> str:
    stance, names = frames["stance"], scheme["stance"].names
    sizes = {name: frames[name].groupby("article_id").size() for name in ("actors", "events")}
    rows = []
    for article_id, part in stance.groupby("article_id", sort=True):
        counts = part["stance"].value_counts()
        spans = [int(sizes[name].get(article_id, 0)) for name in ("actors", "events")]
        rows.append(
            [f"`{article_id}`", len(part), *(int(counts.get(name, 0)) for name in names), *spans]
        )
    totals = [sum(int(str(row[i])) for row in rows) for i in range(1, len(names) + 4)]
    return _table(
        ["article", "scored sentences", *names, "actors", "events"], [*rows, ["all", *totals]]
    )


def _labels(frames: Frames) -> str:
    actors = Counter(frames["actors"]["type"]).most_common()
    quads = Counter(frames["events"]["quad"]).most_common()
    linked = int(frames["actors"]["actor_id"].notna().sum())
    lines = [
        f"- actors: {', '.join(f'{name} {count}' for name, count in actors)}; {linked} of "
        f"{len(frames['actors'])} are linked to the registry of {len(frames['registry'])} actors",
        f"- events by quad class: {', '.join(f'{name} {count}' for name, count in quads)}",
        f"- roles: {len(frames['roles'])}",
    ]
    return "\n".join(lines)


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
