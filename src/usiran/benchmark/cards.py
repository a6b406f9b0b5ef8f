"""The card of a submitted system: README.md in its folder of results."""

from __future__ import annotations

from pathlib import Path

from usiran.benchmark.leaderboard import PURPOSE, described
from usiran.benchmark.results import SUBMITTED, Results
from usiran.corpus import Corpus
from usiran.io.templates import render
from usiran.tasks.base import METRICS


def card_path(corpus: Corpus, system: str) -> Path:
    """Return where a submitted system's card stands."""
    return corpus.baselines / "results" / system / "README.md"


def card(results: Results, system: str) -> str:
    """Return the card of a submitted system, over all of its results.

    Parameters
    ----------
    results : mapping
        All stored results, keyed by (system, task).
    system : str
        Its name; at least one result is a submission of it.
    """
    submitted = [
        stored.result
        for (name, _), stored in sorted(results.items())
        if name == system and stored.result.kind == SUBMITTED
    ]
    submission = submitted[0].submission
    return render(
        "usiran.benchmark",
        "submission.md.jinja",
        system=system,
        results=submitted,
        url=submission.url if submission else "",
        described=described,
        metrics=METRICS,
        purpose=PURPOSE,
    )
