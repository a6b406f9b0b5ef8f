"""Scoring stored predictions on the present gold, when it is no longer the one they met."""

from collections.abc import Sequence

import msgspec

from usiran.benchmark.predictions.lines import SentenceKey, read_lines
from usiran.benchmark.results import SUBMITTED, Results, Stored, read_result
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.files import BAD_JSON
from usiran.models.settings import chosen
from usiran.progress import steps


class Side(msgspec.Struct, frozen=True):
    """A score, and what it was made on."""

    score: float
    interval: tuple[float, float]
    data_version: str
    gold_sha256: str


class Rescored(msgspec.Struct, frozen=True):
    """One stored result before and after."""

    system: str
    task: str
    old: Side
    new: Side | None  # None where the predictions cannot be scored on the present gold
    reason: str = ""  # why they cannot
    dropped: int = 0  # lines on withdrawn articles, which are scored no longer: left out

    @property
    def changed(self) -> bool:
        """Whether gold, version or score differ."""
        return self.new != self.old


def rescore(
    benchmark: Benchmark, results: Results, systems: Sequence[str] = ()
) -> tuple[list[Rescored], dict[tuple[str, str], Stored]]:
    """Score stored predictions on the present gold, of all systems or some; nothing is written.

    `results` are those of the benchmark's own track.
    Returns a row for each stored result, by system and task, and the new results where there
    are any: give them to `usiran.benchmark.write_results.publish`.
    """
    names = chosen("system", tuple(systems), tuple(dict.fromkeys(name for name, _ in results)))
    rows: list[Rescored] = []
    fresh: dict[tuple[str, str], Stored] = {}
    chosen_results = [(key, stored) for key, stored in sorted(results.items()) if key[0] in names]
    for (system, task), stored in steps("results scored", chosen_results):
        present, dropped = without_withdrawn(benchmark.corpus, stored.predictions)
        again = _rescore(benchmark, msgspec.structs.replace(stored, predictions=present))
        old = msgspec.convert(stored.result, Side, from_attributes=True)
        if isinstance(again, str):
            rows.append(Rescored(system, task, old, None, again))
        else:
            fresh[system, task] = again
            new = msgspec.convert(again.result, Side, from_attributes=True)
            rows.append(Rescored(system, task, old, new, dropped=dropped))
    return rows, fresh


def without_withdrawn(corpus: Corpus, content: bytes) -> tuple[bytes, int]:
    """Return predictions without the lines on withdrawn articles, and how many those were."""
    # Its sentences are in no table any more: each line would be told as a fault.
    withdrawn = {path.stem for path in corpus.withdrawn.glob("*.json")}
    if not withdrawn:
        return content, 0
    lines = content.splitlines(keepends=True)
    present = [line for line in lines if _article(line) not in withdrawn]
    return b"".join(present), len(lines) - len(present)


def _article(line: bytes) -> str:
    try:
        return msgspec.json.decode(line, type=SentenceKey).sentence_id.partition("#")[0]
    except BAD_JSON:
        return ""  # a line that cannot be read is refused where the lines are


def refreshing(corpus: Corpus) -> str:
    """Return the commands after which every stored result is one on the present texts."""
    files = sorted((corpus.baselines / "results").glob("*/*.json"))
    kinds = {read_result(path, corpus.name_of(path)).kind for path in files}
    run = "usiran benchmark run" + (" --peers" if "peer" in kinds else "")
    return f"{run}, usiran benchmark rescore --write" if SUBMITTED in kinds else run


def _rescore(benchmark: Benchmark, stored: Stored) -> Stored | str:
    """Return the result on the present gold, or why there is none."""
    old = stored.result
    if old.task not in benchmark.golds:
        return f"there is no task {old.task} any more"
    # Its predictions were made from rearranged labels that the present gold does not give.
    if old.relabelled and benchmark.is_stale(old):
        return "its labels were rearranged from the old gold: `usiran benchmark run`"
    if benchmark.track and old.companion_sha256 != benchmark.companion_sha256:
        return "it learned from another companion: `usiran benchmark run --with synthetic`"
    gold = benchmark.golds[old.task]
    file = benchmark.corpus.name_of(benchmark.files_of(old.system, old.task)[1])
    try:
        lines = read_lines(stored.predictions, gold, file, relabelled=old.relabelled)
    except (FileError, InputError) as error:
        more = f" (and {len(error.findings) - 1} more)" if len(error.findings) > 1 else ""
        return f"{error.findings[0]}{more}"
    return benchmark.score(old.origin, old.task, lines, seed=old.seed, draws=old.draws)
