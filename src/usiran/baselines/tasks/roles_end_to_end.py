"""The task of roles from the text alone: spans and links are both predicted."""

from __future__ import annotations

from usiran.annotation.labels import Scheme
from usiran.baselines.gold import Task
from usiran.baselines.link_scores import LINK_COLUMNS, found_links
from usiran.baselines.tasks.roles import role_gold

CARD = (
    "Spans and links are both predicted. A link is right when its role is, its actor has the "
    "offsets of the gold actor, and its event overlaps the gold event and is of its quad "
    "class: actors and events fit as in their own tasks' headlines, the actor's type apart. "
    "Each link is matched at most once, and as many as possible are. Pairs: event and actor "
    "fit, whatever the role."
)


def task(scheme: Scheme) -> Task:
    """Return the task."""
    return Task(
        name="roles_end_to_end",
        title="Who does what to whom, from the text alone?",
        unit="links",
        labels=scheme["role"].names,
        headline="link_f1",
        table="roles",
        column="role",
        read=role_gold,
        score=lambda gold: found_links(gold, scheme.quad_of),
        columns=LINK_COLUMNS,
        card=CARD,
        hidden=("actors", "events"),
    )
