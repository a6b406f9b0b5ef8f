"""The leaderboard's block of systems trained with the companion, each beside its plain twin."""

import itertools
from collections import Counter
from dataclasses import dataclass

import msgspec

from usiran.benchmark.companion.curve import stored_curves
from usiran.benchmark.companion.track import CONTROL
from usiran.benchmark.learning_curve import Curve
from usiran.benchmark.results import Result, Results, Stored
from usiran.benchmark.run import Benchmark
from usiran.errors import counted
from usiran.io.markdown import score, signed, signed_span, span_of, table
from usiran.io.templates import render
from usiran.stats.bootstrap import PairedDifference
from usiran.tasks.base import METRICS, Gold


@dataclass(frozen=True)
class Twins:
    """A system trained with the companion, and the same one without; the control has no twin."""

    taught: Result
    plain: Result | None = None
    paired: PairedDifference | None = None  # the one with the companion minus the other


def twins(track: Benchmark, task: str, taught: Results, plain: Results) -> list[Twins]:
    """Return the systems of a task, the best first and the control last; stale ones left out."""
    rows = [
        _twins(track, stored, plain)
        for (_, name), stored in taught.items()
        if name == task and not track.is_stale(stored.result)
    ]
    return sorted(rows, key=lambda row: (row.taught.relabelled, -row.taught.score))


def _twins(track: Benchmark, taught: Stored, plain: Results) -> Twins:
    result, official = taught.result, track.plain
    twin = plain.get((result.system, result.task))
    # The official control of the name shuffles other labels.
    if twin is None or official is None or result.system == CONTROL:
        return Twins(result)
    if official.is_stale(twin.result):
        return Twins(result)
    draws, seed = min(result.draws, twin.result.draws), result.seed
    first = track.bootstrap(taught, seed=seed, draws=draws)
    return Twins(result, twin.result, first.minus(official.bootstrap(twin, seed=seed, draws=draws)))


def render_block(track: Benchmark, taught: Results, plain: Results) -> str:
    """Return the block: of each task the systems beside their twins, and the learning curves."""
    sections = [
        (gold, METRICS[gold.task.headline], _table(rows))
        for name, gold in track.own(track.golds).items()
        if (rows := twins(track, name, taught, plain))
    ]
    stale = [stored.result for stored in taught.values() if track.is_stale(stored.result)]
    return render(
        "usiran.benchmark.companion",
        "with_companion.md.jinja",
        track=track,
        sections=sections,
        stale=stale,
        mixtures=_mixtures(track),
        curves=_curves(track),
        sentences=_size(track.golds["stance"]),
        with_spans=_size(track.golds["actors"]),
    ).rstrip("\n")


def _table(rows: list[Twins]) -> str:
    heads = ["system", "with it", "95 % interval", "chance", "without", "difference"]
    ends = ["95 % of the difference", "better in", "verdict", "mixtures chosen"]
    return table([*heads, *ends], map(_cells, rows))


def _cells(row: Twins) -> list[str]:
    result = row.taught
    own = [f"**{score(result.score)}**", span_of(result.interval), score(result.chance)]
    if row.plain is None or row.paired is None:
        kind = " (control)" if result.relabelled else ""
        return [f"{result.system}{kind}", *own, "–", "–", "–", "–", "–", _chosen(result)]
    kind = " (peer)" if result.kind == "peer" else ""
    paired = row.paired
    compared = [
        score(row.plain.score),
        signed(result.score - row.plain.score),
        signed_span(paired.interval),
        f"{paired.better} of {counted(result.articles, 'article')}",
        paired.verdict,
        _chosen(result),
    ]
    return [f"{result.system}{kind}", *own, *compared]


def _chosen(result: Result) -> str:
    """Return the mixtures that the folds chose, each with how many articles' folds did."""
    if isinstance(result.mixtures, msgspec.UnsetType):
        return "–"
    counts = Counter(map(_in_words, itertools.chain.from_iterable(result.mixtures.values())))
    return ", ".join(f"{counts[name]} × {name}" for name in sorted(counts))


def _in_words(mixture: dict[str, float]) -> str:
    offset = mixture["class_offset"]
    weight = f"{mixture['articles_weight']:g}"
    return f"{weight} with {offset:g} of the offsets" if offset else weight


def _mixtures(track: Benchmark) -> str:
    """Return the weights that are chosen from, those of the systems with several, in words."""
    named = (track.library[name].parameters.get("articles_weight", ()) for name in track.systems)
    weights = dict.fromkeys(weight for each in named if len(each) > 1 for weight in each)
    *others, last = (f"{weight:g}" for weight in weights)
    return f"{', '.join(others)} or {last}"


def _curves(track: Benchmark) -> str:
    """Return the table of learning curves; empty where none are stored."""
    stored = stored_curves(track)
    curves = stored.curves if stored else ()
    sizes = sorted({size for curve in curves for size in curve.sizes})
    rows = [[curve.task, curve.system, curve.metric, *_points(curve, sizes)] for curve in curves]
    return table(["task", "system", "score", *map(str, sizes)], rows) if rows else ""


def _points(curve: Curve, sizes: list[int]) -> list[str]:
    scores = dict(zip(curve.sizes, curve.scores, strict=True))
    return [score(scores[size]) if size in scores else "–" for size in sizes]


def _size(gold: Gold) -> int:
    return int(gold.source.of_companion.sum())
