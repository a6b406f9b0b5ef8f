"""The card of a submitted system: README.md in its folder of results."""

from __future__ import annotations

from pathlib import Path

from usiran.benchmark.leaderboard import PURPOSE, told
from usiran.benchmark.results import SUBMITTED, Result, Results
from usiran.corpus import Corpus
from usiran.io.markdown import score, span_of, table
from usiran.tasks.base import METRICS

_CARD = """\
# {system}

{told}
{url}
**Submitted**: the predictions were made elsewhere and scored by `usiran benchmark submit`. How
they were made is the makers' word; that the scores follow from the predictions can be checked:

```console
{commands}
```

{scores}

{purpose}
"""


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
    mine = [
        stored.result
        for (name, _), stored in sorted(results.items())
        if name == system and stored.result.kind == SUBMITTED
    ]
    url = mine[0].submission.url if mine[0].submission else ""
    verify = "$ usiran benchmark verify baselines/results"
    return _CARD.format(
        system=system,
        told=told(mine[0]),
        url=f"\nMore: <{url}>\n" if url else "",
        commands="\n".join(f"{verify}/{system}/{one.task}.json" for one in mine),
        scores=_scores(mine),
        purpose=PURPOSE,
    )


def _scores(results: list[Result]) -> str:
    heads = ["task", "score", "value", "95 % interval", "chance", "data", "predictions"]
    rows = [
        [
            one.task,
            METRICS[one.headline],
            score(one.score),
            span_of(one.interval),
            score(one.chance),
            one.data_version,
            f"`{one.predictions_sha256[:12]}`",
        ]
        for one in results
    ]
    return table(heads, rows)
