"""The task of roles from the text alone: spans and links are both predicted."""

from __future__ import annotations

from dataclasses import replace

from usiran.schemas.label_scheme import Scheme
from usiran.tasks import roles
from usiran.tasks.base import Task
from usiran.tasks.metrics.links import found_links

CARD = (
    "Spans and links are both predicted. A link is right when its role is, its actor has the "
    "offsets of the gold actor, and its event overlaps the gold event and is of its quad "
    "class: actors and events fit as in their own tasks' headlines, the actor's type apart. "
    "Each link is matched at most once, and as many as possible are. Pairs: event and actor "
    "fit, whatever the role."
)


def task(scheme: Scheme) -> Task:
    """Return the task: that of roles, with the spans hidden."""
    return replace(
        roles.task(scheme),
        name="roles_end_to_end",
        title="Who does what to whom, from the text alone?",
        score=lambda gold: found_links(gold, scheme.quad_of),
        card=CARD,
        hidden=("actors", "events"),
    )
