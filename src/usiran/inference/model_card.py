"""The card of a trained system: README.md in the Hub's format."""

from collections import Counter

from huggingface_hub import EvalResult, ModelCardData

from usiran.benchmark.results import Result
from usiran.corpus import Manifest
from usiran.inference.store import ModelInfo
from usiran.io.markdown import span_of
from usiran.io.templates import render
from usiran.models.settings import Settings
from usiran.stats.bootstrap import COVERAGE
from usiran.tasks.base import METRICS, Gold, labels_of

# The Hub's name of what a unit asks for, and the config that holds it.
_TASKS = {
    "sentence": ("text-classification", "stance"),
    "spans": ("token-classification", "spans"),
    "links": ("token-classification", "spans"),
}
_BASES = {
    "first-pass": "Its labels are one annotator's first pass, not an adjudicated gold.",
    "adjudicated": "Its labels were adjudicated from independent annotators' labels.",
}


def model_card(
    info: ModelInfo, settings: Settings, gold: Gold, manifest: Manifest, result: Result | None
) -> str:
    """Return the card's text: YAML front matter, and a page; its score where there is one."""
    return render(
        "usiran.inference",
        "model_card.md.jinja",
        data=_data(info, manifest, result),
        info=info,
        settings=settings,
        gold=gold,
        result=result,
        counts=Counter(label for value in gold.values for label in labels_of(value)),
        metrics=METRICS,
        coverage=COVERAGE,
        basis=_BASES[manifest.gold_basis],
        purpose=manifest.scores,
        rights=manifest.text_rights,
    )


def _data(info: ModelInfo, manifest: Manifest, result: Result | None) -> str:
    kind, _ = _TASKS[info.unit]
    data = ModelCardData(
        language=manifest.language,
        # Annotations and texts have different rights: no licence of the Hub's list says that.
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
    learned = ", learned from invented sentences as well" if result.track else ""
    return EvalResult(
        task_type=kind,
        dataset_type=info.hub_id,
        dataset_name=manifest.title,
        dataset_config=config,
        dataset_split="train",
        dataset_revision=info.data_version,
        metric_type="f1",
        metric_value=result.score,
        metric_name=f"{METRICS[result.headline]}, one article left out at a time{learned} "
        f"(95 % interval {span_of(result.interval)})",
        metric_args={"interval": list(result.interval), "protocol": result.protocol},
    )
