"""The Hub's check of eval.yaml, the file that makes a dataset a benchmark."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

# Part of the Hub's own list (`packages/tasks/src/eval.ts` of huggingface.js).
FRAMEWORKS = ("inspect-ai", "mteb", "olmocr-bench", "harbor", "swe-bench")


def errors(content: bytes, card: bytes) -> list[str]:
    """Return what makes the Hub refuse eval.yaml beside a card."""
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        return [f"bad YAML: {error}"]
    if not isinstance(document, dict):
        return ["eval.yaml is no mapping"]
    return [*_head(document), *_tasks(document.get("tasks"), _splits(card))]


def _head(document: dict[str, object]) -> Iterator[str]:
    for key in ("name", "description"):
        if not isinstance(document.get(key), str):
            yield f'"{key}" must be a string'
    if document.get("evaluation_framework") not in FRAMEWORKS:
        yield f'"evaluation_framework" must be one of [{", ".join(FRAMEWORKS)}]'


def _tasks(tasks: object, splits: set[tuple[str, str]]) -> Iterator[str]:
    if not isinstance(tasks, list) or not tasks:
        yield '"tasks" must be a list'
        return
    ids = [task.get("id") for task in tasks]
    if len(set(ids)) < len(ids) or not all(isinstance(name, str) for name in ids):
        yield '"tasks" must have an id each, once'
    for task in tasks:
        place = (task.get("config", "default"), task.get("split", "test"))
        if place not in splits:
            yield f'"tasks" names {place[0]}/{place[1]}, which the card does not have'


def _splits(card: bytes) -> set[tuple[str, str]]:
    _, front, _ = card.decode("utf-8").split("---\n", 2)
    return {
        (config["config_name"], files["split"])
        for config in yaml.safe_load(front)["configs"]
        for files in config["data_files"]
    }
