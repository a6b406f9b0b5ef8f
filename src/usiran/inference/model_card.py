"""The card of a trained system: README.md in the Hub's format."""

from __future__ import annotations

from collections import Counter

from huggingface_hub import EvalResult, ModelCardData

from usiran.benchmark.leaderboard import PURPOSE
from usiran.benchmark.results import Result
from usiran.corpus import Manifest
from usiran.inference.store import ModelInfo
from usiran.io.markdown import score, span_of, table
from usiran.models.settings import Settings
from usiran.stats.bootstrap import COVERAGE
from usiran.tasks.base import METRICS, Gold

_TASKS = {"sentence": ("text-classification", "stance"), "spans": ("token-classification", "spans")}
_PAGE = """\
---
{data}
---

# {title}: {task}

{description}

{question} Labels: {labels}.

It was trained on all {articles} articles ({sentences} sentences) of {name}, version {version}.
{basis}

{purpose}

## Use

```console
$ usiran predict FOLDER texts/ --output labelled
```

`FOLDER` is this folder, or one that holds several trained ones. The model is a
[skops](https://skops.readthedocs.io) file: no pickle, and `usiran` refuses types it does not know.

## Score

{scored}

## Training labels

{counts}

## Limits

- {articles} articles on one subject, in English, are little: on other news expect less.
- Sentences of a raw text are split by a program; in the corpus a reader corrected them.
- It repeats what its training labels say, mistakes included. Do not judge people by it.

## How it was made

{made}

Text rights: {rights}
"""
_BASES = {
    "first-pass": "Its labels are one annotator's first pass, not an adjudicated gold.",
    "adjudicated": "Its labels were adjudicated from independent annotators' labels.",
}


def model_card(
    info: ModelInfo, settings: Settings, gold: Gold, manifest: Manifest, result: Result | None
) -> str:
    """Return the card's text: YAML front matter, and a page.

    Parameters
    ----------
    info : ModelInfo
        What model.json says.
    settings : Settings
        The system's, for its description.
    gold : Gold
        What it was trained on.
    manifest : Manifest
        Names, version and licence of the data.
    result : Result or None
        Its score on the leaderboard; None where there is none on this gold.
    """
    return _PAGE.format(
        data=_data(info, manifest, result),
        title=info.title,
        task=info.task,
        description=settings.description,
        question=gold.task.title,
        labels=", ".join(f"`{name}`" for name in info.labels),
        articles=info.articles,
        sentences=info.sentences,
        name=f"[{info.hub_id}](https://huggingface.co/datasets/{info.hub_id})",
        version=info.data_version,
        basis=_BASES[manifest.gold_basis],
        purpose=PURPOSE,
        scored=_scored(result),
        counts=_counts(gold),
        made=_made(info),
        rights=manifest.text_rights,
    )


def _data(info: ModelInfo, manifest: Manifest, result: Result | None) -> str:
    kind, _ = _TASKS[info.unit]
    data = ModelCardData(
        language=manifest.language,
        license="other",
        license_name=f"{manifest.annotation_license}-annotations-texts-reserved",
        library_name="skops",
        pipeline_tag=kind,
        tags=["sklearn", "skops", "usiran", info.task, info.system],
        datasets=[info.hub_id],
        metrics=["f1"],
        model_name=f"usiran-{info.task}-{info.system}" if result else None,
        eval_results=[_evaluated(info, manifest, result)] if result else None,
    )
    return str(data.to_yaml())


def _evaluated(info: ModelInfo, manifest: Manifest, result: Result) -> EvalResult:
    kind, config = _TASKS[info.unit]
    return EvalResult(
        task_type=kind,
        dataset_type=info.hub_id,
        dataset_name=manifest.title,
        dataset_config=config,
        dataset_split="train",
        dataset_revision=info.data_version,
        metric_type="f1",
        metric_value=result.score,
        metric_name=f"{METRICS[result.headline]}, one article left out at a time "
        f"(95 % interval {span_of(result.interval)})",
        metric_args={"interval": list(result.interval), "protocol": result.protocol},
    )


def _scored(result: Result | None) -> str:
    if result is None:
        return "No score on this version of the data: `usiran benchmark run` makes one."
    return (
        f"{METRICS[result.headline]} {score(result.score)}, 95 % interval "
        f"{span_of(result.interval)} (two-stage bootstrap; {COVERAGE}); chance "
        f"{score(result.chance)}. Every article was left out once and labelled by a model that "
        "had not seen it. The model here has seen all of them, so it is not the one that was "
        "scored, and its own labels of these articles show nothing."
    )


def _counts(gold: Gold) -> str:
    seen: Counter[str] = Counter()
    for value in gold.values:
        seen.update([value] if isinstance(value, str) else [span.label for span in value])
    return table(["label", "n"], [[name, str(seen[name])] for name in gold.task.labels])


def _made(info: ModelInfo) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in info.versions.items())
    rows = [
        ["system", f"`{info.system}`, seed {info.seed}"],
        ["settings", f"model.json; SHA-256 `{info.settings_sha256[:12]}`"],
        ["data", f"{info.data_version}; gold SHA-256 `{info.gold_sha256[:12]}`"],
        ["versions", versions],
    ]
    return table(["what", "value"], rows)
