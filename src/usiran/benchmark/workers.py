"""Running systems side by side: the same results, byte by byte, whatever the number of workers.

Runs that share fitted parts or features make one job, so that these are made once: those of a
system on tasks of the same sentences, and all that need taggers or links between spans.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cloudpickle
import joblib
from joblib.externals.loky import get_reusable_executor

from usiran.benchmark.annotators import Annotators
from usiran.benchmark.results import Stored
from usiran.benchmark.run import Benchmark, Copies, evaluate
from usiran.models.fit_cache import Shared
from usiran.tasks.base import LAYERS

Pair = tuple[str, str]
Progress = Callable[[str, str, int, int], None]
Store = Callable[[dict[Pair, Stored]], None]
_PARTS = ("", "")  # the job of what needs the layers' taggers and the model of links


def run_all(
    benchmark: Benchmark,
    pairs: Sequence[Pair],
    *,
    seed: int,
    draws: int,
    progress: Progress | None = None,
    workers: int = 1,
    store: Store = lambda _: None,
) -> dict[Pair, Stored]:
    """Run and score the given (task, system) pairs; keys are (system, task), in the same order.

    `workers` is how many processes run side by side, 0 for one a core; with one everything runs
    in this one.
    `progress` is called with a pair, how many came before it and how many there are: in this
    process before the pair is run, else when its job is done. `store` is called in this process
    with what was run since it was called last.
    """
    fresh: dict[Pair, Stored] = {}
    tell = progress or (lambda *_: None)
    workers = workers or joblib.cpu_count()
    groups = list(jobs(benchmark, pairs))
    if workers == 1 or len(groups) < 2:
        for group in groups:
            copies: Copies = {}
            for task, system in group:
                tell(task, system, len(fresh), len(pairs))
                done = evaluate(benchmark, task, system, seed=seed, draws=draws, copies=copies)
                fresh[system, task] = done
                store({(system, task): done})
    else:
        for results in _side_by_side(benchmark, groups, seed, draws, min(workers, len(groups))):
            store(results)
            for system, task in results:
                tell(task, system, len(fresh), len(pairs))
                fresh[system, task] = results[system, task]
    return {(system, task): fresh[system, task] for task, system in pairs}


def _side_by_side(
    benchmark: Benchmark, groups: Sequence[Sequence[Pair]], seed: int, draws: int, workers: int
) -> Iterator[dict[Pair, Stored]]:
    """Yield what each job gives as soon as it is done."""
    # Annotators and tables are most of a benchmark's weight, and no system reads them.
    nobody = Annotators({}, benchmark.annotators.rows.iloc[:0], {})
    light = replace(benchmark, annotators=nobody, others=nobody, tables={}, plain=None)
    # Pickled here and now: the pool does it in a thread of its own, while whoever takes the
    # results looks up what a benchmark then remembers.
    pickled, job = cloudpickle.dumps(light), joblib.delayed(_results)
    pool = joblib.Parallel(n_jobs=workers, batch_size=1, return_as="generator_unordered")
    try:
        yield from pool(job(pickled, group, seed, draws) for group in groups)
    finally:
        # Idle workers end by themselves after minutes, and a next run may wait for them.
        get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _results(pickled: bytes, pairs: Sequence[Pair], seed: int, draws: int) -> dict[Pair, Stored]:
    # A terminal sends Ctrl-C to the workers as well: ending them is their parent's part.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    benchmark: Benchmark = cloudpickle.loads(pickled)
    copies: Copies = {}
    return {
        (system, task): evaluate(benchmark, task, system, seed=seed, draws=draws, copies=copies)
        for task, system in pairs
    }


def jobs(benchmark: Benchmark, pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Yield the pairs in groups that share what they fit, the longest to run first."""
    groups: dict[Pair, list[Pair]] = {}
    for task, system in pairs:
        groups.setdefault(_group(benchmark, task, system), []).append((task, system))

    def turn(key: Pair) -> tuple[int, str]:
        # Shared parts take longest, then controls that fit a system several times.
        rank = 0 if not key[1] else 1 if benchmark.systems[key[1]].relabel else 2
        return rank, key[1]

    yield from (groups[key] for key in sorted(groups, key=turn))


def _group(benchmark: Benchmark, task: str, system: str) -> Pair:
    context, learned = benchmark.build_context(task, system, 0), benchmark.learned(task)
    relabelled = benchmark.systems[system].relabel is not None
    if relabelled:
        context = replace(context, settings=context.named("reference"))
    own = relabelled or benchmark.systems[system].packages
    built = not own and benchmark.systems[system].build(context)
    if not isinstance(built, Shared) and {"tagger", "role_pairs"}.isdisjoint(context.options):
        # Sentences have the same features whatever their labels are.
        return learned.unit if learned.unit == "sentence" else learned.name, system
    # A tagger of spans that are no layer is a part of nothing but its own task's systems.
    return (learned.name, "") if learned.unit == "spans" and learned.name not in LAYERS else _PARTS
