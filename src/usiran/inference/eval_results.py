"""``.eval_results/usiran.yaml``: the stored score of a trained system, for the Hub's leaderboard.

Nothing in it depends on when the model was trained: revision and date are those of the release
of the data that was scored on, and both are missing where that was not released.
"""

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml
from huggingface_hub.constants import EVAL_RESULTS_FOLDER

from usiran.benchmark.ranking import rank
from usiran.benchmark.results import Result, read_results
from usiran.benchmark.run import Benchmark
from usiran.dataset.release.stored import releases
from usiran.dataset.release.version import parse_version
from usiran.io.markdown import score, span_of
from usiran.stats.bootstrap import COVERAGE
from usiran.tasks.base import METRICS

FILE = f"{EVAL_RESULTS_FOLDER}/usiran.yaml"


def is_asked(bench: Benchmark, task: str) -> bool:
    """Whether the Hub's leaderboard takes scores of a task: of those in the dataset's own list.

    They are of systems that learned from the articles alone.
    """
    return not bench.track and bool(bench.golds[task].task.question)


def eval_results(bench: Benchmark, result: Result) -> bytes:
    """Return the file's content: one entry, of a fresh result."""
    entry = EvalResultEntry(
        dataset_id=bench.corpus.manifest.hub_id,
        task_id=result.task,
        value=result.score,
        notes=_notes(bench, result),
        **_release(bench, result),
    )
    document = eval_result_entries_to_yaml([entry])
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100).encode("utf-8")


def _release(bench: Benchmark, result: Result) -> dict[str, str]:
    """Return tag and day of the release that the result was scored on, if it is one."""
    version = parse_version(result.data_version)
    for release in releases(bench.corpus):
        if release.version == version:
            return {"dataset_revision": release.tag, "date": release.created}
    return {}


def _notes(bench: Benchmark, result: Result) -> str:
    tied = _tied(bench, result)
    sentences = (
        f"{METRICS[result.headline]} {score(result.score)}, 95 % interval "
        f"{span_of(result.interval)} (two-stage bootstrap; {COVERAGE})",
        f"tied with {', '.join(tied)}" if tied else "tied with no other system",
        f"protocol {result.protocol}: each of {result.articles} articles was labelled by a model "
        "that had not seen it; the model here has seen all",
        f"scored on version {result.data_version} of the data",
    )
    return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences) + "."


def _tied(bench: Benchmark, result: Result) -> list[str]:
    """Return the systems in the tie group of the result's, the best first."""
    rows = rank(bench, result.task, read_results(bench.corpus)).rows
    groups = {row.result.system: row.group for row in rows}
    own = groups[result.system]
    return [name for name, group in groups.items() if group == own and name != result.system]
