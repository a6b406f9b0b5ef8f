"""The track of systems that are trained with the companion besides the articles.

It asks what the official track asks: the same articles are held out by the same folds, and scored
against the same gold. What a fold learns from is the other articles and all of the companion,
which has no fold and is never asked. In it are the systems whose settings have a table
``[synthetic]``; its control learns labels that were shuffled within each source.
"""

from dataclasses import replace

import msgspec
import pandas as pd

from usiran import loading
from usiran.benchmark.results import sha256
from usiran.benchmark.run import Benchmark
from usiran.errors import InputError
from usiran.loading.companion import training_tables
from usiran.models.controls import relabel_sources
from usiran.models.registry import SYSTEMS
from usiran.tasks.base import Gold, Tables
from usiran.tasks.inputs import layers_of

TRACK = "with-synthetic"
CONTROL = "shuffled-within"
_TITLE = "Labels shuffled within each source"
_ABOUT = (
    "The reference model, trained on labels that were shuffled among the articles and among the "
    "companion's sentences, and scored on the true ones. It must be at chance. For spans and "
    "links the types are shuffled and the places stay, so boundaries can still be learned."
)


def with_companion(bench: Benchmark) -> Benchmark:
    """Return the benchmark of the track, over the same articles.

    Raises
    ------
    InputError
        The corpus has no companion, or one with findings.
    """
    corpus = bench.corpus.companion
    if corpus is None:
        value, allowed = "a corpus without a companion", "one with annotation/synthetic"
        raise InputError.of("--with synthetic", value, allowed, "leave it out")
    companion = loading.open(corpus).refuse_findings()
    return learning_from(bench, training_tables(companion), training_tables(companion, spans=True))


def learning_from(bench: Benchmark, everything: Tables, with_spans: Tables) -> Benchmark:
    """Return the benchmark of the track, with a companion's tables.

    `with_spans` are those of the passages alone in which actors, events and roles are labelled.
    """
    own = bench.own(bench.golds)
    library = {name: settings.with_companion() for name, settings in bench.library.items()}
    control = library[CONTROL]
    library[CONTROL] = msgspec.structs.replace(control, title=_TITLE, description=_ABOUT)
    systems = {name: SYSTEMS[name] for name in SYSTEMS if bench.library[name].synthetic}
    taught = {
        name: gold.task.gold(with_spans if gold.task.unit in ("spans", "links") else everything)
        for name, gold in own.items()
        if not gold.verdict
        and gold.training is None
        # Who has no actors in a registry teaches nobody to link to them.
        and any(bench.runs(system, name) for system in systems)
    }
    if CONTROL in systems:
        systems[CONTROL] = replace(SYSTEMS[CONTROL], relabel=relabel_sources)
    layers = [bench.layers, layers_of(everything)]
    return replace(
        bench,
        golds={name: _learning(bench, name, taught) for name in own},
        library=library,
        systems=systems,
        layers=pd.concat(layers, ignore_index=True),
        track=TRACK,
        plain=bench,
        companion_sha256=sha256("".join(gold.sha256 for gold in taught.values()).encode()),
    )


def _learning(bench: Benchmark, task: str, taught: dict[str, Gold]) -> Gold:
    """Return a task's gold, learned from its own articles and from the companion."""
    learned = bench.learned(task).name
    if learned not in taught:  # what cannot be evaluated is not learned either
        return bench.golds[task]
    source = bench.golds[learned].with_companion(taught[learned])
    return replace(bench.golds[task], training=source)
