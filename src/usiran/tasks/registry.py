"""The benchmark's tasks, in the order of the leaderboard.

A new task is a function that says what is asked, how its gold is read from the tables and how
it is scored (`usiran.tasks.base.Task`), and its name below; where its headline is a new
score, that score's name in `METRICS` besides.
"""

from __future__ import annotations

from collections.abc import Callable

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Task
from usiran.tasks.contrast import contrast
from usiran.tasks.roles import roles, roles_end_to_end
from usiran.tasks.sentence_labels import article_stance, holder, stance
from usiran.tasks.spans import actors, events

TASKS: dict[str, Callable[[Scheme], Task]] = {
    "stance": stance,
    "holder": holder,
    "actors": actors,
    "events": events,
    "roles": roles,
    "roles_end_to_end": roles_end_to_end,
    "contrast": contrast,
    "article_stance": article_stance,
}


def tasks_of(scheme: Scheme) -> dict[str, Task]:
    """Return every task, with the labels of a scheme."""
    return {name: task(scheme) for name, task in TASKS.items()}
