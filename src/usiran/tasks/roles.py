"""The task of roles: who is agent and who recipient of each event, the spans given."""

from __future__ import annotations

import numpy as np

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task, objects
from usiran.tasks.inputs import layers_of, records_of
from usiran.tasks.metrics.links import LINK_COLUMNS, exact_links

CARD = (
    "Every gold event and actor span is given; links from events to actors are asked for. A "
    "link is right when event, actor and role are, by their offsets. The actor may stand in "
    "another sentence of the article. F1 is micro over all links. Pairs: event and actor are "
    "right, whatever the role."
)


def task(scheme: Scheme) -> Task:
    """Return the task."""
    return Task(
        name="roles",
        title="Who does an event, and to whom, given the spans?",
        unit="links",
        labels=scheme["role"].names,
        headline="link_f1",
        table="roles",
        column="role",
        read=role_gold,
        score=exact_links,
        columns=LINK_COLUMNS,
        card=CARD,
    )


def role_gold(task: Task, tables: Tables) -> Gold:
    """Return one row a sentence, its spans in the records, its links as the answer."""
    stance = tables["stance"].reset_index(drop=True)
    layers = layers_of(tables)
    records = records_of(stance).assign(actors=layers["actors"], events=layers["events"])
    folds = stance["fold"].to_numpy(dtype=np.int64)
    return Gold(task, records, objects(layers["roles"]), folds, hidden=task.hidden)
