"""Writing results, the ceiling and the leaderboard: all of them at once, or none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from usiran.benchmark import results as stored_results
from usiran.benchmark.ceiling import Ceiling
from usiran.benchmark.companion.board import render_block
from usiran.benchmark.companion.track import TRACK, with_companion
from usiran.benchmark.leaderboard import card, render
from usiran.benchmark.predictions.lines import PROBABILITY_PLACES
from usiran.benchmark.results import SUBMITTED, Results, Stored, json_bytes, read_results
from usiran.benchmark.run import Benchmark
from usiran.benchmark.verify import differences
from usiran.files import read_json
from usiran.io.atomic import holds, replace_files

# Of probabilities, and so of the scores that are their means.
LAST_PLACE = 1.5 * 10**-PROBABILITY_PLACES


def leaderboard_path(benchmark: Benchmark) -> Path:
    """Return where the leaderboard stands."""
    return benchmark.corpus.baselines / "LEADERBOARD.md"


def ceiling_path(benchmark: Benchmark) -> Path:
    """Return where the ceiling stands."""
    return benchmark.corpus.baselines / "ceiling.json"


def stored_ceiling(benchmark: Benchmark) -> Ceiling | None:
    """Return the ceiling as it was last written; None where there is none that can be read."""
    return read_json(ceiling_path(benchmark), Ceiling)


def publish(benchmark: Benchmark, fresh: Mapping[tuple[str, str], Stored]) -> Results:
    """Write fresh results beside the stored ones, the ceiling, and the leaderboard over all.

    Fresh are results of the benchmark's own track, and all of that are returned. A stored one
    from which a fresh one differs in the last place of numbers stays: another processor's sums
    change no file. A submitted system's card is written anew with them.
    """
    own = benchmark.own(benchmark.ceiling.tasks)
    ceiling = msgspec.structs.replace(benchmark.ceiling, tasks=own)
    stored_before = read_results(benchmark.corpus, benchmark.track)
    fresh = {key: _kept(stored_before.get(key), stored) for key, stored in fresh.items()}
    results = dict(sorted({**stored_before, **fresh}.items()))
    files = {
        leaderboard_path(benchmark): _board(benchmark, results),
        ceiling_path(benchmark): json_bytes(ceiling),
    }
    scores = benchmark.corpus.manifest.scores
    for (system, task), stored in fresh.items():
        result, predictions = benchmark.files_of(system, task)
        files[result] = json_bytes(stored.result)
        files[predictions] = stored.predictions
        if stored.result.kind == SUBMITTED:
            page = stored_results.card_path(benchmark.corpus, system)
            files[page] = card(results, system, scores=scores).encode("utf-8")
    replace_files(files, benchmark.corpus.swap)
    return results


def alike(first: Stored, second: Stored) -> bool:
    """Whether two results are the same but for the last places of numbers."""
    return first == second or not any(differences(_plain(first), _plain(second), "", LAST_PLACE))


def _kept(before: Stored | None, fresh: Stored) -> Stored:
    return before if before is not None and alike(before, fresh) else fresh


def _plain(stored: Stored) -> list[Any]:
    lines = [msgspec.json.decode(line) for line in stored.predictions.splitlines()]
    result = msgspec.structs.replace(stored.result, predictions_sha256="")
    return [msgspec.to_builtins(result), lines]


def _board(benchmark: Benchmark, results: Results) -> bytes:
    """Return the leaderboard; the results are those of the benchmark's own track."""
    official, corpus = benchmark.plain or benchmark, benchmark.corpus
    plain = read_results(corpus) if benchmark.track else results
    taught = results if benchmark.track else read_results(corpus, TRACK)
    block = ""
    if taught:
        track = benchmark if benchmark.track else with_companion(benchmark)
        block = render_block(track, taught, plain)
    return render(official, plain, block).encode("utf-8")


def outdated(benchmark: Benchmark) -> list[str]:
    """Return which of the leaderboard and the ceiling are not what results and labels give."""
    board = _board(benchmark, read_results(benchmark.corpus))
    ceiling = read_json(ceiling_path(benchmark), dict)
    # Another machine's sums may differ in the last place, as those of results may.
    differs = any(differences(ceiling, msgspec.to_builtins(benchmark.ceiling), ""))
    stale = {
        leaderboard_path(benchmark): not holds(leaderboard_path(benchmark), board),
        ceiling_path(benchmark): differs,
    }
    return [benchmark.corpus.name_of(path) for path, is_stale in stale.items() if is_stale]
