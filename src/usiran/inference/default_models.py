"""The default models: of every task that raw texts have, the best system of the companion's track.

Best is the highest score under the official protocol, among the toolkit's own systems that were
trained with the companion besides, or among all where none learns the task from it: on five
articles several tie, and one has to be taken.
"""

from collections.abc import Mapping
from pathlib import Path

from usiran.benchmark.ranking import contestants
from usiran.benchmark.results import Results
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.inference.store import INFO, ORDER

FOLDER = Path("models")
MAKE = "`usiran train --defaults --output models` makes them"


def default_systems(track: Benchmark, results: Mapping[str, Results]) -> dict[str, str]:
    """Return the system of each task; the results are the track's and the official ones.

    Of a task that the companion does not teach it is the best of the official track.

    Raises
    ------
    FileError
        A task has no result on the present gold.
    """
    systems = {}
    for task in ORDER:
        bench = teaching(track, task)
        able = [
            result.system
            for result in contestants(bench, task, results[bench.track])
            if bench.systems[result.system].labels_raw
        ]
        if not able:
            folder = bench.corpus.name_of(bench.files_of("SYSTEM", task)[0].parent.parent)
            option = " --with synthetic" if bench.track else ""
            fix = f"run them: `usiran benchmark run{option} --task {task}`"
            value, allowed = f"no result on {task} with the present data", "one to choose by"
            raise FileError(folder, value, allowed, fix)
        systems[task] = able[0]
    return systems


def teaching(track: Benchmark, task: str) -> Benchmark:
    """Return the track, or the official benchmark where no system of the track learns the task."""
    taught = any(track.runs(system, task) for system in track.systems)
    return track if taught or track.plain is None else track.plain


def model_and_inputs(words: list[str]) -> tuple[Path, list[str]]:
    """Return the folder of models and the inputs: where one is named, the default models.

    Raises
    ------
    FileError
        The default models are asked for and not there.
    """
    if len(words) > 1:
        return Path(words[0]), words[1:]
    if (Path(words[0]) / INFO).is_file():
        value, allowed = "a model and nothing to label", "a model, and inputs after it"
        raise FileError(words[0], value, allowed, "name the texts besides")
    if not any(FOLDER.glob(f"*/{INFO}")):
        allowed, fix = "the default models", f"name a model before the input, or {MAKE}"
        raise FileError(FOLDER, f"no {INFO} in it", allowed, fix)
    return FOLDER, words
