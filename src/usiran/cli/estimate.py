"""`usiran estimate`: what labelled texts say once their labels' errors are allowed for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from usiran.cli.options import CorpusOption, JsonOption
from usiran.cli.output import say, show_columns, show_encoded

if TYPE_CHECKING:
    from usiran.inference.estimate import DyadCount, Estimates, Share

_ABOUT = (
    "counted: as predicted. estimated: with the errors on the held-out articles carried over; the "
    "95 % interval takes it that the models err in these texts as they do there."
)

_WIDE = 0.5
_UNKNOWN = (
    "the interval is half of all there can be, or more. Where many texts do not narrow it, the "
    "model confuses the label too often to be corrected by this few held-out articles: do not "
    "quote the estimate."
)


def estimate(
    folder: Annotated[Path, Argument(metavar="DIR", help="What `usiran predict` wrote.")],
    *,
    draws: Annotated[int, Option(min=100, max=100_000, help="Bootstrap draws.")] = 2_000,
    seed: Annotated[int, Option(min=0, help="Seed of the draws.")] = 0,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Estimate the share of each label and the count of each dyad in texts that were predicted.

    Counts of predicted labels are a model's habits: what it often misses is too rare in them.
    Labels' shares are adjusted by the model's confusions on the held-out articles of the corpus
    (adjusted counts, Forman 2008), dyads by the ratio of true to predicted ones there, a quad
    class each. Models need a stored result on the present gold.

    Example: usiran estimate labelled
    """
    from usiran.cli.options import open_benchmark
    from usiran.inference.estimate import estimate as estimate_from
    from usiran.inference.estimate import tracks_of

    benchmark = open_benchmark(corpus, companion="synthetic" if any(tracks_of(folder)) else None)
    benchmarks = {benchmark.track: benchmark, "": benchmark.plain or benchmark}
    estimates = estimate_from(benchmarks, folder, draws=draws, seed=seed)
    if as_json:
        show_encoded(estimates)
        return
    _show(estimates)


def _show(estimates: "Estimates") -> None:
    rows = [["what", "counted", "estimated", "95 % interval"]]
    rows += map(_of_share, estimates.shares)
    rows += map(_of_dyad, estimates.dyads)
    show_columns(rows)
    for reason in estimates.missing:
        say(reason)
    say(_ABOUT)
    if wide := [row for row in estimates.shares if row.high - row.low >= _WIDE]:
        labels = ", ".join(f"{row.task} {row.label}" for row in wide)
        say(f"hardly anything is known of {labels}: {_UNKNOWN}")


def _of_share(row: "Share") -> list[str]:
    told = [f"{value:.3f}" for value in (row.counted, row.estimated)]
    return [f"{row.task} {row.label}", *told, f"{row.low:.3f} to {row.high:.3f}"]


def _of_dyad(row: "DyadCount") -> list[str]:
    sides = (side or "?" for side in (row.agent_affiliation, row.recipient_affiliation))
    name = f"{' > '.join(sides)}, {row.quad}"
    if row.estimated is None:
        return [name, str(row.counted), "–", "none predicted in a held-out article"]
    return [name, str(row.counted), f"{row.estimated:.0f}", f"{row.low:.0f} to {row.high:.0f}"]
