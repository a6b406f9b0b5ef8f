"""The Hub's check of a dataset card: the YAML at the top of README.md."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

# The lists are the parts of the Hub's own that a card of this project could touch.
LICENSES = ("apache-2.0", "cc-by-4.0", "cc-by-sa-4.0", "cc0-1.0", "mit", "other", "unknown")
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "unknown")
TASKS = ("text-classification", "token-classification", "text-generation", "other")


def errors(content: bytes) -> list[str]:
    """Return what makes the Hub refuse a card."""
    document = _front(content)
    if isinstance(document, str):
        return [document]
    return [*_plain(document), *_configs(document), *_info(document)]


def warnings(content: bytes) -> list[str]:
    """Return what the Hub takes with a warning."""
    document = _front(content)
    if isinstance(document, str):
        return []
    if not document:
        return ["empty or missing yaml metadata in repo card"]
    named = _list(document.get("task_categories", []))
    unknown = sorted(str(one) for one in named if one not in TASKS)
    return [f"The task_categories {one} is not in the official list" for one in unknown]


def _front(content: bytes) -> dict[str, object] | str:
    text = content.decode("utf-8", errors="replace")
    if not text.startswith("---\n"):
        return {}
    front, end, _ = text[4:].partition("\n---")
    if not end:
        return "the YAML has no closing line"
    try:
        document = yaml.safe_load(front)
    except yaml.YAMLError as error:
        return f"bad YAML: {error}"
    return document if isinstance(document, dict) else "the YAML is no mapping"


def _plain(document: dict[str, object]) -> Iterator[str]:
    if document.get("license", "other") not in LICENSES:
        yield f'"license" must be one of [{", ".join(LICENSES)}]'
    for size in _list(document.get("size_categories", [])):
        if size not in SIZES:
            yield f'"size_categories[0]" must be one of [{", ".join(SIZES)}]'
    for key in ("language", "tags", "annotations_creators", "task_categories", "task_ids"):
        if not all(isinstance(one, str) for one in _list(document.get(key, []))):
            # `no`, the language, is the truth value False in YAML 1.1.
            yield f'"{key}[0]" must be a string'
    if not isinstance(document.get("pretty_name", ""), str):
        yield '"pretty_name" must be a string'


def _configs(document: dict[str, object]) -> Iterator[str]:
    seen: list[object] = []
    configs = _list(document.get("configs", []))
    for i, config in enumerate(configs):
        if not isinstance(config, dict) or not isinstance(config.get("config_name"), str):
            yield f'"configs[{i}].config_name" must be a string'
            continue
        if config["config_name"] in seen:
            yield f'"configs[{i}].config_name" stands there twice'
        seen.append(config["config_name"])
        for part in _list(config.get("data_files", [])):
            if not (isinstance(part, str) or (isinstance(part, dict) and "path" in part)):
                yield f'"configs[{i}].data_files" must name paths'
    if sum(isinstance(one, dict) and bool(one.get("default")) for one in configs) > 1:
        yield '"configs" has more than one default'


def _info(document: dict[str, object]) -> Iterator[str]:
    for i, info in enumerate(_list(document.get("dataset_info", []))):
        if not isinstance(info, dict) or not isinstance(info.get("features", []), list):
            yield f'"dataset_info[{i}].features" must be an array'
            continue
        for split in _list(info.get("splits", [])):
            if not isinstance(split, dict) or not isinstance(split.get("num_examples"), int):
                yield f'"dataset_info[{i}].splits" must give num_examples'


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
