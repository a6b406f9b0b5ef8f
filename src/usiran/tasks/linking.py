"""The task of linking: which actor of the registry each mention is, or none.

What a mention's actor is called in the registry, and whose side it is on, can be read in training
articles alone: the registry was written with every article in view, so what it says of an actor
that no training article names would tell a system about the article held out.
"""

from dataclasses import replace
from typing import Any

import pandas as pd

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Objects, Tables, Task, objects
from usiran.tasks.inputs import layers_of, sentence_gold, spans_of
from usiran.tasks.metrics.linking import LINKED, LINKING_COLUMNS, UNLINKED, LinkingScorer

_CARD = (
    "Every gold mention of an actor is given. Accuracy is over the mentions that the gold links to "
    "an actor. Precision: of the links that the system gives. Unlinked: the share of all mentions "
    "that it links to nobody. All: right over all mentions, where none is right for the mentions "
    "that the gold links to nobody. An actor that no training article names cannot be found."
)


def linking(scheme: Scheme) -> Task:
    """Return the task of linking mentions to the registry; its labels are the registry's actors."""
    del scheme  # the registry, which comes with the tables, says what can be linked to
    return Task(
        name="linking",
        title="Which actor of the registry is each mention, given the mentions?",
        unit="spans",
        labels=(UNLINKED,),
        headline="accuracy",
        table="actors",
        column="actor_id",
        read=_linking_gold,
        score=lambda gold: LinkingScorer(gold.task.labels),
        columns=LINKING_COLUMNS,
        card=_CARD,
        hidden=("sides", "names"),
        asked=False,
    )


def _linking_gold(task: Task, tables: Tables) -> Gold:
    registry = tables.get("registry", pd.DataFrame({"actor_id": []}))
    ids = [str(key) for key in registry["actor_id"]]
    names = dict(zip(ids, registry.get("name", ids), strict=True))
    values = _actors_of(tables)
    marks = layers_of(tables)[["actors", "sides"]]
    marks["names"] = objects(
        tuple(str(names.get(span.label, "")) for span in row) for row in values
    )
    merged = dict.fromkeys(ids, LINKED) | {UNLINKED: UNLINKED}
    return sentence_gold(
        replace(task, labels=(*ids, UNLINKED), merged=merged), tables, values, marks=marks
    )


def _actors_of(tables: Tables) -> Objects:
    """Return the mentions of each sentence, labelled with their actors."""
    actors = tables["actors"]
    known: Any = actors["actor_id"] if "actor_id" in actors else pd.Series(None, actors.index)
    labelled = actors.assign(actor_id=known.astype(object).fillna(UNLINKED))
    return spans_of({**tables, "actors": labelled}, "actors", "actor_id")
