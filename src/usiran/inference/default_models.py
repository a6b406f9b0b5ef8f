"""The default models: of every task that raw texts have, the best system of the companion's track.

Best is the highest score under the official protocol, among the toolkit's own systems that were
trained with the companion besides: on five articles several tie, and one has to be taken.
"""

from pathlib import Path

from usiran.benchmark.ranking import contestants
from usiran.benchmark.results import Results
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.inference.store import INFO, ORDER

FOLDER = Path("models")
MAKE = "`usiran train --defaults --output models` makes them"


def default_systems(track: Benchmark, results: Results) -> dict[str, str]:
    """Return the system of each task; the results are the track's.

    Raises
    ------
    FileError
        A task has no result on the present gold.
    """
    systems = {}
    for task in ORDER:
        able = [
            result.system
            for result in contestants(track, task, results)
            if track.systems[result.system].labels_raw
        ]
        if not able:
            folder = track.corpus.name_of(track.files_of("SYSTEM", task)[0].parent.parent)
            fix = f"run them: `usiran benchmark run --with synthetic --task {task}`"
            value, allowed = f"no result on {task} with the present data", "one to choose by"
            raise FileError(folder, value, allowed, fix)
        systems[task] = able[0]
    return systems


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
